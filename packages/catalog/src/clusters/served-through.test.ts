import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { stageDefinitions } from '../definitions.ts';
import { type StageType, stageExecutors } from '../executors.ts';
import { createWorld, runStage, type World } from '../kit/testing/index.ts';

const PLACE = { account: 'prod', region: 'us-east-1' };
const ALB = { ...PLACE, name: 'demo-alb' };
const [A, B] = ['demo-web-a', 'demo-web-b'];
const play = (type: StageType, world: World, context: JsonObject) =>
  runStage(stageExecutors[type], { world, executors: stageExecutors, context });

const forward = (targetGroup: string) => [{ targetGroup, weight: 1 }];
/** Version 0 of demo-web gets the requests of port 80 through `targetGroups`; the application guards its clusters. */
function servingWorld(targetGroups: readonly string[] = [A]): World {
  const world = createWorld();
  world.serverGroups.add({ name: 'demo-web-v000', targetGroups });
  world.loadBalancers.add({ name: ALB.name, listeners: [{ port: 80, shares: forward(A) }] });
  world.loadBalancers.addTargetGroup({ ...PLACE, targetGroup: B });
  world.guards.set('demo', { account: 'prod', location: '*', stack: 'web' });
  return world;
}

const remove = (world: World, more: JsonObject = {}) =>
  play('deleteLoadBalancer', world, {
    credentials: 'prod',
    regions: ['us-east-1'],
    loadBalancerName: ALB.name,
    ...more,
  });

/** Saves the load balancer so that this port alone sends, and to `targetGroup`. */
const save = (world: World, targetGroup: string, more: JsonObject = {}, port = 80) => {
  const defaultActions = [{ type: 'forward', targetGroupName: targetGroup }];
  const loadBalancer = {
    name: ALB.name,
    credentials: 'prod',
    region: 'us-east-1',
    loadBalancerType: 'application',
    vpcId: 'vpc-1',
    targetGroups: [A, B].map((name) => ({ name, protocol: 'HTTP', port: 80, targetType: 'instance' })),
    listeners: [{ protocol: 'HTTP', port, defaultActions }],
  };
  return play('upsertLoadBalancers', world, { loadBalancers: [loadBalancer], ...more });
};

describe('a load balancer in front of a guarded cluster', () => {
  it('is not deleted, but with a reason', async () => {
    const world = servingWorld();
    const refused = await remove(world);
    expect(refused.failure).toMatchObject({
      code: 'cluster.traffic-guard',
      message:
        'Refused to delete load balancer demo-alb, which sends requests to demo-web-v000: 3 healthy instances of demo-web in us-east-1 of account prod serve now, 0 would afterwards. The application’s traffic guard (prod, any region, stack web, no detail) keeps at least 1.',
      advice: expect.stringContaining('give the stage a reason to override traffic guards'),
    });
    expect(await world.loadBalancers.read(ALB)).not.toBeNull();
    expect(refused.ledger).toEqual([]);
    expect((await remove(world, { overrideTrafficGuards: 'we move away' })).status).toBe('SUCCEEDED');
    expect(await world.loadBalancers.read(ALB)).toBeNull();
  });

  it('goes when the cluster is not guarded, or nothing behind it serves', async () => {
    const free = servingWorld();
    free.guards.set('demo');
    const idle = servingWorld([B]);
    const ill = servingWorld();
    ill.serverGroups.setHealth('demo-web-v000', 'Down');
    for (const world of [free, idle, ill]) expect((await remove(world)).status).toBe('SUCCEEDED');
  });

  it('goes when the server group gets requests through another one as well', async () => {
    const world = servingWorld([A, B]);
    world.loadBalancers.add({ name: 'demo-nlb', listeners: [{ port: 443, shares: forward(B) }] });
    expect((await remove(world)).status).toBe('SUCCEEDED');
    const last = await play('deleteLoadBalancer', world, {
      credentials: 'prod',
      regions: ['us-east-1'],
      loadBalancerName: 'demo-nlb',
    });
    expect(last.failure?.code).toBe('cluster.traffic-guard');
  });

  it('is not saved so that it sends nothing to the cluster any more, but with a reason', async () => {
    for (const port of [80, 443]) {
      const world = servingWorld();
      const refused = await save(world, B, {}, port);
      expect(refused.failure?.message).toContain(
        'Refused to save load balancer demo-alb, which then sends nothing to demo-web-v000',
      );
      const shares = (await world.loadBalancers.readShares({ ...PLACE, loadBalancer: ALB.name, port: 80 }))?.shares;
      expect(shares).toEqual(forward(A));
      const forced = await save(world, B, { overrideTrafficGuards: 'we move away' }, port);
      expect([forced.failure, forced.status]).toEqual([null, 'SUCCEEDED']);
      expect(forced.context['overriddenTrafficGuards']).toMatchObject([{ reason: 'we move away' }]);
    }
    expect((await save(servingWorld(), A)).status).toBe('SUCCEEDED');
    expect((await save(servingWorld([A, B]), B)).failure).toBeNull();
  });

  it('fails closed when the guards cannot be read', async () => {
    const world = servingWorld();
    world.guards.trouble.failNext('of', { code: 'guards.gone', message: 'Not there.' });
    expect((await remove(world)).failure?.code).toBe('guards.gone');
    expect(await world.loadBalancers.read(ALB)).not.toBeNull();
  });

  it('is changed while nothing else changes the cluster behind it', async () => {
    const world = servingWorld();
    const run = await remove(world, { overrideTrafficGuards: 'we move away' });
    for (const type of ['deleteLoadBalancer', 'upsertLoadBalancers'] as const) {
      const { locks, locksAfter } = stageDefinitions[type];
      expect([locks?.(run.context as never, 'demo'), locksAfter]).toEqual([
        ['cluster:prod:us-east-1:demo-web'],
        'findServerGroups',
      ]);
      expect(locks?.({} as never, 'demo')).toEqual([]);
    }
  });
});
