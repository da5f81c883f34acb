import { FailureError, type JsonObject } from '@gennaker/pipeline-dsl';
import type { ScalingAlarm, ScalingPolicy } from '../../kit/ports/index.ts';
import type { ScalingPolicyContext } from './definition.ts';

function typeOf(context: ScalingPolicyContext): ScalingPolicy['type'] {
  if (context.policyType) return context.policyType;
  if (context.targetTrackingConfiguration) return 'TargetTrackingScaling';
  if (context.predictiveScalingConfiguration) return 'PredictiveScaling';
  if (context.step) return 'StepScaling';
  if (context.simple) return 'SimpleScaling';
  throw new FailureError({
    code: 'scaling.no-policy',
    message: 'The stage does not say what the scaling policy does.',
    advice: 'Give a target, steps, a simple change, or a forecast.',
  });
}

const policyName = (context: ScalingPolicyContext, group: string): string => context.policyName || `${group}-policy`;

function alarmOf(context: ScalingPolicyContext, group: string): ScalingAlarm | null {
  const { alarm } = context;
  if (!alarm) return null;
  const dimensions = alarm.dimensions?.length
    ? Object.fromEntries(alarm.dimensions.map(({ name, value }) => [name, value]))
    : { AutoScalingGroupName: group };
  return {
    name: alarm.name || `${group}-alarm-${policyName(context, group)}`,
    namespace: alarm.namespace,
    metricName: alarm.metricName,
    dimensions,
    statistic: alarm.statistic || null,
    extendedStatistic: alarm.extendedStatistic || null,
    unit: alarm.unit || null,
    period: alarm.period,
    evaluationPeriods: alarm.evaluationPeriods,
    datapointsToAlarm: alarm.datapointsToAlarm ?? null,
    threshold: alarm.threshold,
    comparison: alarm.comparisonOperator,
    treatMissingData: alarm.treatMissingData || null,
    description: alarm.alarmDescription || null,
    notify: alarm.alarmActionArns ?? [],
  };
}

/** The policy that a server group of that name gets. */
export function policyOf(context: ScalingPolicyContext, group: string): ScalingPolicy {
  const type = typeOf(context);
  const isStepwise = type === 'StepScaling' || type === 'SimpleScaling';
  const { simple, step } = context;
  const warmupSeconds = context.estimatedInstanceWarmup ?? step?.estimatedInstanceWarmup ?? null;
  return {
    name: policyName(context, group),
    type,
    enabled: context.enabled !== false,
    adjustmentType: isStepwise ? (context.adjustmentType ?? 'ChangeInCapacity') : null,
    minAdjustmentMagnitude: isStepwise ? (context.minAdjustmentMagnitude ?? null) : null,
    change: type === 'SimpleScaling' ? (simple?.scalingAdjustment ?? null) : null,
    cooldownSeconds: type === 'SimpleScaling' ? (simple?.cooldown ?? null) : null,
    steps:
      type === 'StepScaling'
        ? (step?.stepAdjustments ?? []).map((one) => ({
            lowerBound: one.metricIntervalLowerBound ?? null,
            upperBound: one.metricIntervalUpperBound ?? null,
            change: one.scalingAdjustment,
          }))
        : [],
    aggregation: type === 'StepScaling' ? (step?.metricAggregationType ?? null) : null,
    warmupSeconds: type === 'SimpleScaling' ? null : warmupSeconds,
    targetTracking: (context.targetTrackingConfiguration as JsonObject | null | undefined) ?? null,
    predictive: (context.predictiveScalingConfiguration as JsonObject | null | undefined) ?? null,
    alarm: isStepwise ? alarmOf(context, group) : null,
  };
}
