import * as z from 'zod';
import { flag, optionalNumber, secondsField } from '../../kit/fields.ts';
import { defineStrategy } from '../../kit/strategy-definition.ts';

export const redblackStrategy = defineStrategy({
  name: 'redblack',
  label: 'Red/black',
  description: 'Earlier server groups leave traffic once the new one is healthy, and stay ready for a rollback.',
  pinsSource: true,
  options: z.looseObject({
    delayBeforeDisableSec: secondsField({
      label: 'Wait before disabling',
      help: 'Time both server groups serve together.',
    }),
    scaleDown: flag({ label: 'Scale down the old ones', help: 'Scales disabled server groups to nothing.' }),
    delayBeforeScaleDownSec: secondsField({
      label: 'Wait before scaling down',
      help: 'Time the old server group stays ready for a rollback.',
    }),
    maxRemainingAsgs: optionalNumber(
      {
        label: 'Server groups to keep',
        help: 'Older disabled ones beyond this number are destroyed. 0 or empty: none is.',
      },
      { max: 1_000 },
    ),
    allowDeleteActive: flag({
      label: 'Delete active ones too',
      help: 'Lets the clean-up destroy server groups that are in traffic.',
    }),
    delayBeforeCleanup: secondsField({
      label: 'Wait before disabling (older spelling)',
      help: 'Read before `delayBeforeDisableSec`.',
      widget: 'hidden',
    }),
  }),
});
