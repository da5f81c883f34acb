import * as z from 'zod';
import { strategyFields } from '../../clusters/strategy-fields.ts';
import { flag, secondsField } from '../../kit/fields.ts';
import { defineStrategy } from '../../kit/strategy-definition.ts';

export const rollingredblackStrategy = defineStrategy({
  name: 'rollingredblack',
  label: 'Rolling red/black',
  description: 'Traffic moves to the new server group in parts, and comes back when one of them fails.',
  pinsSource: true,
  startsEmpty: true,
  options: z.looseObject({
    targetPercentages: strategyFields.targetPercentages,
    maxInitialAsgs: strategyFields.maxInitialAsgs,
    delayBeforeCleanup: secondsField({ label: 'Wait before disabling', help: 'Time both groups serve at each step.' }),
    delayBeforeDisableSec: secondsField({
      label: 'Wait before disabling (other spelling)',
      help: 'Read when `delayBeforeCleanup` is absent.',
      widget: 'hidden',
    }),
    pipelineBeforeCleanup: strategyFields.pipelineBeforeCleanup,
    scaleDown: flag({ label: 'Scale down the old ones', help: 'Scales disabled server groups to nothing.' }),
    delayBeforeScaleDownSec: secondsField({
      label: 'Wait before scaling down',
      help: 'Time the old server group stays ready for a rollback.',
    }),
  }),
});
