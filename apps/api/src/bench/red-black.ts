import { type RedBlackTime, timeOfRedBlack } from '../scenarios/matrix/red-black-time.ts';
import { startSteppedSandbox } from '../scenarios/matrix/world.ts';

/** Seconds that Spinnaker waits by itself in a red/black after the last instance is healthy, whatever the cloud does. */
export const SPINNAKER_WAITS = {
  /** Between two looks at the instances of the new group; the health it waits for may come right after a look. */
  lookAtInstances: 10,
  /** The least that disabling the other groups of a cluster takes. */
  disableCluster: 90,
  /** Between two looks at whether the old group is disabled. */
  lookAtDisabled: 10,
} as const;

/** One red/black of three instances that boot in 20 s, by the clock of the local AWS endpoint. Takes about two seconds. */
export async function measureRedBlack(): Promise<RedBlackTime> {
  const sandbox = await startSteppedSandbox();
  try {
    return await timeOfRedBlack(sandbox, 20);
  } finally {
    await sandbox.stop();
  }
}
