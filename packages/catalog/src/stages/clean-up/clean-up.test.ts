import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { createWorld, runStage } from '../../kit/testing/index.ts';

const place = { account: 'prod', region: 'us-east-1' };
const destroy = (name: string) => ({ ...place, name, action: 'destroy' });
const unpin = (name: string, min: number) => ({ ...place, name, action: 'unpin', min });

function left() {
  const world = createWorld();
  world.serverGroups.add({ name: 'demo-web-v000', capacity: { min: 3, desired: 3, max: 5 } });
  world.serverGroups.add({ name: 'demo-web-v001', capacity: { min: 1, desired: 1, max: 1 }, disabled: true });
  return world;
}

const play = (world: ReturnType<typeof createWorld>, leftovers: object[]) =>
  runStage(stageExecutors.cleanUp, { world, context: { leftovers }, executors: stageExecutors });

describe('cleaning up', () => {
  it('destroys what nobody uses and gives a raised size back', async () => {
    const world = left();
    const run = await play(world, [destroy('demo-web-v001'), unpin('demo-web-v000', 1)]);
    expect(run.status).toBe('SUCCEEDED');
    expect(world.serverGroups.picture('demo-web-v001')).toBeNull();
    expect(world.serverGroups.picture('demo-web-v000')?.capacity).toEqual({ min: 1, desired: 3, max: 5 });
    expect(run.outputs).toMatchObject({ left: [] });
  });

  it('leaves what has come into use or has changed since, and says why', async () => {
    const world = left();
    const run = await play(world, [destroy('demo-web-v000'), destroy('demo-web-v009'), unpin('demo-web-v001', 1)]);
    expect(run.status).toBe('SUCCEEDED');
    expect(run.children).toEqual([]);
    expect(run.outputs['left']).toEqual([
      'demo-web-v000 takes traffic now.',
      'demo-web-v009 is gone already.',
      'demo-web-v001 has a least size of 1, as before or chosen since.',
    ]);
  });

  it('changes nothing when it is done a second time', async () => {
    const world = left();
    const leftovers = [destroy('demo-web-v001'), unpin('demo-web-v000', 1)];
    await play(world, leftovers);
    const again = await play(world, leftovers);
    expect([again.status, again.children.length]).toEqual(['SUCCEEDED', 0]);
  });
});
