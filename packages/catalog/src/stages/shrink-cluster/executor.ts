import { chooseToShrink } from '../../clusters/choose.ts';
import { awaitDisabled, chooseInCluster, destroyAll, disableAll } from '../../clusters/operations.ts';
import { clusterRefsOf } from '../../clusters/place.ts';
import { chosenOf } from '../../clusters/target.ts';
import { executeStage, minutes } from '../../kit/index.ts';
import { shrinkClusterStage } from './definition.ts';

export const shrinkCluster = executeStage(shrinkClusterStage, {
  needs: ['serverGroups', 'guards'],
  tasks: [
    {
      name: 'chooseServerGroups',
      timeoutMs: minutes(5),
      run(run) {
        const { context } = run;
        const choice = {
          keep: context.shrinkToSize ?? 1,
          preferLarger: context.retainLargerOverNewer === true,
          allowActive: context.allowDeleteActive === true,
        };
        const mayBeMissing = context.continueIfClusterNotFound === true || choice.keep === 0;
        const cluster = { refs: clusterRefsOf(context), mayBeMissing };
        return chooseInCluster(run, cluster, (groups, own) => chooseToShrink(groups, own, choice));
      },
    },
    {
      name: 'disableServerGroups',
      timeoutMs: minutes(10),
      run: (run) => disableAll(run, chosenOf(run.context), run.context),
    },
    {
      name: 'waitForDisabledServerGroups',
      timeoutMs: minutes(70),
      run: (run) => awaitDisabled(run, chosenOf(run.context), run.context),
    },
    {
      name: 'shrinkCluster',
      timeoutMs: minutes(40),
      run: (run) => destroyAll(run, chosenOf(run.context), run.context),
    },
  ],
});
