import * as z from 'zod';
import { describeField, flag, optionalNumber, secondsField } from '../../kit/fields.ts';
import { defineStrategy } from '../../kit/strategy-definition.ts';

const validationPipeline = z.looseObject({
  application: z.string().nullish(),
  pipelineId: z.string().nullish(),
  pipelineParameters: z.record(z.string(), z.unknown()).nullish(),
});

export const rollingredblackStrategy = defineStrategy({
  name: 'rollingredblack',
  label: 'Rolling red/black',
  description: 'Traffic moves to the new server group in parts, and comes back when one of them fails.',
  pinsSource: true,
  startsEmpty: true,
  options: z.looseObject({
    targetPercentages: describeField(z.array(z.coerce.number().min(1).max(100)).max(100).nullish(), {
      label: 'Parts',
      help: 'Share of the size after each step. 100 is added when it is not the last.',
      unit: '%',
    }),
    maxInitialAsgs: optionalNumber(
      {
        label: 'Most server groups before',
        help: 'More than this many in the cluster refuse the deploy. Default 1; -1: any number.',
      },
      { min: -1 },
    ),
    delayBeforeCleanup: secondsField({ label: 'Wait before disabling', help: 'Time both groups serve at each step.' }),
    delayBeforeDisableSec: secondsField({
      label: 'Wait before disabling (other spelling)',
      help: 'Read when `delayBeforeCleanup` is absent.',
      widget: 'hidden',
    }),
    pipelineBeforeCleanup: describeField(validationPipeline.nullish(), {
      label: 'Check between steps',
      help: 'Pipeline that must succeed before each part of the old group leaves traffic. It gets `deployedServerGroup`, `sourceServerGroup` and `percentageComplete` as parameters.',
      widget: 'json',
    }),
    scaleDown: flag({ label: 'Scale down the old ones', help: 'Scales disabled server groups to nothing.' }),
    delayBeforeScaleDownSec: secondsField({
      label: 'Wait before scaling down',
      help: 'Time the old server group stays ready for a rollback.',
    }),
  }),
});
