import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What `gennaker plan` of a large pipeline costs in a process that is warm, on one core; ms, medians. */
export interface PlanSpeed {
  readonly stages: number;
  /** Stages that those planned for themselves. */
  readonly planned: number;
  /** Calls planned that change the cloud. */
  readonly changes: number;
  /** The whole command: file read, pipeline played, plan written. */
  readonly wholeMs: number;
  /** The part in which the engine plays the pipeline. */
  readonly playedMs: number;
}

/** Measures in a process of its own, with the command line bundled and started as it is shipped. Takes about half a minute. */
export async function measurePlan(root: string): Promise<PlanSpeed> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-semi-space-size=64',
    join(root, 'packages/cli/bin/bench-plan.mjs'),
  ]);
  return JSON.parse(stdout) as PlanSpeed;
}
