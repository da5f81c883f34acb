import { describe, expect, it } from 'vitest';
import { type StageType, stageExecutors } from '../executors.ts';
import { createWorld, type RunStageOptions, runStage, type World } from '../kit/testing/index.ts';

const CLUSTER = { credentials: 'prod', cluster: 'demo-web', regions: ['us-east-1'] };
const GUARD = { account: 'prod', location: 'us-east-1', stack: 'web' };
const play = (type: StageType, world: World, context = {}, more: Partial<RunStageOptions> = {}) =>
  runStage(stageExecutors[type], { world, executors: stageExecutors, context: { ...CLUSTER, ...context }, ...more });

/** Server groups v000, v001, … in traffic, of these sizes; the application guards its clusters. */
function worldOf(sizes: readonly number[], guard: object = {}): World {
  const world = createWorld();
  sizes.forEach((size, i) => world.serverGroups.add({ name: `demo-web-v00${i}`, size }));
  world.guards.set('demo', { ...GUARD, ...guard });
  return world;
}

const OLDEST = { serverGroupName: 'demo-web-v000' };
const idsOf = (world: World, name = 'demo-web-v000'): string[] =>
  (world.serverGroups.picture(name)?.instances ?? []).map(({ id }) => id);

describe('a guarded cluster', () => {
  it('keeps its last traffic although the stage allows none', async () => {
    const world = worldOf([3]);
    const run = await play('disableServerGroup', world, { allowNoTraffic: true });
    expect(run.failure).toMatchObject({
      code: 'cluster.traffic-guard',
      details: { account: 'prod', region: 'us-east-1', cluster: 'demo-web', up: 3, after: 0, least: 1 },
    });
    expect(run.failure?.message).toBe(
      'Refused to disable demo-web-v000: 3 healthy instances of demo-web in us-east-1 of account prod serve now, 0 would afterwards. The application’s traffic guard (prod, us-east-1, stack web, no detail) keeps at least 1.',
    );
    expect(world.serverGroups.changes).toEqual([]);
  });

  const takesCapacity: ReadonlyArray<readonly [StageType, object]> = [
    ['disableServerGroup', OLDEST],
    ['disableServerGroup', { ...OLDEST, desiredPercentage: 90 }],
    ['destroyServerGroup', { ...OLDEST, skipDisableBeforeDestroy: true }],
    ['destroyServerGroup', OLDEST],
    ['resizeServerGroup', { ...OLDEST, capacity: { min: 0, desired: 0, max: 0 } }],
    ['resizeServerGroup', { ...OLDEST, action: 'scale_down', scaleNum: 9 }],
    ['disableCluster', {}],
    ['shrinkCluster', { allowDeleteActive: true, retainLargerOverNewer: false }],
    ['scaleDownCluster', { allowScaleDownActive: true }],
  ];
  it.each(takesCapacity)(
    '%s %o is refused when too small a share would be left, and goes on with a reason',
    async (type, context) => {
      const world = worldOf([10, 2]);
      world.guards.minCapacityRatio = 0.3;
      const refused = await play(type, world, context);
      expect(refused.failure?.code).toBe('cluster.traffic-guard');
      expect(world.serverGroups.changes).toEqual([]);
      world.guards.overriders.clear();
      const stranger = await play(type, world, { ...context, overrideTrafficGuards: 'the region burns' });
      expect(stranger.failure?.code).toBe('cluster.traffic-guard');
      expect(stranger.failure?.message).toContain(
        `${refused.failure?.message} The reason to override the guard does not`,
      );
      expect(world.serverGroups.changes).toEqual([]);
      world.guards.overriders.add('ann');
      const forced = await play(type, world, { ...context, overrideTrafficGuards: 'the region burns' });
      expect(forced.status).toBe('SUCCEEDED');
      expect(forced.context['overriddenTrafficGuards']).toEqual([
        expect.objectContaining({ user: 'ann', reason: 'the region burns', refusal: refused.failure?.message }),
      ]);
    },
  );

  const takesInstances: ReadonlyArray<readonly [StageType, object]> = [
    ['terminateInstances', {}],
    ['terminateInstanceAndDecrementServerGroup', { adjustMinIfNecessary: true }],
    ['detachInstances', { decrementDesiredCapacity: true, adjustMinIfNecessary: true }],
    ['deregisterInstancesFromLoadBalancer', {}],
  ];
  it.each(takesInstances)('%s counts the chosen instances', async (type, context) => {
    const world = worldOf([4, 1], { minUp: 3 });
    const three = { ...context, instanceIds: idsOf(world).slice(0, 3) };
    const run = await play(type, world, three);
    expect(run.failure).toMatchObject({ code: 'cluster.traffic-guard', details: { up: 5, after: 2, least: 3 } });
    expect(world.serverGroups.changes).toEqual([]);
    expect((await play(type, world, { ...context, instanceIds: idsOf(world).slice(0, 2) })).status).toBe('SUCCEEDED');
  });

  it('counts instances where they are, whatever group the stage names', async () => {
    const world = worldOf([2, 2], { minUp: 3 });
    const context = { serverGroupName: 'demo-web-v001', instanceIds: idsOf(world) };
    const run = await play('terminateInstances', world, context);
    expect(run.failure?.code).toBe('instances.other-server-group');
    expect(world.serverGroups.changes).toEqual([]);
  });

  it('does not ask for the share of instances whose group starts others, while one stays', async () => {
    const world = worldOf([4]);
    world.guards.minCapacityRatio = 0.4;
    const context = { instanceIds: idsOf(world).slice(0, 3) };
    expect((await play('detachInstances', world, context)).failure?.code).toBe('cluster.traffic-guard');
    expect((await play('terminateInstances', world, context)).status).toBe('SUCCEEDED');
    const all = { instanceIds: idsOf(world), allowNoTraffic: true };
    expect((await play('terminateInstances', world, all)).failure?.code).toBe('cluster.traffic-guard');
  });

  it('is left by equal groups of a fixed size together, as they are surplus of each other', async () => {
    const world = worldOf([4, 4, 1]);
    world.guards.minCapacityRatio = 0.3;
    const run = await play('disableCluster', world, {});
    expect(run.status).toBe('SUCCEEDED');
    const guarded = worldOf([4, 4, 1], { minUp: 2 });
    expect((await play('disableCluster', guarded, {})).failure?.details).toMatchObject({ up: 9, after: 1, least: 2 });
  });

  it('may lose what does not serve, and anything when nothing serves', async () => {
    const world = worldOf([3, 3], { minUp: 3 });
    world.serverGroups.setHealth('demo-web-v000', 'Down');
    expect((await play('disableServerGroup', world, OLDEST)).status).toBe('SUCCEEDED');
    world.serverGroups.setHealth('demo-web-v001', 'Down');
    expect((await play('destroyServerGroup', world)).status).toBe('SUCCEEDED');
  });

  it('is any cluster that a guard fits, no other', async () => {
    for (const guard of [{ enabled: false }, { stack: 'api' }, { account: 'test' }, { detail: 'x' }]) {
      const world = worldOf([3], guard);
      expect((await play('disableServerGroup', world, { allowNoTraffic: true })).status).toBe('SUCCEEDED');
    }
  });

  it('loses nothing while its guards, or the cloud, cannot be read', async () => {
    const world = worldOf([3, 3]);
    world.guards.trouble.failNext('of', { code: 'guards.unreadable', message: 'no list' });
    expect((await play('disableServerGroup', world, OLDEST)).failure?.code).toBe('guards.unreadable');
    world.serverGroups.trouble.failNext('list', { code: 'aws.access-denied', message: 'no' });
    expect((await play('disableServerGroup', world, OLDEST)).failure?.code).toBe('aws.access-denied');
    expect(world.serverGroups.changes).toEqual([]);
    world.guards.trouble.loseNextAnswer('of');
    const run = await play('disableServerGroup', world, OLDEST);
    expect(run.failure).toMatchObject({ code: 'guards.unreadable', retry: true });
  });

  it('gets back what was disabled when too few are left in the end', async () => {
    const world = worldOf([3, 3], { minUp: 3 });
    world.clock.in(2_000, () => world.serverGroups.setHealth('demo-web-v001', 'Down', 1));
    const run = await play('disableServerGroup', world, OLDEST);
    expect(run.failure).toMatchObject({
      code: 'cluster.traffic-guard-broken',
      details: { before: 6, up: 2, least: 3 },
    });
    expect(run.failure?.message).toContain('demo-web-v000 was put back into traffic');
    expect(world.serverGroups.changes).toEqual(['disable demo-web-v000', 'enable demo-web-v000']);
  });

  it('gets back the instances of a share, and deregistered ones', async () => {
    const share = worldOf([4, 3], { minUp: 5 });
    share.clock.in(2_000, () => share.serverGroups.setHealth('demo-web-v001', 'Down', 1));
    const run = await play('disableServerGroup', share, { ...OLDEST, desiredPercentage: 50 });
    expect(run.failure?.code).toBe('cluster.traffic-guard-broken');
    expect(share.serverGroups.changes).toEqual(['disable 2 of demo-web-v000', 'enable 2 of demo-web-v000']);

    const single = worldOf([4, 3], { minUp: 6 });
    const [first] = idsOf(single);
    single.clock.in(2_000, () => single.serverGroups.setHealth('demo-web-v001', 'Down', 1));
    const left = await play('deregisterInstancesFromLoadBalancer', single, { instanceIds: [first] });
    expect(left.failure?.code).toBe('cluster.traffic-guard-broken');
    expect(single.serverGroups.changes).toHaveLength(2);
  });

  it('keeps what had to stay before the first change, though an answer gets lost', async () => {
    const world = worldOf([4, 4, 3], { minUp: 3 });
    world.serverGroups.trouble.loseNextAnswer('disable');
    const run = await play('disableCluster', world, {});
    expect(run.status).toBe('SUCCEEDED');
    expect(run.context['guardedTraffic']).toEqual({ 'prod:us-east-1:demo-web': { now: 11, least: 3 } });
  });
});

it('strategies and rollbacks are held to a guard as well', async () => {
  const world = worldOf([6]);
  world.guards.minCapacityRatio = 0.4;
  const deployed = await play('createServerGroup', world, {
    application: 'demo',
    stack: 'web',
    account: 'prod',
    region: 'us-east-1',
    availabilityZones: { 'us-east-1': [] },
    instanceType: 't3.micro',
    subnetIds: ['subnet-1'],
    capacity: { min: 2, desired: 2, max: 2 },
    amiName: 'ami-new',
    imageId: 'ami-new',
    strategy: 'redblack',
  });
  expect(deployed.failure?.code).toBe('cluster.traffic-guard');
  expect(world.serverGroups.picture('demo-web-v000')?.traffic).toBe('enabled');
});

it('a rollback is held to a guard, and goes on with a reason', async () => {
  const world = worldOf([2, 8]);
  world.guards.minCapacityRatio = 0.4;
  const context = {
    serverGroupName: 'demo-web-v001',
    rollbackType: 'EXPLICIT',
    rollbackContext: {
      rollbackServerGroupName: 'demo-web-v001',
      restoreServerGroupName: 'demo-web-v000',
      enableAndDisableOnly: true,
    },
  };
  const refused = await play('rollbackServerGroup', world, context);
  expect(refused.failure?.code).toBe('cluster.traffic-guard');
  expect(world.serverGroups.picture('demo-web-v001')?.traffic).toBe('enabled');
  const forced = await play('rollbackServerGroup', world, { ...context, overrideTrafficGuards: 'it sells at a loss' });
  expect(forced.status).toBe('SUCCEEDED');
  expect(world.serverGroups.picture('demo-web-v001')?.traffic).toBe('disabled');
});

it('requests are not all sent to a target group with too few of the healthy instances', async () => {
  const world = createWorld();
  world.guards.set('demo', GUARD);
  world.guards.minCapacityRatio = 0.4;
  const [giving, receiving] = ['demo-web-a', 'demo-web-b'];
  world.serverGroups.add({ name: 'demo-web-v000', size: 8, targetGroups: [giving] });
  world.serverGroups.add({ name: 'demo-web-v001', size: 2, targetGroups: [receiving] });
  const shares = [
    { targetGroup: giving, weight: 50 },
    { targetGroup: receiving, weight: 50 },
  ];
  world.loadBalancers.add({ name: 'demo-alb', listeners: [{ port: 80, shares }] });
  const ref = { account: 'prod', region: 'us-east-1', loadBalancer: 'demo-alb', port: 80 };
  const actions = (await world.loadBalancers.readShares(ref))?.actions;
  const trafficShift = { giving, receiving, listeners: [{ loadBalancer: 'demo-alb', port: 80, actions }] };
  const context = { account: 'prod', region: 'us-east-1', trafficShift, serverGroup: 'demo-web-v001' };
  const refused = await play('shiftTraffic', world, { ...context, weight: 100 });
  expect(refused.failure?.message).toContain('Refused to send all requests away from demo-web-v000');
  expect((await world.loadBalancers.readShares(ref))?.shares).toEqual(shares);
  expect((await play('shiftTraffic', world, { ...context, weight: 80 })).status).toBe('SUCCEEDED');
});
