import type { LoadBalancerSpec, TrafficShare } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { op } from '../testing/shop.ts';

const PLACE = { account: 'demo', region: 'us-east-1' };
const STORE = '123456789012/us-east-1';

let one: SandboxWorld;
beforeAll(async () => {
  one = await startWorld();
});
beforeEach(() => {
  one.sandbox.reset();
  one.clearFaults();
});
afterAll(() => one.stop());

const to = (name: string) => [{ type: 'forward', shares: [{ targetGroup: name, weight: 1 }] }];
const group = (name: string) => ({
  ...{ name, protocol: 'HTTP', port: 80, targetType: 'instance', healthCheck: {} },
  attributes: { 'deregistration_delay.timeout_seconds': '20' },
});
const path = (priority: string, value: string, target: string) => ({
  priority,
  conditions: [{ field: 'path-pattern', values: [value] }],
  actions: to(target),
});
const listener = (port: number, name: string, rules: ReturnType<typeof path>[] = []) => ({
  ...{ port, protocol: 'HTTP', certificates: [], actions: to(name), rules },
});
const spec = (more: Partial<LoadBalancerSpec> = {}): LoadBalancerSpec => ({
  ...PLACE,
  name: 'shop-alb',
  type: 'application',
  internal: true,
  subnetType: 'internal',
  securityGroups: ['demo-web'],
  attributes: { 'idle_timeout.timeout_seconds': '90' },
  tags: {},
  targetGroups: [group('shop-a'), group('shop-b')],
  listeners: [listener(80, 'shop-a', [path('10', '/a', 'shop-a'), path('20', '/b', 'shop-b')])],
  ...more,
});
const changed = spec({
  targetGroups: [group('shop-b'), group('shop-c')],
  formerTargetGroups: ['shop-a', 'shop-b'],
  listeners: [
    listener(80, 'shop-b', [path('10', '/b', 'shop-c'), path('20', '/c', 'shop-b'), path('30', '/d', 'shop-c')]),
    listener(81, 'shop-c'),
  ],
});

const port = () => one.cloud.loadBalancers;
const read = () => port().read({ ...PLACE, name: 'shop-alb' });
const store = () => one.sandbox.state().regions[STORE];
const names = () =>
  Object.values(store()?.targetGroups ?? {})
    .map((each) => each.name)
    .sort();

/** Everything of it that may not depend on how often it was begun. */
async function picture() {
  const now = await read();
  const plain = now && { ...now, state: '', arn: '', dnsName: '', createdTime: 0, tags: {} };
  return plain && { ...plain, targetGroups: plain.targetGroups.map((each) => ({ ...each, arn: '' })), all: names() };
}

describe('saving a load balancer, given up at any change and begun again', () => {
  it('ends the same', async () => {
    await port().upsert(spec(), op('make'));
    const from = one.tripwire.changes.length;
    await port().upsert(changed, op('change'));
    const count = one.tripwire.changes.length - from;
    const wanted = await picture();
    expect(wanted?.all).toEqual(['demo-api-a', 'demo-api-b', 'demo-web-tg', 'shop-b', 'shop-c']);
    // Dying right after a change leaves the same behind as dying right before the next one.
    for (let nth = 0; nth <= count; nth++) {
      one.sandbox.reset();
      await port().upsert(spec(), op('make'));
      const killed = new AbortController();
      one.tripwire.arm(Math.max(1, nth), nth === 0 ? 'before' : 'after', () => killed.abort(new Error('killed')));
      await expect(port().upsert(changed, op('change', killed.signal)), `change ${nth}`).rejects.toThrow('killed');
      await port().upsert(changed, op('change'));
      expect(await picture(), `change ${nth}`).toEqual(wanted);
    }
  });

  it('makes what is new before it removes what is old, and is silent when nothing differs', async () => {
    await port().upsert(spec(), op('make'));
    const from = one.tripwire.changes.length;
    await port().upsert(changed, op('change'));
    const sent = one.tripwire.changes.slice(from);
    const firstDelete = sent.findIndex((action) => action.startsWith('Delete'));
    expect(sent.slice(firstDelete).every((action) => action.startsWith('Delete'))).toBe(true);
    expect(sent).not.toContain('DeleteListener');
    const after = one.tripwire.changes.length;
    await port().upsert(changed, op('again'));
    expect(one.tripwire.changes.slice(after)).toEqual([]);
  });
});

describe('target groups that are no longer named', () => {
  it('are left while a server group registers its instances with them', async () => {
    const balancer = await port().read({ ...PLACE, name: 'demo-alb' });
    const wish = spec({
      ...{ name: 'demo-alb', internal: false, subnetType: null, securityGroups: null },
      ...{ formerTargetGroups: balancer?.targetGroups.map((each) => each.name), listeners: [listener(80, 'shop-a')] },
    });
    const { left } = await port().upsert(wish, op('take-over'));
    expect(left).toEqual([
      'Target group demo-web-tg was left: server group demo-web-v000 registers its instances with it.',
    ]);
    expect(names()).toContain('demo-web-tg');
  });
});

describe('dividing requests', () => {
  const at = { ...PLACE, loadBalancer: 'shop-alb', port: 80 };
  const shares: TrafficShare[] = [
    { targetGroup: 'shop-a', weight: 3 },
    { targetGroup: 'shop-b', weight: 1 },
  ];
  const actions = () =>
    Object.values(store()?.listeners ?? {}).find((each) => each.port === 80 && each.arn.includes('shop-alb'))?.actions;

  it('keeps authentication before the forward, and tells AWS to keep its secret', async () => {
    const oidc = {
      type: 'authenticate-oidc',
      settings: {
        ...{
          issuer: 'https://id.example',
          clientId: 'shop',
          clientSecret: 'hush',
          userInfoEndpoint: 'https://id.example/u',
        },
        ...{ authorizationEndpoint: 'https://id.example/a', tokenEndpoint: 'https://id.example/t' },
      },
    };
    const secured = { ...listener(80, 'shop-a'), protocol: 'HTTPS', actions: [oidc, ...to('shop-a')] };
    const certificates = ['arn:aws:acm:us-east-1:123456789012:certificate/0'];
    await port().upsert(spec({ listeners: [{ ...secured, certificates }] }), op('make'));
    const before = await port().readShares(at);
    await port().setShares(at, shares, op('shift'));
    expect(actions()?.map((action) => [action.Type, action.Order])).toEqual([
      ['authenticate-oidc', 1],
      ['forward', 2],
    ]);
    expect(actions()?.[0]?.AuthenticateOidcConfig).toMatchObject({ ClientId: 'shop' });
    expect((await port().readShares(at))?.shares).toEqual(shares);
    await port().restoreActions(at, before?.actions ?? {}, op('undo'));
    expect((await port().readShares(at))?.shares).toEqual(before?.shares);
  });

  it('tells of sticky target groups, and refuses a listener that redirects', async () => {
    const sticky = { ...group('shop-a'), attributes: { 'stickiness.enabled': 'true' } };
    const redirect = [{ type: 'redirect', settings: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } }];
    const listeners = [listener(80, 'shop-a'), { ...listener(81, 'shop-a'), actions: redirect }];
    await port().upsert(spec({ targetGroups: [sticky, group('shop-b')], listeners }), op('make'));
    expect((await port().readShares(at))?.sticky).toBe(true);
    expect(await port().readShares({ ...at, port: 81 })).toMatchObject({ shares: [], sticky: false });
    const refused = await port()
      .setShares({ ...at, port: 81 }, shares, op('shift'))
      .catch((error: unknown) => error);
    expect((refused as FailureError).failure.code).toBe('aws.not-forwarding');
  });

  it('counts live targets', async () => {
    await one.pass(120_000);
    const counts = await port().targetHealth({ ...PLACE, targetGroup: 'demo-web-tg' });
    expect(counts.Up).toBeGreaterThan(0);
    const balancer = await port().read({ ...PLACE, name: 'demo-alb' });
    expect(balancer?.targetGroups[0]?.targets).toHaveLength(counts.Up);
    expect(balancer?.targetGroups[0]?.targets[0]).toMatchObject({ health: 'Up', state: 'healthy' });
  });
});
