import {
  changeInstances,
  type InstanceRun,
  idsOf,
  placeOf,
  targetGroupsOf,
} from '../../clusters/instance-operations.ts';
import { pollDelay } from '../../clusters/operations.ts';
import { again, executeStage, failed, minutes, succeeded, type TaskResult } from '../../kit/index.ts';
import { type RegisterInstancesWithLoadBalancerContext, registerInstancesWithLoadBalancerStage } from './definition.ts';

type Run = InstanceRun<RegisterInstancesWithLoadBalancerContext>;

async function register(run: Run): Promise<TaskResult> {
  const ids = idsOf(run.context);
  const targetGroups = await targetGroupsOf(run);
  const act = () => run.ports.instances.register(placeOf(run.context), targetGroups, ids, run.operation());
  await changeInstances(run, ids, 'change', act, targetGroups);
  return succeeded();
}

async function awaitRegistered(run: Run): Promise<TaskResult> {
  const ids = idsOf(run.context);
  const targetGroups = await targetGroupsOf(run);
  const targets = await run.ports.instances.targets(placeOf(run.context), targetGroups, ids);
  const open = targets.filter(({ health }) => health !== 'Up');
  if (open.length === 0) return succeeded({ instanceIds: [...ids] });
  const ended = await endedAmong(run, ids);
  if (ended.length > 0)
    return failed({
      code: 'instances.ended',
      message: `${ended.join(', ')}: what has ended never becomes healthy in ${targetGroups.join(', ')}.`,
      advice: 'Register the instances that are there now.',
    });
  const words = open.map(({ instanceId, targetGroup, health }) => `${instanceId} (${health}) in ${targetGroup}`);
  return again(pollDelay(run), `${words.join(', ')} to be healthy`);
}

/** Instances that will not run any more, each with its state. */
async function endedAmong(run: Run, ids: readonly string[]): Promise<readonly string[]> {
  const machines = await run.ports.instances.find(placeOf(run.context), ids);
  const stateOf = (id: string) => machines.find((each) => each.id === id)?.state ?? 'gone';
  return ids.filter((id) => !['pending', 'running'].includes(stateOf(id))).map((id) => `${id} is ${stateOf(id)}`);
}

export const registerInstancesWithLoadBalancer = executeStage<
  RegisterInstancesWithLoadBalancerContext,
  unknown,
  'instances' | 'serverGroups'
>(registerInstancesWithLoadBalancerStage, {
  needs: ['instances', 'serverGroups'],
  tasks: [
    { name: 'registerInstances', timeoutMs: minutes(10), run: register },
    { name: 'waitForUpInstances', timeoutMs: minutes(30), run: awaitRegistered },
  ],
});
