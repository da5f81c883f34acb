import * as z from 'zod';
import { describeField, flag, optionalNumber, secondsField } from '../../kit/fields.ts';
import { defineStrategy } from '../../kit/strategy-definition.ts';

const share = z.coerce.number().min(1).max(100);
const monitorSchema = z.looseObject({
  id: z.string().min(1),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  maxAnalysisMinutesOverride: z.coerce.number().min(0).max(10_000).nullish(),
  failOnErrorOverride: z.boolean().nullish(),
});

export const monitoredStrategy = defineStrategy({
  name: 'monitored',
  label: 'Monitored',
  description: 'Traffic moves in parts, and a service outside decides after each of them whether to go on.',
  pinsSource: true,
  startsEmpty: true,
  options: z.looseObject({
    deploySteps: describeField(
      z
        .array(z.union([share, z.looseObject({ percentage: share }).transform(({ percentage }) => percentage)]))
        .max(100)
        .nullish(),
      { label: 'Steps', help: 'Share of the size after each step. 100 is added when it is not the last.', unit: '%' },
    ),
    deploymentMonitor: describeField(monitorSchema, {
      label: 'Monitor',
      help: 'Id of the monitor, what it is given, the longest time it may take in minutes, and whether a monitor that cannot be asked fails the deploy.',
      widget: 'json',
      required: true,
    }),
    failureActions: describeField(
      z
        .looseObject({
          rollback: z.enum(['None', 'Automatic', 'Manual']).nullish(),
          destroyInstances: z.boolean().nullish(),
        })
        .nullish(),
      {
        label: 'On failure',
        help: 'Whether traffic goes back: by itself (default), after a person has agreed, or not. And whether the new server group is then destroyed.',
        widget: 'json',
      },
    ),
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
    maxRemainingAsgs: optionalNumber(
      {
        label: 'Server groups to keep',
        help: 'Older disabled ones beyond this number are destroyed, last. 0 or empty: none is.',
      },
      { max: 1_000 },
    ),
  }),
});
