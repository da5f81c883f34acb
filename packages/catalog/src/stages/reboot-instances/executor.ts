import { describeInstance, isUp } from '../../clusters/health.ts';
import { type InstanceRun, idsOf, refsOfInstances } from '../../clusters/instance-operations.ts';
import { pollDelay, readAll } from '../../clusters/operations.ts';
import { again, executeStage, minutes, seconds, succeeded, type TaskResult } from '../../kit/index.ts';
import { type RebootInstancesContext, rebootInstancesStage } from './definition.ts';
import { rebootOnce } from './reboot.ts';

/** A reboot shows late: health from right after it is that of before. */
const SETTLE_MS = seconds(30);

/** Waits until every instance that is a member of a server group is healthy again. */
async function awaitHealthy(run: InstanceRun<RebootInstancesContext>): Promise<TaskResult> {
  const ids = idsOf(run.context);
  const left = SETTLE_MS - (run.now() - run.task.startTime);
  if (left > 0) return again(left, `${ids.join(', ')} to go down`);
  const groups = await readAll(run, await refsOfInstances(run));
  const sources = run.context.interestingHealthProviderNames;
  // Out of traffic nothing but the machine can say that it is well.
  const ailing = groups.flatMap((group) =>
    group.instances.filter(
      (each) => ids.includes(each.id) && !isUp(each, group.traffic === 'disabled' ? ['Amazon'] : sources),
    ),
  );
  if (ailing.length > 0) return again(pollDelay(run), `${ailing.map(describeInstance).join('; ')} to be healthy again`);
  return succeeded({ instanceIds: [...ids] });
}

export const rebootInstances = executeStage<RebootInstancesContext, unknown, 'instances' | 'serverGroups'>(
  rebootInstancesStage,
  {
    needs: ['instances', 'serverGroups'],
    tasks: [
      { name: 'rebootInstances', timeoutMs: minutes(10), run: rebootOnce },
      { name: 'waitForUpInstances', timeoutMs: minutes(30), run: awaitHealthy },
    ],
  },
);
