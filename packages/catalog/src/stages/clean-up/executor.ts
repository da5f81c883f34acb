import { intendRemovals } from '../../clusters/target-groups.ts';
import { executeStage, inSequence, minutes, succeeded, type TaskResult } from '../../kit/index.ts';
import { cleanUpStage } from './definition.ts';
import { type CleanUpRun, type Rest, reasonToLeave } from './look.ts';
import { stagesFor, told } from './plan.ts';

async function lookAtLeftovers(run: CleanUpRun): Promise<TaskResult> {
  const plan: Rest[] = [];
  const left: string[] = [];
  for (const rest of run.context.leftovers) {
    const why = await reasonToLeave(run, rest);
    if (why === null) plan.push(rest);
    else left.push(why);
  }
  return succeeded({ cleanedUp: plan.map(told), left }, { cleanUpPlan: plan });
}

/** A machine that was started to bake ends as its own stage would have ended it. */
async function endMachines(run: CleanUpRun, { account, region, name, ids }: Rest): Promise<void> {
  const settles = [];
  for (const id of ids ?? []) {
    const before = { startedTo: name };
    settles.push(await run.intend({ kind: 'instance', account, region, name: id, action: 'remove', before }));
  }
  const operation = run.operation(`end:${account}/${region}/${name}`);
  await run.ports.images.endBake({ account, region }, ids ?? [], operation);
  for (const settle of settles) settle('done');
}

/** A snapshot that no image uses. */
async function removeSnapshots(run: CleanUpRun, { account, region, name, ids }: Rest): Promise<void> {
  for (const id of ids ?? []) {
    const before = { madeFor: name };
    const settle = await run.intend({ kind: 'snapshot', account, region, name: id, action: 'remove', before });
    await run.ports.images.removeSnapshot({ account, region, id }, run.operation(`delete:${region}/${id}`));
    settle('done');
  }
}

/** A target group goes if nothing sends to it and it has no targets; answers why it stays. */
async function removeTargetGroup(run: CleanUpRun, { account, region, name }: Rest): Promise<readonly string[]> {
  const settle = await intendRemovals(run, { account, region }, [name]);
  const operation = run.operation(`delete:${account}/${region}/${name}`);
  const left = await run.ports.loadBalancers.removeTargetGroups({ account, region }, [name], operation);
  settle(left);
  return left;
}

/** What no stage of its own does. */
async function removeRemains(run: CleanUpRun): Promise<TaskResult> {
  const left: string[] = [];
  for (const rest of run.context.cleanUpPlan ?? []) {
    if (rest.action === 'terminate') await endMachines(run, rest);
    if (rest.action === 'deleteSnapshot') await removeSnapshots(run, rest);
    if (rest.action === 'deleteTargetGroup') left.push(...(await removeTargetGroup(run, rest)));
  }
  const known = Array.isArray(run.outputs['left']) ? run.outputs['left'] : [];
  return succeeded(left.length > 0 ? { left: [...known, ...left] } : {});
}

export const cleanUp = executeStage(cleanUpStage, {
  needs: [
    'serverGroups',
    'scaling',
    'instances',
    'images',
    'loadBalancers',
    'securityGroups',
    'stacks',
    'leases',
    'traces',
  ],
  tasks: [
    { name: 'lookAtLeftovers', timeoutMs: minutes(5), run: lookAtLeftovers },
    { name: 'removeRemains', timeoutMs: minutes(15), run: removeRemains },
  ],
  after: ({ context }) => inSequence(stagesFor(context.cleanUpPlan ?? [])),
});
