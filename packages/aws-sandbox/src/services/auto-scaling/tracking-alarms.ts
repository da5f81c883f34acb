import type { ScalingPolicy, TargetTrackingConfiguration } from '@aws-sdk/client-auto-scaling';
import type { MetricDataQuery, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { putAlarm } from '../cloudwatch/alarms.ts';
import type { Call } from '../service.ts';
import { invalid } from './find.ts';
import type { Group } from './state.ts';

type AlarmMetric = Pick<
  PutMetricAlarmInput,
  'Namespace' | 'MetricName' | 'Dimensions' | 'Statistic' | 'Unit' | 'Period' | 'Metrics'
>;

const byGroup: Record<string, string> = {
  ASGAverageCPUUtilization: 'CPUUtilization',
  ASGAverageNetworkIn: 'NetworkIn',
  ASGAverageNetworkOut: 'NetworkOut',
};

/** Which metric a target tracking policy follows. */
function metricOf(
  group: Group,
  { PredefinedMetricSpecification, CustomizedMetricSpecification }: TargetTrackingConfiguration,
): AlarmMetric {
  const custom = CustomizedMetricSpecification;
  if ((PredefinedMetricSpecification === undefined) === (custom === undefined)) {
    return invalid('A target tracking configuration has either a predefined or a customized metric.');
  }
  if (custom !== undefined) {
    if (custom.Metrics?.length) {
      const Metrics = custom.Metrics.map((query) => queryWith(query as MetricDataQuery));
      return { Metrics };
    }
    const { Namespace, MetricName, Dimensions, Statistic, Unit } = custom;
    return {
      Namespace,
      MetricName,
      Dimensions,
      Statistic,
      Unit: Unit as AlarmMetric['Unit'],
      Period: custom.Period ?? 60,
    };
  }
  const { PredefinedMetricType = '', ResourceLabel } = PredefinedMetricSpecification ?? {};
  const name = byGroup[PredefinedMetricType];
  if (name !== undefined) {
    const Dimensions = [{ Name: 'AutoScalingGroupName', Value: group.name }];
    return { Namespace: 'AWS/EC2', MetricName: name, Dimensions, Statistic: 'Average', Period: 60 };
  }
  const label = /^(app\/[^/]+\/[^/]+)\/(targetgroup\/[^/]+\/[^/]+)$/.exec(ResourceLabel ?? '');
  if (PredefinedMetricType !== 'ALBRequestCountPerTarget' || label === null) {
    return invalid(
      `The predefined metric '${PredefinedMetricType}' with the resource label '${ResourceLabel ?? ''}' is not valid.`,
    );
  }
  const Dimensions = [{ Name: 'TargetGroup', Value: label[2] }];
  return {
    Namespace: 'AWS/ApplicationELB',
    MetricName: 'RequestCountPerTarget',
    Dimensions,
    Statistic: 'Sum',
    Period: 60,
  };
}

function queryWith(query: MetricDataQuery): MetricDataQuery {
  if (query.MetricStat === undefined) return query;
  return { ...query, MetricStat: { ...query.MetricStat, Period: query.MetricStat.Period ?? 60 } };
}

/**
 * Makes the alarms of a target tracking policy, or brings them up to date: one above the target for three minutes, and
 * unless it never shrinks, one below nine tenths of it for fifteen.
 */
export function putTrackingAlarms(call: Call, group: Group, policy: ScalingPolicy): void {
  const tracking = policy.TargetTrackingConfiguration ?? invalid('The policy has no target tracking configuration.');
  const target = tracking.TargetValue ?? invalid('A target tracking configuration needs a target value.');
  const metric = metricOf(group, tracking);
  const put = (side: 'High' | 'Low', rest: Partial<PutMetricAlarmInput>): void => {
    const prefix = `TargetTracking-${group.name}-Alarm${side}-`;
    const held = Object.values(call.store.alarms).find(
      ({ name, madeFor }) =>
        name.startsWith(prefix) && madeFor?.group === group.name && madeFor.policy === policy.PolicyName,
    );
    const AlarmName = held?.name ?? prefix + call.world.random.uuid();
    const input: PutMetricAlarmInput = {
      AlarmName,
      AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.PolicyARN}.`,
      ActionsEnabled: true,
      AlarmActions: [policy.PolicyARN ?? ''],
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 3,
      Threshold: target,
      ...metric,
      ...rest,
    };
    putAlarm(call.store, input, call.now, { group: group.name, policy: policy.PolicyName ?? '' });
  };
  put('High', {});
  dropLow(call, group, policy, tracking.DisableScaleIn ?? false);
  if (!tracking.DisableScaleIn) {
    put('Low', { ComparisonOperator: 'LessThanThreshold', EvaluationPeriods: 15, Threshold: target * 0.9 });
  }
}

function dropLow(call: Call, group: Group, policy: ScalingPolicy, unwanted: boolean): void {
  for (const { name, madeFor } of Object.values(call.store.alarms)) {
    const ours = madeFor?.group === group.name && madeFor.policy === policy.PolicyName;
    if (unwanted && ours && name.includes('-AlarmLow-')) delete call.store.alarms[name];
  }
}
