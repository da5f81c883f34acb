import type { Stage } from '@gennaker/pipeline-dsl';
import { ancestorsOf } from '@gennaker/pipeline-dsl/graph';
import type { ExecutionRun } from './run.ts';

/** Own context first (a null counts), then the nearest ancestor whose outputs have the key. */
export function lookup(run: ExecutionRun, stage: Stage, key: string): unknown {
  if (Object.hasOwn(stage.context, key)) return stage.context[key];
  return [stage, ...ancestorsOf(stage, run.graph())].find((ancestor) => Object.hasOwn(ancestor.outputs, key))?.outputs[
    key
  ];
}

/** Lists that a trigger brings too; it comes after all stages. */
const OF_THE_TRIGGER: ReadonlySet<string> = new Set(['artifacts', 'resolvedExpectedArtifacts']);

/** Own value plus each ancestor's output of that name, nearest first; for artifacts, what the trigger brought comes last. */
export function lookupAll(run: ExecutionRun, stage: Stage, key: string): unknown[] {
  const own = Object.hasOwn(stage.context, key) ? [stage.context[key]] : [];
  const sources = [stage, ...ancestorsOf(stage, run.graph())];
  return [
    ...own,
    ...sources.flatMap((ancestor) => (Object.hasOwn(ancestor.outputs, key) ? [ancestor.outputs[key]] : [])),
    ...(OF_THE_TRIGGER.has(key) && run.execution.trigger[key] !== undefined ? [run.execution.trigger[key]] : []),
  ];
}

/** Outputs of all stages, in the order they ended, later ones winning, lists joined: what a parent pipeline reads. */
export function mergedOutputs(stages: readonly Stage[]): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  const ended = [...stages].sort(
    (a, b) => (a.endTime ?? Number.MAX_SAFE_INTEGER) - (b.endTime ?? Number.MAX_SAFE_INTEGER),
  );
  for (const stage of ended) {
    for (const [key, value] of Object.entries(stage.outputs)) {
      const before = merged[key];
      merged[key] = Array.isArray(before) && Array.isArray(value) ? distinct([...before, ...value]) : value;
    }
  }
  return merged;
}

function distinct(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
