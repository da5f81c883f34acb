import { FailureError } from '@gennaker/pipeline-dsl';
import {
  awaitEnded,
  groupsOfInstances,
  type InstanceRun,
  idsOf,
  instanceRefusal,
  placeOf,
  shrinkByInstances,
} from '../../clusters/instance-operations.ts';
import { executeStage, failed, minutes, succeeded, type TaskResult } from '../../kit/index.ts';
import {
  type TerminateInstanceAndDecrementServerGroupContext,
  terminateInstanceAndDecrementServerGroupStage,
} from './definition.ts';

type Run = InstanceRun<TerminateInstanceAndDecrementServerGroupContext>;

/** The stage's own spelling names one instance. */
const named = (run: Run): Run => ({
  ...run,
  context: { ...run.context, instanceIds: run.context.instance ? [run.context.instance] : run.context.instanceIds },
});

async function terminate(given: Run): Promise<TaskResult> {
  const run = named(given);
  const refusal = await instanceRefusal(run, 'terminate');
  if (refusal) return failed(refusal);
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
  'instances' | 'serverGroups'
>(terminateInstanceAndDecrementServerGroupStage, {
  needs: ['instances', 'serverGroups'],
  tasks: [
    { name: 'terminateInstance', timeoutMs: minutes(10), run: terminate },
    { name: 'waitForTerminatedInstances', timeoutMs: minutes(60), run: (run) => awaitEnded(named(run)) },
  ],
});
