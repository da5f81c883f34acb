import { describe, expect, it } from 'vitest';
import { type StageType, stageExecutors } from '../executors.ts';
import { createWorld, runStage, type World } from '../kit/testing/index.ts';

const CLUSTER = { credentials: 'prod', cluster: 'demo-web', regions: ['us-east-1'] };
const play = (type: StageType, world: World, context = {}) =>
  runStage(stageExecutors[type], { world, executors: stageExecutors, context: { ...CLUSTER, ...context } });

function worldOf(...states: ReadonlyArray<'on' | 'off'>): World {
  const world = createWorld();
  states.forEach((state, i) => world.serverGroups.add({ name: `demo-web-v00${i}`, disabled: state === 'off' }));
  return world;
}

describe('stages that take traffic away', () => {
  it.each<StageType>(['disableServerGroup', 'destroyServerGroup'])(
    '%s refuses the last serving group unless allowed',
    async (type) => {
      const world = worldOf('off', 'on');
      expect((await play(type, world)).failure?.code).toBe('cluster.would-lose-traffic');
      expect(world.serverGroups.changes).toEqual([]);
      expect((await play(type, world, { allowNoTraffic: true })).status).toBe('SUCCEEDED');
    },
  );

  it('destroying without disabling first is checked as well', async () => {
    const world = worldOf('on');
    expect((await play('destroyServerGroup', world, { skipDisableBeforeDestroy: true })).failure?.code).toBe(
      'cluster.would-lose-traffic',
    );
  });

  it.each<StageType>(['disableServerGroup', 'destroyServerGroup', 'disableCluster'])(
    '%s leaves no target group empty that a listener sends requests to',
    async (type) => {
      const world = createWorld();
      const [A, B] = ['demo-web-a', 'demo-web-b'];
      world.serverGroups.add({ name: 'demo-web-v000', targetGroups: [A] });
      world.serverGroups.add({ name: 'demo-web-v001', targetGroups: [B] });
      const shares = [A, B].map((targetGroup) => ({ targetGroup, weight: targetGroup === A ? 1 : 0 }));
      world.loadBalancers.add({ name: 'demo-alb', listeners: [{ port: 80, shares }] });
      const context = type === 'disableCluster' ? {} : { target: 'ancestor_asg_dynamic' };
      const refused = await play(type, world, context);
      expect(refused.failure?.code).toBe('cluster.would-empty-target-group');
      expect(refused.failure?.message).toContain(`a listener sends requests to ${A}`);
      expect(world.serverGroups.changes).toEqual([]);
      const ref = { account: 'prod', region: 'us-east-1', loadBalancer: 'demo-alb', port: 80 };
      const moved = [A, B].map((targetGroup) => ({ targetGroup, weight: targetGroup === B ? 1 : 0 }));
      await world.loadBalancers.setShares(ref, moved, { key: 'moved', executionId: 'e', stageId: 's' });
      expect((await play(type, world, context)).status).toBe('SUCCEEDED');
    },
  );

  it('disabling waits until requests are finished', async () => {
    const world = worldOf('on', 'on');
    const run = await play('disableServerGroup', world, { target: 'ancestor_asg_dynamic' });
    expect(run.waits).toContain('3 instances of demo-web-v000 to finish requests');
    expect(world.serverGroups.picture('demo-web-v000')).toMatchObject({ traffic: 'disabled', draining: 0 });
  });

  it('disabling a share takes that many instances, over zones, and a greater share the rest of it', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000', size: 6 });
    const zonesOut = () =>
      world.serverGroups
        .picture('demo-web-v000')
        ?.instances.filter(({ health }) => health === 'OutOfService')
        .map(({ zone }) => zone.at(-1));
    world.serverGroups.trouble.loseNextAnswer('disableInstances');
    expect((await play('disableServerGroup', world, { desiredPercentage: 25 })).status).toBe('SUCCEEDED');
    expect(zonesOut()).toEqual(['a', 'b']);
    const run = await play('disableServerGroup', world, { desiredPercentage: '75' });
    expect(run.waits).toContain('3 instances of demo-web-v000 to finish requests');
    expect(zonesOut()).toEqual(['a', 'b', 'c', 'a', 'b']);
    expect(world.serverGroups.picture('demo-web-v000')?.traffic).toBe('enabled');
    expect(world.serverGroups.changes).toEqual(['disable 2 of demo-web-v000', 'disable 3 of demo-web-v000']);
  });

  it('a share that leaves nothing serving is refused', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000', size: 2 });
    world.serverGroups.setHealth('demo-web-v000', 'Starting', 1);
    const run = await play('disableServerGroup', world, { desiredPercentage: 50 });
    expect(run.failure?.code).toBe('cluster.would-lose-traffic');
    expect(world.serverGroups.changes).toEqual([]);
  });

  it('instances of a share come back when the group that must serve loses its health', async () => {
    const world = worldOf('on', 'on');
    world.clock.in(2_000, () => world.serverGroups.setHealth('demo-web-v001', 'Down'));
    const run = await play('disableServerGroup', world, {
      serverGroupName: 'demo-web-v000',
      desiredPercentage: 50,
      keepServing: { serverGroup: 'demo-web-v001' },
    });
    expect(run.failure?.code).toBe('cluster.replacement-lost-health');
    expect(world.serverGroups.changes).toEqual(['disable 2 of demo-web-v000', 'enable 2 of demo-web-v000']);
  });

  it('destroying takes it out of traffic first and waits until it is gone', async () => {
    const world = worldOf('on', 'on');
    await play('destroyServerGroup', world, { serverGroupName: 'demo-web-v000' });
    expect(world.serverGroups.changes).toEqual(['disable demo-web-v000', 'destroy demo-web-v000']);
    expect(world.serverGroups.picture('demo-web-v000')).toBeNull();
  });

  it('destroying is done once though answers get lost', async () => {
    for (const method of ['disable', 'destroy', 'read', 'list']) {
      const world = worldOf('on', 'on');
      world.serverGroups.trouble.loseNextAnswer(method);
      expect((await play('destroyServerGroup', world, { serverGroupName: 'demo-web-v000' })).status).toBe('SUCCEEDED');
      expect(world.serverGroups.changes).toEqual(['disable demo-web-v000', 'destroy demo-web-v000']);
    }
  });

  it('a named group that does not exist is success for destroying and an error for enabling', async () => {
    const named = { serverGroupName: 'demo-web-v009' };
    expect((await play('destroyServerGroup', worldOf('on'), named)).status).toBe('SUCCEEDED');
    expect((await play('enableServerGroup', worldOf('on'), named)).failure?.code).toBe(
      'cluster.server-group-not-found',
    );
  });
});

describe('enabling', () => {
  it('waits until the group is healthy in traffic', async () => {
    const world = worldOf('off');
    expect((await play('enableServerGroup', world)).status).toBe('SUCCEEDED');
    expect(world.serverGroups.picture('demo-web-v000')?.traffic).toBe('enabled');
  });

  it('tells why it never will be', async () => {
    const world = worldOf('off');
    world.serverGroups.sickImages.add('ami-old');
    world.serverGroups.hopelessGroups.set('demo-web-v000', {
      code: 'aws.targets-failing',
      message: 'All targets fail.',
    });
    expect((await play('enableServerGroup', world)).failure?.code).toBe('aws.targets-failing');
  });
});

describe('stages on a whole cluster', () => {
  it('disabling keeps the newest', async () => {
    const world = worldOf('on', 'on', 'on');
    expect((await play('disableCluster', world)).outputs['serverGroups']).toEqual(['demo-web-v001', 'demo-web-v000']);
    expect(world.serverGroups.changes).toEqual(['disable demo-web-v001', 'disable demo-web-v000']);
  });

  it('disabling all is refused: nothing would serve', async () => {
    expect((await play('disableCluster', worldOf('on', 'on'), { remainingEnabledServerGroups: 0 })).failure?.code).toBe(
      'cluster.would-lose-traffic',
    );
  });

  it('shrinking destroys disabled groups beyond the number to keep', async () => {
    const world = worldOf('off', 'off', 'on');
    await play('shrinkCluster', world, { shrinkToSize: '2' });
    expect(world.serverGroups.changes).toEqual(['destroy demo-web-v000']);
  });

  it('scaling down keeps the size of each group for a rollback', async () => {
    const world = worldOf('off', 'on');
    await play('scaleDownCluster', world);
    expect(world.serverGroups.changes).toEqual(['resize demo-web-v000 0/0/0']);
    expect(world.serverGroups.picture('demo-web-v000')).toMatchObject({
      instances: [],
      intendedCapacity: { min: 3, desired: 3, max: 3 },
    });
  });

  it.each<StageType>(['disableCluster', 'shrinkCluster', 'scaleDownCluster'])(
    '%s without a cluster fails unless that is allowed',
    async (type) => {
      expect((await play(type, createWorld())).failure?.code).toBe('cluster.not-found');
      expect((await play(type, createWorld(), { continueIfClusterNotFound: true })).status).toBe('SUCCEEDED');
    },
  );

  it('a stage that does not say where fails with what is missing', async () => {
    const run = await runStage(stageExecutors.disableCluster, {
      context: { cluster: 'demo-web', regions: ['us-east-1'] },
    });
    expect(run.failure?.message).toBe('The stage does not say which account to act on.');
  });
});
