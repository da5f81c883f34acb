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

describe('a stack behind which a guarded cluster serves', () => {
  const ARN = 'arn:aws:elasticloadbalancing:us-east-1:1:';
  const removeStack = (world: World, more: JsonObject = {}) =>
    play('deleteCloudFormation', world, {
      credentials: 'prod',
      regions: ['us-east-1'],
      stackName: 'demo-base',
      ...more,
    });

  /** The stack has one resource of this type, called so outside, in a stack of its own when `nested`. */
  async function stackWith(type: string, physicalId: string, nested = false): Promise<World> {
    const world = servingWorld();
    const make = async (name: string, resource: string, kind: string) => {
      const text = JSON.stringify({ Resources: { [resource]: { Type: kind } } });
      const spec = {
        ...PLACE,
        name,
        template: { kind: 'text', text },
        parameters: {},
        tags: {},
        capabilities: [],
      } as const;
      await world.stacks.deploy(spec, { key: name, executionId: 'e', stageId: 's' });
      world.clock.advance(120_000);
    };
    world.stacks.physicalIds.set('Thing', physicalId);
    world.stacks.physicalIds.set('Inner', 'demo-inner');
    await make(nested ? 'demo-inner' : 'demo-base', 'Thing', type);
    if (nested) await make('demo-base', 'Inner', 'AWS::CloudFormation::Stack');
    return world;
  }

  it.each<[string, string, boolean]>([
    ['AWS::AutoScaling::AutoScalingGroup', 'demo-web-v000', false],
    ['AWS::AutoScaling::AutoScalingGroup', 'demo-web-v000', true],
    ['AWS::ElasticLoadBalancingV2::TargetGroup', `${ARN}targetgroup/${A}/73e2`, false],
    ['AWS::ElasticLoadBalancingV2::LoadBalancer', `${ARN}loadbalancer/app/demo-alb/50dc`, false],
    ['AWS::ElasticLoadBalancingV2::Listener', `${ARN}listener/app/demo-alb/50dc/f2f7`, false],
    ['AWS::ElasticLoadBalancingV2::ListenerRule', `${ARN}listener-rule/app/demo-alb/50dc/f2f7/9683`, true],
  ])('with an %s is not deleted, but with a reason', async (type, physicalId, nested) => {
    const world = await stackWith(type, physicalId, nested);
    const refused = await removeStack(world);
    expect(refused.failure?.message).toContain(
      'Refused to delete stack demo-base, which has or serves demo-web-v000: 3 healthy instances of demo-web',
    );
    expect(world.stacks.changes.filter((each) => each.startsWith('delete'))).toEqual([]);
    const forced = await removeStack(world, { overrideTrafficGuards: 'we move away' });
    expect([forced.failure, forced.status]).toEqual([null, 'SUCCEEDED']);
    expect(world.stacks.changes.at(-1)).toBe('delete demo-base');
  });

  it.each<[string, string]>([
    ['Custom::Data', 'data'],
    ['AWS::AutoScaling::AutoScalingGroup', 'other-web-v000'],
    ['AWS::ElasticLoadBalancingV2::TargetGroup', `${ARN}targetgroup/${B}/73e2`],
    ['AWS::ElasticLoadBalancingV2::LoadBalancer', `${ARN}loadbalancer/app/other-alb/50dc`],
  ])('is deleted when it has nothing of it: %s %s', async (type, physicalId) => {
    expect((await removeStack(await stackWith(type, physicalId))).status).toBe('SUCCEEDED');
  });

  it('that is not there has nothing to guard', async () => {
    expect((await removeStack(servingWorld())).status).toBe('SKIPPED');
  });
});
