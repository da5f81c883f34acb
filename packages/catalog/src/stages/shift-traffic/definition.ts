import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { GUARD_FACTS, safetyFields } from '../../clusters/fields.ts';
import { trafficShiftSchema } from '../../clusters/traffic-shift-schema.ts';
import { describeField, flag, number, optionalNumber, optionalText, secondsField, text } from '../../kit/fields.ts';

export const shiftTrafficStage = defineStage({
  type: 'shiftTraffic',
  version: 1,
  provider: 'aws',
  label: 'Shift traffic',
  description: 'Divides the requests of a listener between two target groups, once the one that gets more is healthy.',
  group: 'Traffic',
  icon: 'split',
  internal: true,
  context: z.looseObject({
    account: text({ label: 'Account', help: 'Account of the load balancer.', widget: 'account' }),
    region: text({ label: 'Region', help: 'Region of the load balancer.', widget: 'region' }),
    trafficShift: describeField(trafficShiftSchema, {
      label: 'Shift',
      help: 'Listeners with their actions from before, the target group that gives and the one that receives.',
      widget: 'hidden',
    }),
    weight: number(
      { label: 'Share', help: 'Share of the requests that the receiving target group gets.', unit: '%' },
      { max: 100 },
    ),
    serverGroup: optionalText({
      label: 'Server group',
      help: 'Must be healthy before it gets more requests.',
      widget: 'hidden',
    }),
    needed: optionalNumber({
      label: 'Needed',
      help: 'Healthy targets the target group must have before it gets more requests. Default 1.',
      widget: 'hidden',
    }),
    stableSeconds: secondsField({
      label: 'Stay healthy for',
      help: 'The receiving one must stay healthy this long before it gets more requests. Default 0.',
      widget: 'hidden',
    }),
    restore: flag({
      label: 'Go back',
      help: 'Puts the actions from before back, once the giving target group is healthy.',
      widget: 'hidden',
    }),
    overrideTrafficGuards: safetyFields.overrideTrafficGuards,
    verifyOnly: flag({
      label: 'Only look',
      help: 'Changes nothing; fails when the requests are not divided so.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({
    trafficShares: z
      .record(z.string(), z.record(z.string(), z.number()))
      .optional()
      .describe('Weight of each target group by listener, as read back'),
  }),
  changesTheWorld: true,
  changesTraffic: true,
  clearOnRestart: GUARD_FACTS,
});
