import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { describeField, flag, optionalChoice, optionalNumber, optionalText } from '../../kit/fields.ts';

const number = z.coerce.number();

const stepSchema = z.looseObject({
  metricIntervalLowerBound: number.nullish(),
  metricIntervalUpperBound: number.nullish(),
  scalingAdjustment: number,
});

const alarmSchema = z.looseObject({
  name: z.string().max(255).nullish(),
  alarmDescription: z.string().max(1_024).nullish(),
  namespace: z.string().min(1).max(255),
  metricName: z.string().min(1).max(255),
  dimensions: z
    .array(z.looseObject({ name: z.string(), value: z.string() }))
    .max(30)
    .nullish(),
  statistic: z.string().nullish(),
  extendedStatistic: z.string().nullish(),
  unit: z.string().nullish(),
  period: number,
  evaluationPeriods: number,
  datapointsToAlarm: number.nullish(),
  threshold: number,
  comparisonOperator: z.string().min(1),
  treatMissingData: z.string().nullish(),
  alarmActionArns: z.array(z.string()).max(5).nullish(),
});

const kindFields = {
  simple: describeField(z.looseObject({ cooldown: number.nullish(), scalingAdjustment: number }).nullish(), {
    label: 'Simple',
    help: 'One change: scalingAdjustment, and cooldown in seconds.',
    group: 'Policy',
    widget: 'json',
  }),
  step: describeField(
    z
      .looseObject({
        stepAdjustments: z.array(stepSchema).min(1).max(20),
        estimatedInstanceWarmup: number.nullish(),
        metricAggregationType: z.string().nullish(),
      })
      .nullish(),
    {
      label: 'Steps',
      help: 'Changes by how far the measure is off: stepAdjustments, estimatedInstanceWarmup in seconds, metricAggregationType.',
      group: 'Policy',
      widget: 'json',
    },
  ),
  targetTrackingConfiguration: describeField(z.looseObject({ targetValue: number }).nullish(), {
    label: 'Target',
    help: 'Value to hold: targetValue, predefinedMetricSpecification or customizedMetricSpecification, disableScaleIn.',
    group: 'Policy',
    widget: 'json',
  }),
  predictiveScalingConfiguration: describeField(z.looseObject({}).nullish(), {
    label: 'Forecast',
    help: 'Grows ahead of a forecast: metricSpecifications, mode, schedulingBufferTime.',
    group: 'Policy',
    widget: 'json',
  }),
  alarm: describeField(alarmSchema.nullish(), {
    label: 'Alarm',
    help: 'What sets off a simple or step policy: namespace, metricName, dimensions, statistic, period, evaluationPeriods, threshold, comparisonOperator. Without dimensions the server group’s own measure.',
    group: 'Policy',
    widget: 'json',
  }),
};

export const upsertScalingPolicyStage = defineStage({
  type: 'upsertScalingPolicy',
  version: 1,
  provider: 'aws',
  label: 'Save scaling policy',
  description: 'Creates or changes a scaling policy of a server group.',
  group: 'Cluster',
  icon: 'trending-up',
  context: z.looseObject({
    ...targetFields,
    policyName: optionalText({
      label: 'Name',
      help: 'Name of the policy; one of that name is changed. Default: the server group’s name and "policy".',
      group: 'Policy',
    }),
    name: optionalText({ label: 'Name (other spelling)', help: 'Not read: the name of the stage.', widget: 'hidden' }),
    policyType: optionalChoice(['TargetTrackingScaling', 'StepScaling', 'SimpleScaling', 'PredictiveScaling'], {
      label: 'Kind',
      help: 'Absent: the one whose fields are given.',
      group: 'Policy',
    }),
    adjustmentType: optionalChoice(['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity'], {
      label: 'Changes by',
      help: 'How a change counts. Default ChangeInCapacity.',
      group: 'Policy',
    }),
    minAdjustmentMagnitude: optionalNumber({
      label: 'Least change',
      help: 'Instances that a change in per cent makes at least.',
      group: 'Policy',
    }),
    estimatedInstanceWarmup: optionalNumber({
      label: 'Warm-up',
      help: 'Time before a new instance counts.',
      unit: 's',
      group: 'Policy',
    }),
    enabled: flag({ label: 'Enabled', help: 'On unless switched off.', group: 'Policy' }),
    ...kindFields,
  }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  clearOnRestart: ['chosenServerGroups'],
});

export type ScalingPolicyContext = z.output<typeof upsertScalingPolicyStage.context>;
