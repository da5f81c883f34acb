import { awaitShown, changeChosen, SHOWN_WITHIN_MS } from '../../clusters/settings.ts';
import { determineTargets, refOf } from '../../clusters/target.ts';
import { executeStage, minutes, type TaskRun } from '../../kit/index.ts';
import type { Operation, ServerGroupRef } from '../../kit/ports/index.ts';
import { poolPicture } from '../../leftovers/undo.ts';
import { modifyWarmPoolStage, type WarmPoolContext } from './definition.ts';
import { hasAll, poolOf } from './pool.ts';

type Run = TaskRun<WarmPoolContext, 'serverGroups' | 'scaling'>;

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
          async (ref) => ({
            warmPool: poolPicture(await run.ports.scaling.readWarmPool(ref)),
            wanted: { warmPool: run.context.action === 'delete' ? null : poolOf(run.context) },
          }),
        ),
    },
    {
      name: 'waitForWarmPool',
      timeoutMs: SHOWN_WITHIN_MS,
      run: (run) => awaitShown(run, (group) => missing(run, refOf(group))),
    },
  ],
});
