import { describe, expect, it } from 'vitest';
import { createWorld, runStage, type World } from '../../kit/testing/index.ts';
import { deleteLoadBalancer } from '../delete-load-balancer/executor.ts';
import { upsertLoadBalancers } from './executor.ts';
import { specOf } from './wanted.ts';

const WEB = {
  name: 'shop-web',
  region: 'us-east-1',
  credentials: 'prod',
  loadBalancerType: 'application',
  subnetType: 'internal (vpc0)',
  securityGroups: ['shop-alb'],
  targetGroups: [{ name: 'shop-web', protocol: 'HTTP', port: '8080', targetType: 'instance', healthCheckPath: '/up' }],
  listeners: [
    {
      protocol: 'HTTP',
      port: 80,
      defaultActions: [{ type: 'forward', targetGroupName: 'shop-web' }],
      rules: [
        {
          priority: 5,
          conditions: [{ field: 'path-pattern', values: ['/a/*'] }],
          actions: [{ type: 'forward', targetGroupName: 'shop-web' }],
        },
        { priority: 'default', default: true, conditions: [], actions: [] },
      ],
    },
  ],
};

const save = (world: World, loadBalancers: readonly object[], more = {}) =>
  runStage(upsertLoadBalancers, { world, context: { loadBalancers }, ...more });
const PLACE = { account: 'prod', region: 'us-east-1', name: 'shop-web' };

describe('saving load balancers', () => {
  it('makes them, waits until they serve, and tells where they answer', async () => {
    const world = createWorld();
    const run = await save(world, [WEB]);
    expect(run.status).toBe('SUCCEEDED');
    expect(run.waits).toEqual(['load balancer shop-web to be set up']);
    expect(run.outputs['loadBalancers']).toEqual([
      {
        ...{ name: 'shop-web', account: 'prod', region: 'us-east-1', loadBalancerType: 'application' },
        ...{ dnsName: 'shop-web.us-east-1.elb.example', targetGroups: ['shop-web'] },
      },
    ]);
    expect(run.ledger).toMatchObject([
      { kind: 'loadBalancer', name: 'shop-web', action: 'create', state: 'done' },
      { kind: 'targetGroup', name: 'shop-web', action: 'create', state: 'done' },
    ]);
    const made = await world.loadBalancers.read(PLACE);
    expect(made).toMatchObject({ state: 'active', internal: true, tags: { 'cd:application': 'shop' } });
    expect(made?.listeners[0]?.rules).toMatchObject([{ priority: '5', conditions: [{ values: ['/a/*'] }] }]);
  });

  it('changes one that is there, remembering what it was, and removes target groups that nothing needs', async () => {
    const world = createWorld();
    await save(world, [WEB]);
    const target = { name: 'shop-new', protocol: 'HTTP', port: 8080 };
    const listeners = [
      { protocol: 'HTTP', port: 80, defaultActions: [{ type: 'forward', targetGroupName: 'shop-new' }] },
    ];
    const run = await save(world, [{ ...WEB, targetGroups: [target], listeners }], { id: 'stage-2' });
    expect(run.ledger).toMatchObject([
      { action: 'change', before: { targetGroups: ['shop-web'], attributes: {} } },
      { kind: 'targetGroup', name: 'shop-new', action: 'create' },
      { kind: 'targetGroup', name: 'shop-web', action: 'remove', state: 'done', before: { protocol: 'HTTP' } },
    ]);
    expect(world.loadBalancers.targetGroupNames).toEqual(['shop-new']);
    world.serverGroups.add({ name: 'shop-v000', targetGroups: ['shop-new'] });
    const again = await save(world, [WEB], { id: 'stage-3' });
    expect(again.outputs['left']).toEqual([expect.stringContaining('Target group shop-new was left: a server group')]);
  });

  it('the older spelling is one load balancer itself', async () => {
    const world = createWorld();
    const run = await runStage(upsertLoadBalancers, {
      world,
      context: { ...WEB, type: 'upsertLoadBalancer', name: 'shop-web' },
    });
    expect(run.status).toBe('SUCCEEDED');
    expect(await world.loadBalancers.read(PLACE)).not.toBeNull();
  });

  it.each([
    [{ ...WEB, loadBalancerType: 'classic' }, 'load-balancer.classic', 'is a classic one'],
    [{ ...WEB, loadBalancerType: 'gateway' }, 'load-balancer.classic', 'is of type "gateway"'],
    [{ ...WEB, loadBalancerType: undefined, targetGroups: [] }, 'load-balancer.classic', 'is a classic one'],
    [{ ...WEB, region: null }, 'load-balancer.incomplete', 'does not say its region'],
    [{ ...WEB, credentials: undefined }, 'load-balancer.incomplete', 'does not say its account'],
    [{ ...WEB, listeners: [] }, 'aws.wrong-input', 'No listener'],
  ])('%# refuses what cannot be saved before anything is changed', async (wanted, code, words) => {
    const world = createWorld();
    const run = await save(world, [wanted]);
    expect(run.failure).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(world.loadBalancers.changes).toEqual([]);
  });

  it('an answer lost at any call changes nothing about the end', async () => {
    const calm = createWorld();
    await save(calm, [WEB]);
    for (let lost = 1; lost <= calm.loadBalancers.trouble.calls; lost++) {
      const world = createWorld();
      world.loadBalancers.trouble.loseAnswerOf = lost;
      const run = await save(world, [WEB]);
      expect(run.status, `lost answer ${lost}`).toBe('SUCCEEDED');
      expect(run.ledger.every((entry) => entry.action === 'create')).toBe(true);
      expect(world.loadBalancers.targetGroupNames).toEqual(['shop-web']);
    }
  });

  it('says so when the cloud cannot set one up', async () => {
    const world = createWorld();
    const { loadBalancers } = world;
    const read = loadBalancers.read.bind(loadBalancers);
    loadBalancers.read = async (ref) => {
      const found = await read(ref);
      return found && { ...found, state: 'failed' };
    };
    expect((await save(world, [WEB])).failure?.code).toBe('load-balancer.failed');
  });
});

describe('a load balancer in the words of a pipeline', () => {
  const defaults = { account: 'prod', region: 'us-east-1', application: 'shop' };
  const action = (one: object) =>
    specOf({ ...WEB, listeners: [{ port: 80, defaultActions: [one] }] } as never, defaults).listeners[0]?.actions;

  it('has actions of every kind, in their order', () => {
    const oidc = { type: 'authenticate-oidc', order: 1, authenticateOidcActionConfig: { clientId: 'x' } };
    const forward = { type: 'forward', order: 2, targetGroupName: 'web' };
    const listeners = [{ port: 443, protocol: 'https', defaultActions: [forward, oidc] }];
    expect(specOf({ ...WEB, listeners } as never, defaults).listeners[0]).toMatchObject({
      protocol: 'HTTPS',
      actions: [{ type: 'authenticate-oidc', settings: { clientId: 'x' } }, { type: 'forward' }],
    });
    expect(action({ type: 'redirect', redirectActionConfig: { statusCode: 'HTTP_301' } })).toEqual([
      { type: 'redirect', settings: { statusCode: 'HTTP_301' } },
    ]);
    const two = [{ targetGroupName: 'a', weight: 3 }, { targetGroupName: 'b' }];
    expect(action({ type: 'forward', targetGroups: two })).toEqual([
      {
        type: 'forward',
        shares: [
          { targetGroup: 'a', weight: 3 },
          { targetGroup: 'b', weight: 1 },
        ],
      },
    ]);
  });

  it('has conditions beside the field or in an object of its own', () => {
    const conditions = [
      { field: 'host-header', values: ['shop.example'] },
      { field: 'http-header', httpHeaderConfig: { httpHeaderName: 'X-Beta', values: ['1'] } },
      { field: 'query-string', queryStringConfig: { values: [{ key: 'v', value: '2' }, { value: 'x' }] } },
    ];
    const rules = [{ priority: '7', conditions, actions: [{ type: 'forward', targetGroupName: 'shop-web' }] }];
    const spec = specOf({ ...WEB, listeners: [{ port: 80, rules }] } as never, defaults);
    expect(spec.listeners[0]?.rules[0]?.conditions).toEqual([
      { field: 'host-header', values: ['shop.example'] },
      { field: 'http-header', values: ['1'], name: 'X-Beta' },
      { field: 'query-string', values: ['v=2', 'x'] },
    ]);
  });

  it('has attributes in the words of AWS, where they belong', () => {
    const attributes = { deregistrationDelay: 30, stickinessEnabled: false, proxyProtocolV2: true };
    const targetGroups = [{ name: 'a', port: 80, attributes }];
    const one = specOf({ ...WEB, idleTimeout: 90, deletionProtection: true, targetGroups } as never, defaults);
    expect(one.attributes).toEqual({ 'idle_timeout.timeout_seconds': '90', 'deletion_protection.enabled': 'true' });
    expect(one.targetGroups[0]?.attributes).toEqual({
      'deregistration_delay.timeout_seconds': '30',
      'stickiness.enabled': 'false',
    });
    const network = {
      ...WEB,
      loadBalancerType: 'network',
      idleTimeout: 90,
      loadBalancingCrossZone: true,
      targetGroups,
    };
    const other = specOf(
      { ...network, securityGroups: [], availabilityZones: { 'us-east-1': ['us-east-1a'] } } as never,
      defaults,
    );
    expect(other).toMatchObject({ securityGroups: null, availabilityZones: ['us-east-1a'] });
    expect(other.attributes).toEqual({ 'load_balancing.cross_zone.enabled': 'true' });
    expect(other.targetGroups[0]).toMatchObject({
      protocol: 'TCP',
      attributes: { 'proxy_protocol_v2.enabled': 'true' },
    });
  });
});

describe('deleting a load balancer', () => {
  const remove = (world: World, more = {}) =>
    runStage(deleteLoadBalancer, {
      world,
      context: { credentials: 'prod', regions: ['us-east-1'], loadBalancerName: 'shop-web', ...more },
    });

  it('deletes it with its target groups; one that is not there, or is in another network, counts as done', async () => {
    const world = createWorld();
    expect((await remove(world)).status).toBe('SKIPPED');
    await save(world, [WEB]);
    expect((await remove(world, { vpcId: 'vpc-other' })).status).toBe('SKIPPED');
    const run = await remove(world);
    expect(run.status).toBe('SUCCEEDED');
    expect(run.ledger).toMatchObject([
      { action: 'remove', state: 'done', before: { targetGroups: ['shop-web'] } },
      { kind: 'targetGroup', name: 'shop-web', action: 'remove', state: 'done' },
    ]);
    expect([await world.loadBalancers.read(PLACE), world.loadBalancers.targetGroupNames]).toEqual([null, []]);
  });

  it('an answer lost at any call still removes everything', async () => {
    for (let lost = 1; lost <= 3; lost++) {
      const world = createWorld();
      await save(world, [WEB]);
      world.loadBalancers.trouble.loseAnswerOf = world.loadBalancers.trouble.calls + lost;
      expect((await remove(world)).status).toBe('SUCCEEDED');
      expect(world.loadBalancers.targetGroupNames).toEqual([]);
    }
  });

  it('refuses a classic one', async () => {
    expect((await remove(createWorld(), { loadBalancerType: 'classic' })).failure?.code).toBe('load-balancer.classic');
  });
});
