import { FailureError } from '@gennaker/pipeline-dsl';
import {
  awaitEnded,
  FIND_GROUPS,
  findServerGroups,
  groupsOfInstances,
  idsOf,
  placeOf,
  shrinkByInstances,
  type TakingRun,
  takeInstances,
} from '../../clusters/instance-operations.ts';
import { executeStage, minutes, succeeded, type TaskResult } from '../../kit/index.ts';
import {
  type TerminateInstanceAndDecrementServerGroupContext,
  terminateInstanceAndDecrementServerGroupStage,
} from './definition.ts';

type Run = TakingRun<TerminateInstanceAndDecrementServerGroupContext>;

/** The stage's own spelling names one instance. */
const named = (run: Run): Run => ({
  ...run,
  context: { ...run.context, instanceIds: run.context.instance ? [run.context.instance] : run.context.instanceIds },
});

async function terminate(run: Run): Promise<TaskResult> {
  const { adjustMinIfNecessary, setMaxToNewDesired } = run.context;
  const how = { lowerMin: adjustMinIfNecessary === true, lowerMax: setMaxToNewDesired === true };
  const groupOf = await groupsOfInstances(run);
  for (const id of idsOf(run.context)) {
    const name = groupOf[id];
    if (!name) throw noGroup(id);
    const ref = { ...placeOf(run.context), name };
    await shrinkByInstances(run, ref, [id], 'remove', () =>
      run.ports.instances.terminateAndShrink(ref, id, how, run.operation(`terminate:${id}`)),
    );
  }
  return succeeded();
}

const noGroup = (id: string): FailureError =>
  new FailureError({
    code: 'instances.no-server-group',
    message: `Instance ${id} is a member of no server group.`,
    advice: 'Name its server group, or terminate it with the stage Terminate instances.',
  });

export const terminateInstanceAndDecrementServerGroup = executeStage<
  TerminateInstanceAndDecrementServerGroupContext,
  unknown,
  'instances' | 'serverGroups' | 'guards'
>(terminateInstanceAndDecrementServerGroupStage, {
  needs: ['instances', 'serverGroups', 'guards'],
  tasks: [
    { name: FIND_GROUPS, timeoutMs: minutes(2), run: (run) => findServerGroups(named(run)) },
    {
      name: 'terminateInstance',
      timeoutMs: minutes(10),
      run: (given) => {
        const run = named(given);
        return takeInstances(run, { verb: 'terminate' }, () => terminate(run));
      },
    },
    { name: 'waitForTerminatedInstances', timeoutMs: minutes(60), run: (run) => awaitEnded(named(run)) },
  ],
});
