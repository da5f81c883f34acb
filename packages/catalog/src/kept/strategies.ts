import * as z from 'zod';
import { flag, optionalNumber, secondsField, text, textMap } from '../kit/fields.ts';
import { defineStrategy, type StrategyDefinition } from '../kit/strategy-definition.ts';
import { neededObject, openList, openObject } from './fields.ts';

/** A deploy strategy that is known, saved and shown; a deploy with it fails before anything is changed. */
export interface KeptStrategy extends StrategyDefinition {
  readonly runs: false;
  /** Why it is not carried out, and what to use in its place. */
  readonly why: string;
}

const kept = (
  name: string,
  label: string,
  description: string,
  why: string,
  fields: Readonly<Record<string, z.ZodType>>,
): KeptStrategy => ({
  ...defineStrategy({ name, label, description, options: z.looseObject(fields) }),
  runs: false,
  why,
});

const IN_PARTS =
  'Traffic is not moved in parts here. Use `redblack`, which moves it at once when the new group is healthy and comes back when it is not.';

const rollingFields = {
  delayBeforeCleanup: secondsField({ label: 'Wait before disabling', help: 'Time both groups serve at each step.' }),
  delayBeforeDisableSec: secondsField({
    label: 'Wait before disabling (other spelling)',
    help: 'Read when `delayBeforeCleanup` is absent.',
    widget: 'hidden',
  }),
  scaleDown: flag({ label: 'Scale down the old ones', help: 'Scales disabled server groups to nothing.' }),
  delayBeforeScaleDownSec: secondsField({
    label: 'Wait before scaling down',
    help: 'Time the old server group stays ready for a rollback.',
  }),
  maxRemainingAsgs: optionalNumber({ label: 'Server groups to keep', help: 'Older ones beyond this number go.' }),
};

/** Deploy strategies that are not carried out. */
export const keptStrategyList: readonly KeptStrategy[] = [
  kept('monitored', 'Monitored', 'Moves traffic in parts while a monitor watches.', IN_PARTS, {
    deploySteps: openList('Steps', 'Share of the size after each step.'),
    deploymentMonitor: neededObject('Monitor', 'Id of the monitor, its parameters and time limits.'),
    failureActions: openObject('On failure', 'Whether it goes back, and whether what it made is destroyed.'),
    ...rollingFields,
  }),
  kept(
    'custom',
    'Custom',
    'Runs a pipeline of yours in place of a strategy.',
    'Strategy pipelines are not run here. Deploy with `none`, and run your pipeline in a `pipeline` stage after it.',
    {
      strategyApplication: text({ label: 'Application', help: 'Application of the strategy pipeline.' }),
      strategyPipeline: text({ label: 'Pipeline', help: 'Id of the strategy pipeline.' }),
      pipelineParameters: textMap({ label: 'Parameters', help: 'Parameters of the strategy pipeline.', widget: 'map' }),
    },
  ),
  kept(
    'rollingpush',
    'Rolling push',
    'Replaces instances of the same server group, some at a time.',
    'Instances are not replaced in place here. Use `redblack`, which makes a new server group.',
    {
      termination: openObject('Replacing', 'How many at a time, in which order, and how long to wait.'),
    },
  ),
];
