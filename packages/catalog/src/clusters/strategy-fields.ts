import * as z from 'zod';
import { describeField, optionalNumber, optionalText, secondsField } from '../kit/fields.ts';

const share = z.coerce.number().min(1).max(100);
/** A step is a number, or an object that holds it. */
const shareIn = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'percentage' in value ? value.percentage : value;
const openFields = z.record(z.string(), z.unknown());

const validationPipeline = z.looseObject({
  application: z.string().nullish(),
  pipelineId: z.string().nullish(),
  pipelineParameters: openFields.nullish(),
});

const failureActions = z.looseObject({
  rollback: z.enum(['None', 'Automatic', 'Manual']).nullish(),
  destroyInstances: z.boolean().nullish(),
});

const listener = z.looseObject({
  loadBalancer: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535),
  rule: z.string().nullish(),
});

const step = z.looseObject({
  weight: z.coerce.number().min(0).max(100),
  afterSeconds: z.coerce.number().min(0).max(31_536_000).nullish(),
  judgment: z.union([z.boolean(), z.looseObject({})]).nullish(),
  canaryScore: z.looseObject({}).nullish(),
  check: z
    .looseObject({ type: z.string().min(1), name: z.string().nullish(), context: z.looseObject({}).nullish() })
    .nullish(),
});

/** Which service judges a deploy, and how it is asked. */
export const deploymentMonitorSchema = z.looseObject({
  id: z.string().min(1),
  parameters: openFields.nullish(),
  maxAnalysisMinutesOverride: z.coerce.number().min(0).max(10_000).nullish(),
  failOnErrorOverride: z.boolean().nullish(),
});

const at = (order: number) => ({ group: 'Strategy', order });

/** Fields of deploy strategies that move traffic in parts, or that are pipelines themselves. */
export const strategyFields = {
  targetPercentages: describeField(z.array(share).max(100).nullish(), {
    label: 'Parts (rolling red/black)',
    help: 'Share of the size after each step. 100 is added when it is not the last.',
    unit: '%',
    ...at(88.1),
  }),
  maxInitialAsgs: optionalNumber(
    {
      label: 'Most server groups before (rolling red/black)',
      help: 'More than this many in the cluster refuse the deploy. Default 1; -1: any number.',
      ...at(88.2),
    },
    { min: -1 },
  ),
  pipelineBeforeCleanup: describeField(validationPipeline.nullish(), {
    label: 'Check between steps (rolling red/black)',
    help: 'Pipeline that must succeed before each part of the old group leaves traffic. It gets `deployedServerGroup`, `sourceServerGroup` and `percentageComplete` as parameters.',
    widget: 'json',
    ...at(88.3),
  }),
  deploySteps: describeField(z.array(z.preprocess(shareIn, share)).max(100).nullish(), {
    label: 'Steps (monitored)',
    help: 'Share of the size after each step. 100 is added when it is not the last.',
    unit: '%',
    ...at(88.4),
  }),
  deploymentMonitor: describeField(deploymentMonitorSchema.nullish(), {
    label: 'Monitor (monitored)',
    help: 'Id of the monitor, what it is given, the longest time it may take in minutes, and whether a monitor that cannot be asked fails the deploy.',
    widget: 'json',
    ...at(88.5),
  }),
  failureActions: describeField(failureActions.nullish(), {
    label: 'On failure (monitored)',
    help: 'Whether traffic goes back: by itself (default), after a person has agreed, or not. And whether the new server group is then destroyed.',
    widget: 'json',
    ...at(88.6),
  }),
  steps: describeField(z.array(step).max(100).nullish(), {
    label: 'Steps (weighted shift)',
    help: 'Share of the requests the new server group gets (`weight`), and what comes first: `afterSeconds`, a person’s `judgment`, a `canaryScore`, or a `check` by a stage of any type. 100 is added when it is not the last.',
    widget: 'json',
    ...at(88.7),
  }),
  listeners: describeField(z.array(listener).max(20).nullish(), {
    label: 'Listeners (weighted shift)',
    help: 'Load balancer, port and, for a rule, its priority. Default: all that send to the target group of the server group that serves.',
    widget: 'json',
    ...at(88.8),
  }),
  drainSeconds: secondsField({
    label: 'Let requests end (weighted shift)',
    help: 'Time between the last step and the earlier server group leaving its target group. Default 60.',
    ...at(88.9),
  }),
  strategyApplication: optionalText({
    label: 'Application (custom)',
    help: 'Application of the strategy pipeline.',
    widget: 'application',
    ...at(89.1),
  }),
  strategyPipeline: optionalText({
    label: 'Strategy pipeline (custom)',
    help: 'Id or name of the strategy pipeline.',
    ...at(89.2),
  }),
  pipelineParameters: describeField(openFields.nullish(), {
    label: 'Parameters (custom)',
    help: 'Parameters of the strategy pipeline. It also gets application, credentials, region, cluster and moniker.',
    widget: 'parameters',
    ...at(89.3),
  }),
};
