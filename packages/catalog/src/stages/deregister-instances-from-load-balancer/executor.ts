import {
  changeInstances,
  FIND_GROUPS,
  findServerGroups,
  idsOf,
  lostGuardedOf,
  placeOf,
  type TakingRun,
  takeInstances,
  targetGroupsOf,
} from '../../clusters/instance-operations.ts';
import { pollDelay } from '../../clusters/operations.ts';
import { again, executeStage, minutes, succeeded, type TaskResult } from '../../kit/index.ts';
import {
  type DeregisterInstancesFromLoadBalancerContext,
  deregisterInstancesFromLoadBalancerStage,
} from './definition.ts';

type Run = TakingRun<DeregisterInstancesFromLoadBalancerContext>;

async function deregister(run: Run): Promise<TaskResult> {
  const ids = idsOf(run.context);
  const targetGroups = await targetGroupsOf(run);
  const act = () => run.ports.instances.deregister(placeOf(run.context), targetGroups, ids, run.operation());
  await changeInstances(run, ids, 'change', act, targetGroups);
  return succeeded();
}

/** Waits until they have finished their requests; they come back when fewer are left than a traffic guard keeps. */
async function awaitDeregistered(run: Run): Promise<TaskResult> {
  const ids = idsOf(run.context);
  const place = placeOf(run.context);
  const targetGroups = await targetGroupsOf(run);
  const bringBack = () => run.ports.instances.register(place, targetGroups, ids, run.operation('register'));
  const lost = await lostGuardedOf(run, () => changeInstances(run, ids, 'change', bringBack, targetGroups));
  if (lost) return lost;
  const targets = await run.ports.instances.targets(place, targetGroups, ids);
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
  'instances' | 'serverGroups' | 'guards'
>(deregisterInstancesFromLoadBalancerStage, {
  needs: ['instances', 'serverGroups', 'guards'],
  tasks: [
    { name: FIND_GROUPS, timeoutMs: minutes(2), run: findServerGroups },
    {
      name: 'deregisterInstances',
      timeoutMs: minutes(10),
      run: (run) => takeInstances(run, { verb: 'deregister' }, () => deregister(run)),
    },
    { name: 'waitForDownInstances', timeoutMs: minutes(70), run: awaitDeregistered },
  ],
});
