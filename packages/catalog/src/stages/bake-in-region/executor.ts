import { executeStage, hours, minutes, succeeded, type TaskResult } from '../../kit/index.ts';
import { bakeInRegionStage } from './definition.ts';
import { createImage, giveUpImage, waitForImage } from './image.ts';
import { endMachine, startMachine, waitForScript } from './machine.ts';
import { bakeWithPacker, stopPacker } from './packer.ts';
import { type BakeRun, isPacker, placeOf, planBake, planOf } from './plan.ts';
import { copyImage, shareImage } from './spread.ts';
import { awaitTurn, leaseHolder, leaseKey } from './turn.ts';

type Work = (run: BakeRun) => Promise<TaskResult>;

async function prepare(run: BakeRun): Promise<TaskResult> {
  const plan = run.context.bakePlan ?? (await planBake(run));
  const turn = await awaitTurn(run, plan);
  return turn ?? succeeded(undefined, { bakePlan: plan, bakeProgress: 'making' });
}

/** A step of the bake itself: left out once an image is known, and done while the lease is held. */
const making =
  (work: Work): Work =>
  async (run) => {
    if (run.context.bakedImageId) return succeeded();
    return (await awaitTurn(run, planOf(run))) ?? work(run);
  };

async function awaitImage(run: BakeRun): Promise<TaskResult> {
  if (run.context.previouslyBaked) return succeeded();
  return (await awaitTurn(run, planOf(run))) ?? waitForImage(run);
}

async function finish(run: BakeRun): Promise<TaskResult> {
  const { bakeProgress, bakedImageId } = run.context;
  const plan = planOf(run);
  if (bakeProgress !== 'ended' && !isPacker(run)) await endMachine(run);
  await run.ports.leases.release(leaseKey(run, plan), leaseHolder(run, plan), { imageId: bakedImageId });
  return succeeded(undefined, { bakeProgress: 'ended' });
}

/**
 * Somebody else waits for the same image, and what has been begun looks well: it is left to them. A run of Packer ends
 * with its worker, so it cannot be.
 */
async function leftToOthers(run: BakeRun): Promise<boolean> {
  const { bakeProgress, bakeInstanceId } = run.context;
  if (bakeProgress !== 'making' || !bakeInstanceId || isPacker(run)) return false;
  const plan = planOf(run);
  return run.ports.leases.handOver(leaseKey(run, plan), leaseHolder(run, plan));
}

async function letGo(run: BakeRun): Promise<void> {
  const { bakePlan, bakeProgress } = run.context;
  if (!bakePlan || (await leftToOthers(run))) return;
  if (bakeProgress && bakeProgress !== 'ended') {
    if (bakeProgress !== 'made') await giveUpImage(run);
    if (isPacker(run)) await stopPacker(run);
    else await endMachine(run);
  }
  const left = await run.ports.leases.release(leaseKey(run, bakePlan), leaseHolder(run, bakePlan));
  const machine = left?.['instanceId'];
  if (typeof machine === 'string')
    await run.ports.images.endBake(placeOf(run), [machine], run.operation('end-forsaken'));
}

export const bakeInRegion = executeStage(bakeInRegionStage, {
  needs: ['images', 'leases', 'packer'],
  tasks: [
    { name: 'prepareBake', timeoutMs: hours(2), run: prepare },
    {
      name: 'startMachine',
      timeoutMs: minutes(15),
      run: making(async (run) => (isPacker(run) || run.context.bakeInstanceId ? succeeded() : startMachine(run))),
    },
    {
      name: 'waitForScript',
      timeoutMs: hours(1),
      run: making((run) => (isPacker(run) ? bakeWithPacker(run) : waitForScript(run))),
    },
    { name: 'createImage', timeoutMs: minutes(15), run: making(createImage) },
    { name: 'waitForImage', timeoutMs: hours(1), run: awaitImage },
    { name: 'removeMachine', timeoutMs: minutes(15), run: finish },
    { name: 'copyImage', timeoutMs: hours(2), run: copyImage },
    { name: 'shareImage', timeoutMs: minutes(15), run: shareImage },
  ],
  onCancel: letGo,
});
