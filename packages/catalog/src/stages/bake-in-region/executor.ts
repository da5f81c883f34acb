import { FailureError } from '@gennaker/pipeline-dsl';
import { deploymentDetail, imageArtifact } from '../../clusters/images.ts';
import { again, executeStage, failed, hours, minutes, seconds, succeeded, type TaskResult } from '../../kit/index.ts';
import type { Image } from '../../kit/ports/index.ts';
import { packagesOf, readBakeLog } from './bake-script.ts';
import { bakeInRegionStage } from './definition.ts';
import { type BakePlan, type BakeRun, findBase, placeOf, planBake, tagsOfImage } from './plan.ts';

/** New things may stay unseen for so long. */
const APPEARS_WITHIN_MS = minutes(2);
/** The console of a stopped machine may lag behind. */
const LOG_LAGS_MS = minutes(3);

const planOf = (run: BakeRun): BakePlan => {
  const { bakePlan } = run.context;
  if (bakePlan) return bakePlan;
  throw new Error('the bake has no plan');
};

/** An image is there already, so there is nothing to do. */
const isDone = (run: BakeRun): boolean => run.context.previouslyBaked === true;

async function prepare(run: BakeRun): Promise<TaskResult> {
  const plan = await planBake(run, await findBase(run));
  const rebake = run.context.rebake === true || run.execution.trigger['rebake'] === true;
  if (rebake) return succeeded(undefined, { bakePlan: plan });
  const known = await run.ports.images.findBaked({ ...placeOf(run), bakeKey: plan.bakeKey });
  const available = known.find(({ state }) => state === 'available');
  if (available)
    return succeeded(published(run, plan, available, true), {
      bakePlan: plan,
      previouslyBaked: true,
      bakedImageId: available.id,
    });
  const pending = known.find(({ state }) => state === 'pending');
  if (pending) return again(seconds(15), `image ${pending.name}, which another execution makes, to become available`);
  return succeeded(undefined, { bakePlan: plan });
}

function published(run: BakeRun, plan: BakePlan, image: Image, previouslyBaked: boolean) {
  const { baseOs, baseLabel, storeType, vmType } = run.context;
  const detail = deploymentDetail(image, {
    ...(previouslyBaked ? {} : { amiSuffix: plan.amiSuffix }),
    baseOs: baseOs ?? null,
    baseLabel: baseLabel ?? 'release',
    baseAmiId: plan.baseAmiId,
    storeType: storeType ?? 'ebs',
    vmType: vmType ?? 'hvm',
    package: run.context.package ?? null,
    // The stage that people see, not this part of it.
    refId: run.stage.refId.split('<')[0],
  });
  return { deploymentDetails: [detail], artifacts: [imageArtifact(image)], previouslyBaked };
}

const machineEntry = (run: BakeRun, plan: BakePlan) => ({
  ...placeOf(run),
  kind: 'instance',
  name: `bake ${plan.imageName}`,
});

async function startMachine(run: BakeRun): Promise<TaskResult> {
  if (isDone(run)) return succeeded();
  const plan = planOf(run);
  const { subnetId, iamRole, rootVolumeSize } = run.context;
  const settle = await run.intend({ ...machineEntry(run, plan), action: 'create' });
  try {
    const id = await run.ports.images.startBake(
      {
        ...placeOf(run),
        bakeKey: plan.bakeKey,
        baseImageId: plan.baseAmiId,
        instanceType: plan.instanceType,
        script: plan.script,
        expiresTime: plan.expiresTime,
        subnetId,
        iamRole,
        rootVolumeSizeGiB: rootVolumeSize,
      },
      run.operation('run'),
    );
    settle('done');
    return succeeded(undefined, { bakeInstanceId: id });
  } catch (error) {
    if (error instanceof FailureError && !error.failure.retry) settle('absent');
    throw error;
  }
}

async function waitForScript(run: BakeRun): Promise<TaskResult> {
  if (isDone(run)) return succeeded();
  const id = run.context.bakeInstanceId ?? '';
  const machine = await run.ports.images.readBake({ ...placeOf(run), id });
  if (!machine) {
    if (run.now() - run.task.startTime < APPEARS_WITHIN_MS) return again(seconds(5), `machine ${id} to appear`);
    return failed(machineGone(run, id, null));
  }
  if (machine.state === 'gone') return failed(machineGone(run, id, machine.reason));
  if (machine.state === 'starting') return again(seconds(5), `machine ${id} to start`);
  if (machine.state !== 'stopped') return again(seconds(10), `machine ${id} to install and shut down`);
  return judgeLog(run, id);
}

const machineGone = (run: BakeRun, id: string, reason: string | null) => ({
  code: 'bake.instance-gone',
  message: `Machine ${id}, on which ${planOf(run).imageName} was baked, no longer exists${reason ? `: ${reason}` : ''}.`,
  advice: 'Restart the stage. If it happens again, look for what removes machines in this account.',
});

/** That a machine has stopped says nothing; only the line with its key tells how the script ended. */
async function judgeLog(run: BakeRun, id: string): Promise<TaskResult> {
  const plan = planOf(run);
  const { rc, lines } = readBakeLog(await run.ports.images.bakeLog({ ...placeOf(run), id }), plan.bakeKey);
  if (rc === 0) return succeeded();
  const details = { instanceId: id, log: lines };
  const what = `${run.context.package || plan.imageName} in ${placeOf(run).region}`;
  const last = lines.slice(-3).join(' | ').slice(0, 600);
  if (rc !== null)
    return failed({
      code: 'bake.failed',
      message: `Baking ${what} failed with exit code ${rc}${last ? `; the log ends: ${last}` : ''}.`,
      advice: 'Read the log in the details, correct packages or script, and restart the stage.',
      details,
    });
  const stoppedAt = typeof run.memory['stoppedAt'] === 'number' ? run.memory['stoppedAt'] : run.now();
  if (run.memory['stoppedAt'] === undefined) await run.remember({ stoppedAt });
  if (run.now() - stoppedAt < LOG_LAGS_MS) return again(seconds(10), `the log of machine ${id}`);
  return failed({
    code: 'bake.no-result',
    message: `Machine ${id}, which baked ${what}, stopped without a result${last ? `; the log ends: ${last}` : ''}.`,
    advice: 'It was stopped from outside or has crashed. Restart the stage.',
    details,
  });
}

async function createImage(run: BakeRun): Promise<TaskResult> {
  if (isDone(run)) return succeeded();
  const plan = planOf(run);
  const place = placeOf(run);
  const names = packagesOf(run.context.package).map(({ name, version }) => (version ? `${name} ${version}` : name));
  const settle = await run.intend({ ...place, kind: 'image', name: plan.imageName, action: 'create' });
  try {
    const id = await run.ports.images.createImage(
      {
        ...place,
        instanceId: run.context.bakeInstanceId ?? '',
        name: plan.imageName,
        description: `${names.join(', ') || run.execution.application} on ${plan.baseAmiId}`.slice(0, 255),
        bakeKey: plan.bakeKey,
        tags: tagsOfImage(run, plan),
      },
      run.operation('image'),
    );
    settle('done');
    return succeeded(undefined, { bakedImageId: id });
  } catch (error) {
    if (error instanceof FailureError && !error.failure.retry) settle('absent');
    throw error;
  }
}

async function waitForImage(run: BakeRun): Promise<TaskResult> {
  if (isDone(run)) return succeeded();
  const plan = planOf(run);
  const id = run.context.bakedImageId ?? '';
  const image = await run.ports.images.readImage({ ...placeOf(run), id });
  if (image?.state === 'available') return succeeded(published(run, plan, image, false));
  const unseen = !image && run.now() - run.task.startTime >= APPEARS_WITHIN_MS;
  if (!unseen && image?.state !== 'failed')
    return again(seconds(15), `image ${plan.imageName} (${id}) to become available`);
  return failed({
    code: 'bake.image-failed',
    message: `Image ${plan.imageName} (${id}) could not be made: ${image?.reason ?? 'it cannot be found any more'}.`,
    advice: 'Restart the stage.',
  });
}

/** Removes the machine of this stage, whatever its number: found by its tags, too. */
async function removeMachine(run: BakeRun): Promise<void> {
  const { bakePlan, bakeInstanceId, previouslyBaked } = run.context;
  if (!bakePlan || previouslyBaked) return;
  const settle = await run.intend({ ...machineEntry(run, bakePlan), action: 'remove' });
  await run.ports.images.endBake(placeOf(run), bakeInstanceId ? [bakeInstanceId] : [], run.operation('terminate'));
  settle('done');
}

export const bakeInRegion = executeStage(bakeInRegionStage, {
  needs: ['images'],
  tasks: [
    { name: 'prepareBake', timeoutMs: hours(1), run: prepare },
    { name: 'startMachine', timeoutMs: minutes(15), run: startMachine },
    { name: 'waitForScript', timeoutMs: hours(1), run: waitForScript },
    { name: 'createImage', timeoutMs: minutes(15), run: createImage },
    { name: 'waitForImage', timeoutMs: hours(1), run: waitForImage },
    {
      name: 'removeMachine',
      timeoutMs: minutes(15),
      async run(run) {
        await removeMachine(run);
        return succeeded();
      },
    },
  ],
  onCancel: removeMachine,
});
