import {
  awaitEnded,
  changeInstances,
  FIND_GROUPS,
  findServerGroups,
  groupsOfInstances,
  idsOf,
  placeOf,
  refsOfInstances,
  shrinkByInstances,
  type TakingRun,
  takeInstances,
} from '../../clusters/instance-operations.ts';
import { pollDelay, readAll } from '../../clusters/operations.ts';
import { again, executeStage, minutes, succeeded, type TaskResult } from '../../kit/index.ts';
import { type DetachInstancesContext, detachInstancesStage } from './definition.ts';

type Run = TakingRun<DetachInstancesContext>;

async function detach(run: Run): Promise<TaskResult> {
  const groupOf = await groupsOfInstances(run);
  const how = {
    shrink: run.context.decrementDesiredCapacity === true,
    lowerMin: run.context.adjustMinIfNecessary === true,
  };
  for (const ref of await refsOfInstances(run)) {
    const ids = idsOf(run.context).filter((id) => groupOf[id] === ref.name);
    await shrinkByInstances(run, ref, ids, 'change', () =>
      run.ports.instances.detach(ref, ids, how, run.operation(`detach:${ref.name}`)),
    );
  }
  return succeeded();
}

async function awaitDetached(run: Run): Promise<TaskResult> {
  const ids = idsOf(run.context);
  const groups = await readAll(run, await refsOfInstances(run));
  const members = groups.flatMap(({ instances }) => instances.map(({ id }) => id)).filter((id) => ids.includes(id));
  return members.length > 0
    ? again(pollDelay(run), `${members.join(', ')} to leave the server group`)
    : succeeded({ instanceIds: [...ids] });
}

async function terminate(run: Run): Promise<TaskResult> {
  const ids = idsOf(run.context);
  await changeInstances(run, ids, 'remove', () =>
    run.ports.instances.terminate(placeOf(run.context), ids, run.operation()),
  );
  return succeeded();
}

export const detachInstances = executeStage<DetachInstancesContext, unknown, 'instances' | 'serverGroups' | 'guards'>(
  detachInstancesStage,
  {
    needs: ['instances', 'serverGroups', 'guards'],
    choose: ({ context }) => [
      FIND_GROUPS,
      'detachInstances',
      'waitForDetachedInstances',
      ...(context.terminateDetachedInstances ? ['terminateDetachedInstances', 'waitForTerminatedInstances'] : []),
    ],
    tasks: [
      { name: FIND_GROUPS, timeoutMs: minutes(2), run: findServerGroups },
      {
        name: 'detachInstances',
        timeoutMs: minutes(10),
        run: (run) => takeInstances(run, { verb: 'detach' }, () => detach(run)),
      },
      { name: 'waitForDetachedInstances', timeoutMs: minutes(30), run: awaitDetached },
      { name: 'terminateDetachedInstances', timeoutMs: minutes(10), run: terminate },
      { name: 'waitForTerminatedInstances', timeoutMs: minutes(60), run: awaitEnded },
    ],
  },
);
