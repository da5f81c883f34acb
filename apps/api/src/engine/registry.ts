import type { StageExecutor } from '@gennaker/catalog/kit';
import type { StageRegistry } from './ports.ts';

/** The stage types of an installation by type, then by the other spellings their definitions name. */
export function createRegistry(executors: readonly StageExecutor[]): StageRegistry {
  const byType = new Map(executors.map((executor) => [executor.definition.type, executor]));
  for (const executor of executors)
    for (const alias of executor.definition.aliases ?? []) if (!byType.has(alias)) byType.set(alias, executor);
  return {
    executor: (type, alias) => byType.get(type) ?? (alias === undefined ? undefined : byType.get(alias)) ?? null,
    gates: executors.flatMap(({ definition }) => (definition.gates === undefined ? [] : [definition])),
  };
}
