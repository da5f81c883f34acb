import type { PutScalingPolicyType } from '@aws-sdk/client-auto-scaling';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf, groupNamed } from '../../testing/clients.ts';

const start = Date.UTC(2030, 0, 1, 12);
const minute = 60_000;
const name = 'demo-web-v000';

describe('scaling policies', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ clock: () => start });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox, { maxAttempts: 2 });
    await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MinSize: 1, MaxSize: 10 });
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const desired = async () => (await groupNamed(aws, name))?.DesiredCapacity;
  const setApp = (app: object) => sandbox.do({ setApp: { resource: name, app: { noise: 0, ...app } } });
  const put = async (policy: Partial<PutScalingPolicyType>) =>
    aws.autoScaling.putScalingPolicy({ AutoScalingGroupName: name, PolicyName: 'p', ...policy });
  const execute = (rest: object = {}) =>
    aws.autoScaling.executePolicy({ AutoScalingGroupName: name, PolicyName: 'p', ...rest });
  const alarmOn = (PolicyARN: string | undefined, Threshold: number) =>
    aws.cloudWatch.putMetricAlarm({
      AlarmName: 'busy',
      Namespace: 'AWS/EC2',
      MetricName: 'CPUUtilization',
      Dimensions: [{ Name: 'AutoScalingGroupName', Value: name }],
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 2,
      Threshold,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [PolicyARN ?? ''],
    });
  const newest = async () =>
    (await aws.autoScaling.describeScalingActivities({ AutoScalingGroupName: name })).Activities?.[0];

  it.each<[string, Partial<PutScalingPolicyType>, number]>([
    ['by a number', { AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: 2 }, 5],
    ['to a number', { AdjustmentType: 'ExactCapacity', ScalingAdjustment: 7 }, 7],
    ['by a share, rounded down', { AdjustmentType: 'PercentChangeInCapacity', ScalingAdjustment: 50 }, 4],
    ['by a share of less than one', { AdjustmentType: 'PercentChangeInCapacity', ScalingAdjustment: 10 }, 4],
    [
      'by a share, but so many',
      { AdjustmentType: 'PercentChangeInCapacity', ScalingAdjustment: 10, MinAdjustmentMagnitude: 3 },
      6,
    ],
    ['down by a share', { AdjustmentType: 'PercentChangeInCapacity', ScalingAdjustment: -50 }, 2],
    ['no further than the limits', { AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: -9 }, 1],
  ])('change capacity %s', async (_how, policy, expected) => {
    await put(policy);
    await execute();
    expect(await desired()).toBe(expected);
  });

  it('of the simple kind act on an alarm once, then wait for the activity and the cooldown', async () => {
    const { PolicyARN } = await put({ AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: 1, Cooldown: 300 });
    await alarmOn(PolicyARN, 60);
    setApp({ cpu: 90 });
    sandbox.clock.advance(2 * minute);
    expect(await desired()).toBe(4);
    expect((await newest())?.Cause).toContain(
      'a monitor alarm busy in state ALARM triggered policy p changing the desired capacity from 3 to 4',
    );
    sandbox.clock.advance(4 * minute);
    expect(await desired()).toBe(4);
    sandbox.clock.advance(2 * minute);
    expect(await desired()).toBe(5);
    await expect(execute({ HonorCooldown: true })).rejects.toMatchObject({ name: 'ScalingActivityInProgressFault' });
    const { ScalingPolicies } = await aws.autoScaling.describePolicies({ AutoScalingGroupName: name });
    expect(ScalingPolicies?.[0]?.Alarms).toEqual([
      { AlarmName: 'busy', AlarmARN: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:busy' },
    ]);
  });

  it('by steps take the step of the value, and count what is warming up only once', async () => {
    const { PolicyARN } = await put({
      PolicyType: 'StepScaling',
      AdjustmentType: 'ChangeInCapacity',
      EstimatedInstanceWarmup: 600,
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 20, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 20, ScalingAdjustment: 3 },
      ],
    });
    await alarmOn(PolicyARN, 60);
    setApp({ cpu: 70 });
    sandbox.clock.advance(5 * minute);
    expect(await desired()).toBe(4);
    setApp({ cpu: 95 });
    sandbox.clock.advance(3 * minute);
    expect(await desired()).toBe(6);
    await execute({ MetricValue: 65, BreachThreshold: 60 });
    expect(await desired()).toBe(6);
    await expect(execute()).rejects.toThrow('MetricValue and BreachThreshold must be specified');
  });

  it('that track a target grow in proportion, and settle when the load per instance meets it', async () => {
    setApp({ cpu: 0, cpuPerRequest: 6 });
    sandbox.do({ setTraffic: { listener: '*', requestsPerSecond: 40 } });
    await put({
      PolicyType: 'TargetTrackingScaling',
      EstimatedInstanceWarmup: 60,
      TargetTrackingConfiguration: {
        TargetValue: 40,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
      },
    });
    sandbox.clock.advance(4 * minute);
    expect(await desired()).toBe(6);
    expect((await newest())?.Cause).toMatch(
      /a monitor alarm TargetTracking-demo-web-v000-AlarmHigh-[-0-9a-f]{36} in state ALARM/,
    );
    sandbox.clock.advance(60 * minute);
    expect(await desired()).toBe(6);
    sandbox.do({ setTraffic: { listener: '*', requestsPerSecond: 10 } });
    sandbox.clock.advance(60 * minute);
    expect(await desired()).toBe(2);
  });

  it('that track a target keep their alarms: made with them, changed with them, gone with them', async () => {
    const policy = (TargetValue: number, DisableScaleIn = false) => ({
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        TargetValue,
        DisableScaleIn,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' as const },
      },
    });
    const { Alarms, PolicyARN } = await put(policy(50));
    expect(Alarms?.map(({ AlarmName }) => AlarmName?.replace(/[-0-9a-f]{37}$/, ''))).toEqual([
      'TargetTracking-demo-web-v000-AlarmHigh',
      'TargetTracking-demo-web-v000-AlarmLow',
    ]);
    const alarms = async () => (await aws.cloudWatch.describeAlarms({})).MetricAlarms ?? [];
    expect(await alarms()).toMatchObject([
      { Threshold: 50, EvaluationPeriods: 3, AlarmActions: [PolicyARN] },
      { Threshold: 45, EvaluationPeriods: 15, ComparisonOperator: 'LessThanThreshold' },
    ]);
    await put(policy(60, true));
    expect((await alarms()).map(({ AlarmName, Threshold }) => [AlarmName, Threshold])).toEqual([
      [Alarms?.[0]?.AlarmName, 60],
    ]);
    await aws.autoScaling.deletePolicy({ AutoScalingGroupName: name, PolicyName: 'p' });
    sandbox.clock.advance(1000);
    expect(await alarms()).toEqual([]);
  });

  it('follow requests per target', async () => {
    const { Metrics } = await aws.cloudWatch.listMetrics({
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'HealthyHostCount',
    });
    const ResourceLabel = Metrics?.[0]?.Dimensions?.map(({ Value }) => Value).join('/');
    sandbox.do({ setTraffic: { listener: '*', requestsPerSecond: 50 } });
    await put({
      PolicyType: 'TargetTrackingScaling',
      EstimatedInstanceWarmup: 30,
      TargetTrackingConfiguration: {
        TargetValue: 600,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget', ResourceLabel },
      },
    });
    sandbox.clock.advance(10 * minute);
    expect(await desired()).toBe(6);
  });

  it('obey the suspension of AlarmNotification, and being switched off', async () => {
    const { PolicyARN } = await put({ AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: 1, Enabled: false });
    await alarmOn(PolicyARN, 60);
    setApp({ cpu: 90 });
    sandbox.clock.advance(5 * minute);
    expect(await desired()).toBe(3);
    await aws.autoScaling.suspendProcesses({ AutoScalingGroupName: name, ScalingProcesses: ['AlarmNotification'] });
    await put({ AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: 1, Enabled: true });
    sandbox.clock.advance(5 * minute);
    expect(await desired()).toBe(3);
    await aws.autoScaling.resumeProcesses({ AutoScalingGroupName: name, ScalingProcesses: ['AlarmNotification'] });
    sandbox.clock.advance(minute);
    expect(await desired()).toBe(4);
  });

  it.each<[string, Partial<PutScalingPolicyType>]>([
    ['AdjustmentType must be specified', { ScalingAdjustment: 1 }],
    ['StepAdjustments must be specified', { PolicyType: 'StepScaling', AdjustmentType: 'ChangeInCapacity' }],
    [
      'Cooldown cannot be specified',
      {
        PolicyType: 'StepScaling',
        AdjustmentType: 'ChangeInCapacity',
        StepAdjustments: [{ ScalingAdjustment: 1 }],
        Cooldown: 5,
      },
    ],
    ['Unknown policy type', { PolicyType: 'Guesswork' }],
    ["without ':'", { PolicyName: 'a:b', AdjustmentType: 'ExactCapacity', ScalingAdjustment: 1 }],
    [
      'either a predefined or a customized',
      { PolicyType: 'TargetTrackingScaling', TargetTrackingConfiguration: { TargetValue: 1 } },
    ],
  ])('are refused: %s', async (message, policy) => {
    await expect(put(policy)).rejects.toThrow(message);
  });
});
