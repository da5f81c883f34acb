import { FailureError } from '@gennaker/pipeline-dsl';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ListenerRef, LoadBalancer, LoadBalancerSpec, LoadBalancers, Operation } from '../ports/index.ts';

/** A fresh world with one load balancer whose listener forwards everything to the first target group. */
export interface LoadBalancersBench {
  readonly loadBalancers: LoadBalancers;
  readonly listener: ListenerRef;
  /** The first has the traffic; the second has none and nothing sends to it. */
  readonly targetGroups: readonly [string, string];
  /** Where a new load balancer may be made. */
  readonly subnetIds: readonly string[];
  readonly securityGroups: readonly string[];
  /** Lets time pass in that world. */
  pass(ms: number): Promise<void>;
}

const operation = (key: string): Operation => ({ key, executionId: 'execution-1', stageId: 'stage-1' });

/** What every implementation of the port must do. Run it with the port on a fresh world for each case. */
export function loadBalancersContract(name: string, makeBench: () => Promise<LoadBalancersBench>): void {
  describe(`${name} keeps the promises of load balancers`, () => {
    let bench: LoadBalancersBench;
    let port: LoadBalancers;
    beforeEach(async () => {
      bench = await makeBench();
      port = bench.loadBalancers;
    });

    const shares = (...weights: readonly [number, number]) => [
      { targetGroup: bench.targetGroups[0], weight: weights[0] },
      { targetGroup: bench.targetGroups[1], weight: weights[1] },
    ];
    const codeOf = async (work: Promise<unknown>): Promise<string> => {
      const error = await work.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(FailureError);
      return (error as FailureError).failure.code;
    };

    it('a listener that is not there has no shares, and cannot be changed', async () => {
      const nowhere = { ...bench.listener, port: 4242 };
      expect(await port.readShares(nowhere)).toBeNull();
      expect(await port.readShares({ ...bench.listener, loadBalancer: 'nobody' })).toBeNull();
      expect(await port.readShares({ ...bench.listener, rule: '77' })).toBeNull();
      expect(await codeOf(port.setShares(nowhere, shares(1, 1), operation('a')))).toBe('aws.gone');
    });

    it('at first everything goes to the first target group', async () => {
      const read = await port.readShares(bench.listener);
      expect(read?.shares.map((share) => share.targetGroup)).toEqual([bench.targetGroups[0]]);
      expect(read?.sticky).toBe(false);
    });

    it('shares are set, read back, set again without harm, and taken back', async () => {
      const before = await port.readShares(bench.listener);
      await port.setShares(bench.listener, shares(100, 0), operation('attach'));
      expect((await port.readShares(bench.listener))?.shares).toEqual(shares(100, 0));
      await port.setShares(bench.listener, shares(90, 10), operation('shift'));
      await port.setShares(bench.listener, shares(90, 10), operation('shift'));
      expect((await port.readShares(bench.listener))?.shares).toEqual(shares(90, 10));
      await port.restoreActions(bench.listener, before?.actions ?? {}, operation('undo'));
      expect(await port.readShares(bench.listener)).toEqual(before);
    });

    it('a target group that does not exist is refused, and nothing has changed', async () => {
      const before = await port.readShares(bench.listener);
      const wrong = [{ targetGroup: 'nobody-tg', weight: 1 }];
      expect(await codeOf(port.setShares(bench.listener, wrong, operation('a')))).toBe('aws.gone');
      expect(await port.readShares(bench.listener)).toEqual(before);
    });

    it('weights that give nobody any requests, or do not exist, are refused', async () => {
      for (const wrong of [shares(0, 0), shares(1, 1000), shares(1, 0.5), []])
        expect(await codeOf(port.setShares(bench.listener, wrong, operation('a')))).toBe('aws.wrong-input');
    });

    it('tells which listeners send to a target group', async () => {
      const place = { account: bench.listener.account, region: bench.listener.region };
      const of = (targetGroup: string) => port.listenersOf({ ...place, targetGroup });
      expect(await of(bench.targetGroups[0])).toEqual([bench.listener]);
      expect(await of(bench.targetGroups[1])).toEqual([]);
      expect(await of('nobody-tg')).toEqual([]);
      await port.setShares(bench.listener, shares(1, 0), operation('attach'));
      expect(await of(bench.targetGroups[1])).toEqual([bench.listener]);
    });

    it('counts no targets where there are none', async () => {
      const place = { account: bench.listener.account, region: bench.listener.region };
      const none = { Up: 0, Starting: 0, Down: 0, OutOfService: 0, Draining: 0, Unknown: 0 };
      expect(await port.targetHealth({ ...place, targetGroup: bench.targetGroups[1] })).toEqual(none);
      expect(await port.targetHealth({ ...place, targetGroup: 'nobody-tg' })).toEqual(none);
    });

    const place = () => ({ account: bench.listener.account, region: bench.listener.region });
    const spec = (more: Partial<LoadBalancerSpec> = {}): LoadBalancerSpec => ({
      ...place(),
      name: 'shop-alb',
      type: 'application',
      internal: true,
      subnetIds: bench.subnetIds,
      securityGroups: bench.securityGroups,
      attributes: { 'idle_timeout.timeout_seconds': '90' },
      tags: { 'cd:application': 'shop' },
      targetGroups: [targetGroup('shop-a'), targetGroup('shop-b')],
      listeners: [
        listener(80, 'shop-a', [
          ['10', '/a/*', 'shop-a'],
          ['20', '/b/*', 'shop-b'],
        ]),
      ],
      ...more,
    });
    const targetGroup = (name: string, more = {}) => ({
      ...{ name, protocol: 'HTTP', port: 8080, targetType: 'instance' },
      healthCheck: { path: '/up', intervalSeconds: 10 },
      attributes: { 'deregistration_delay.timeout_seconds': '20' },
      ...more,
    });
    const to = (name: string) => [{ type: 'forward', shares: [{ targetGroup: name, weight: 1 }] }];
    const listener = (onPort: number, name: string, rules: ReadonlyArray<readonly [string, string, string]> = []) => ({
      ...{ port: onPort, protocol: 'HTTP', certificates: [], actions: to(name) },
      rules: rules.map(([priority, path, target]) => ({
        priority,
        conditions: [{ field: 'path-pattern', values: [path] }],
        actions: to(target),
      })),
    });
    const readAt = async (name: string): Promise<LoadBalancer | null> => port.read({ ...place(), name });
    const pathsOf = (balancer: LoadBalancer | null, onPort = 80) =>
      balancer?.listeners
        .find((one) => one.port === onPort)
        ?.rules.map(({ priority, conditions, actions }) => [
          priority,
          conditions[0]?.values[0],
          actions[0]?.shares?.[0]?.targetGroup,
        ]);

    it('makes a load balancer with target groups, listeners and rules, which serves after a while', async () => {
      expect(await readAt('shop-alb')).toBeNull();
      const { dnsName, left } = await port.upsert(spec(), operation('make'));
      expect(left).toEqual([]);
      const made = await readAt('shop-alb');
      expect(made).toMatchObject({ type: 'application', internal: true, dnsName, state: 'provisioning' });
      expect(made?.tags).toMatchObject({ 'cd:application': 'shop' });
      expect(made?.targetGroups.map(({ name }) => name).sort()).toEqual(['shop-a', 'shop-b']);
      expect(made?.targetGroups[0]).toMatchObject({ protocol: 'HTTP', port: 8080, healthCheck: { path: '/up' } });
      expect(made?.targetGroups[0]?.attributes['deregistration_delay.timeout_seconds']).toBe('20');
      expect(pathsOf(made)).toEqual([
        ['10', '/a/*', 'shop-a'],
        ['20', '/b/*', 'shop-b'],
      ]);
      await bench.pass(10 * 60_000);
      expect((await readAt('shop-alb'))?.state).toBe('active');
    });

    it('saving the same again changes nothing, and a rule can be addressed', async () => {
      await port.upsert(spec(), operation('make'));
      await bench.pass(10 * 60_000);
      const before = await readAt('shop-alb');
      await port.upsert(spec(), operation('make'));
      expect(await readAt('shop-alb')).toEqual(before);
      const rule = { ...place(), loadBalancer: 'shop-alb', port: 80, rule: '20' };
      expect((await port.readShares(rule))?.shares).toEqual([{ targetGroup: 'shop-b', weight: 1 }]);
      await port.setShares(rule, [{ targetGroup: 'shop-a', weight: 7 }], operation('rule'));
      expect((await port.readShares(rule))?.shares).toEqual([{ targetGroup: 'shop-a', weight: 7 }]);
    });

    it('rules change places, change their target, come and go; listeners and target groups too', async () => {
      await port.upsert(spec(), operation('make'));
      const wanted = spec({
        targetGroups: [targetGroup('shop-b', { healthCheck: { path: '/health' } }), targetGroup('shop-c')],
        formerTargetGroups: ['shop-a', 'shop-b'],
        listeners: [
          listener(80, 'shop-b', [
            ['10', '/b/*', 'shop-c'],
            ['20', '/c/*', 'shop-c'],
            ['30', '/d/*', 'shop-b'],
          ]),
          listener(81, 'shop-b'),
        ],
      });
      expect((await port.upsert(wanted, operation('change'))).left).toEqual([]);
      const now = await readAt('shop-alb');
      expect(pathsOf(now)).toEqual([
        ['10', '/b/*', 'shop-c'],
        ['20', '/c/*', 'shop-c'],
        ['30', '/d/*', 'shop-b'],
      ]);
      expect(now?.listeners.map((one) => one.port)).toEqual([80, 81]);
      expect(now?.targetGroups.find((one) => one.name === 'shop-b')?.healthCheck.path).toBe('/health');
      expect(await port.listenersOf({ ...place(), targetGroup: 'shop-a' })).toEqual([]);
      await port.upsert(spec({ listeners: [listener(81, 'shop-b')] }), operation('fewer'));
      expect((await readAt('shop-alb'))?.listeners.map((one) => [one.port, one.rules.length])).toEqual([[81, 0]]);
    });

    it('what is fixed when a thing is made is refused, and nothing has changed', async () => {
      await port.upsert(spec(), operation('make'));
      await bench.pass(10 * 60_000);
      const before = await readAt('shop-alb');
      const changed = { listeners: [listener(99, 'shop-a')] };
      const other = spec({ ...changed, targetGroups: [targetGroup('shop-a', { port: 9090 })] });
      expect(await codeOf(port.upsert(other, operation('a')))).toBe('aws.cannot-change');
      expect(await codeOf(port.upsert(spec({ ...changed, internal: false }), operation('b')))).toBe(
        'aws.cannot-change',
      );
      const nowhere = spec({ listeners: [listener(80, 'nobody-tg')] });
      expect(await codeOf(port.upsert(nowhere, operation('c')))).toBe('aws.wrong-input');
      expect(await codeOf(port.upsert(spec({ listeners: [] }), operation('d')))).toBe('aws.wrong-input');
      expect(await readAt('shop-alb')).toEqual(before);
    });

    it('removes it with the target groups that nothing else needs, and again is no error', async () => {
      await port.upsert(spec(), operation('make'));
      const { left } = await port.remove({ ...place(), name: 'shop-alb' }, ['shop-a', 'shop-b'], operation('gone'));
      expect(left).toEqual([]);
      expect(await readAt('shop-alb')).toBeNull();
      const again = await port.remove({ ...place(), name: 'shop-alb' }, ['shop-a'], operation('gone'));
      expect(again.left).toEqual([]);
    });

    it('shows settings and target groups by themselves, marked with who made them', async () => {
      const alb = { ...place(), name: 'shop-alb' };
      expect(await port.readAttributes(alb)).toEqual({});
      expect(await port.readTargetGroup({ ...place(), targetGroup: 'shop-a' })).toBeNull();
      await port.upsert(spec({ attributes: { 'idle_timeout.timeout_seconds': '90' } }), operation('make'));
      expect(await port.readAttributes(alb)).toMatchObject({ 'idle_timeout.timeout_seconds': '90' });
      const made = await port.readTargetGroup({ ...place(), targetGroup: 'shop-a' });
      expect(made).toMatchObject({
        name: 'shop-a',
        loadBalancers: ['shop-alb'],
        tags: { 'cd:execution': 'execution-1' },
      });
    });

    it('gives a target group settings by itself, and leaves what is not said', async () => {
      await port.upsert(spec(), operation('make'));
      const shopA = { ...place(), targetGroup: 'shop-a' };
      const wish = { healthCheck: { path: '/other' }, attributes: { 'deregistration_delay.timeout_seconds': '60' } };
      for (let times = 0; times < 2; times++) await port.saveTargetGroup(shopA, wish, operation('save'));
      const saved = await port.readTargetGroup(shopA);
      expect(saved?.healthCheck).toMatchObject({ path: '/other', intervalSeconds: 10 });
      expect(saved?.attributes).toMatchObject(wish.attributes);
      const gone = port.saveTargetGroup({ ...place(), targetGroup: 'nobody-tg' }, wish, operation('save'));
      expect(await codeOf(gone)).toBe('aws.gone');
    });

    it('removes target groups that nothing needs, and says why it leaves others', async () => {
      await port.upsert(spec(), operation('make'));
      const names = [bench.targetGroups[1], 'shop-a', 'nobody-tg'];
      const left = await port.removeTargetGroups(place(), names, operation('drop'));
      expect(left).toEqual(['Target group shop-a was left: another load balancer sends to it.']);
      await bench.pass(60_000);
      expect(await port.readTargetGroup({ ...place(), targetGroup: bench.targetGroups[1] })).toBeNull();
    });

    it('lists the load balancers of an application, by tag or by name', async () => {
      await port.upsert(spec(), operation('make'));
      const another = (name: string, tags: Record<string, string>) =>
        port.upsert(
          spec({ name, tags, targetGroups: [targetGroup(`${name}-tg`)], listeners: [listener(80, `${name}-tg`)] }),
          operation(name),
        );
      await another('shop-plain', {});
      await another('shop-other', { 'cd:application': 'other' });
      expect((await port.listApplication('shop')).map((one) => one.name).sort()).toEqual(['shop-alb', 'shop-plain']);
      expect(await port.listApplication('nobody')).toEqual([]);
    });
  });
}
