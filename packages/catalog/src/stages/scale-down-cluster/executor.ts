import type * as z from 'zod';
import { chooseToShrink } from '../../clusters/choose.ts';
import { guarded } from '../../clusters/guarded.ts';
import { chooseInCluster, emptyGroup, pollDelay, readAll, refusalNow } from '../../clusters/operations.ts';
import { clusterRefsOf } from '../../clusters/place.ts';
import { chosenOf } from '../../clusters/target.ts';
import { again, executeStage, failed, minutes, succeeded, type TaskResult, type TaskRun } from '../../kit/index.ts';
import { scaleDownClusterStage } from './definition.ts';

type Context = z.output<typeof scaleDownClusterStage.context>;
type Run = TaskRun<Context, 'serverGroups' | 'guards'>;

async function scaleDown(run: Run): Promise<TaskResult> {
  const groups = await readAll(run, chosenOf(run.context));
  const full = groups.filter((group) => group.capacity.max > 0);
  const refusal = await refusalNow(run, full, run.context, 'scale down');
  if (refusal) return failed(refusal);
  return guarded(run, full, run.context, { act: 'scale down' }, async () => {
    for (const group of full) await emptyGroup(run, group);
    return succeeded({ serverGroups: groups.map((group) => group.name) });
  });
}

async function waitForEmpty(run: Run): Promise<TaskResult> {
  const left = (await readAll(run, chosenOf(run.context))).filter((group) => group.instances.length > 0);
  if (left.length === 0) return succeeded();
  return again(
    pollDelay(run),
    left.map((group) => `${group.instances.length} instances of ${group.name} to stop`).join('; '),
  );
}

export const scaleDownCluster = executeStage(scaleDownClusterStage, {
  needs: ['serverGroups', 'guards'],
  tasks: [
    {
      name: 'chooseServerGroups',
      timeoutMs: minutes(5),
      run(run) {
        const { context } = run;
        const choice = {
          keep: context.remainingFullSizeServerGroups ?? 1,
          preferLarger: context.preferLargerOverNewer === true,
          allowActive: context.allowScaleDownActive === true,
        };
        const cluster = { refs: clusterRefsOf(context), mayBeMissing: context.continueIfClusterNotFound === true };
        return chooseInCluster(run, cluster, (groups, own) => chooseToShrink(groups, own, choice));
      },
    },
    { name: 'scaleDownCluster', timeoutMs: minutes(10), run: scaleDown },
    { name: 'waitForScaleDown', timeoutMs: minutes(30), run: waitForEmpty },
  ],
});
