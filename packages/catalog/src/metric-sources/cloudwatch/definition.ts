import * as z from 'zod';

const words = z.string().min(1).max(1_024);
const period = z
  .number()
  .int()
  .multipleOf(60)
  .min(60)
  .max(86_400)
  .describe('Seconds of a point; default: the step of the analysis.');
const accountId = z.string().regex(/^\d{12}$/);

const stat = {
  namespace: words.describe('`AWS/ApplicationELB`'),
  metricName: words.describe('`TargetResponseTime`'),
  stat: words.describe('Average, Sum, Minimum, Maximum, SampleCount, p99, tm90 and so on.'),
  unit: words.optional(),
  dimensions: z
    .record(words, words)
    .default({})
    .describe('Values may name `${scope}`, `${location}` and parameters of the scope.'),
  period: period.optional(),
  accountId: accountId.optional().describe('Account whose metrics are read across accounts.'),
};

/** A metric that CloudWatch keeps. */
const plain = z.object({ type: z.literal('cloudwatch'), ...stat });

/** Metric math, or a search, over metrics that are named beside it. */
const computed = z.object({
  type: z.literal('cloudwatch'),
  expression: words.describe('`100 * errors / requests`'),
  metricDataQueries: z
    .array(z.object({ id: z.string().regex(/^[a-z]\w*$/), ...stat }))
    .max(100)
    .default([]),
  period: period.optional(),
  accountId: accountId.optional(),
});

/** What a canary config may ask CloudWatch for. */
export const cloudWatchQuery = z.union([computed, plain]);
export type CloudWatchQuery = z.output<typeof cloudWatchQuery>;
