import { again, type TaskResult, type TaskRun } from '../kit/index.ts';

type Run = TaskRun<unknown, 'serverGroups'>;

const DEFAULT_STABLE_SECONDS = 15;

/** Time that instances must stay healthy before other capacity goes, in seconds. */
export const stableSecondsOf = ({ stableSeconds }: { readonly stableSeconds?: number | null | undefined }): number =>
  stableSeconds ?? DEFAULT_STABLE_SECONDS;

/**
 * What is healthy has to stay so for `stableSeconds` before it counts; `names` are server groups that are all healthy
 * now. Null once they did; else how long they are still watched. Call `soakBroken` whenever one is not healthy.
 */
export async function soak(run: Run, names: readonly string[], stableSeconds: number): Promise<TaskResult | null> {
  if (names.length === 0) return null;
  const since = typeof run.memory['healthySince'] === 'number' ? run.memory['healthySince'] : run.now();
  const left = since + stableSeconds * 1_000 - run.now();
  if (left <= 0) return null;
  if (!run.memory['healthySince']) await run.remember({ seen: true, healthySince: since, misses: 0 });
  return again(Math.min(left, 5_000), `${names.join(', ')} to stay healthy for ${Math.ceil(left / 1_000)} s more`);
}

/** The time of staying healthy starts anew. */
export async function soakBroken(run: Run): Promise<void> {
  const { memory } = run;
  if (!memory['seen'] || memory['healthySince'] || memory['misses'])
    await run.remember({ seen: true, healthySince: null, misses: 0 });
}
