import { FailureError, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { changeInstances, type InstanceRun, idsOf, placeOf } from '../../clusters/instance-operations.ts';
import { succeeded, type TaskResult } from '../../kit/index.ts';
import type { RebootInstancesContext } from './definition.ts';

type Run = InstanceRun<RebootInstancesContext>;

/** Keys of the task's memory, each by instance: when its reboot was asked for, and when the answer came, epoch ms. */
const ASKED = 'rebootAskedAt';
const ANSWERED = 'rebootAnsweredAt';

const timesIn = (memory: JsonObject, key: string): Readonly<Record<string, number>> => {
  const times = memory[key];
  return isJsonObject(times) ? (times as Record<string, number>) : {};
};

/** After these it is not known whether the call had its effect. */
const UNKNOWN_END: ReadonlySet<string> = new Set(['aws.no-answer', 'aws.try-again', 'aws.unclassified']);

const wasRefused = (error: unknown): boolean => error instanceof FailureError && !UNKNOWN_END.has(error.failure.code);

/**
 * Reboots each instance at most once. AWS takes no token for a reboot and shows nowhere that one took place, so that a
 * call whose answer was lost cannot be told from one that never arrived: it is not sent again, and the stage says so. A
 * machine that goes down a second time while it serves is worse than one that was not rebooted.
 */
export async function rebootOnce(run: Run): Promise<TaskResult> {
  let asked = timesIn(run.memory, ASKED);
  let answered = timesIn(run.memory, ANSWERED);
  const ids = idsOf(run.context);
  const unsure = ids.filter((id) => id in asked && !(id in answered));
  for (const id of ids.filter((each) => !(each in asked))) {
    asked = { ...asked, [id]: run.now() };
    await run.remember({ [ASKED]: asked });
    try {
      await changeInstances(run, [id], 'change', () =>
        run.ports.instances.reboot(placeOf(run.context), [id], run.operation(`reboot:${id}`)),
      );
    } catch (error) {
      const { [id]: _refused, ...others } = asked;
      if (wasRefused(error)) await run.remember({ [ASKED]: others });
      throw error;
    }
    answered = { ...answered, [id]: run.now() };
    await run.remember({ [ANSWERED]: answered });
  }
  const warning = `The answer to the reboot of ${unsure.join(', ')} was lost, so it was not sent again: look whether it was rebooted.`;
  return succeeded(undefined, unsure.length > 0 ? { warning } : {});
}
