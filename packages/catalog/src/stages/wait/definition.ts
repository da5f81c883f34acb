import { defineSignal, defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, optionalNumber } from '../../kit/fields.ts';

/** Ends a waiting stage early. */
const skipWaiting = defineSignal({
  name: 'skip',
  body: z.looseObject({ skipRemainingWait: z.literal(true) }),
  once: false,
  decide: () => ({ accept: { skipRemainingWait: true } }),
});

export const waitStage = defineStage({
  type: 'wait',
  version: 1,
  label: 'Wait',
  description: 'Waits for a set time before the pipeline goes on.',
  group: 'Control',
  icon: 'hourglass',
  context: z.looseObject({
    waitTime: optionalNumber(
      {
        label: 'Time to wait',
        help: 'Counted from the start of the stage. 0 goes on at once.',
        unit: 's',
        order: 1,
        required: true,
      },
      { min: 0, max: 31_536_000 },
    ),
    skipWaitText: describeField(z.string().max(4_000).nullish(), {
      label: 'Text before skipping',
      help: 'Shown to the person who is about to skip the rest of the wait.',
      order: 2,
    }),
    skipRemainingWait: describeField(z.boolean().optional(), {
      label: 'Skipped',
      help: 'Set when a person ends the wait.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({}),
  signals: [skipWaiting],
  clearOnRestart: ['skipRemainingWait'],
  summary: (context) => (context['waitTime'] === undefined ? undefined : `${String(context['waitTime'])} s`),
});
