import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import type { LifecycleHook, ScalingPolicy } from '../../kit/ports/index.ts';
import { createWorld, runStage, type World } from '../../kit/testing/index.ts';

const PLACE = { account: 'prod', region: 'us-east-1' };
const CLUSTER = {
  ...PLACE,
  application: 'demo',
  stack: 'web',
  instanceType: 't3.micro',
  targetGroups: ['demo-web-tg'],
  capacity: { min: 1, desired: 3, max: 6 },
  imageId: 'ami-new',
  stableSeconds: 5,
};
const POLICY: ScalingPolicy = { name: 'demo-web-v000-cpu', type: 'TargetTrackingScaling', enabled: true };

const deploy = (world: World, context = {}) =>
  runStage(stageExecutors.createServerGroup, {
    executors: stageExecutors,
    world,
    context: { ...CLUSTER, strategy: 'redblack', ...context },
  });

async function scaledWorld(): Promise<World> {
  const world = createWorld();
  const ref = world.serverGroups.add({ name: 'demo-web-v000', capacity: { min: 1, desired: 3, max: 6 } });
  await world.scaling.savePolicy(ref, POLICY);
  return world;
}

describe('lifecycle hooks of the group before', () => {
  const HOOK: LifecycleHook = {
    name: 'warm',
    transition: 'launching',
    defaultResult: 'ABANDON',
    heartbeatSeconds: 90,
    notificationTarget: 'arn:aws:sns:us-east-1:1:warm',
    role: 'arn:aws:iam::1:role/warm',
    metadata: 'web',
  };
  const hooksOf = (world: World) => world.serverGroups.readHooks({ ...PLACE, name: 'demo-web-v001' });

  async function hookedWorld(): Promise<World> {
    const world = createWorld();
    const first = await deploy(world, {
      lifecycleHooks: [
        {
          name: 'warm',
          lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
          defaultResult: 'ABANDON',
          heartbeatTimeout: 90,
          notificationTargetARN: HOOK.notificationTarget,
          roleARN: HOOK.role,
          notificationMetadata: 'web',
        },
      ],
    });
    expect(first.status).toBe('SUCCEEDED');
    return world;
  }
  const next = (world: World, context = {}) =>
    runStage(stageExecutors.createServerGroup, {
      executors: stageExecutors,
      world,
      id: 'second',
      context: { ...CLUSTER, strategy: 'redblack', ...context },
    });

  it('are there before its first instance, also when answers are lost', async () => {
    for (const method of [null, 'readHooks', 'create']) {
      const world = await hookedWorld();
      if (method) world.serverGroups.trouble.loseNextAnswer(method);
      expect((await next(world)).status).toBe('SUCCEEDED');
      expect(await hooksOf(world)).toEqual([HOOK]);
    }
  });

  it('give way to those the stage names, and stay behind when it says so', async () => {
    const other = { name: 'bye', lifecycleTransition: 'EC2InstanceTerminating' };
    for (const [context, names] of [
      [{ lifecycleHooks: [other] }, ['bye']],
      [{ lifecycleHooks: [] }, []],
      [{ copySourceScalingPoliciesAndActions: false }, []],
    ] as const) {
      const world = await hookedWorld();
      expect((await next(world, context)).status).toBe('SUCCEEDED');
      expect((await hooksOf(world)).map(({ name }) => name)).toEqual(names);
    }
  });

  it('that cannot be read end the deploy before anything is made', async () => {
    const world = await hookedWorld();
    world.serverGroups.trouble.failNext('readHooks', { code: 'aws.denied', message: 'Not allowed.' });
    const run = await next(world);
    expect([run.failure?.code, await hooksOf(world)]).toEqual(['aws.denied', []]);
    expect(world.serverGroups.picture('demo-web-v000')?.traffic).toBe('enabled');
  });
});

describe('scaling of the group before', () => {
  it('is taken over, and acts once traffic has moved', async () => {
    const world = await scaledWorld();
    const run = await deploy(world);
    expect(run.status).toBe('SUCCEEDED');
    const { changes } = world.serverGroups;
    expect(changes.filter((change) => /scaling|disable/.test(change))).toEqual([
      'copy scaling of demo-web-v000 to demo-web-v001',
      'disable demo-web-v000',
      'settle scaling of demo-web-v001',
    ]);
    const found = await world.scaling.read({ ...PLACE, name: 'demo-web-v001' });
    expect(found?.policies.map(({ name }) => name)).toEqual(['demo-web-v001-cpu']);
    expect(world.serverGroups.picture('demo-web-v001')?.suspendedProcesses).toEqual([]);
  });

  it('acts too when what follows fails or the answers are lost', async () => {
    for (const method of ['copyScaling', 'settleScaling']) {
      const world = await scaledWorld();
      world.serverGroups.trouble.loseNextAnswer(method);
      expect((await deploy(world)).status).toBe('SUCCEEDED');
      expect(world.serverGroups.picture('demo-web-v001')?.suspendedProcesses).toEqual([]);
    }
    const world = await scaledWorld();
    world.clock.in(60_000, () => world.serverGroups.setHealth('demo-web-v001', 'Down', 2));
    const run = await deploy(world, { delayBeforeDisableSec: 120 });
    expect(run.failure?.code).toBe('cluster.replacement-not-serving');
    expect(world.serverGroups.picture('demo-web-v001')?.suspendedProcesses).toEqual([]);
  });

  it('stays behind when the stage says so, and does not hinder a deploy when it cannot be read', async () => {
    const world = await scaledWorld();
    await deploy(world, { copySourceScalingPoliciesAndActions: false });
    expect((await world.scaling.read({ ...PLACE, name: 'demo-web-v001' }))?.policies).toEqual([]);
    const other = await scaledWorld();
    other.serverGroups.trouble.failNext('copyScaling', { code: 'aws.denied', message: 'Not allowed.' });
    expect((await deploy(other)).status).toBe('SUCCEEDED');
  });
});

describe('launch settings', () => {
  const made = async (context = {}) => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000' });
    const run = await deploy(world, context);
    return { run, recipe: await world.serverGroups.recipe({ ...PLACE, name: 'demo-web-v001' }) };
  };

  it('reach the new group: numbers as text, hooks in older spelling, types by priority, words in user data', async () => {
    const { recipe } = await made({
      instanceType: undefined,
      blockDevices: [{ deviceName: '/dev/sdb', size: '40', volumeType: 'gp3' }],
      lifecycleHooks: [{ lifecycleTransition: 'EC2InstanceTerminating', heartbeatTimeout: '120' }],
      launchTemplateOverridesForInstanceType: [
        { instanceType: 'm6g.large', priority: 2, weightedCapacity: 2 },
        { instanceType: 't3.small', priority: '1', weightedCapacity: '1' },
      ],
      onDemandPercentageAboveBaseCapacity: 25,
      spotPrice: 0.12,
      licenseSpecifications: [{ arn: 'arn:license' }],
      placement: { groupName: 'near', tenancy: '' },
      userDataOverride: { enabled: true },
      base64UserData: Buffer.from('run %%app%% %%autogrp%% in %%region%% %%other%%').toString('base64'),
    });
    expect(recipe).toMatchObject({
      instanceType: 't3.small',
      blockDevices: [{ deviceName: '/dev/sdb', sizeGiB: 40, volumeType: 'gp3' }],
      lifecycleHooks: [{ name: 'terminating-1', transition: 'terminating', heartbeatSeconds: 120 }],
      mixedInstances: {
        types: [
          { instanceType: 't3.small', weightedCapacity: '1' },
          { instanceType: 'm6g.large', weightedCapacity: '2' },
        ],
        onDemandPercentageAboveBaseCapacity: 25,
      },
      spotPrice: '0.12',
      licenses: ['arn:license'],
      placement: { groupName: 'near' },
    });
    expect(Buffer.from(recipe?.base64UserData ?? '', 'base64').toString()).toBe(
      'run demo demo-web-v001 in us-east-1 %%other%%',
    );
  });

  it('that cannot be used fail before anything is made, naming the field', async () => {
    for (const [context, field] of [
      [{ spotPrice: 'cheap' }, 'spotPrice'],
      [{ lifecycleHooks: [{ lifecycleTransition: 'sometime' }] }, 'lifecycleHooks'],
      [{ blockDevices: [{ deviceName: 'sda', size: 'big' }] }, 'blockDevices (sda) size'],
    ] as const) {
      const { run, recipe } = await made(context);
      expect(run.failure?.code).toBe('deploy.setting-unusable');
      expect(run.failure?.message).toContain(field);
      expect(recipe).toBeNull();
    }
  });

  it('disks come from the group before when asked', async () => {
    const world = createWorld();
    const disks = [{ deviceName: '/dev/sdx', size: 7 }];
    await deploy(world, { blockDevices: disks });
    await deploy(world, { copySourceCustomBlockDeviceMappings: true });
    await deploy(world, { copySourceCustomBlockDeviceMappings: true, useAmiBlockDeviceMappings: true });
    const of = async (name: string) => (await world.serverGroups.recipe({ ...PLACE, name }))?.blockDevices?.length;
    expect([await of('demo-web-v001'), await of('demo-web-v002')]).toEqual([1, undefined]);
  });
});
