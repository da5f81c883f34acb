import { defineSignal, defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, number } from '../../kit/fields.ts';

const skipWaiting = defineSignal({
  name: 'skip',
  body: z.looseObject({ skipRemainingWait: z.literal(true) }),
  once: false,
  decide: () => ({ accept: { skipRemainingWait: true } }),
});

export const waitUntilStage = defineStage({
  type: 'waitUntil',
  version: 1,
  label: 'Wait until',
  description: 'Waits until a given moment.',
  group: 'Control',
  icon: 'alarm-clock',
  context: z.looseObject({
    epochMillis: number(
      {
        label: 'Moment',
        help: 'Milliseconds since 1970-01-01 UTC. A moment in the past goes on at once.',
        unit: 'ms',
        order: 1,
      },
      { max: 8_640_000_000_000_000 },
    ),
    skipRemainingWait: describeField(z.boolean().optional(), {
      label: 'Skipped',
      help: 'Set when a person ends the wait.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({}),
  signals: [skipWaiting],
  clearOnRestart: ['skipRemainingWait'],
});
