import * as z from 'zod';
import { describeField, flag, optionalNumber, secondsField } from '../../kit/fields.ts';
import { defineStrategy } from '../../kit/strategy-definition.ts';

const listenerSchema = z.looseObject({
  loadBalancer: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535),
  rule: z.string().nullish(),
});

const stepSchema = z.looseObject({
  weight: z.coerce.number().min(0).max(100),
  afterSeconds: z.coerce.number().min(0).max(31_536_000).nullish(),
  judgment: z.union([z.boolean(), z.looseObject({})]).nullish(),
  canaryScore: z.looseObject({}).nullish(),
  check: z
    .looseObject({ type: z.string().min(1), name: z.string().nullish(), context: z.looseObject({}).nullish() })
    .nullish(),
});

export const weightedStrategy = defineStrategy({
  name: 'weighted',
  label: 'Weighted shift',
  description:
    'The new server group serves through a second target group, and the load balancer moves requests to it in steps.',
  pinsSource: true,
  options: z.looseObject({
    steps: describeField(z.array(stepSchema).max(100).nullish(), {
      label: 'Steps',
      help: 'Share of the requests the new server group gets (`weight`), and what comes first: `afterSeconds`, a person’s `judgment`, a `canaryScore`, or a `check` by a stage of any type. 100 is added when it is not the last.',
      widget: 'json',
    }),
    listeners: describeField(z.array(listenerSchema).max(20).nullish(), {
      label: 'Listeners',
      help: 'Load balancer, port and, for a rule, its priority. Default: all that send to the target group of the server group that serves.',
      widget: 'json',
    }),
    drainSeconds: secondsField({
      label: 'Let requests end',
      help: 'Time between the last step and the earlier server group leaving its target group. Default 60.',
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
