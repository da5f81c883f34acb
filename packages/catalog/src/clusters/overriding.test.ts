import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { type StageType, stageExecutors } from '../executors.ts';
import { createWorld, runStage, type World } from '../kit/testing/index.ts';
import { overriding } from './overriding.ts';

const GUARD = { account: 'prod', location: 'us-east-1', stack: 'web' };
const play = (type: StageType, world: World, context: JsonObject) =>
  runStage(stageExecutors[type], { world, executors: stageExecutors, context });
const spec = (type: string, context: JsonObject = {}) => ({ type, name: type, context });

/** Planned by people alone. */
const BY_HAND = [
  'deregisterInstancesFromLoadBalancer',
  'terminateInstanceAndDecrementServerGroup',
  'terminateInstances',
  'detachInstances',
  'deleteCloudFormation',
  'deleteLoadBalancer',
  'upsertLoadBalancers',
];
/** They plan those that ask. */
const PLANNERS = ['deploy', 'createServerGroup', 'rollbackCluster'];

describe('a reason to override traffic guards', () => {
  it('goes to every planned stage that asks one, and to no other', () => {
    const asking = Object.values(stageExecutors)
      .filter(({ definition }) => 'overrideTrafficGuards' in (definition.context as z.ZodObject).shape)
      .map(({ definition }) => definition.type)
      .filter((type) => !PLANNERS.includes(type) && !BY_HAND.includes(type));
    const handed = overriding(
      'it burns',
      Object.keys(stageExecutors).map((type) => spec(type)),
    ).filter(({ context }) => context['overrideTrafficGuards'] === 'it burns');
    expect(handed.map(({ type }) => type).sort()).toEqual(asking.sort());
  });

  it('reaches into the steps of a deploy, and without one nothing is changed', () => {
    const [step] = overriding('it burns', [spec('deployStep', { steps: [spec('disableServerGroup'), spec('wait')] })]);
    expect(step?.context['steps']).toEqual([
      spec('disableServerGroup', { overrideTrafficGuards: 'it burns' }),
      spec('wait'),
    ]);
    const plain = [spec('disableCluster')];
    expect(overriding('', plain)).toBe(plain);
  });

  it('given to a deploy it holds for what the strategy plans', async () => {
    const cluster = {
      application: 'demo',
      stack: 'web',
      account: 'prod',
      region: 'us-east-1',
      instanceType: 't3.micro',
      capacity: { min: 2, desired: 2, max: 2 },
      imageId: 'ami-new',
      strategy: 'redblack',
    };
    for (const [context, ends] of [
      [{ clusters: [cluster] }, 'enabled'],
      [{ clusters: [cluster], overrideTrafficGuards: 'the old one leaks' }, 'disabled'],
      [{ clusters: [{ ...cluster, overrideTrafficGuards: 'the old one leaks' }] }, 'disabled'],
    ] as const) {
      const world = createWorld();
      world.serverGroups.add({ name: 'demo-web-v000', size: 6 });
      world.guards.set('demo', GUARD);
      world.guards.minCapacityRatio = 0.4;
      const run = await play('deploy', world, context as unknown as JsonObject);
      expect([world.serverGroups.picture('demo-web-v000')?.traffic, run.status]).toEqual([
        ends,
        ends === 'enabled' ? 'TERMINAL' : 'SUCCEEDED',
      ]);
    }
  });
});

it('requests do not go back to a server group with too few of the healthy instances', async () => {
  const world = createWorld();
  world.guards.set('demo', GUARD);
  world.guards.minCapacityRatio = 0.4;
  const [giving, receiving] = ['demo-web-a', 'demo-web-b'];
  world.serverGroups.add({ name: 'demo-web-v000', size: 2, targetGroups: [giving] });
  world.serverGroups.add({ name: 'demo-web-v001', size: 8, targetGroups: [receiving] });
  const ref = { account: 'prod', region: 'us-east-1', loadBalancer: 'demo-alb', port: 80 };
  const sharesAt = (weight: number) => [
    { targetGroup: giving, weight: 100 - weight },
    { targetGroup: receiving, weight },
  ];
  const shares = async () => (await world.loadBalancers.readShares(ref))?.shares;
  world.loadBalancers.add({ name: 'demo-alb', listeners: [{ port: 80, shares: sharesAt(0) }] });
  const actions = (await world.loadBalancers.readShares(ref))?.actions ?? {};
  const trafficShift = { giving, receiving, listeners: [{ loadBalancer: 'demo-alb', port: 80, actions }] };
  const place = { account: 'prod', region: 'us-east-1', serverGroup: 'demo-web-v000', trafficShift };
  const back = { ...place, weight: 0, restore: true };
  expect((await play('shiftTraffic', world, back)).status).toBe('SUCCEEDED');
  await world.loadBalancers.setShares(ref, sharesAt(50), { key: 'half', executionId: 'e', stageId: 's' });
  const refused = await play('shiftTraffic', world, back);
  expect(refused.failure?.message).toContain('Refused to send all requests away from demo-web-v001');
  expect(await shares()).toEqual(sharesAt(50));
  const forced = await play('shiftTraffic', world, { ...back, overrideTrafficGuards: 'it is broken' });
  expect([forced.status, await shares()]).toEqual(['SUCCEEDED', sharesAt(0)]);
});
