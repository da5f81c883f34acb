import * as z from 'zod';
import { strategyFields } from '../../clusters/strategy-fields.ts';
import { flag, optionalNumber, secondsField } from '../../kit/fields.ts';
import { defineStrategy } from '../../kit/strategy-definition.ts';

export const weightedStrategy = defineStrategy({
  name: 'weighted',
  label: 'Weighted shift',
  description:
    'The new server group serves through a second target group, and the load balancer moves requests to it in steps.',
  pinsSource: true,
  options: z.looseObject({
    steps: strategyFields.steps,
    listeners: strategyFields.listeners,
    drainSeconds: strategyFields.drainSeconds,
    scaleDown: flag({ label: 'Scale down the old ones', help: 'Scales disabled server groups to nothing.' }),
    delayBeforeScaleDownSec: secondsField({
      label: 'Wait before scaling down',
      help: 'Time the old server group stays ready for a rollback.',
    }),
    maxRemainingAsgs: optionalNumber(
      {
        label: 'Server groups to keep',
        help: 'Older disabled ones beyond this number are destroyed, last. 0 or empty: none is.',
      },
      { max: 1_000 },
    ),
  }),
});
