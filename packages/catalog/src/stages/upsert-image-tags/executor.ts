import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { again, executeStage, failed, minutes, seconds, succeeded, type TaskResult } from '../../kit/index.ts';
import { type ChosenImage, chooseImages, type TagRun } from './choose.ts';
import { upsertImageTagsStage } from './definition.ts';

const tagsOf = ({ context }: TagRun): Readonly<Record<string, string>> => context.tags ?? {};
const chosenOf = ({ context }: TagRun): readonly ChosenImage[] => context.imagesToTag ?? [];

async function choose(run: TagRun): Promise<TaskResult> {
  if (Object.keys(tagsOf(run)).length === 0)
    return failed({
      code: 'tag-image.no-tags',
      message: 'The stage names no tags to set.',
      advice: 'Set at least one tag.',
    });
  return succeeded(undefined, { imagesToTag: [...(await chooseImages(run))] });
}

/** The tags as they were before this stage, null where there was none; remembered, because a second look is too late. */
async function before(run: TagRun, image: ChosenImage): Promise<JsonObject> {
  const key = `before ${image.region}/${image.id}`;
  const known = run.memory[key];
  if (isJsonObject(known)) return known;
  const seen = await run.ports.images.readImage(image);
  const tags = Object.fromEntries(Object.keys(tagsOf(run)).map((name) => [name, seen?.tags[name] ?? null]));
  await run.remember({ [key]: tags });
  return tags;
}

async function tag(run: TagRun): Promise<TaskResult> {
  for (const image of chosenOf(run)) {
    const { account, region, name } = image;
    const picture = { id: image.id, tags: await before(run, image), wanted: { tags: tagsOf(run) } };
    const settle = await run.intend({ kind: 'image', account, region, name, action: 'change', before: picture });
    await run.ports.images.tagImage(image, tagsOf(run), run.operation(`tag:${region}:${image.id}`));
    settle('done');
  }
  return succeeded();
}

/** Waits until the tags are seen: searches of later stages go by them. */
async function awaitTags(run: TagRun): Promise<TaskResult> {
  const waiting: string[] = [];
  for (const image of chosenOf(run)) {
    const seen = await run.ports.images.readImage(image);
    const missing = Object.entries(tagsOf(run)).filter(([name, value]) => seen?.tags[name] !== value);
    if (missing.length > 0) waiting.push(`${image.name} in ${image.region}`);
  }
  if (waiting.length > 0) return again(seconds(5), `the tags of ${waiting.join(', ')} to be seen`);
  const targets = chosenOf(run).map(({ name, id, account, region }) => ({
    imageName: name,
    imageId: id,
    account,
    region,
    regions: [region],
  }));
  return succeeded({ targets });
}

export const upsertImageTags = executeStage(upsertImageTagsStage, {
  needs: ['images'],
  tasks: [
    { name: 'chooseImages', timeoutMs: minutes(10), run: choose },
    { name: 'upsertImageTags', timeoutMs: minutes(10), run: tag },
    { name: 'waitForUpsertedImageTags', timeoutMs: minutes(10), run: awaitTags },
  ],
});
