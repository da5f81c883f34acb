import { AutoScalingClient, DescribePoliciesCommand } from '@aws-sdk/client-auto-scaling';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import type { ScalingPolicy } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxWorld, startWorld } from '../../testing/sandbox-world.ts';
import { op, port, REF, spec } from '../../testing/shop.ts';
import { alarmName, copiedName, isOurAlarm, retarget } from './rename.ts';

const NEXT = { ...REF, name: 'shop-web-v001' };
/** Nothing runs in them: scaling does not ask. */
const EMPTY = { capacity: { min: 0, desired: 0, max: 3 } };
const NEXT_SPEC = spec({ ...EMPTY, name: NEXT.name, moniker: { ...spec().moniker, sequence: 1 } });
const STEPS: ScalingPolicy = {
  name: 'shop-web-v000-busy',
  type: 'StepScaling',
  enabled: true,
  adjustmentType: 'ChangeInCapacity',
  steps: [{ lowerBound: 0, upperBound: null, change: 1 }],
  warmupSeconds: 45,
  alarm: {
    name: 'busy',
    namespace: 'AWS/EC2',
    metricName: 'CPUUtilization',
    dimensions: { AutoScalingGroupName: REF.name },
    statistic: 'Average',
    period: 60,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    threshold: 80,
    comparison: 'GreaterThanThreshold',
    treatMissingData: 'breaching',
    notify: ['arn:aws:sns:us-east-1:123456789012:pager'],
  },
};
const TRACKING: ScalingPolicy = {
  name: 'requests',
  type: 'TargetTrackingScaling',
  enabled: true,
  targetTracking: {
    targetValue: 30,
    predefinedMetricSpecification: { predefinedMetricType: 'ASGAverageCPUUtilization' },
  },
};

/** What CloudWatch itself adds to an alarm. */
const OBSERVED = /^(AlarmArn|State|Alarm(Configuration|Name|Actions)|EvaluationState)/;
const definitionOf = (alarm: MetricAlarm | undefined) =>
  Object.fromEntries(Object.entries(alarm ?? {}).filter(([key]) => !OBSERVED.test(key)));

describe('names of copies', () => {
  const route = { from: 'web-v001', to: 'web-v002' };
  it('take the new group’s name, and stay as short however often they are copied on', () => {
    expect(copiedName('web-v001-cpu', route)).toBe('web-v002-cpu');
    const first = copiedName('cpu', route);
    expect(first).toMatch(/^web-v002-[0-9a-f]{8}$/);
    expect(copiedName(first, { from: 'web-v002', to: 'web-v003' })).toBe(first.replace('v002', 'v003'));
    const alarm = alarmName('busy', route);
    expect(isOurAlarm(alarm, 'web-v002')).toBe(true);
    expect(isOurAlarm('web-v002-alarm-of-mine', 'web-v002')).toBe(false);
  });

  it('measures follow the new group wherever the old one stands', () => {
    const measure = {
      Dimensions: [
        { Name: 'AutoScalingGroupName', Value: 'web-v001' },
        { Name: 'Other', Value: 'web-v001' },
      ],
      Metrics: [{ Expression: 'SUM(SEARCH("web-v001 web-v0010"))', ResourceLabel: 'app/a/1/targetgroup/t/2' }],
    };
    expect(retarget(measure, route, (label) => label.replace('/t/', '/u/'))).toEqual({
      Dimensions: [
        { Name: 'AutoScalingGroupName', Value: 'web-v002' },
        { Name: 'Other', Value: 'web-v001' },
      ],
      Metrics: [{ Expression: 'SUM(SEARCH("web-v002 web-v0010"))', ResourceLabel: 'app/a/1/targetgroup/u/2' }],
    });
  });
});

describe('scaling copied on AWS', () => {
  let worlds: SandboxWorld[] = [];
  afterEach(async () => {
    await Promise.all(worlds.map((one) => one.stop()));
    worlds = [];
  });

  const config = (one: SandboxWorld) => ({
    region: 'us-east-1',
    endpoint: one.sandbox.url,
    credentials: { accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret' },
  });
  const alarmsIn = async (one: SandboxWorld, prefix: string): Promise<readonly MetricAlarm[]> =>
    (await new CloudWatchClient(config(one)).send(new DescribeAlarmsCommand({ AlarmNamePrefix: prefix })))
      .MetricAlarms ?? [];
  const policiesIn = async (one: SandboxWorld, group: string) =>
    (await new AutoScalingClient(config(one)).send(new DescribePoliciesCommand({ AutoScalingGroupName: group })))
      .ScalingPolicies ?? [];

  async function prepare(): Promise<SandboxWorld> {
    const one = await startWorld();
    worlds.push(one);
    await port(one).create(spec(EMPTY), op('create-0'));
    await port(one).create(NEXT_SPEC, op('create-1'));
    for (const policy of [STEPS, TRACKING]) await one.cloud.scaling.savePolicy(REF, policy, op(`save-${policy.name}`));
    const night = { name: 'night', recurrence: '0 22 * * *', min: 1, desired: 1, max: 2 };
    await one.cloud.scaling.saveSchedules(REF, [night], op('save-night'));
    return one;
  }
  const copy = (one: SandboxWorld, abort?: AbortSignal) => port(one).copyScaling(REF, NEXT, op('copy', abort));
  const endState = async (one: SandboxWorld) => ({
    settings: await one.cloud.scaling.read(NEXT),
    alarms: (await alarmsIn(one, `${NEXT.name}-alarm-`)).map(definitionOf),
    suspended: (await port(one).read(NEXT))?.suspendedProcesses,
  });

  let one: SandboxWorld;
  beforeEach(async () => {
    one = await prepare();
  });

  it('an alarm is copied with every field and sets off the copied policy', async () => {
    const [source] = await alarmsIn(one, 'busy');
    await new CloudWatchClient(config(one)).send(
      new PutMetricAlarmCommand({
        ...definitionOf(source),
        AlarmName: 'busy',
        AlarmActions: source?.AlarmActions,
        EvaluateLowSampleCountPercentile: 'ignore',
      } as PutMetricAlarmCommandInput),
    );
    const copied = await copy(one);
    const [alarm] = await alarmsIn(one, `${NEXT.name}-alarm-`);
    expect(copied.alarms).toEqual([alarm?.AlarmName]);
    expect(definitionOf(alarm)).toEqual({
      ...definitionOf((await alarmsIn(one, 'busy'))[0]),
      Dimensions: [{ Name: 'AutoScalingGroupName', Value: NEXT.name }],
    });
    const policy = (await policiesIn(one, NEXT.name)).find((each) => each.PolicyType === 'StepScaling');
    expect(alarm?.AlarmActions).toEqual([policy?.PolicyARN, 'arn:aws:sns:us-east-1:123456789012:pager']);
  });

  it('the copied alarm goes with its group, the source’s stays', async () => {
    await copy(one);
    for (let round = 0; round < 60; round++) {
      if ((await port(one).destroy(NEXT, op('destroy'))) === 'gone') break;
      await one.pass(5_000);
    }
    expect(await alarmsIn(one, `${NEXT.name}-alarm-`)).toEqual([]);
    expect(await alarmsIn(one, 'busy')).toHaveLength(1);
  });

  it('repeating it changes nothing', async () => {
    await copy(one);
    const changes = one.tripwire.changes.length;
    await copy(one);
    expect(one.tripwire.changes.slice(changes)).toEqual([]);
  });

  it('it comes to the same end after a crash right before or after any change, and when answers are lost', async () => {
    const from = one.tripwire.changes.length;
    await copy(one);
    const changes = one.tripwire.changes.slice(from);
    const wanted = await endState(one);
    expect(changes.filter((change) => /^Put/.test(change))).toHaveLength(4);
    for (let nth = 1; nth <= changes.length; nth++)
      for (const side of ['before', 'after'] as const) {
        const other = await prepare();
        const crash = new AbortController();
        other.tripwire.arm(nth, side, () => crash.abort(new Error('crashed')));
        await copy(other, crash.signal).catch((error: Error) => expect(error.message).toBe('crashed'));
        await copy(other);
        expect(await endState(other), `${side} change ${nth} of ${changes.join(', ')}`).toEqual(wanted);
        await other.stop();
      }
    const lossy = await prepare();
    lossy.fault({ effect: { kind: 'dropAfter' }, probability: 0.3 });
    for (let tries = 0; ; tries++)
      try {
        await copy(lossy);
        break;
      } catch (error) {
        if (!(error instanceof FailureError) || !error.failure.retry || tries > 20) throw error;
      }
    lossy.clearFaults();
    expect(await endState(lossy)).toEqual(wanted);
  });

  it('in a group out of traffic it acts only once that is enabled', async () => {
    await copy(one);
    await port(one).disable(NEXT, op('disable'));
    await port(one).settleScaling(NEXT, op('settle'));
    expect((await port(one).read(NEXT))?.suspendedProcesses).toContain('AlarmNotification');
    await port(one).enable(NEXT, op('enable'));
    expect((await port(one).read(NEXT))?.suspendedProcesses).toEqual([]);
  });
});
