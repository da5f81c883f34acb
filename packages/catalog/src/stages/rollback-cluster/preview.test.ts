import { describe, expect, it } from 'vitest';
import { createWorld } from '../../kit/testing/index.ts';
import { previewRollback } from './preview.ts';

const REF = { account: 'prod', region: 'us-east-1', cluster: 'demo-web' };

describe('what a rollback would do', () => {
  it('shows each server group with image, size, health and why it is chosen or not', async () => {
    const world = createWorld();
    world.images.images.splice(0, world.images.images.length);
    world.images.add({ id: 'ami-old' });
    world.serverGroups.add({ name: 'demo-web-v000', imageId: 'ami-gone', disabled: true });
    world.serverGroups.add({ name: 'demo-web-v001', disabled: true });
    world.serverGroups.add({ name: 'demo-web-v002', capacity: { min: 0, desired: 0, max: 0 }, disabled: true });
    world.serverGroups.add({ name: 'demo-web-v003', capacity: { min: 1, desired: 4, max: 5 } });
    world.serverGroups.add({ name: 'demo-web-v004', disabled: true });
    world.deployments.add('demo-web-v002', { cameUp: false });
    const preview = await previewRollback(world, REF);
    expect(preview).toMatchObject({ region: 'us-east-1', from: 'demo-web-v003', to: 'demo-web-v001', skip: null });
    expect(
      preview.candidates.map(({ name, eligible, chosen, why }) => [name.slice(-1), eligible, chosen, why]),
    ).toEqual([
      ['4', true, false, 'it is newer than demo-web-v003'],
      ['3', false, false, 'it is the one to undo'],
      ['2', true, false, 'it never became healthy'],
      ['1', true, true, 'it is the newest before demo-web-v003'],
      ['0', false, false, 'its image ami-gone no longer exists'],
    ]);
    expect(preview.candidates[3]).toMatchObject({
      image: { id: 'ami-old', exists: true },
      capacity: { min: 3, desired: 3, max: 3 },
      servingSize: { min: 4, desired: 4, max: 5 },
      health: { up: 0, total: 3 },
      traffic: 'disabled',
      deployment: null,
    });
    expect(preview.candidates[2]?.deployment).toMatchObject({ user: 'ann', cameUp: false });
  });

  it('says why there is nothing to roll back', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000' });
    expect(await previewRollback(world, REF)).toMatchObject({
      from: null,
      to: null,
      skip: 'nothing is older than demo-web-v000',
    });
  });

  it('follows the choice of a person', async () => {
    const world = createWorld();
    for (const name of ['demo-web-v000', 'demo-web-v001', 'demo-web-v002']) world.serverGroups.add({ name });
    const preview = await previewRollback(world, REF, { from: 'demo-web-v002', to: 'demo-web-v000' });
    expect(preview).toMatchObject({ from: 'demo-web-v002', to: 'demo-web-v000' });
  });
});
