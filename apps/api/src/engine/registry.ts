import type { StageExecutor } from '@gennaker/catalog/kit';
import type { StageDefinition } from '@gennaker/pipeline-dsl';
import type { StageRegistry } from './ports.ts';

/**
 * The stage types of an installation by type, then by the other spellings their definitions name. `kept` are types that
 * are known but not carried out; the `alias` of a stage counts only when its type is not known at all.
 */
export function createRegistry(
  executors: readonly StageExecutor[],
  kept: readonly StageDefinition[] = [],
): StageRegistry {
  const running = byEveryName(executors, ({ definition }) => definition);
  const keptTypes = byEveryName(kept, (definition) => definition);
  return {
    executor: (type, alias) =>
      running.get(type) ?? (alias === undefined || keptTypes.has(type) ? undefined : running.get(alias)) ?? null,
    whyNotRun: (type, alias) =>
      (keptTypes.get(type) ?? (alias === undefined ? undefined : keptTypes.get(alias)))?.why ?? null,
    gates: executors.flatMap(({ definition }) => (definition.gates === undefined ? [] : [definition])),
  };
}

/** Entries by type and by its other spellings; a type's own name comes before another's spelling. */
function byEveryName<Entry>(
  entries: readonly Entry[],
  definitionOf: (entry: Entry) => StageDefinition,
): ReadonlyMap<string, Entry> {
  const byName = new Map(entries.map((entry) => [definitionOf(entry).type, entry]));
  for (const entry of entries)
    for (const alias of definitionOf(entry).aliases ?? []) if (!byName.has(alias)) byName.set(alias, entry);
  return byName;
}
