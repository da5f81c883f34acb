import type { JsonObject, Stage } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { createWorld, runStage, type World } from '../../kit/testing/index.ts';
import { upsertImageTags } from './executor.ts';

/** A world with one image in two regions. */
function worldWithImages(): World {
  const world = createWorld();
  world.images.add({ id: 'ami-east', name: 'web-1', tags: { version: '1', promoted: 'no' } });
  world.images.add({ id: 'ami-west', name: 'web-1', region: 'us-west-2' });
  return world;
}

const stage = (id: string, refId: string, outputs: JsonObject, more: Partial<Stage> = {}): Stage =>
  ({
    id,
    refId,
    type: 'findImage',
    name: id,
    status: 'SUCCEEDED',
    context: {},
    outputs,
    requisiteStageRefIds: [],
    parentStageId: null,
    syntheticStageOwner: null,
    ...more,
  }) as unknown as Stage;

const found = (region: string, imageId: string): JsonObject => ({
  deploymentDetails: [{ region, imageId, account: 'prod', imageName: 'web-1' }],
});
const STAGES = [stage('find', '7', found('us-east-1', 'ami-east')), stage('bake', '8', found('us-west-2', 'ami-west'))];

const play = (world: World, context: object = {}, stages: readonly Stage[] = []) =>
  runStage(upsertImageTags, {
    world,
    requires: stages.map(({ refId }) => refId),
    stages,
    context: { tags: { promoted: 'yes', by: 'ann' }, ...context },
  });

const tagsOf = async (world: World, id: string, region = 'us-east-1') =>
  (await world.images.readImage({ account: 'prod', region, id }))?.tags;

describe('tagging images', () => {
  it('sets the tags of images by name in each region, and keeps what was there before', async () => {
    const world = worldWithImages();
    const run = await play(world, { imageNames: ['web-1'], regions: ['us-east-1', 'us-west-2'] });
    expect(run.status).toBe('SUCCEEDED');
    expect(await tagsOf(world, 'ami-east')).toEqual({ version: '1', promoted: 'yes', by: 'ann' });
    expect(await tagsOf(world, 'ami-west', 'us-west-2')).toEqual({ promoted: 'yes', by: 'ann' });
    const tags = { promoted: 'yes', by: 'ann' };
    expect(run.ledger.map(({ before, state }) => [before, state])).toEqual([
      [{ id: 'ami-east', tags: { promoted: 'no', by: null }, wanted: { tags } }, 'done'],
      [{ id: 'ami-west', tags: { promoted: null, by: null }, wanted: { tags } }, 'done'],
    ]);
    expect(run.outputs['targets']).toMatchObject([
      { imageName: 'web-1', imageId: 'ami-east', region: 'us-east-1' },
      { imageName: 'web-1', imageId: 'ami-west', region: 'us-west-2' },
    ]);
  });

  it.each([
    [{}, ['ami-east', 'ami-west']],
    [{ regions: ['us-west-2'] }, ['ami-west']],
    [{ consideredStages: ['7'] }, ['ami-east']],
  ])('takes the images of earlier stages: %o', async (context, ids) => {
    const run = await play(worldWithImages(), context, STAGES);
    expect((run.outputs['targets'] as Array<{ imageId: string }>).map(({ imageId }) => imageId)).toEqual(ids);
  });

  it('keeps the picture from before, however often an answer is lost', async () => {
    for (let lost = 1; lost <= 2; lost++) {
      const world = worldWithImages();
      world.images.trouble.loseAnswerOf = lost;
      const run = await play(world, { imageNames: ['web-1'], regions: ['us-east-1'] });
      expect(run.status).toBe('SUCCEEDED');
      expect(run.ledger.at(-1)?.before).toMatchObject({ tags: { promoted: 'no', by: null } });
    }
  });

  it('waits until the tags are seen', async () => {
    const world = worldWithImages();
    const read = world.images.readImage.bind(world.images);
    const seenAt = world.clock.now() + 60_000;
    world.images.readImage = async (ref) => {
      const image = await read(ref);
      return image && (world.clock.now() < seenAt ? { ...image, tags: {} } : image);
    };
    const run = await play(world, { imageNames: ['web-1'], regions: ['us-east-1'] });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.waits).toEqual(['the tags of web-1 in us-east-1 to be seen']);
  });

  it.each([
    [{ imageNames: ['none'], regions: ['us-east-1'] }, 'tag-image.not-found'],
    [{ imageNames: ['web-1'] }, 'cluster.incomplete'],
    [{}, 'tag-image.none'],
    [{ tags: {} }, 'tag-image.no-tags'],
  ])('%o fails with %s', async (context, code) => {
    expect((await play(worldWithImages(), context)).failure?.code).toBe(code);
  });
});
