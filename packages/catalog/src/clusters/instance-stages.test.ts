import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { type StageType, stageExecutors } from '../executors.ts';
import { createWorld, runStage, type World } from '../kit/testing/index.ts';

const GROUP = 'demo-web-v000';
const play = (type: StageType, world: World, context: JsonObject) =>
  runStage(stageExecutors[type], {
    world,
    executors: stageExecutors,
    context: { credentials: 'prod', region: 'us-east-1', ...context },
  });

function worldOf(size = 2): { readonly world: World; readonly ids: readonly string[] } {
  const world = createWorld();
  world.serverGroups.add({ name: GROUP, capacity: { min: 1, desired: size, max: 4 } });
  return { world, ids: idsIn(world) };
}
const idsIn = (world: World): readonly string[] =>
  (world.serverGroups.picture(GROUP)?.instances ?? []).map(({ id }) => id);
const capacityIn = (world: World) => world.serverGroups.picture(GROUP)?.capacity;

describe('single instances', () => {
  it('terminated ones are gone in the end, once, and written into the ledger before', async () => {
    const { world, ids } = worldOf();
    world.instances.trouble.loseNextAnswer('terminate');
    const run = await play('terminateInstances', world, { instanceIds: [ids[0]!] });
    expect([run.status, run.outputs['instanceIds']]).toEqual(['SUCCEEDED', [ids[0]]]);
    expect(run.ledger.at(-1)).toMatchObject({ kind: 'instance', name: ids[0], action: 'remove', state: 'done' });
    expect(world.serverGroups.changes).toEqual([`terminate ${ids[0]}`]);
    expect(idsIn(world)).toHaveLength(2);
    expect(run.waits).toContain(`${ids[0]} (shutting-down) to end`);
  });

  it.each<[StageType, JsonObject]>([
    ['terminateInstances', {}],
    ['detachInstances', {}],
    ['terminateInstanceAndDecrementServerGroup', {}],
    ['deregisterInstancesFromLoadBalancer', { targetGroupNames: ['demo-web-tg'] }],
  ])('%s never takes the last traffic of a cluster unless allowed', async (type, context) => {
    const { world, ids } = worldOf();
    const all = { ...context, instanceIds: [...ids] };
    const run = await play(type, world, all);
    expect(run.failure?.code).toBe('cluster.would-lose-traffic');
    expect(run.failure?.message).toContain(`instances of ${GROUP}`);
    expect(world.serverGroups.changes).toEqual([]);
    expect((await play(type, world, { ...all, allowNoTraffic: true, adjustMinIfNecessary: true })).status).toBe(
      'SUCCEEDED',
    );
    const other = worldOf();
    other.world.serverGroups.add({ name: 'demo-web-v001' });
    const safe = await play(type, other.world, { ...context, instanceIds: [...other.ids], adjustMinIfNecessary: true });
    expect(safe.status).toBe('SUCCEEDED');
  });

  it('terminating and shrinking makes the group one smaller once', async () => {
    const { world, ids } = worldOf();
    world.instances.trouble.loseNextAnswer('terminateAndShrink');
    const context = { asgName: GROUP, instance: ids[0]!, setMaxToNewDesired: true };
    expect((await play('terminateInstanceAndDecrementServerGroup', world, context)).status).toBe('SUCCEEDED');
    expect(capacityIn(world)).toEqual({ min: 1, desired: 1, max: 1 });
    expect(idsIn(world)).toEqual([ids[1]]);
  });

  it('the minimum stands in the way of shrinking unless it may be lowered', async () => {
    const { world, ids } = worldOf();
    await world.serverGroups.resize(
      { account: 'prod', region: 'us-east-1', name: GROUP },
      { min: 2, desired: 2, max: 2 },
    );
    const context = { instance: ids[0]! };
    expect((await play('terminateInstanceAndDecrementServerGroup', world, context)).failure?.code).toBe(
      'aws.at-minimum',
    );
    const lowered = { ...context, adjustMinIfNecessary: 'true' };
    expect((await play('terminateInstanceAndDecrementServerGroup', world, lowered)).status).toBe('SUCCEEDED');
    expect(capacityIn(world)).toEqual({ min: 1, desired: 1, max: 2 });
  });

  it('detached ones run on, or end when asked', async () => {
    const { world, ids } = worldOf(3);
    const place = { account: 'prod', region: 'us-east-1' };
    await play('detachInstances', world, { instanceIds: [ids[0]!], decrementDesiredCapacity: true });
    expect(await world.instances.find(place, [ids[0]!])).toMatchObject([{ state: 'running', serverGroup: null }]);
    expect(capacityIn(world)?.desired).toBe(2);
    await play('detachInstances', world, { instanceIds: [ids[1]!], terminateDetachedInstances: true });
    expect(await world.instances.find(place, [ids[1]!])).toMatchObject([{ state: 'terminated' }]);
    expect(capacityIn(world)?.desired).toBe(2);
  });

  it('rebooted ones are waited for until they are healthy again', async () => {
    const { world, ids } = worldOf();
    const run = await play('rebootInstances', world, { instanceIds: [ids[0]!] });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.waits[0]).toBe(`${ids[0]} to go down`);
    expect(world.serverGroups.changes).toEqual([`reboot ${ids[0]}`]);
  });

  it('are rebooted at most once: a call whose answer was lost is not sent again, and the stage says so', async () => {
    const { world, ids } = worldOf();
    world.instances.trouble.loseNextAnswer('reboot');
    const run = await play('rebootInstances', world, { instanceIds: ids });
    expect(run.status).toBe('SUCCEEDED');
    expect(world.serverGroups.changes).toEqual(ids.map((id) => `reboot ${id}`));
    expect(run.context['warning']).toContain(`The answer to the reboot of ${ids[0]} was lost`);
  });

  it('leave and enter the target groups of their server group', async () => {
    const { world, ids } = worldOf();
    const context = { instanceIds: [ids[0]!] };
    const out = await play('deregisterInstancesFromLoadBalancer', world, context);
    expect(out.waits).toContain(`${ids[0]} in demo-web-tg to finish requests`);
    expect(world.serverGroups.picture(GROUP)?.instances.map(({ health }) => health)).toEqual(['OutOfService', 'Up']);
    expect((await play('registerInstancesWithLoadBalancer', world, context)).status).toBe('SUCCEEDED');
    expect(world.serverGroups.picture(GROUP)?.instances.map(({ health }) => health)).toEqual(['Up', 'Up']);
  });

  it('a stage that names none, no target group, or a classic load balancer fails with what is wrong', async () => {
    const { world, ids } = worldOf();
    const codeOf = async (type: StageType, context: JsonObject) => (await play(type, world, context)).failure?.code;
    expect(await codeOf('terminateInstances', {})).toBe('instances.none');
    const loose = { instanceIds: ['i-loose'] };
    expect(await codeOf('registerInstancesWithLoadBalancer', loose)).toBe('instances.no-target-group');
    expect(await codeOf('terminateInstanceAndDecrementServerGroup', loose)).toBe('instances.no-server-group');
    const classic = { instanceIds: [ids[0]!], loadBalancerNames: ['old'] };
    expect(await codeOf('registerInstancesWithLoadBalancer', classic)).toBe('instances.classic-load-balancers');
  });
});
