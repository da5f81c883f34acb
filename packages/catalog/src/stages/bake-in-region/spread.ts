import type { Failure } from '@gennaker/pipeline-dsl';
import { imageArtifact } from '../../clusters/images.ts';
import { again, failed, minutes, seconds, succeeded, type TaskResult } from '../../kit/index.ts';
import type { BakedImage, CloudRef } from '../../kit/ports/index.ts';
import { type BakeRun, placeOf, planOf } from './plan.ts';
import { published } from './turn.ts';

/** New things may stay unseen for so long. */
const APPEARS_WITHIN_MS = minutes(2);

/** Regions that the image is copied to, its own left out. */
const copyRegions = ({ context }: BakeRun): readonly string[] => {
  const { region } = placeOf({ context });
  return [...new Set(context.copyToRegions ?? [])].filter((other) => other !== region);
};

const copiesOf = ({ context }: BakeRun): Readonly<Record<string, string>> => context.imageCopies ?? {};

const sourceRef = (run: BakeRun): CloudRef => ({ ...placeOf(run), id: run.context.bakedImageId ?? '' });

async function sourceOf(run: BakeRun): Promise<BakedImage> {
  const image = await run.ports.images.readImage(sourceRef(run));
  if (image) return image;
  throw new Error(`image ${run.context.bakedImageId} is not seen`);
}

const copyFailed = (region: string, id: string, image: BakedImage | null): Failure => ({
  code: 'bake.copy-failed',
  message: `The copy ${id} in ${region} could not be made: ${image?.reason ?? 'it cannot be found any more'}.`,
  advice: 'The image itself is there, and so are copies in other regions. Restart the stage to copy again.',
});

/** Begins a copy in one region. */
async function beginCopy(run: BakeRun, source: BakedImage, region: string): Promise<string> {
  const { copyKmsKeyIds, encrypted } = run.context;
  const { account } = placeOf(run);
  const settle = await run.intend({ kind: 'image', account, region, name: source.name, action: 'create' });
  const id = await run.ports.images.copyImage(
    {
      source,
      region,
      bakeKey: planOf(run).bakeKey,
      encrypted: encrypted || Boolean(copyKmsKeyIds?.[region]) || null,
      kmsKeyId: copyKmsKeyIds?.[region],
    },
    run.operation(`copy:${region}`),
  );
  settle('done');
  return id;
}

/** Copies the image to the other regions: all begin at once, and all are waited for. */
export async function copyImage(run: BakeRun): Promise<TaskResult> {
  const regions = copyRegions(run);
  if (regions.length === 0) return succeeded();
  const missing = regions.filter((region) => !copiesOf(run)[region]);
  if (missing.length > 0) {
    const source = await sourceOf(run);
    const begun: Record<string, string> = {};
    for (const region of missing) begun[region] = await beginCopy(run, source, region);
    const context = { imageCopies: { ...copiesOf(run), ...begun } };
    return again(seconds(5), `copies in ${regions.join(', ')} to become available`, { context });
  }
  return awaitCopies(run, regions);
}

async function awaitCopies(run: BakeRun, regions: readonly string[]): Promise<TaskResult> {
  const { account } = placeOf(run);
  const waiting: string[] = [];
  const copies: BakedImage[] = [];
  for (const region of regions) {
    const id = copiesOf(run)[region] ?? '';
    const image = await run.ports.images.readImage({ account, region, id });
    const unseen = !image && run.now() - run.task.startTime >= APPEARS_WITHIN_MS;
    if (unseen || image?.state === 'failed') return failed(copyFailed(region, id, image));
    if (image?.state === 'available') copies.push(image);
    else waiting.push(`${id} in ${region}`);
  }
  if (waiting.length > 0) return again(seconds(15), `the copies ${waiting.join(', ')} to become available`);
  return succeeded(await withCopies(run, copies));
}

async function withCopies(run: BakeRun, copies: readonly BakedImage[]) {
  const source = await sourceOf(run);
  const plan = planOf(run);
  const images = [source, ...copies];
  const first = published(run, plan, source, run.context.previouslyBaked === true);
  return {
    ...first,
    deploymentDetails: images.flatMap(
      (image) => published(run, plan, image, run.context.previouslyBaked === true).deploymentDetails,
    ),
    artifacts: images.map(imageArtifact),
  };
}

/** Every image of this stage: the one made and its copies. */
const allImages = (run: BakeRun): readonly CloudRef[] => {
  const { account } = placeOf(run);
  return [sourceRef(run), ...copyRegions(run).map((region) => ({ account, region, id: copiesOf(run)[region] ?? '' }))];
};

async function shareWith(run: BakeRun, image: CloudRef, account: string): Promise<string | null> {
  const settle = await run.intend({
    kind: 'imagePermission',
    account: image.account,
    region: image.region,
    name: `${image.id} for ${account}`,
    action: 'change',
    before: { sharedWith: await before(run, image) },
  });
  const seen = await run.ports.images.shareImage(image, account, run.operation(`share:${image.region}:${account}`));
  settle('done');
  return seen === 'unseen' ? `${image.id} in ${image.region} to be seen from account ${account}` : null;
}

/** Who could use it before this stage changed anything. */
async function before(run: BakeRun, image: CloudRef): Promise<readonly string[]> {
  const known = run.memory[`sharedWith ${image.id}`];
  if (Array.isArray(known)) return known;
  const accounts = await run.ports.images.sharedWith(image);
  await run.remember({ [`sharedWith ${image.id}`]: [...accounts] });
  return accounts;
}

/** Lets other accounts use the images, and waits until they see them. */
export async function shareImage(run: BakeRun): Promise<TaskResult> {
  const accounts = [...new Set(run.context.shareWithAccounts ?? [])];
  const waiting: string[] = [];
  for (const image of accounts.length > 0 ? allImages(run) : [])
    for (const account of accounts) {
      const unseen = await shareWith(run, image, account);
      if (unseen) waiting.push(unseen);
    }
  if (waiting.length === 0) return succeeded();
  if (run.now() - run.task.startTime < APPEARS_WITHIN_MS) return again(seconds(5), waiting.join('; '));
  return failed({
    code: 'bake.share-unseen',
    message: `Shared two minutes ago, but still waiting for ${waiting.join('; ')}.`,
    advice:
      'An image encrypted with the default key cannot be shared: encrypt it with a key that the other account may use.',
  });
}
