import { DeletePolicyCommand, ExecutePolicyCommand, PutScalingPolicyCommand } from '@aws-sdk/client-auto-scaling';
import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';
import type { Place } from '../place.ts';

/** Measured values, and an alarm over a scaling policy of the group; all but the values deleted again. */
export async function alarms(lab: Lab, clients: Clients, place: Place, groupName: string, now: Date): Promise<void> {
  const { autoScaling, cloudWatch } = clients;
  await measure(lab, clients, place, now);
  const policy = { AutoScalingGroupName: groupName, PolicyName: 'up' };
  const { PolicyARN = '' } = await lab.send(
    autoScaling,
    new PutScalingPolicyCommand({ ...policy, AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: 0, Cooldown: 0 }),
  );
  const AlarmName = `${place.name}-alarm`;
  const alarm = new PutMetricAlarmCommand({
    AlarmName,
    Namespace: 'Gennaker/Conformance',
    MetricName: 'Load',
    Statistic: 'Average',
    Period: 60,
    EvaluationPeriods: 2,
    DatapointsToAlarm: 1,
    Threshold: 1000,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [PolicyARN],
    Tags: [place.tag],
  });
  await lab.send(cloudWatch, alarm);
  lab.later(`alarm ${AlarmName}`, async () => {
    const found = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
    if (found.MetricAlarms?.length) await cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] }));
  });
  const { MetricAlarms } = await lab.send(cloudWatch, new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
  if (MetricAlarms?.[0]?.AlarmActions?.[0] !== PolicyARN) throw new Error('The alarm does not act on the policy');
  await lab.send(
    cloudWatch,
    new SetAlarmStateCommand({ AlarmName, StateValue: 'OK', StateReason: 'Set by the conformance suite' }),
  );
  await lab.send(autoScaling, new ExecutePolicyCommand({ ...policy, HonorCooldown: false }));
  await lab.send(cloudWatch, new DeleteAlarmsCommand({ AlarmNames: [AlarmName] }));
  await lab.send(autoScaling, new DeletePolicyCommand(policy));
}

async function measure(lab: Lab, { cloudWatch }: Clients, place: Place, now: Date): Promise<void> {
  const Namespace = 'Gennaker/Conformance';
  const Dimensions = [{ Name: 'Run', Value: place.tag.Value }];
  const metric = { MetricName: 'Load', Dimensions };
  await lab.send(
    cloudWatch,
    new PutMetricDataCommand({ Namespace, MetricData: [{ ...metric, Value: 3, Timestamp: now }] }),
  );
  const window = { StartTime: new Date(now.getTime() - 600_000), EndTime: new Date(now.getTime() + 600_000) };
  await lab.until('measured value', 900, async () => {
    const MetricStat = { Metric: { Namespace, ...metric }, Period: 60, Stat: 'Sum' };
    const { MetricDataResults } = await lab.send(
      cloudWatch,
      new GetMetricDataCommand({ ...window, MetricDataQueries: [{ Id: 'load', MetricStat }] }),
    );
    return MetricDataResults?.[0]?.Values?.[0] === 3;
  });
  await lab.send(
    cloudWatch,
    new GetMetricStatisticsCommand({ Namespace, ...metric, ...window, Period: 60, Statistics: ['Average'] }),
  );
  await lab.send(cloudWatch, new ListMetricsCommand({ Namespace }));
}
