import type { Stage } from '@gennaker/pipeline-dsl';
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

describe('image of a cluster in several regions', () => {
  const later = {
    id: 'later',
    refId: '2',
    type: 'deploy',
    requisiteStageRefIds: ['1'],
    parentStageId: null,
    syntheticStageOwner: null,
    context: { clusters: [{ account: 'prod', availabilityZones: { 'eu-west-1': [] } }] },
    outputs: {},
  } as unknown as Stage;
  const play = (context: object = {}, more: { images?: string[]; second?: string } = {}) => {
    const world = createWorld();
    world.images.add({ id: 'ami-web', name: 'web-1-x86_64-2023-ebs1' });
    for (const [i, name] of (more.images ?? []).entries())
      world.images.add({ id: `ami-eu${i}`, name, region: 'eu-west-1', createdTime: i });
    world.serverGroups.add({ name: 'demo-web-v000', imageId: 'ami-web' });
    if (more.second) world.serverGroups.add({ name: 'demo-web-v000', region: 'us-west-2', imageId: more.second });
    return runStage(findImage, { world, stages: [later], context: { ...CLUSTER, ...context } });
  };
  const found = (run: Awaited<ReturnType<typeof play>>) =>
    (run.outputs['deploymentDetails'] as Array<{ region: string; ami: string; sourceServerGroup: string }>).map(
      ({ region, ami, sourceServerGroup }) => [region, ami, sourceServerGroup],
    );

  it('adds the regions that later deploy stages name, unless it is told not to', async () => {
    const run = await play({}, { images: ['web-1-x86_64-2023-ebs'] });
    expect(found(run).map(([region]) => region)).toEqual(['us-east-1', 'eu-west-1']);
    const without = await play();
    expect(without.outputs['warning']).toBe('Later stages deploy to eu-west-1, where no such image is.');
    const alone = await play({ skipRegionDetection: true });
    expect(alone.outputs).toMatchObject({ inferredRegions: [], deploymentDetails: [{ region: 'us-east-1' }] });
  });

  it('takes the newest image of the same name where a region has no server group', async () => {
    const images = ['web-1-x86_64-2023-ebs', 'web-1-x86_64-2023-ebs2', 'web-10'];
    const context = { resolveMissingLocations: true, regions: ['us-east-1', 'eu-west-1'] };
    const run = await play(context, { images });
    expect(found(run)).toEqual([
      ['us-east-1', 'ami-web', 'demo-web-v000'],
      ['eu-west-1', 'ami-eu1', 'demo-web'],
    ]);
    const strict = await play({ ...context, resolveMissingLocations: false }, { images });
    expect(strict.failure?.message).toBe(
      'Cluster demo-web has no enabled server group in eu-west-1 to take an image from.',
    );
  });

  it('says what is missing when there is no such image, or no single name', async () => {
    const run = await play({ resolveMissingLocations: true, regions: ['us-east-1', 'eu-west-1'] });
    expect(run.failure?.message).toContain('and no image web-1-x86_64-2023-ebs is there either');
    const alone = await play({ resolveMissingLocations: true, cluster: 'demo-none' });
    expect(alone.failure).toMatchObject({
      code: 'find-image.unclear',
      message: expect.stringContaining('no other region has one'),
    });
  });

  it('publishes what is known of the image', async () => {
    const { outputs } = await play({ skipRegionDetection: true });
    expect(outputs['amiDetails']).toMatchObject([
      { refId: '1', ownerId: '111111111111', architecture: 'x86_64', creationDate: '1970-01-01T00:00:00.002Z' },
    ]);
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

  it('prefers the package that the image names, and says when only names fitted', async () => {
    const world = createWorld();
    const tags = { release: 'yes' };
    world.images.add({
      id: 'ami-1',
      name: 'image-of-web',
      createdTime: 1,
      tags: { ...tags, appversion: 'web-1.2-h3' },
    });
    world.images.add({ id: 'ami-2', name: 'web-2', createdTime: 2, tags });
    world.images.add({ id: 'ami-3', name: 'web-api', createdTime: 3, tags: { ...tags, appversion: 'web-api-1-h1' } });
    const byVersion = await play(world);
    expect(byVersion.outputs['amiDetails']).toMatchObject([{ imageId: 'ami-1', matched: 1 }]);
    expect(byVersion.outputs['warning']).toBeUndefined();
    await world.images.removeImage({ account: 'prod', region: 'us-east-1', id: 'ami-1' });
    const byName = await play(world);
    expect(byName.outputs['amiDetails']).toMatchObject([{ imageId: 'ami-2' }]);
    expect(byName.outputs['warning']).toBe('No image carries an appversion of web; by their names were taken: web-2.');
    const glob = await play(world, { packageName: 'web*' });
    expect(glob.outputs['amiDetails']).toMatchObject([{ imageId: 'ami-3', matched: 2 }]);
    await world.images.removeImage({ account: 'prod', region: 'us-east-1', id: 'ami-2' });
    expect((await play(world)).failure?.message).toContain('1 with such a name and these tags are of other packages.');
  });

  it('looks in the default account when none is named, and among the images of one owner', async () => {
    const world = createWorld();
    world.images.add({ id: 'ami-1', name: 'web-1', createdTime: 1, tags: { release: 'yes' } });
    world.images.add({ id: 'ami-2', name: 'web-2', ownerId: '222222222222', tags: { release: 'yes' } });
    const asked: unknown[] = [];
    const search = world.images.findByTags.bind(world.images);
    world.images.findByTags = async (query) => {
      asked.push(query);
      return search(query);
    };
    expect((await play(world, { account: null })).status).toBe('SUCCEEDED');
    const owned = await play(world, { account: null, imageOwnerAccount: '222222222222' });
    expect(owned.outputs['amiDetails']).toMatchObject([{ imageId: 'ami-2', ownerId: '222222222222' }]);
    expect((await play(world, { imageOwnerAccount: 'shared' })).status).toBe('SUCCEEDED');
    expect(asked).toMatchObject([{ account: 'prod' }, { ownerId: '222222222222' }, { account: 'shared' }]);
  });
});
