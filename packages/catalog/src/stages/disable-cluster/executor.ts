import { chooseToDisable } from '../../clusters/choose.ts';
import { awaitDisabled, chooseInCluster, disableAll } from '../../clusters/operations.ts';
import { clusterRefsOf } from '../../clusters/place.ts';
import { chosenOf } from '../../clusters/target.ts';
import { executeStage, minutes } from '../../kit/index.ts';
import { disableClusterStage } from './definition.ts';

export const disableCluster = executeStage(disableClusterStage, {
  needs: ['serverGroups', 'guards'],
  tasks: [
    {
      name: 'chooseServerGroups',
      timeoutMs: minutes(5),
      run(run) {
        const { context } = run;
        const choice = {
          keep: context.remainingEnabledServerGroups ?? 1,
          preferLarger: context.preferLargerOverNewer === true,
        };
        const cluster = { refs: clusterRefsOf(context), mayBeMissing: context.continueIfClusterNotFound === true };
        return chooseInCluster(run, cluster, (groups, own) => chooseToDisable(groups, own, choice));
      },
    },
    {
      name: 'disableCluster',
      timeoutMs: minutes(10),
      run: (run) => disableAll(run, chosenOf(run.context), run.context),
    },
    {
      name: 'waitForClusterDisable',
      timeoutMs: minutes(70),
      run: (run) => awaitDisabled(run, chosenOf(run.context), run.context),
    },
  ],
});
