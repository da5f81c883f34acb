import { defineSignal, defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, flag, optionalText } from '../../kit/fields.ts';

const hour = z.coerce.number().int().min(0).max(24);
const minute = z.coerce.number().int().min(0).max(59);

/** Times at which a stage may start, as stages keep them. */
export const windowSchema = z.looseObject({
  days: z.array(z.coerce.number().int().min(1).max(7)).nullish(),
  whitelist: z
    .array(z.looseObject({ startHour: hour, startMin: minute.default(0), endHour: hour, endMin: minute.default(0) }))
    .nullish(),
  timezone: z.string().max(100).nullish(),
  jitter: z
    .looseObject({
      enabled: z.boolean().nullish(),
      skipManual: z.boolean().nullish(),
      minDelay: z.coerce.number().min(0).nullish(),
      maxDelay: z.coerce.number().min(0).nullish(),
    })
    .nullish(),
});

export const restrictExecutionDuringTimeWindowStage = defineStage({
  type: 'restrictExecutionDuringTimeWindow',
  version: 1,
  label: 'Wait for the execution window',
  description: 'Waits until the execution window of the stage behind it is open.',
  group: 'Control',
  icon: 'calendar-clock',
  internal: true,
  gates: 'restrictExecutionDuringTimeWindow',
  context: z.looseObject({
    restrictedExecutionWindow: describeField(windowSchema.nullish(), {
      label: 'Window',
      help: 'Days (1 = Sunday) and times of day, both ends included, in the given time zone.',
      widget: 'window',
    }),
    timezone: optionalText({ label: 'Time zone', help: 'Zone of windows that name none.', widget: 'timezone' }),
    skipRemainingWait: flag({
      label: 'Skipped',
      help: 'Set when a person opens the window by hand.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({}),
  signals: [
    defineSignal({
      name: 'skip',
      body: z.looseObject({ skipRemainingWait: z.literal(true) }),
      once: false,
      decide: () => ({ accept: { skipRemainingWait: true } }),
    }),
  ],
  clearOnRestart: ['skipRemainingWait', 'jitterSeconds'],
});
