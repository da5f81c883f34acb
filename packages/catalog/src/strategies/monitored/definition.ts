import * as z from 'zod';
import { deploymentMonitorSchema, strategyFields } from '../../clusters/strategy-fields.ts';
import { describeField, flag, optionalNumber, secondsField } from '../../kit/fields.ts';
import { defineStrategy } from '../../kit/strategy-definition.ts';

export const monitoredStrategy = defineStrategy({
  name: 'monitored',
  label: 'Monitored',
  description: 'Traffic moves in parts, and a service outside decides after each of them whether to go on.',
  pinsSource: true,
  startsEmpty: true,
  options: z.looseObject({
    deploySteps: strategyFields.deploySteps,
    deploymentMonitor: describeField(deploymentMonitorSchema, {
      label: 'Monitor',
      help: 'Id of the monitor, what it is given, the longest time it may take in minutes, and whether a monitor that cannot be asked fails the deploy.',
      widget: 'json',
      required: true,
    }),
    failureActions: strategyFields.failureActions,
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
