import { deploymentDetail, imageArtifact } from '../../clusters/images.ts';
import { again, minutes, seconds, succeeded, type TaskResult } from '../../kit/index.ts';
import type { Image, LeaseHolder } from '../../kit/ports/index.ts';
import { type BakePlan, type BakeRun, isRebake, placeOf } from './plan.ts';

/** A machine that has been at it for so long is not worth taking over. */
const MOST_AGE_MS = minutes(45);

/** What the holder of the bake leaves for the next. */
interface Note {
  readonly instanceId?: string;
  readonly log?: string;
  readonly commandId?: string;
  readonly startedTime?: number;
  readonly imageId?: string;
}

export const leaseKey = (run: BakeRun, plan: BakePlan): string => {
  const { account, region } = placeOf(run);
  return `bake:${account}:${region}:${plan.bakeKey}`;
};

export const leaseHolder = (run: BakeRun, plan: BakePlan): LeaseHolder => ({
  executionId: run.execution.id,
  stageId: run.stage.id,
  description: `bake of ${plan.imageName} by execution ${run.execution.id} of ${run.execution.application}`,
});

export const noteFacts = (run: BakeRun, plan: BakePlan, facts: Note): Promise<boolean> =>
  run.ports.leases.note(leaseKey(run, plan), leaseHolder(run, plan), { ...facts });

/** Outputs of the stage for an image that is there. */
export function published(run: BakeRun, plan: BakePlan, image: Image, previouslyBaked: boolean) {
  const { baseOs, baseLabel, storeType, vmType, bakeLogLocation, bakeInstanceId } = run.context;
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
  const command = run.context.bakeCommandId;
  const log =
    bakeLogLocation ?? (command ? `command ${command}` : bakeInstanceId ? `console of ${bakeInstanceId}` : null);
  return {
    deploymentDetails: [detail],
    artifacts: [imageArtifact(image)],
    previouslyBaked,
    bakeKey: plan.bakeKey,
    ...(log && !previouslyBaked ? { log } : {}),
  };
}

const found = (run: BakeRun, plan: BakePlan, image: Image): TaskResult =>
  succeeded(published(run, plan, image, true), {
    bakePlan: plan,
    previouslyBaked: true,
    bakedImageId: image.id,
    ...(run.context.bakeProgress ? {} : { bakeProgress: 'ended' }),
  });

/** The image of an earlier bake, or of one that somebody else is at; null: there is none. */
async function earlierImage(run: BakeRun, plan: BakePlan, note: Note): Promise<TaskResult | null> {
  if (isRebake(run)) return null;
  const place = placeOf(run);
  const { images } = run.ports;
  const noted = note.imageId ? await images.readImage({ ...place, id: note.imageId }) : null;
  const known = [...(noted ? [noted] : []), ...(await images.findBaked({ ...place, bakeKey: plan.bakeKey }))];
  const available = known.find(({ state }) => state === 'available');
  if (available) return found(run, plan, available);
  // Without its machine: nobody of this installation makes it.
  const pending = note.instanceId ? undefined : known.find(({ state }) => state === 'pending');
  if (!pending) return null;
  const context = { bakePlan: plan };
  return again(seconds(15), `image ${pending.name}, which somebody else makes, to become available`, { context });
}

/** What the holder before has begun and let go, to go on with; null when there is nothing. */
async function takenOver(run: BakeRun, plan: BakePlan, note: Note): Promise<TaskResult | null> {
  const { instanceId, log, commandId, startedTime = 0, imageId } = note;
  if (!instanceId || run.now() - startedTime > MOST_AGE_MS) return null;
  const machine = await run.ports.images.readBake({ ...placeOf(run), id: instanceId });
  if (!machine || machine.state === 'gone') return null;
  return succeeded(undefined, {
    bakePlan: plan,
    bakeInstanceId: instanceId,
    bakeLogLocation: log ?? null,
    bakeCommandId: commandId ?? null,
    bakeStartedTime: startedTime,
    bakedImageId: imageId ?? null,
    bakeProgress: 'making',
  });
}

/**
 * Takes the lease on the content, or makes it new. A result: it is not this stage's turn, or there is nothing to do for
 * it. Null: go on.
 */
export async function awaitTurn(run: BakeRun, plan: BakePlan): Promise<TaskResult | null> {
  const answer = await run.ports.leases.take(leaseKey(run, plan), leaseHolder(run, plan));
  if (!answer.held)
    return again(seconds(10), `the ${answer.holder.description}, which makes the same image`, {
      context: { bakePlan: plan },
    });
  const note = answer.note as Note;
  const begun = run.context.bakeProgress === 'making';
  if (begun && !answer.fresh) return null;
  const earlier = await earlierImage(run, plan, note);
  if (begun) return earlier;
  const next = earlier ?? (await takenOver(run, plan, note));
  // A machine that is not gone on with would stand there for ever.
  if (note.instanceId && (next !== null) === (earlier !== null))
    await run.ports.images.endBake(placeOf(run), [note.instanceId], run.operation('end-earlier'));
  return next;
}
