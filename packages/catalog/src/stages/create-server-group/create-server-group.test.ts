import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { createWorld, type RunStageOptions, runStage, type World } from '../../kit/testing/index.ts';
import { recover } from '../../testing/deploys.ts';

const CLUSTER = {
  account: 'prod',
  application: 'demo',
  stack: 'web',
  region: 'us-east-1',
  instanceType: 't3.micro',
  targetGroups: ['demo-web-tg'],
  capacity: { min: 1, desired: 3, max: 6 },
  imageId: 'ami-new',
  stableSeconds: 5,
};

const deploy = (world: World, context: JsonObject = {}, options: Omit<RunStageOptions, 'context' | 'world'> = {}) =>
  runStage(stageExecutors.createServerGroup, {
    executors: stageExecutors,
    ...options,
    world,
    context: { ...CLUSTER, ...context },
  });

const servingWorld = (): World => {
  const world = createWorld();
  world.serverGroups.add({ name: 'demo-web-v000', capacity: { min: 1, desired: 3, max: 6 } });
  return world;
};

describe('creating a server group', () => {
  it('publishes the new group, its image and its size for later stages', async () => {
    const world = createWorld();
    const run = await deploy(world);
    expect(run.status).toBe('SUCCEEDED');
    expect(run.outputs).toMatchObject({
      'deploy.server.groups': { 'us-east-1': ['demo-web-v000'] },
      'deploy.account.name': 'prod',
      deploymentDetails: [{ region: 'us-east-1', imageId: 'ami-new', ami: 'ami-new', imageName: 'ami-new-name' }],
      capacity: { min: 1, desired: 3, max: 6 },
      region: 'us-east-1',
      sourceServerGroupCapacitySnapshot: null,
    });
    expect(world.serverGroups.picture('demo-web-v000')?.traffic).toBe('enabled');
  });

  it('takes the image of the nearest stage before that knows one for the region', async () => {
    const world = createWorld();
    const ancestors = [
      { deploymentDetails: [{ region: 'eu-west-1', ami: 'ami-other' }] },
      { deploymentDetails: [{ region: 'us-east-1', imageName: 'ami-old-name' }] },
    ];
    await deploy(world, { imageId: undefined }, { ancestors });
    expect(world.serverGroups.picture('demo-web-v000')?.image.id).toBe('ami-old');
  });

  it('fails before anything is made when no image is known', async () => {
    const world = createWorld();
    const run = await deploy(world, { imageId: undefined });
    expect(run.failure?.code).toBe('deploy.no-image');
    expect(world.serverGroups.changes).toEqual([]);
  });

  it('tells every problem that the preflight finds, and changes nothing', async () => {
    const world = createWorld();
    world.serverGroups.preflightProblems = ['Subnet subnet-9 does not exist.', 'Target group x has no load balancer.'];
    const run = await deploy(world);
    expect(run.failure?.message).toContain('Subnet subnet-9 does not exist. Target group x has no load balancer.');
    expect(world.serverGroups.changes).toEqual([]);
  });

  it('goes to the next name when somebody else takes the first at the last moment', async () => {
    const world = createWorld();
    world.serverGroups.snatchedNames.add('demo-web-v000');
    const run = await deploy(world);
    expect(run.outputs['deploy.server.groups']).toEqual({ 'us-east-1': ['demo-web-v001'] });
    expect(run.ledger.map(({ name, state }) => [name, state])).toEqual([
      ['demo-web-v000', 'absent'],
      ['demo-web-v001', 'done'],
    ]);
  });

  it('makes one group although the answer of the first try was lost', async () => {
    const world = createWorld();
    world.serverGroups.trouble.loseNextAnswer('create');
    const run = await deploy(world);
    expect(run.status).toBe('SUCCEEDED');
    expect(world.serverGroups.changes).toEqual(['create demo-web-v000']);
  });

  it('writes the group into the ledger before it is made', async () => {
    const world = createWorld();
    world.serverGroups.trouble.failNext('create', { code: 'aws.quota', message: 'No quota.' });
    const run = await deploy(world);
    expect(run.status).toBe('TERMINAL');
    expect(run.ledger).toMatchObject([{ name: 'demo-web-v000', action: 'create', state: 'absent' }]);
  });

  it('takes the size of the group that serves when asked', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000', capacity: { min: 2, desired: 4, max: 8 } });
    await deploy(world, { useSourceCapacity: true });
    expect(world.serverGroups.picture('demo-web-v001')?.capacity).toEqual({ min: 2, desired: 4, max: 8 });
  });
});

describe('waiting for instances', () => {
  it('names each ailing instance with target group and reason', async () => {
    const world = createWorld();
    world.clock.in(7_000, () => world.serverGroups.setHealth('demo-web-v000', 'Down', 1));
    world.clock.in(60_000, () => world.serverGroups.setHealth('demo-web-v000', null));
    const run = await deploy(world);
    expect(run.status).toBe('SUCCEEDED');
    expect(run.waits).toContain(
      'instances of demo-web-v000 to be healthy: 2 of 3 are; i-0000: unhealthy in demo-web-tg (Health checks failed with these codes: [500])',
    );
  });

  it('instances that are starting or draining never count as healthy', async () => {
    for (const health of ['Starting', 'Draining', 'OutOfService', 'Unknown'] as const) {
      const world = createWorld();
      world.clock.in(1_000, () => world.serverGroups.setHealth('demo-web-v000', health));
      const run = await deploy(world);
      expect([health, run.status, run.failure?.code]).toEqual([health, 'TERMINAL', 'engine.timed-out']);
    }
  });

  it('starts counting anew when health is lost before it was stable', async () => {
    const world = createWorld();
    world.clock.in(20_000, () => world.serverGroups.setHealth('demo-web-v000', 'Down', 1));
    world.clock.in(40_000, () => world.serverGroups.setHealth('demo-web-v000', null));
    const start = world.clock.now();
    const run = await deploy(world, { stableSeconds: 30 });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.endTime - start).toBeGreaterThanOrEqual(70_000);
  });

  it('fails early, with the reason, when the group can never become healthy', async () => {
    const world = createWorld();
    world.serverGroups.sickImages.add('ami-new');
    world.serverGroups.hopelessGroups.set('demo-web-v000', {
      code: 'aws.targets-failing',
      message: 'i-0000 of demo-web-v000 fails in demo-web-tg.',
    });
    const start = world.clock.now();
    const run = await deploy(world);
    expect(run.failure?.code).toBe('aws.targets-failing');
    expect(run.endTime - start).toBeLessThan(180_000);
  });

  it('a share of healthy instances is enough when asked', async () => {
    const world = createWorld();
    world.clock.in(1_000, () => world.serverGroups.setHealth('demo-web-v000', 'Down', 1));
    expect((await deploy(world, { targetHealthyDeployPercentage: 50 })).status).toBe('SUCCEEDED');
  });

  it('fails when the group vanishes', async () => {
    const world = servingWorld();
    world.clock.in(4_000, () => world.serverGroups.remove('demo-web-v001'));
    const run = await deploy(world, { strategy: 'redblack' });
    expect(run.failure?.code).toBe('deploy.server-group-vanished');
    expect(world.serverGroups.picture('demo-web-v000')?.traffic).toBe('enabled');
  });
});

describe('red/black', () => {
  it('disables the earlier group only after the new one is healthy, and restores its size', async () => {
    const world = servingWorld();
    const run = await deploy(world, { strategy: 'redblack' });
    expect(run.status).toBe('SUCCEEDED');
    expect(world.serverGroups.changes).toEqual([
      'resize demo-web-v000 3/3/6',
      'create demo-web-v001',
      'disable demo-web-v000',
      'resize demo-web-v000 1/3/6',
    ]);
    const old = world.serverGroups.picture('demo-web-v000');
    expect([old?.traffic, old?.capacity, old?.intendedCapacity]).toEqual([
      'disabled',
      { min: 1, desired: 3, max: 6 },
      null,
    ]);
  });

  it('never touches the traffic of the earlier group when the new one stays ill, and gives its minimum back', async () => {
    const world = servingWorld();
    world.serverGroups.sickImages.add('ami-new');
    const run = await deploy(world, { strategy: 'redblack', rollback: { onFailure: true } });
    expect(run.status).toBe('TERMINAL');
    const old = world.serverGroups.picture('demo-web-v000');
    expect([old?.traffic, old?.capacity, old?.intendedCapacity]).toEqual([
      'enabled',
      { min: 1, desired: 3, max: 6 },
      null,
    ]);
    expect(world.serverGroups.picture('demo-web-v001')?.traffic).toBe('disabled');
  });

  it('destroys the group that never came up when asked', async () => {
    const world = servingWorld();
    world.serverGroups.sickImages.add('ami-new');
    const run = await deploy(world, { strategy: 'redblack', rollback: { onFailure: true, destroyLatest: true } });
    expect(run.status).toBe('TERMINAL');
    expect(run.onFailure.map(({ type }) => type)).toEqual([
      'resizeServerGroup',
      'disableServerGroup',
      'destroyServerGroup',
    ]);
    expect(world.serverGroups.picture('demo-web-v001')).toBeNull();
  });

  it('keeps the earlier group in traffic when the new one falls ill during the wait before disabling', async () => {
    const world = servingWorld();
    world.clock.in(60_000, () => world.serverGroups.setHealth('demo-web-v001', 'Down', 2));
    const run = await deploy(world, { strategy: 'redblack', delayBeforeDisableSec: 120 });
    expect(run.failure?.code).toBe('cluster.replacement-not-serving');
    expect(world.serverGroups.changes.filter((change) => change.startsWith('disable'))).toEqual([]);
    expect(world.serverGroups.picture('demo-web-v000')?.capacity.min).toBe(1);
  });

  it('puts the earlier group back when the new one falls ill while it drains', async () => {
    const world = servingWorld();
    world.serverGroups.drainMs = 60_000;
    const watch = (): void => {
      if (world.serverGroups.changes.includes('disable demo-web-v000'))
        world.serverGroups.setHealth('demo-web-v001', 'Down');
      else world.clock.in(1_000, watch);
    };
    watch();
    const run = await deploy(world, { strategy: 'redblack' });
    expect(run.failure?.code).toBe('cluster.replacement-lost-health');
    world.clock.advance(10_000);
    expect(world.serverGroups.picture('demo-web-v000')?.traffic).toBe('enabled');
  });

  it('scales down the earlier group, remembering its size, and destroys the oldest last', async () => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000', disabled: true });
    world.serverGroups.add({ name: 'demo-web-v001', capacity: { min: 1, desired: 3, max: 6 } });
    await deploy(world, { strategy: 'redblack', scaleDown: true, maxRemainingAsgs: 2 });
    expect(world.serverGroups.changes.slice(-3)).toEqual([
      'resize demo-web-v001 0/0/0',
      'resize demo-web-v000 0/0/0',
      'destroy demo-web-v000',
    ]);
    expect(world.serverGroups.picture('demo-web-v001')?.intendedCapacity).toEqual({ min: 1, desired: 3, max: 6 });
  });

  it('gives the minimum back when the stage is canceled', async () => {
    const world = servingWorld();
    const run = await deploy(world, { strategy: 'redblack' }, { cancelAfterMs: 3_000 });
    expect(run.status).toBe('CANCELED');
    expect(world.serverGroups.picture('demo-web-v000')?.capacity).toEqual({ min: 1, desired: 3, max: 6 });
  });

  it('leaves what cannot be given back at once to an execution of its own', async () => {
    const world = servingWorld();
    const denied = { code: 'aws.denied', message: 'Not now.' };
    world.clock.in(2_900, () => world.serverGroups.trouble.failNext('resize', denied));
    const run = await deploy(world, { strategy: 'redblack' }, { cancelAfterMs: 3_000 });
    expect(run.status).toBe('CANCELED');
    expect(world.serverGroups.picture('demo-web-v000')?.capacity.min).toBe(3);
    const [start] = world.recoveries.starts;
    expect(start?.name).toBe('Finish the end of Deploy demo');
    expect(await recover(world, start)).toEqual(['Give demo-web-v000 its minimum size back: SUCCEEDED']);
    expect(world.serverGroups.picture('demo-web-v000')?.capacity).toEqual({ min: 1, desired: 3, max: 6 });
  });

  it('leaves a half-made group that cannot be given up at once to an execution of its own', async () => {
    const world = servingWorld();
    world.serverGroups.trouble.failNext('create', { code: 'aws.try-again', message: 'Broken.', retry: true });
    world.serverGroups.trouble.failNext('abandon', { code: 'aws.denied', message: 'Not now.' });
    expect((await deploy(world)).status).toBe('TERMINAL');
    const [start] = world.recoveries.starts;
    expect(start?.stages[0]?.context).toMatchObject({
      leftovers: [
        { name: 'demo-web-v001', action: 'destroy', operationKey: expect.any(String) },
        { name: 'demo-web-v001', action: 'sweep' },
      ],
    });
    expect(await recover(world, start)).toEqual(['Clean up demo-web-v001: SUCCEEDED']);
  });

  it('ends the same whichever answer is lost', async () => {
    for (const method of ['list', 'read', 'nextName', 'create', 'resize', 'disable', 'setIntendedCapacity']) {
      const world = servingWorld();
      world.serverGroups.trouble.loseNextAnswer(method);
      const run = await deploy(world, { strategy: 'redblack' });
      expect([method, run.status]).toEqual([method, 'SUCCEEDED']);
      expect([method, world.serverGroups.picture('demo-web-v000')]).toMatchObject([
        method,
        { traffic: 'disabled', capacity: { min: 1, desired: 3, max: 6 }, intendedCapacity: null },
      ]);
      expect(world.serverGroups.picture('demo-web-v002')).toBeNull();
    }
  });
});

describe('a crash after any call to the cloud', () => {
  const clusterWorld = (): World => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000', disabled: true });
    world.serverGroups.add({ name: 'demo-web-v001', capacity: { min: 1, desired: 3, max: 6 } });
    return world;
  };
  const pictureOf = (world: World) =>
    ['demo-web-v000', 'demo-web-v001', 'demo-web-v002', 'demo-web-v003'].map((name) => {
      const group = world.serverGroups.picture(name);
      return group && [name, group.traffic, group.capacity, group.intendedCapacity, group.instances.length];
    });

  it.each([
    ['a good image', {}],
    ['an ill image, rolled back', { ill: true }],
  ])('ends the same with %s', async (_case, { ill = false }: { ill?: boolean }) => {
    const context = {
      strategy: 'redblack',
      scaleDown: true,
      maxRemainingAsgs: 2,
      rollback: { onFailure: true, destroyLatest: true },
    };
    const play = async (loseAnswerOf: number | null) => {
      const world = clusterWorld();
      if (ill) {
        world.serverGroups.sickImages.add('ami-new');
        world.serverGroups.hopelessGroups.set('demo-web-v002', { code: 'aws.targets-failing', message: 'All fail.' });
      }
      world.serverGroups.trouble.loseAnswerOf = loseAnswerOf;
      const run = await deploy(world, context);
      world.clock.advance(60_000);
      return {
        status: run.status,
        world: pictureOf(world),
        unsettled: run.ledger.at(-1)?.state,
        calls: world.serverGroups.trouble.calls,
      };
    };
    const { calls, ...calm } = await play(null);
    expect(calm.status).toBe(ill ? 'TERMINAL' : 'SUCCEEDED');
    for (let n = 1; n <= calls; n++) {
      const { calls: _, ...stormy } = await play(n);
      expect([n, stormy]).toEqual([n, calm]);
    }
  });
});

describe('other strategies', () => {
  it('without a strategy the earlier group goes on serving', async () => {
    const world = servingWorld();
    await deploy(world);
    expect(world.serverGroups.changes).toEqual(['create demo-web-v001']);
  });

  it('highlander destroys the earlier groups once the new one is healthy', async () => {
    const world = servingWorld();
    const run = await deploy(world, { strategy: 'highlander' });
    expect(run.status).toBe('SUCCEEDED');
    expect(world.serverGroups.changes).toEqual([
      'create demo-web-v001',
      'disable demo-web-v000',
      'destroy demo-web-v000',
    ]);
  });

  it('an unknown strategy fails before anything is made', async () => {
    const world = servingWorld();
    const run = await deploy(world, { strategy: 'blue' });
    expect(run.failure?.code).toBe('deploy.unknown-strategy');
    expect(world.serverGroups.changes).toEqual([]);
  });

  it('a strategy without what it needs fails before anything is made, and names the field', async () => {
    const world = servingWorld();
    const run = await deploy(world, { strategy: 'custom', strategyApplication: 'demo' });
    expect(run.failure?.code).toBe('deploy.strategy-options');
    expect(run.failure?.message).toContain('strategyPipeline');
    expect(world.serverGroups.changes).toEqual([]);
  });

  it('a strategy that is only kept fails before anything is made, with what to use instead', async () => {
    const world = servingWorld();
    const run = await deploy(world, { strategy: 'rollingpush' });
    expect(run.failure).toMatchObject({
      code: 'deploy.strategy-not-run',
      advice: expect.stringContaining('`redblack`'),
    });
    expect(world.serverGroups.changes).toEqual([]);
  });
});
