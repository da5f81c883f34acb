import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { targetCapacity } from './target-capacity.ts';

const now = { min: 2, desired: 4, max: 8 };
const others = [now, { min: 3, desired: 10, max: 12 }];
const text = (capacity: { min: number; desired: number; max: number } | null) =>
  capacity && `${capacity.min}/${capacity.desired}/${capacity.max}`;

describe('target size from 2/4/8', () => {
  it.each([
    [{ action: 'scale_exact', capacity: { min: 1, desired: 2, max: 3 } }, '1/2/3'],
    [{ action: 'scale_exact', capacity: { desired: 6 } }, '2/6/8'],
    [{ action: 'scale_exact', capacity: { desired: 1 } }, '1/1/8'],
    [{ action: 'scale_exact', capacity: { desired: 20 } }, '2/20/20'],
    [{ action: 'scale_exact', capacity: { min: 9 } }, '9/9/9'],
    [{ action: 'scale_exact', capacity: { max: 1 } }, '1/1/1'],
    [{ action: 'scale_exact', scalePct: 50 }, '2/2/8'],
    [{ action: 'scale_up', scalePct: 50 }, '3/6/12'],
    [{ action: 'scale_up', scaleNum: 2 }, '4/6/10'],
    [{ action: 'scale_down', scalePct: 30 }, '1/2/5'],
    [{ action: 'scale_down', scaleNum: 3 }, '0/1/5'],
    [{ action: 'scale_to_cluster' }, '3/10/12'],
    [{ action: 'scale_to_cluster', scalePct: 10 }, '3/11/12'],
    [{ action: 'scale_to_cluster', scaleNum: 5 }, '3/12/12'],
    [{ action: 'scale_to_server_group' }, '3/10/12'],
    [{ action: 'scale_to_server_group', scalePct: 25 }, '3/3/12'],
    [{ action: 'scale_exact', capacity: { desired: 5 }, pinCapacity: true }, '5/5/5'],
    [{ action: 'scale_exact', pinMinimumCapacity: true }, '4/4/8'],
    [{ action: 'scale_exact', capacity: { min: 1 }, unpinMinimumCapacity: true }, '1/4/8'],
    [{ action: 'scale_exact', capacity: { min: 5 }, unpinMinimumCapacity: true }, '2/4/8'],
    [{ action: 'scale_down', scaleNum: 1, unpinMinimumCapacity: true }, '1/3/7'],
  ])('%o gives %s', (request, expected) => {
    expect(text(targetCapacity(request, { current: now, cluster: others, source: others[1] }))).toBe(expected);
  });

  it('is null when the group to be like does not exist', () => {
    expect(
      targetCapacity({ action: 'scale_to_server_group' }, { current: now, cluster: others, source: null }),
    ).toBeNull();
  });
});

describe('resize stage', () => {
  const target = { credentials: 'prod', cluster: 'demo-web', regions: ['us-east-1'], target: 'current_asg_dynamic' };
  const play = (world: ReturnType<typeof createWorld>, context = {}) =>
    runStage(stageExecutors.resizeServerGroup, { world, context: { ...target, ...context } });

  it('chooses the newest group and waits until its instances are healthy', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000' });
    world.serverGroups.add({ name: 'demo-web-v001' });
    expect((await play(world, { action: 'scale_up', scaleNum: '2' })).status).toBe('SUCCEEDED');
    expect(world.serverGroups.picture('demo-web-v001')?.instances.map(({ health }) => health)).toEqual([
      'Up',
      'Up',
      'Up',
      'Up',
      'Up',
    ]);
    expect(world.serverGroups.picture('demo-web-v000')?.instances).toHaveLength(3);
  });

  it('adds its step once although the answer was lost', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000' });
    world.serverGroups.trouble.loseNextAnswer('resize');
    await play(world, { action: 'scale_up', scaleNum: 2 });
    expect(world.serverGroups.picture('demo-web-v000')?.capacity.desired).toBe(5);
  });

  it('refuses to scale the last serving group to nothing unless allowed', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000' });
    const nothing = { action: 'scale_exact', capacity: { min: 0, desired: 0, max: 0 } };
    expect((await play(world, nothing)).failure?.code).toBe('cluster.would-lose-traffic');
    expect((await play(world, { ...nothing, allowNoTraffic: true })).status).toBe('SUCCEEDED');
    expect(world.serverGroups.picture('demo-web-v000')?.intendedCapacity).toEqual({ min: 3, desired: 3, max: 3 });
  });

  it('fails when no group fits the choice, and does nothing for a named one that is gone', async () => {
    expect((await play(createWorld())).failure?.code).toBe('cluster.no-target');
    expect((await play(createWorld(), { serverGroupName: 'demo-web-v009', capacity: { desired: 1 } })).status).toBe(
      'SUCCEEDED',
    );
  });

  it('tells what holds instances back, and stops when the size can never be reached', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000' });
    const hook = 'i-0002 to go, held by lifecycle hook say-bye (up to 60 s)';
    world.serverGroups.holds.set('demo-web-v000', [hook]);
    world.clock.in(30_000, () => world.serverGroups.holds.delete('demo-web-v000'));
    const run = await play(world, { action: 'scale_down', scaleNum: 1 });
    expect([run.status, run.waits]).toEqual(['SUCCEEDED', [`demo-web-v000 to have 2 instances, 3 now; ${hook}`]]);
    world.serverGroups.holds.set('demo-web-v000', [hook]);
    const never = { code: 'aws.protected-from-scale-in', message: 'All are protected.' };
    world.serverGroups.hopelessGroups.set('demo-web-v000', never);
    expect((await play(world, { action: 'scale_down', scaleNum: 1 })).failure?.code).toBe(never.code);
  });

  it('changes nothing when the size is not the one it was told', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000', capacity: { min: 1, desired: 3, max: 4 } });
    const constraints = { capacity: { min: 1, desired: 2, max: 4 } };
    const run = await play(world, { action: 'scale_up', scaleNum: 1, constraints });
    expect(run.failure?.code).toBe('resize.capacity-changed');
    expect(world.serverGroups.changes).toEqual([]);
    const same = { capacity: { desired: 3 } };
    expect((await play(world, { action: 'scale_up', scaleNum: 1, constraints: same })).status).toBe('SUCCEEDED');
  });
});
