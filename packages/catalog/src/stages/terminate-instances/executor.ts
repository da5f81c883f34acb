import { awaitEnded, changeInstances, idsOf, instanceRefusal, placeOf } from '../../clusters/instance-operations.ts';
import { executeStage, failed, minutes, succeeded } from '../../kit/index.ts';
import { type TerminateInstancesContext, terminateInstancesStage } from './definition.ts';

export const terminateInstances = executeStage<TerminateInstancesContext, unknown, 'instances' | 'serverGroups'>(
  terminateInstancesStage,
  {
    needs: ['instances', 'serverGroups'],
    tasks: [
      {
        name: 'terminateInstances',
        timeoutMs: minutes(10),
        async run(run) {
          const refusal = await instanceRefusal(run, 'terminate');
          if (refusal) return failed(refusal);
          const ids = idsOf(run.context);
          await changeInstances(run, ids, 'remove', () =>
            run.ports.instances.terminate(placeOf(run.context), ids, run.operation()),
          );
          return succeeded();
        },
      },
      { name: 'waitForTerminatedInstances', timeoutMs: minutes(60), run: awaitEnded },
    ],
  },
);
