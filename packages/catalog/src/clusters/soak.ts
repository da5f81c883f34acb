import { again, type TaskResult, type TaskRun } from '../kit/index.ts';
import type { ServerGroup } from '../kit/ports/index.ts';

type Run = TaskRun<unknown, 'serverGroups'>;

/**
 * A group that is healthy has to stay so for `stableSeconds` before it counts. Null once it did; else how long it is
 * still watched. Call `soakBroken` whenever it is not healthy.
 */
export async function soak(run: Run, group: ServerGroup, stableSeconds: number): Promise<TaskResult | null> {
  const since = typeof run.memory['healthySince'] === 'number' ? run.memory['healthySince'] : run.now();
  const left = since + stableSeconds * 1_000 - run.now();
  if (left <= 0) return null;
  if (!run.memory['healthySince']) await run.remember({ seen: true, healthySince: since, misses: 0 });
  return again(Math.min(left, 5_000), `${group.name} to stay healthy for ${Math.ceil(left / 1_000)} s more`);
}

/** The time of staying healthy starts anew. */
export async function soakBroken(run: Run): Promise<void> {
  const { memory } = run;
  if (!memory['seen'] || memory['healthySince'] || memory['misses'])
    await run.remember({ seen: true, healthySince: null, misses: 0 });
}
