import { describe, expect, it } from 'vitest';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { findImageFromTags } from '../find-image-from-tags/executor.ts';
import { findImage } from './executor.ts';

const CLUSTER = { credentials: 'prod', cluster: 'demo-web', regions: ['us-east-1'] };

describe('image of a cluster', () => {
  const play = (context = {}) => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000', imageId: 'ami-old', size: 5 });
    world.serverGroups.add({ name: 'demo-web-v001', imageId: 'ami-new', size: 2 });
    world.serverGroups.add({ name: 'demo-web-v002', imageId: 'ami-gone', disabled: true });
    return runStage(findImage, { world, context: { ...CLUSTER, ...context } });
  };
  const imageOf = (run: Awaited<ReturnType<typeof play>>) =>
    (run.outputs['deploymentDetails'] as Array<{ ami: string }> | undefined)?.[0]?.ami;

  it.each([
    [undefined, 'ami-new'],
    ['NEWEST', 'ami-new'],
    ['OLDEST', 'ami-old'],
    ['LARGEST', 'ami-old'],
  ])('%s gives %s', async (selectionStrategy, image) => {
    expect(imageOf(await play({ selectionStrategy }))).toBe(image);
  });

  it('publishes what a deploy stage reads', async () => {
    const run = await play();
    expect(run.outputs['deploymentDetails']).toMatchObject([
      { region: 'us-east-1', imageId: 'ami-new', imageName: 'ami-new-name', sourceServerGroup: 'demo-web-v001' },
    ]);
    expect(run.outputs['artifacts']).toMatchObject([
      { type: 'aws/image', reference: 'ami-new', location: 'us-east-1' },
    ]);
  });

  it.each([
    [{ selectionStrategy: 'FAIL' }, 'find-image.several'],
    [{ onlyEnabled: false }, 'find-image.gone'],
    [{ imageNamePattern: '^web-' }, 'find-image.name-differs'],
    [{ cluster: 'demo-api' }, 'find-image.none'],
  ])('%o fails with %s', async (context, code) => {
    expect((await play(context)).failure?.code).toBe(code);
  });
});

describe('image by tags', () => {
  const play = (world = createWorld(), context = {}) =>
    runStage(findImageFromTags, {
      world,
      context: { account: 'prod', region: 'us-east-1', packageName: 'web', tags: { release: 'yes' }, ...context },
    });

  it('takes the newest that carries all tags', async () => {
    const world = createWorld();
    world.images.add({ id: 'ami-1', name: 'web-1', createdTime: 10, tags: { release: 'yes' } });
    world.images.add({ id: 'ami-2', name: 'web-2', createdTime: 20, tags: { release: 'yes' } });
    world.images.add({ id: 'ami-3', name: 'web-3', createdTime: 30, tags: {} });
    expect((await play(world)).outputs['amiDetails']).toMatchObject([{ imageId: 'ami-2' }]);
  });

  it('waits a little for one that has just been made', async () => {
    const world = createWorld();
    world.clock.in(30_000, () => world.images.add({ id: 'ami-1', name: 'web-1', tags: { release: 'yes' } }));
    expect((await play(world)).status).toBe('SUCCEEDED');
  });

  it('fails naming region and tags when there is none', async () => {
    expect((await play()).failure?.message).toBe('No image named web in us-east-1 carries the tags release=yes.');
  });
});
