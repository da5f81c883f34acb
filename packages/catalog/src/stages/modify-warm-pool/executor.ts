import type { JsonObject } from '@gennaker/pipeline-dsl';
import { awaitShown, changeChosen, SHOWN_WITHIN_MS } from '../../clusters/settings.ts';
import { determineTargets, refOf } from '../../clusters/target.ts';
import { executeStage, minutes, type TaskRun } from '../../kit/index.ts';
import type { Operation, ServerGroupRef, WarmPoolPicture } from '../../kit/ports/index.ts';
import { modifyWarmPoolStage, type WarmPoolContext } from './definition.ts';
import { hasAll, poolOf } from './pool.ts';

type Run = TaskRun<WarmPoolContext, 'serverGroups' | 'scaling'>;

/** What the ledger keeps of a pool: its settings. How many instances wait is not ours to bring back. */
function pictureOf(pool: WarmPoolPicture | null): JsonObject | null {
  if (!pool || pool.beingDeleted) return null;
  const { minSize, maxPrepared, poolState, reuseOnScaleIn } = pool;
  return { minSize, maxPrepared, poolState, reuseOnScaleIn };
}

const remove = ({ context, ports }: Run, ref: ServerGroupRef, operation: Operation) =>
  ports.scaling.deleteWarmPool(ref, context.forceDelete ?? false, operation);

/** What is not shown yet; a pool that is emptied before it goes gets its next round here. */
async function missing(run: Run, ref: ServerGroupRef): Promise<string | null> {
  if (run.context.action === 'delete') {
    const operation = run.operation(`settings:${ref.region}:${ref.name}`);
    return (await remove(run, ref, operation)) === 'gone' ? null : 'no warm pool';
  }
  const pool = await run.ports.scaling.readWarmPool(ref);
  return pool && !pool.beingDeleted && hasAll(pool, poolOf(run.context)) ? null : 'the warm pool';
}

export const modifyWarmPool = executeStage(modifyWarmPoolStage, {
  needs: ['serverGroups', 'scaling'],
  tasks: [
    determineTargets<WarmPoolContext>({ whenAbsent: 'fail' }),
    {
      name: 'modifyWarmPool',
      timeoutMs: minutes(10),
      run: (run) =>
        changeChosen(
          run,
          async (ref, operation) => {
            if (run.context.action === 'delete') await remove(run, ref, operation);
            else await run.ports.scaling.saveWarmPool(ref, poolOf(run.context), operation);
          },
          async (ref) => ({ warmPool: pictureOf(await run.ports.scaling.readWarmPool(ref)) }),
        ),
    },
    {
      name: 'waitForWarmPool',
      timeoutMs: SHOWN_WITHIN_MS,
      run: (run) => awaitShown(run, (group) => missing(run, refOf(group))),
    },
  ],
});
