import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { type Clients, clientsOf, deployGroup, groupNamed, targetGroupArn } from '../testing/clients.ts';

describe('the traffic of a listener', () => {
  let sandbox: Sandbox;
  let aws: Clients;
  let listener: string;
  let first: string;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 3 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
    const { LoadBalancers } = await aws.elb.describeLoadBalancers({});
    const { Listeners } = await aws.elb.describeListeners({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn });
    listener = Listeners?.[0]?.ListenerArn ?? '';
    first = await targetGroupArn(aws);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const now = () => sandbox.clock.now();
  const second = async (): Promise<string> => {
    const { TargetGroups } = await aws.elb.createTargetGroup({
      Name: 'second',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-0e00000000000000',
      HealthCheckIntervalSeconds: 5,
    });
    return TargetGroups?.[0]?.TargetGroupArn ?? '';
  };
  const forward = (weights: Array<[string, number]>) => [
    {
      Type: 'forward' as const,
      ForwardConfig: { TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
    },
  ];
  const memberTargets = async () =>
    ((await groupNamed(aws, 'demo-web-v000'))?.Instances ?? []).map(({ InstanceId: Id = '' }) => ({ Id }));

  it('counts every request of hours, piece by piece, with the weights of the listener', async () => {
    const other = await second();
    const from = now();
    sandbox.clock.advance(3600_000);
    await aws.elb.modifyListener({
      ListenerArn: listener,
      DefaultActions: forward([
        [first, 9],
        [other, 1],
      ]),
    });
    sandbox.clock.advance(3600_000);
    const report = sandbox.traffic({ listener, requestsPerSecond: 7, from, to: now() });
    expect(report).toMatchObject({
      ok: false,
      requests: 50_400,
      served: { 'demo-web-v000': 25_200 + 22_680 },
      toEmpty: 2520,
      toUnhealthy: 0,
      toDraining: 0,
      gaps: [{ route: listener, seconds: 3600, lost: 0.1 }],
    });
  });

  it('counts what meets a target group that drains, and then one that is empty', async () => {
    const from = now();
    sandbox.clock.advance(2000);
    await aws.elb.deregisterTargets({ TargetGroupArn: first, Targets: await memberTargets() });
    sandbox.clock.advance(8000);
    const { requests, served, toDraining, toEmpty, gaps } = sandbox.traffic({
      listener,
      requestsPerSecond: 100,
      from,
      to: now(),
    });
    expect({ requests, served, toDraining, toEmpty }).toEqual({
      requests: 1000,
      served: { 'demo-web-v000': 200 },
      toDraining: 500,
      toEmpty: 300,
    });
    expect(gaps).toEqual([{ route: listener, from: new Date(from + 2000).toISOString(), seconds: 8, lost: 1 }]);
  });

  it('counts each second by itself, which together are the whole', async () => {
    const from = now();
    sandbox.clock.advance(1500);
    await aws.elb.deregisterTargets({ TargetGroupArn: first, Targets: await memberTargets() });
    sandbox.clock.advance(1500);
    const { requests, served, toDraining, perSecond } = sandbox.traffic({
      listener,
      requestsPerSecond: 7,
      from,
      to: now(),
      perSecond: true,
    });
    expect({ requests, served, toDraining }).toEqual({ requests: 21, served: { 'demo-web-v000': 11 }, toDraining: 10 });
    const none = { answered: 0, toEmpty: 0, toUnhealthy: 0, requests: 7 };
    const at = (seconds: number) => new Date(from + seconds * 1000).toISOString();
    expect(perSecond).toEqual([
      { ...none, at: at(0), served: { 'demo-web-v000': 7 }, toDraining: 0 },
      { ...none, at: at(1), served: { 'demo-web-v000': 4 }, toDraining: 3 },
      { ...none, at: at(2), served: {}, toDraining: 7 },
    ]);
  });

  it('counts what a load balancer answers by itself, and what comes when the listener is gone', async () => {
    const from = now();
    await aws.elb.modifyListener({
      ListenerArn: listener,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
    });
    sandbox.clock.advance(10_000);
    await aws.elb.deleteListener({ ListenerArn: listener });
    sandbox.clock.advance(5000);
    const report = sandbox.traffic({ listener, requestsPerSecond: 2, from, to: now() });
    expect(report).toMatchObject({ requests: 30, served: {}, answered: 20, toEmpty: 10, ok: false });
    expect(sandbox.traffic().ok).toBe(true);
  });

  it('counts what a load balancer sends to failing targets because it has no other', async () => {
    const from = now();
    sandbox.do({ setApp: { resource: 'demo-web-v000', app: { healthy: false } } });
    await aws.autoScaling.suspendProcesses({
      AutoScalingGroupName: 'demo-web-v000',
      ScalingProcesses: ['HealthCheck', 'ReplaceUnhealthy'],
    });
    sandbox.clock.advance(60_000);
    const { requests, served, toUnhealthy } = sandbox.traffic({ listener, requestsPerSecond: 3, from, to: now() });
    expect(requests).toBe(180);
    expect(toUnhealthy).toBeGreaterThan(130);
    expect(toUnhealthy + (served['demo-web-v000'] ?? 0)).toBe(180);
  });

  it('shares whole requests among server groups without losing one', async () => {
    await deployGroup(aws, 'demo-web-v001', 'ami-0de0200000000000b', 4);
    sandbox.clock.advance(30_000);
    const from = now();
    sandbox.clock.advance(1000);
    const { requests, served } = sandbox.traffic({ listener, requestsPerSecond: 100, from, to: now() });
    expect(requests).toBe(100);
    expect(served).toEqual({ 'demo-web-v000': 43, 'demo-web-v001': 57 });
    sandbox.clock.advance(6000);
    expect(sandbox.traffic({ listener, requestsPerSecond: 100, from, to: now() }).served).toEqual({
      'demo-web-v000': 300,
      'demo-web-v001': 400,
    });
  });

  it('follows the rules of the listener by path, and tells of one rule alone', async () => {
    const other = await second();
    const { Rules } = await aws.elb.createRule({
      ListenerArn: listener,
      Priority: 5,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/canary*'] } }],
      Actions: forward([[other, 1]]),
    });
    const from = now();
    sandbox.clock.advance(10_000);
    const ask = (options: object) => sandbox.traffic({ requestsPerSecond: 10, from, to: now(), ...options });
    expect(ask({ listener })).toMatchObject({ ok: true, requests: 100, toEmpty: 0 });
    expect(ask({ listener, path: '/canary/1' })).toMatchObject({ ok: false, toEmpty: 100 });
    expect(ask({ listener: Rules?.[0]?.RuleArn })).toMatchObject({ requests: 100, toEmpty: 100 });
    const answer = await fetch(
      `${sandbox.url}/_sandbox/assert/traffic?listener=${encodeURIComponent(listener)}&rate=10&path=/canary&from=${new Date(from).toISOString()}`,
    );
    expect(await answer.json()).toMatchObject({ requests: 100, toEmpty: 100 });
  });

  it('counts the requests of a day in pieces', async () => {
    const other = await second();
    const from = now();
    for (let hour = 0; hour < 24; hour += 1) {
      sandbox.do({
        call: {
          service: 'elasticloadbalancing',
          action: 'ModifyListener',
          input: {
            ListenerArn: listener,
            DefaultActions: forward([
              [first, 24 - hour],
              [other, hour],
            ]),
          },
        },
      });
      sandbox.clock.advance(3600_000);
    }
    const report = sandbox.traffic({ listener, requestsPerSecond: 1000, from, to: now() });
    expect(report.requests).toBe(86_400_000);
    expect(report.toEmpty).toBe((3_600_000 * ((23 * 24) / 2)) / 24);
  });
});
