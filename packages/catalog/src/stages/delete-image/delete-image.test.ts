import { describe, expect, it } from 'vitest';
import { createWorld, runStage, type World } from '../../kit/testing/index.ts';
import { deleteImage } from './executor.ts';

const play = (world: World, context: object = {}) =>
  runStage(deleteImage, {
    world,
    context: { credentials: 'prod', region: 'us-east-1', imageIds: ['ami-old'], ...context },
  });
const idsOf = (world: World) => world.images.images.map(({ id }) => id);

describe('deleting images', () => {
  it('removes those that nothing uses, and keeps what they were', async () => {
    const world = createWorld();
    const run = await play(world, { imageIds: ['ami-old', 'ami-gone'] });
    expect(run.status).toBe('SUCCEEDED');
    expect(idsOf(world)).toEqual(['ami-new']);
    expect(run.outputs['removedImages']).toEqual(['ami-old']);
    expect(run.ledger).toMatchObject([
      { kind: 'image', action: 'remove', name: 'ami-old-name', before: { id: 'ami-old' }, state: 'done' },
    ]);
  });

  it('removes nothing when one of them is used, also by a server group without instances', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v001', imageId: 'ami-new', size: 0, disabled: true });
    const run = await play(world, { imageIds: ['ami-old', 'ami-new'] });
    expect(run.failure).toMatchObject({
      code: 'delete-image.in-use',
      message: expect.stringContaining('ami-new in us-east-1: server group demo-web-v001 would no longer start'),
    });
    expect(idsOf(world)).toEqual(['ami-old', 'ami-new']);
  });

  it('does the same when an answer is lost', async () => {
    const world = createWorld();
    world.images.trouble.loseNextAnswer('removeImage');
    const run = await play(world);
    expect(run.outputs['removedImages']).toEqual(['ami-old']);
    expect(idsOf(world)).toEqual(['ami-new']);
  });

  it('needs an image', async () => {
    expect((await play(createWorld(), { imageIds: [] })).failure?.code).toBe('delete-image.none');
  });
});
