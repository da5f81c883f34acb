import * as z from 'zod';
import { flag, list, open, text } from './fields.ts';

const number = z.union([z.number(), text(20)]);

/** Times at which a stage may start; both ends of a span are inside. */
export const executionWindowSchema = open({
  days: list(number, 50, '1 = Sunday … 7 = Saturday; none: every day.'),
  whitelist: list(
    open({
      startHour: number.nullish(),
      startMin: number.nullish(),
      endHour: number.nullish(),
      endMin: number.nullish(),
    }),
    200,
    'Spans of the day; none: the whole day.',
  ),
  timezone: text(100).nullish().describe('IANA time zone; none: that of the installation.'),
  jitter: open({
    enabled: flag('Waits a random time once the window is open.'),
    skipManual: flag('Not when a person started the execution.'),
    minDelay: number.nullish().describe('Seconds.'),
    maxDelay: number.nullish().describe('Seconds.'),
  }).nullish(),
});
