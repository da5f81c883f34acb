import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { type Clients, clientsOf, deployGroup } from '../testing/clients.ts';

const start = Date.UTC(2030, 0, 1, 12);
const minute = 60_000;

describe('the metrics of pretended applications', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 5, clock: () => start });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox, { maxAttempts: 2 });
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const read = async (
    Namespace: string,
    MetricName: string,
    dimensions: Record<string, string>,
    Stat: string,
    minutes = 10,
    Period = 60,
  ): Promise<number[]> => {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const { MetricDataResults } = await aws.cloudWatch.getMetricData({
      MetricDataQueries: [{ Id: 'm1', MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat } }],
      StartTime: new Date(sandbox.clock.now() - minutes * minute),
      EndTime: new Date(sandbox.clock.now()),
      ScanBy: 'TimestampAscending',
    });
    return MetricDataResults?.[0]?.Values ?? [];
  };
  const balancer = async (): Promise<{ LoadBalancer: string; TargetGroup: string }> => {
    const { Metrics } = await aws.cloudWatch.listMetrics({
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'HealthyHostCount',
    });
    return Object.fromEntries((Metrics?.[0]?.Dimensions ?? []).map(({ Name, Value }) => [Name, Value])) as never;
  };
  const app = (group: string, name: string, stat: string) => read('App', name, { ServerGroup: group }, stat);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const setApp = (resource: string, behaviour: object) => sandbox.do({ setApp: { resource, app: behaviour } });

  /** Seconds since the epoch at which the first instance of the demo was launched. */
  const launchedAt = async (): Promise<number> => {
    const { Reservations } = await aws.ec2.describeInstances({});
    return (Reservations?.[0]?.Instances?.[0]?.LaunchTime?.getTime() ?? 0) / 1000;
  };

  it('have a past from the start, a minute at a time, and none of the minute that is not over', async () => {
    expect(await read('AWS/EC2', 'CPUUtilization', { AutoScalingGroupName: 'demo-web-v000' }, 'SampleCount')).toEqual(
      Array(10).fill(3),
    );
    sandbox.clock.advance(90_000);
    const cpu = await read('AWS/EC2', 'CPUUtilization', { AutoScalingGroupName: 'demo-web-v000' }, 'Average', 3);
    expect(cpu).toHaveLength(3);
    for (const value of cpu) expect(Math.abs(value - 35)).toBeLessThan(5);
  });

  it('are the same for the same seed, and stray otherwise', async () => {
    const other = await startSandbox({ seed: 6, clock: () => start });
    const twin = await startSandbox({ seed: 5, clock: () => start });
    const query = {
      MetricDataQueries: [
        {
          Id: 'm1',
          Expression: `SEARCH('{AWS/EC2,AutoScalingGroupName} MetricName="CPUUtilization"', 'Average', 60)`,
        },
      ],
      StartTime: new Date(start - 30 * minute),
      EndTime: new Date(start),
    };
    // Ids are drawn from the seed and noise from both, so that only a twin agrees.
    const [mine, same, different] = await Promise.all(
      [sandbox, twin, other].map(async (each) => {
        each.clock.freeze();
        const clients = clientsOf(each);
        const { MetricDataResults } = await clients.cloudWatch.getMetricData(query);
        clients.destroy();
        return MetricDataResults?.[0]?.Values ?? [];
      }),
    );
    await twin.stop();
    await other.stop();
    expect(mine).toHaveLength(30);
    expect(new Set(mine).size).toBeGreaterThan(20);
    expect(same).toEqual(mine);
    expect(different).not.toEqual(mine);
  });

  it('tell of load balancers: requests, answers, response times and hosts', async () => {
    const pair = await balancer();
    expect(pair.LoadBalancer).toMatch(/^app\/demo-alb\/[0-9a-f]{16}$/);
    expect(pair.TargetGroup).toMatch(/^targetgroup\/demo-web-tg\/[0-9a-f]{16}$/);
    const of = (name: string, stat: string) => read('AWS/ApplicationELB', name, pair, stat);
    const requests = await of('RequestCount', 'Sum');
    expect(mean(requests)).toBeGreaterThan(1150);
    expect(mean(requests)).toBeLessThan(1250);
    const good = await of('HTTPCode_Target_2XX_Count', 'Sum');
    const bad = await of('HTTPCode_Target_5XX_Count', 'Sum');
    expect(requests).toEqual(good.map((count, index) => count + (bad[index] ?? 0)));
    expect(mean(bad) / mean(requests)).toBeLessThan(0.02);
    const slow = mean(await of('TargetResponseTime', 'p95'));
    expect(slow).toBeGreaterThan(0.06);
    expect(slow).toBeLessThan(0.09);
    expect(await of('HealthyHostCount', 'Minimum')).toEqual(Array(10).fill(3));
    expect(await of('UnHealthyHostCount', 'Maximum')).toEqual(Array(10).fill(0));
    expect(mean(await of('RequestCountPerTarget', 'Sum'))).toBeCloseTo(mean(requests) / 3, 6);
  });

  it('show a bad build beside a good one', async () => {
    await deployGroup(aws, 'demo-web-v001', 'ami-0de0200000000000b');
    sandbox.clock.advance(30_000);
    setApp('demo-web-v001', { errorRate: 0.2, latencyMs: [200, 900], cpu: 80 });
    sandbox.clock.advance(12 * minute);
    const [before, after] = ['demo-web-v000', 'demo-web-v001'];
    expect(mean(await app(after, 'ErrorRate', 'Average'))).toBeGreaterThan(15);
    expect(mean(await app(before, 'ErrorRate', 'Average'))).toBeLessThan(3);
    expect(mean(await app(after, 'Latency', 'p50'))).toBeGreaterThan(5 * mean(await app(before, 'Latency', 'p50')));
    expect(mean(await app(after, 'Requests', 'Sum')) / mean(await app(before, 'Requests', 'Sum'))).toBeCloseTo(1, 1);
    expect(mean(await read('AWS/EC2', 'CPUUtilization', { AutoScalingGroupName: after }, 'Average'))).toBeGreaterThan(
      70,
    );
    const byInstance = (
      await aws.cloudWatch.listMetrics({ Dimensions: [{ Name: 'InstanceId' }], MetricName: 'CPUUtilization' })
    ).Metrics;
    // Three of each web group, two of the API.
    expect(byInstance).toHaveLength(8);
  });

  it('change from the moment an application changes, and not before', async () => {
    sandbox.clock.advance(5 * minute);
    setApp('demo-web-v000', { errorRate: 1, noise: 0 });
    sandbox.clock.advance(5 * minute);
    const rates = await app('demo-web-v000', 'ErrorRate', 'Average');
    expect(rates.slice(0, 5).every((rate) => rate < 5)).toBe(true);
    expect(rates.slice(5)).toEqual(Array(5).fill(100));
  });

  it('show the bad spells of a flapping application, and the failure of one that wears out', async () => {
    await aws.autoScaling.suspendProcesses({ AutoScalingGroupName: 'demo-web-v000' });
    setApp('demo-web-v000', { flap: 15, noise: 0, errorRate: 0 });
    sandbox.clock.advance(6 * minute);
    const flapping = await read('App', 'ErrorRate', { ServerGroup: 'demo-web-v000' }, 'Average', 5);
    for (const rate of flapping.slice(0, 5)) expect(Math.abs(rate - 50)).toBeLessThan(1);
    const age = sandbox.clock.now() / 1000 - (await launchedAt());
    setApp('demo-web-v000', { flap: null, failAfter: age + 120 });
    sandbox.clock.advance(6 * minute);
    const worn = await read('App', 'ErrorRate', { ServerGroup: 'demo-web-v000' }, 'Average', 5);
    expect([worn[0], worn.at(-1)]).toEqual([0, 100]);
  });

  it('are those of the override for a server group also on instances that it starts later, until it is taken back', async () => {
    setApp('demo-web-v000', { cpu: 80, noise: 0 });
    await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: 'demo-web-v000', DesiredCapacity: 4 });
    sandbox.clock.advance(12 * minute);
    const cpu = (stat: string) => read('AWS/EC2', 'CPUUtilization', { AutoScalingGroupName: 'demo-web-v000' }, stat, 1);
    expect([await cpu('SampleCount'), await cpu('Minimum'), await cpu('Maximum')]).toEqual([[4], [80], [80]]);
    sandbox.do({ setApp: { resource: 'demo-web-v000', app: null } });
    sandbox.clock.advance(2 * minute);
    expect((await cpu('Maximum'))[0]).toBeLessThan(45);
  });

  it('lose their requests with the targets, which the load balancer then answers with errors of its own', async () => {
    const pair = await balancer();
    await aws.autoScaling.suspendProcesses({ AutoScalingGroupName: 'demo-web-v000' });
    const { TargetGroups } = await aws.elb.describeTargetGroups({});
    const { AutoScalingInstances } = await aws.autoScaling.describeAutoScalingInstances({});
    await aws.elb.deregisterTargets({
      TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn,
      Targets: (AutoScalingInstances ?? []).map(({ InstanceId: Id = '' }) => ({ Id })),
    });
    sandbox.clock.advance(10 * minute);
    expect(await read('AWS/ApplicationELB', 'RequestCount', pair, 'Sum')).toEqual([]);
    expect(await app('demo-web-v000', 'Requests', 'Sum')).toEqual(Array(10).fill(0));
    const { LoadBalancer } = pair;
    expect(await read('AWS/ApplicationELB', 'HTTPCode_ELB_5XX_Count', { LoadBalancer }, 'Sum')).toEqual(
      Array(10).fill(1200),
    );
  });

  it('follow the hours of the day, and what is sent to a listener', async () => {
    setApp('demo-web-v000', { daily: 0.5, noise: 0 });
    sandbox.do({ setTraffic: { listener: '*', requestsPerSecond: 100 } });
    sandbox.clock.advance(24 * 60 * minute);
    const hours = await read('App', 'Requests', { AutoScalingGroupName: 'demo-web-v000' }, 'Sum', 24 * 60, 3600);
    expect(hours).toHaveLength(24);
    expect(Math.max(...hours) / (100 * 3600)).toBeCloseTo(1.5, 1);
    expect(Math.min(...hours) / (100 * 3600)).toBeCloseTo(0.5, 1);
    expect(mean(hours) / (100 * 3600)).toBeCloseTo(1, 2);
  });

  it('tell the sizes of a group while it collects them, and keep to groups behind no load balancer too', async () => {
    await deployGroup(aws, 'worker-v000', 'ami-0de0200000000000b', 2);
    await aws.autoScaling.detachLoadBalancerTargetGroups({
      AutoScalingGroupName: 'worker-v000',
      TargetGroupARNs: [(await aws.elb.describeTargetGroups({})).TargetGroups?.[0]?.TargetGroupArn ?? ''],
    });
    await aws.autoScaling.enableMetricsCollection({ AutoScalingGroupName: 'worker-v000', Granularity: '1Minute' });
    sandbox.clock.advance(12 * minute);
    const size = (name: string) => read('AWS/AutoScaling', name, { AutoScalingGroupName: 'worker-v000' }, 'Average');
    expect(await size('GroupInServiceInstances')).toEqual(Array(10).fill(2));
    expect(await size('GroupDesiredCapacity')).toEqual(Array(10).fill(2));
    expect(await read('AWS/AutoScaling', 'GroupMaxSize', { AutoScalingGroupName: 'demo-web-v000' }, 'Average')).toEqual(
      [],
    );
    expect(mean(await app('worker-v000', 'Requests', 'Average'))).toBeGreaterThan(500);
  });
});
