import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { createWorld, runStage, type World } from '../../kit/testing/index.ts';

const op = (key: string) => ({ key, executionId: 'e', stageId: 's' });
const SOURCE = { account: 'prod', region: 'us-east-1', name: 'demo-web-v000' };

async function worldWithSource(): Promise<World> {
  const world = createWorld();
  await world.serverGroups.create(
    {
      ...SOURCE,
      moniker: { app: 'demo', stack: 'web', detail: null, cluster: 'demo-web', sequence: 0 },
      imageId: 'ami-old',
      instanceType: 'm6g.large',
      capacity: { min: 1, desired: 2, max: 4 },
      targetGroups: ['demo-web-tg'],
      securityGroups: ['web'],
      subnetIds: ['subnet-1'],
      subnetType: 'internal',
      healthCheckType: 'ELB',
      healthCheckGracePeriodSeconds: 42,
      keyPair: 'ops',
      tags: { team: 'web' },
      blockDevices: [{ deviceName: '/dev/sdb', sizeGiB: 9 }],
      mixedInstances: {
        types: [{ instanceType: 'm6g.large' }, { instanceType: 'm7g.large' }],
        onDemandBaseCapacity: 1,
      },
      lifecycleHooks: [{ name: 'warm', transition: 'launching', heartbeatSeconds: 60 }],
      startDisabled: false,
    },
    op('source'),
  );
  await world.scaling.savePolicy(SOURCE, { name: 'cpu', type: 'TargetTrackingScaling', enabled: true });
  world.clock.advance(60_000);
  return world;
}

const clone = (world: World, context: JsonObject = {}) =>
  runStage(stageExecutors.cloneServerGroup, {
    executors: stageExecutors,
    world,
    context: { credentials: 'prod', cluster: 'demo-web', regions: ['us-east-1'], stableSeconds: 5, ...context },
  });
const recipeOf = (world: World, name: string, region = 'us-east-1') =>
  world.serverGroups.recipe({ account: 'prod', region, name });

describe('cloning a server group', () => {
  it('makes one of the same recipe and size, with its scaling', async () => {
    const world = await worldWithSource();
    const run = await clone(world);
    expect([run.status, run.outputs['sourceServerGroup']]).toEqual(['SUCCEEDED', 'demo-web-v000']);
    const before = await recipeOf(world, 'demo-web-v000');
    expect(await recipeOf(world, 'demo-web-v001')).toMatchObject({
      ...before,
      name: 'demo-web-v001',
      moniker: expect.objectContaining({ sequence: 1 }),
      mixedInstances: expect.objectContaining({ onDemandBaseCapacity: 1 }),
      blockDevices: [expect.objectContaining({ deviceName: '/dev/sdb', sizeGiB: 9 })],
      lifecycleHooks: [expect.objectContaining({ name: 'warm', transition: 'launching', heartbeatSeconds: 60 })],
    });
    expect(world.serverGroups.picture('demo-web-v001')?.suspendedProcesses).toEqual([]);
    const scaling = await world.scaling.read({ ...SOURCE, name: 'demo-web-v001' });
    expect(scaling?.policies).toHaveLength(1);
  });

  it('what the stage says beats the source, and the strategy is followed', async () => {
    const world = await worldWithSource();
    const run = await clone(world, {
      instanceType: 't3.small',
      imageId: 'ami-new',
      tags: { team: 'shop' },
      strategy: 'redblack',
    });
    expect(run.status).toBe('SUCCEEDED');
    expect(await recipeOf(world, 'demo-web-v001')).toMatchObject({
      imageId: 'ami-new',
      instanceType: 't3.small',
      mixedInstances: { types: [] },
      tags: { team: 'shop' },
      keyPair: 'ops',
    });
    expect(world.serverGroups.picture('demo-web-v000')?.traffic).toBe('disabled');
  });

  it('in another region finds image and subnets by what they are called', async () => {
    const world = await worldWithSource();
    world.images.add({ id: 'ami-west', name: 'ami-old-name', region: 'us-west-2' });
    const run = await clone(world, {
      regions: ['us-west-2'],
      source: { account: 'prod', region: 'us-east-1', asgName: 'demo-web-v000' },
      stack: 'west',
    });
    expect(run.status).toBe('SUCCEEDED');
    const recipe = await recipeOf(world, 'demo-west-v000', 'us-west-2');
    expect(recipe).toMatchObject({ imageId: 'ami-west', subnetType: 'internal', securityGroups: ['web'] });
    expect(recipe?.subnetIds).toBeUndefined();
  });

  it('of a group scaled to nothing has the size from before', async () => {
    const world = await worldWithSource();
    await world.serverGroups.setIntendedCapacity(SOURCE, { min: 1, desired: 2, max: 4 });
    await world.serverGroups.resize(SOURCE, { min: 0, desired: 0, max: 0 });
    await clone(world);
    expect(world.serverGroups.picture('demo-web-v001')?.capacity).toEqual({ min: 1, desired: 2, max: 4 });
  });

  it('makes one group although answers are lost, and fails for a source that is not there', async () => {
    for (const method of ['recipe', 'create', 'copyScaling']) {
      const world = await worldWithSource();
      world.serverGroups.trouble.loseNextAnswer(method);
      expect((await clone(world)).status).toBe('SUCCEEDED');
      expect(world.serverGroups.changes.filter((change) => change.startsWith('create'))).toHaveLength(2);
    }
    expect((await clone(createWorld())).failure?.code).toBe('cluster.no-target');
    expect((await clone(createWorld(), { serverGroupName: 'demo-web-v009' })).failure?.code).toBe(
      'cluster.server-group-not-found',
    );
  });
});
