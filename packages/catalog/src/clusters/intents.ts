import { FailureError, type JsonObject } from '@gennaker/pipeline-dsl';
import type { TaskRun } from '../kit/index.ts';
import type { ServerGroup, ServerGroupRef } from '../kit/ports/index.ts';
import { refOf } from './target.ts';

/** A server group as far as stages change it, for the ledger. */
const pictureOf = ({ traffic, capacity, intendedCapacity, suspendedProcesses }: ServerGroup): JsonObject => ({
  traffic,
  capacity,
  intendedCapacity,
  suspendedProcesses: [...suspendedProcesses],
});

/** Records that a group is to be changed or removed, with its picture; `more` is what else of it is changed. */
export const intendGroup = (
  run: Pick<TaskRun<unknown, never>, 'intend'>,
  group: ServerGroup,
  action: 'change' | 'remove',
  more: JsonObject = {},
) => run.intend({ kind: 'serverGroup', ...refOf(group), action, before: { ...pictureOf(group), ...more } });

const GONE: ReadonlySet<string> = new Set(['aws.gone', 'aws.being-deleted']);

/**
 * Makes a change and notes that it is made. Of a thing that has gone meanwhile there is nothing left to note: it is absent
 * when the provider says so, or when a change that failed for good is followed by a look that does not find it.
 */
export async function settling(
  settle: (outcome: 'done' | 'absent') => void,
  act: () => Promise<void>,
  isThere: () => Promise<boolean>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof FailureError && (GONE.has(error.failure.code) || (await isGone(error, isThere))))
      settle('absent');
    throw error;
  }
  settle('done');
}

/** A look that fails tells nothing: the change stays open, and whoever cleans up looks again. */
async function isGone({ failure }: FailureError, isThere: () => Promise<boolean>): Promise<boolean> {
  return failure.retry !== true && !(await isThere().catch(() => true));
}

/** Is the group there, and not on its way out? */
export async function groupIsThere(run: TaskRun<unknown, 'serverGroups'>, ref: ServerGroupRef): Promise<boolean> {
  const group = await run.ports.serverGroups.read(ref);
  return group !== null && !group.beingDeleted;
}
