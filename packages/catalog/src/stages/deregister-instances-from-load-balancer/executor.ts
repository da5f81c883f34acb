import {
  changeInstances,
  type InstanceRun,
  idsOf,
  instanceRefusal,
  placeOf,
  targetGroupsOf,
} from '../../clusters/instance-operations.ts';
import { pollDelay } from '../../clusters/operations.ts';
import { again, executeStage, failed, minutes, succeeded, type TaskResult } from '../../kit/index.ts';
import {
  type DeregisterInstancesFromLoadBalancerContext,
  deregisterInstancesFromLoadBalancerStage,
} from './definition.ts';

type Run = InstanceRun<DeregisterInstancesFromLoadBalancerContext>;

async function deregister(run: Run): Promise<TaskResult> {
  const refusal = await instanceRefusal(run, 'deregister');
  if (refusal) return failed(refusal);
  const ids = idsOf(run.context);
  const targetGroups = await targetGroupsOf(run);
  const act = () => run.ports.instances.deregister(placeOf(run.context), targetGroups, ids, run.operation());
  await changeInstances(run, ids, 'change', act, targetGroups);
  return succeeded();
}

async function awaitDeregistered(run: Run): Promise<TaskResult> {
  const ids = idsOf(run.context);
  const targets = await run.ports.instances.targets(placeOf(run.context), await targetGroupsOf(run), ids);
  const left = targets.filter(({ health }) => health !== 'OutOfService');
  if (left.length === 0) return succeeded({ instanceIds: [...ids] });
  return again(
    pollDelay(run),
    `${left.map(({ instanceId, targetGroup }) => `${instanceId} in ${targetGroup}`).join(', ')} to finish requests`,
  );
}

export const deregisterInstancesFromLoadBalancer = executeStage<
  DeregisterInstancesFromLoadBalancerContext,
  unknown,
  'instances' | 'serverGroups'
>(deregisterInstancesFromLoadBalancerStage, {
  needs: ['instances', 'serverGroups'],
  tasks: [
    { name: 'deregisterInstances', timeoutMs: minutes(10), run: deregister },
    { name: 'waitForDownInstances', timeoutMs: minutes(70), run: awaitDeregistered },
  ],
});
