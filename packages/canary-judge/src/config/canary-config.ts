import * as z from 'zod';

const effectSizeSchema = z.looseObject({
  measure: z
    .string()
    .optional()
    .describe(
      '`meanRatio` (default: mean of the canary over mean of the baseline) or `cles` (share of pairs in which the canary is higher).',
    ),
  allowedIncrease: z
    .number()
    .optional()
    .describe('Effect from which a higher canary counts as High. At least 1 (mean ratio), 0.5 to 1 (cles).'),
  allowedDecrease: z
    .number()
    .optional()
    .describe('Effect down to which a lower canary is still fine. In (0, 1] (mean ratio), 0 to 0.5 (cles).'),
  criticalIncrease: z
    .number()
    .optional()
    .describe('Effect from which a High of a critical metric fails the whole run.'),
  criticalDecrease: z
    .number()
    .optional()
    .describe('Effect down to which a Low of a critical metric is not yet critical.'),
});

const outliersSchema = z.looseObject({
  strategy: z.string().optional().describe('`keep` (default) or `remove`.'),
  outlierFactor: z.number().optional().describe('Width of the fences in interquartile ranges; 3 by default, above 0.'),
});

/**
 * How one metric is judged. Texts are open because stored configs of other installations hold anything: an unknown
 * text means the default, and {@link checkCanaryConfig} refuses it on save. Fields marked *standard mode* have no
 * effect in parity mode.
 */
const metricAnalysisSchema = z.looseObject({
  direction: z.string().optional().describe('Which change can fail: `increase`, `decrease` or `either`.'),
  nanStrategy: z.string().optional().describe('`remove` (default) drops missing points, `replace` makes them 0.'),
  critical: z.boolean().optional().describe('A failure of this metric fails the whole run.'),
  mustHaveData: z.boolean().optional().describe('Missing data fails this metric.'),
  muted: z.boolean().optional().describe('Judged and reported, but without a voice in the score.'),
  outliers: outliersSchema.optional(),
  effectSize: effectSizeSchema.optional(),
  minAbsoluteChange: z
    .number()
    .optional()
    .describe('Standard mode: a shift up to this much, in the unit of the metric, is never harm. 0 by default.'),
  noData: z
    .enum(['fail', 'pass', 'inconclusive', 'wait'])
    .optional()
    .describe(
      'Standard mode: what missing data means. `wait` is inconclusive until the last look and a failure then. By default `fail` for critical metrics and those that must have data, else `inconclusive`.',
    ),
  dataKind: z
    .enum(['level', 'count'])
    .optional()
    .describe(
      'Standard mode: `count` judges the totals of events since the start (errors, restarts), `level` (default) the points.',
    ),
  exposureMetric: z
    .string()
    .optional()
    .describe(
      'Standard mode, counts: name of the metric whose totals say how much work each side did, such as requests.',
    ),
  exposureShare: z
    .number()
    .optional()
    .describe(
      'Standard mode, counts: share of the work the canary gets when no exposure metric says it. 0.5 by default.',
    ),
});

export const canaryMetricSchema = z.looseObject({
  name: z.string().describe('Unique in the config.'),
  query: z.looseObject({ type: z.string().optional(), serviceType: z.string().optional() }),
  groups: z.array(z.string()).optional().describe('The metric counts in each of them.'),
  scopeName: z.string().nullish().describe('Names the scope pair of the run.'),
  analysisConfigurations: z.looseObject({ canary: metricAnalysisSchema.optional() }).optional(),
});

/** What a metric query says and how its answers are compared, as it is stored and as it travels over HTTP. */
export const canaryConfigSchema = z.looseObject({
  id: z.string().optional(),
  name: z.string(),
  description: z.string().nullish(),
  configVersion: z.string().optional(),
  applications: z.array(z.string()),
  createdTimestamp: z.number().optional().describe('Epoch milliseconds; set by the server.'),
  updatedTimestamp: z.number().optional().describe('Epoch milliseconds; set by the server.'),
  createdTimestampIso: z.string().optional(),
  updatedTimestampIso: z.string().optional(),
  judge: z
    .looseObject({ name: z.string(), judgeConfigurations: z.record(z.string(), z.unknown()).optional() })
    .nullish()
    .describe('`NetflixACAJudge-v1.0` is judged in parity mode, `Gennaker-v1.0` or none in standard mode.'),
  metrics: z.array(canaryMetricSchema),
  templates: z.record(z.string(), z.string()).optional().describe('Texts of queries that metrics share, by name.'),
  classifier: z
    .looseObject({
      groupWeights: z.record(z.string(), z.number()).optional().describe('Group to weight; together 100.'),
      scoreThresholds: z
        .looseObject({ pass: z.number().optional(), marginal: z.number().optional() })
        .nullish()
        .describe('Kept, never used: the thresholds of the run decide.'),
    })
    .optional(),
});

/** A canary config. Unknown fields pass and are kept. */
export type CanaryConfig = z.infer<typeof canaryConfigSchema>;
export type CanaryMetric = z.infer<typeof canaryMetricSchema>;
