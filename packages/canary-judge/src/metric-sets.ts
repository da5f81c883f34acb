import * as z from 'zod';

/** A number as stored JSON has it: what is no number is the text `"NaN"` (or null), infinities are texts too. */
const storedNumberSchema = z
  .union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']), z.null()])
  .transform((value) => (value === null ? Number.NaN : Number(value)));

const tagsSchema = z.record(z.string(), z.string());
const attributesSchema = z.record(z.string(), z.string());
const valuesSchema = z.array(storedNumberSchema);

/**
 * What a source answers for one metric on one side: one series. `values[i]` is the value of the step that begins at
 * `startTimeMillis + i * stepMillis`; NaN where the source has no point. A source without data still answers one set,
 * with no values.
 */
export const metricSetSchema = z.object({
  name: z.string().describe('The name of the metric in the config.'),
  tags: tagsSchema.describe('The labels that tell this series from others of the same metric.'),
  startTimeMillis: z.number(),
  startTimeIso: z.string(),
  endTimeMillis: z.number(),
  endTimeIso: z.string(),
  stepMillis: z.number(),
  values: valuesSchema,
  attributes: attributesSchema.describe('The text of the query, ids of requests, counts of rows.'),
});
export type MetricSet = z.infer<typeof metricSetSchema>;

const pairScopeSchema = z.object({ startTimeIso: z.string(), startTimeMillis: z.number(), stepMillis: z.number() });
const bothSides = <T extends z.ZodType>(side: T) => z.object({ control: side, experiment: side });

/** The same series of baseline (control) and canary (experiment): what is judged. Also its stored form. */
export const metricSetPairSchema = z.object({
  name: z.string(),
  id: z.string().describe('Results carry it, so that a report finds the series.'),
  tags: tagsSchema,
  values: bothSides(valuesSchema),
  scopes: bothSides(pairScopeSchema),
  attributes: bothSides(attributesSchema),
});
export type MetricSetPair = z.infer<typeof metricSetPairSchema>;

/** A number that JSON can hold. */
export type StoredNumber = number | 'NaN' | 'Infinity' | '-Infinity';

export const toStoredNumber = (value: number): StoredNumber =>
  Number.isFinite(value) ? value : (String(value) as StoredNumber);

/** The pair as it is stored: {@link metricSetPairSchema} reads it back. */
export const toStoredPair = (pair: MetricSetPair): unknown => ({
  ...pair,
  values: {
    control: pair.values.control.map(toStoredNumber),
    experiment: pair.values.experiment.map(toStoredNumber),
  },
});
