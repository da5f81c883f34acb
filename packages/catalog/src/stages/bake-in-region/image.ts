import { FailureError } from '@gennaker/pipeline-dsl';
import { again, failed, minutes, seconds, succeeded, type TaskResult } from '../../kit/index.ts';
import type { BakedImage } from '../../kit/ports/index.ts';
import { packagesOf } from './bake-script.ts';
import { type BakeRun, placeOf, planOf, tagsOfImage } from './plan.ts';
import { noteFacts, published } from './turn.ts';

/** New things may stay unseen for so long. */
const APPEARS_WITHIN_MS = minutes(2);

const imageEntry = (run: BakeRun) => ({ ...placeOf(run), kind: 'image', name: planOf(run).imageName });

/** Names tried before giving up: each belongs to something else. */
const MOST_NAMES = 5;

const numberedName = (name: string, number: number): string =>
  number === 1 ? name : `${name.slice(0, 125)}-${number}`;

/** Begins the image of the machine that has stopped, under another name when its own is taken. */
export async function createImage(run: BakeRun): Promise<TaskResult> {
  const plan = planOf(run);
  const number = typeof run.memory['number'] === 'number' ? run.memory['number'] : 1;
  const names = packagesOf(plan.packages).map(({ name, version }) => (version ? `${name} ${version}` : name));
  const settle = await run.intend({ ...imageEntry(run), action: 'create' });
  try {
    const id = await run.ports.images.createImage(
      {
        ...placeOf(run),
        instanceId: run.context.bakeInstanceId ?? '',
        name: numberedName(plan.imageName, number),
        description: `${names.join(', ') || run.execution.application} on ${plan.baseAmiId}`.slice(0, 255),
        bakeKey: plan.bakeKey,
        tags: tagsOfImage(run, plan),
      },
      run.operation(number === 1 ? 'image' : `image-${number}`),
    );
    settle('done');
    await noteFacts(run, plan, { imageId: id });
    return succeeded(undefined, { bakedImageId: id });
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    if (error.failure.code === 'aws.image-name-taken' && number < MOST_NAMES) {
      await run.remember({ number: number + 1 });
      return again(seconds(1), `a free name: ${numberedName(plan.imageName, number)} belongs to another image`);
    }
    if (!error.failure.retry) settle('absent');
    throw error;
  }
}

export async function waitForImage(run: BakeRun): Promise<TaskResult> {
  const plan = planOf(run);
  const id = run.context.bakedImageId ?? '';
  const image = await run.ports.images.readImage({ ...placeOf(run), id });
  if (image?.state === 'available') return succeeded(published(run, plan, image, false), { bakeProgress: 'made' });
  const unseen = !image && run.now() - run.task.startTime >= APPEARS_WITHIN_MS;
  if (!unseen && image?.state !== 'failed')
    return again(seconds(15), `image ${plan.imageName} (${id}) to become available`);
  return failed(
    {
      code: 'bake.image-failed',
      message: `Image ${plan.imageName} (${id}) could not be made: ${image?.reason ?? 'it cannot be found any more'}.`,
      advice: 'Restart the stage.',
    },
    { context: { bakeProgress: 'hopeless' } },
  );
}

/** Takes an unfinished image of this stage away, which nobody will wait for. A finished one stays: it is good. */
export async function giveUpImage(run: BakeRun): Promise<void> {
  const { images } = run.ports;
  const { bakedImageId, previouslyBaked } = run.context;
  const isOwn = ({ id, tags }: BakedImage): boolean =>
    (id === bakedImageId && !previouslyBaked) ||
    (tags['cd:execution'] === run.execution.id && tags['cd:stage'] === run.stage.id);
  const known = await images.findBaked({ ...placeOf(run), bakeKey: planOf(run).bakeKey });
  for (const image of known.filter((each) => each.state !== 'available' && isOwn(each))) {
    const settle = await run.intend({ ...imageEntry(run), action: 'remove' });
    await images.removeImage({ ...placeOf(run), id: image.id }, run.operation(`remove:${image.id}`));
    settle('done');
  }
}
