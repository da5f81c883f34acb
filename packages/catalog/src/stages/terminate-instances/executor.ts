import {
  awaitEnded,
  changeInstances,
  FIND_GROUPS,
  findServerGroups,
  idsOf,
  placeOf,
  takeInstances,
} from '../../clusters/instance-operations.ts';
import { executeStage, minutes, succeeded } from '../../kit/index.ts';
import { type TerminateInstancesContext, terminateInstancesStage } from './definition.ts';

export const terminateInstances = executeStage<
  TerminateInstancesContext,
  unknown,
  'instances' | 'serverGroups' | 'guards'
>(terminateInstancesStage, {
  needs: ['instances', 'serverGroups', 'guards'],
  tasks: [
    { name: FIND_GROUPS, timeoutMs: minutes(2), run: findServerGroups },
    {
      name: 'terminateInstances',
      timeoutMs: minutes(10),
      run: (run) =>
        takeInstances(run, { verb: 'terminate', replaced: true }, async () => {
          const ids = idsOf(run.context);
          await changeInstances(run, ids, 'remove', () =>
            run.ports.instances.terminate(placeOf(run.context), ids, run.operation()),
          );
          return succeeded();
        }),
    },
    { name: 'waitForTerminatedInstances', timeoutMs: minutes(60), run: awaitEnded },
  ],
});
