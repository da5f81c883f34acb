import { FailureError, type JsonObject } from '@gennaker/pipeline-dsl';
import type { TaskRun } from '../kit/index.ts';
import type { ServerGroup } from '../kit/ports/index.ts';
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

/** Makes a change and notes that it is made; of a thing that has gone meanwhile there is nothing left to note. */
export async function settling(settle: (outcome: 'done' | 'absent') => void, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof FailureError && GONE.has(error.failure.code)) settle('absent');
    throw error;
  }
  settle('done');
}
