import type {
  ScalingPolicy as AwsPolicy,
  PutScalingPolicyCommandInput,
  PutScheduledUpdateGroupActionCommandInput,
  ScheduledUpdateGroupAction,
} from '@aws-sdk/client-auto-scaling';
import type { MetricAlarm, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { ScalingAlarm, ScalingPolicy, ScheduledAction } from '@gennaker/catalog/kit';
import type { JsonObject } from '@gennaker/pipeline-dsl';

type Rename = (key: string) => string;
const capital: Rename = (key) => `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
const small: Rename = (key) => `${key.charAt(0).toLowerCase()}${key.slice(1)}`;

/** The same value with every key renamed, however deep; what says nothing is left out. */
function renamed(value: unknown, rename: Rename): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      inner === null || inner === undefined ? [] : [[rename(key), renamed(inner, rename)] as const],
    ),
  );
}

const inSmall = (value: object | undefined): JsonObject | null =>
  value === undefined ? null : (renamed(value, small) as JsonObject);

const orNothing = <Value>(value: Value | null | undefined): Value | undefined => value ?? undefined;

/** The call that saves a policy of ours. */
export function policyInput(group: string, policy: ScalingPolicy): PutScalingPolicyCommandInput {
  const steps = policy.steps?.map(({ lowerBound, upperBound, change }) => ({
    MetricIntervalLowerBound: orNothing(lowerBound),
    MetricIntervalUpperBound: orNothing(upperBound),
    ScalingAdjustment: change,
  }));
  const input = {
    AutoScalingGroupName: group,
    PolicyName: policy.name,
    PolicyType: policy.type,
    Enabled: policy.enabled,
    AdjustmentType: orNothing(policy.adjustmentType),
    MinAdjustmentMagnitude: orNothing(policy.minAdjustmentMagnitude),
    ScalingAdjustment: orNothing(policy.change),
    Cooldown: orNothing(policy.cooldownSeconds),
    StepAdjustments: steps?.length ? steps : undefined,
    MetricAggregationType: orNothing(policy.aggregation),
    EstimatedInstanceWarmup: orNothing(policy.warmupSeconds),
    TargetTrackingConfiguration: policy.targetTracking ? renamed(policy.targetTracking, capital) : undefined,
    PredictiveScalingConfiguration: policy.predictive ? renamed(policy.predictive, capital) : undefined,
  };
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as unknown as PutScalingPolicyCommandInput;
}

export const policyFrom = (policy: AwsPolicy): ScalingPolicy => ({
  name: policy.PolicyName ?? '',
  type: (policy.PolicyType ?? 'SimpleScaling') as ScalingPolicy['type'],
  enabled: policy.Enabled !== false,
  adjustmentType: policy.AdjustmentType ?? null,
  minAdjustmentMagnitude: policy.MinAdjustmentMagnitude ?? null,
  change: policy.ScalingAdjustment ?? null,
  cooldownSeconds: policy.Cooldown ?? null,
  steps: (policy.StepAdjustments ?? []).map((step) => ({
    lowerBound: step.MetricIntervalLowerBound ?? null,
    upperBound: step.MetricIntervalUpperBound ?? null,
    change: step.ScalingAdjustment ?? 0,
  })),
  aggregation: policy.MetricAggregationType ?? null,
  warmupSeconds: policy.EstimatedInstanceWarmup ?? null,
  targetTracking: inSmall(policy.TargetTrackingConfiguration),
  predictive: inSmall(policy.PredictiveScalingConfiguration),
});

/** The call that saves a scheduled action of ours. */
export const scheduleInput = (group: string, action: ScheduledAction): PutScheduledUpdateGroupActionCommandInput => ({
  AutoScalingGroupName: group,
  ScheduledActionName: action.name,
  Recurrence: orNothing(action.recurrence),
  TimeZone: orNothing(action.timeZone),
  StartTime: action.startTime == null ? undefined : new Date(action.startTime),
  EndTime: action.endTime == null ? undefined : new Date(action.endTime),
  MinSize: orNothing(action.min),
  MaxSize: orNothing(action.max),
  DesiredCapacity: orNothing(action.desired),
});

export const scheduleFrom = (action: ScheduledUpdateGroupAction): ScheduledAction => ({
  name: action.ScheduledActionName ?? '',
  recurrence: action.Recurrence ?? null,
  timeZone: action.TimeZone ?? null,
  startTime: action.StartTime?.getTime() ?? null,
  endTime: action.EndTime?.getTime() ?? null,
  min: action.MinSize ?? null,
  desired: action.DesiredCapacity ?? null,
  max: action.MaxSize ?? null,
});

/** The call that saves the alarm which sets off a policy. */
export function alarmInput(name: string, alarm: ScalingAlarm, policyArn: string): PutMetricAlarmCommandInput {
  const input = {
    AlarmName: name,
    AlarmDescription: orNothing(alarm.description),
    ActionsEnabled: true,
    AlarmActions: [policyArn, ...(alarm.notify ?? [])],
    MetricName: alarm.metricName,
    Namespace: alarm.namespace,
    Statistic: alarm.extendedStatistic ? undefined : (alarm.statistic ?? 'Average'),
    ExtendedStatistic: orNothing(alarm.extendedStatistic),
    Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Period: alarm.period,
    Unit: orNothing(alarm.unit),
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: orNothing(alarm.datapointsToAlarm),
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: orNothing(alarm.treatMissingData),
  };
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as unknown as PutMetricAlarmCommandInput;
}

/** An alarm as a policy has it; `notify` is all that it tells, the policy included. */
export const alarmFrom = (alarm: MetricAlarm): ScalingAlarm => ({
  name: alarm.AlarmName ?? '',
  namespace: alarm.Namespace ?? '',
  metricName: alarm.MetricName ?? '',
  dimensions: Object.fromEntries((alarm.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value])),
  statistic: alarm.Statistic ?? null,
  extendedStatistic: alarm.ExtendedStatistic ?? null,
  unit: alarm.Unit ?? null,
  period: alarm.Period ?? 0,
  evaluationPeriods: alarm.EvaluationPeriods ?? 0,
  datapointsToAlarm: alarm.DatapointsToAlarm ?? null,
  threshold: alarm.Threshold ?? 0,
  comparison: alarm.ComparisonOperator ?? '',
  treatMissingData: alarm.TreatMissingData ?? null,
  description: alarm.AlarmDescription ?? null,
  notify: alarm.AlarmActions ?? [],
});
