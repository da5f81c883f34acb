import type { ClassifiedPair } from './classified-pair.ts';
import type { CanaryAnalysisResult, MetricJudgment, PointCounts, SideStatistics } from './judgment.ts';
import { toStoredNumber } from './metric-sets.ts';
import type { ScoredResult } from './score/groups.ts';
import { quantileTable } from './series/clean.ts';
import { describe } from './statistics/describe.ts';

/** What the score looks at. */
export const scoredResult = (classified: ClassifiedPair): ScoredResult => ({
  id: classified.pair.id,
  name: classified.pair.name,
  groups: classified.groups,
  classification: classified.classification,
  isCritical: classified.isCritical,
  isCriticalMetric: classified.settings.isCritical,
  isMuted: classified.settings.isMuted,
});

/** The row of Kayenta's API. */
export const analysisResult = (classified: ClassifiedPair): CanaryAnalysisResult => ({
  name: classified.pair.name,
  id: classified.pair.id,
  tags: classified.pair.tags,
  classification: classified.classification,
  classificationReason: classified.reason,
  groups: classified.groups,
  critical: classified.isCritical,
  muted: classified.settings.isMuted,
  controlMetadata: { stats: statistics(classified.control.values) },
  experimentMetadata: { stats: statistics(classified.experiment.values) },
  resultMetadata: classified.ratio === undefined ? {} : { ratio: toStoredNumber(classified.ratio) },
});

function statistics(values: readonly number[]): SideStatistics {
  const { min, max, mean, std, count } = describe(values);
  return {
    min: toStoredNumber(min),
    max: toStoredNumber(max),
    mean: toStoredNumber(mean),
    std: toStoredNumber(std),
    count,
  };
}

type RunLevel = Pick<MetricJudgment, 'adjustedPValue' | 'withoutThisMetric'>;

/** Everything behind the class, with what only the whole run knows. */
export function metricJudgment(classified: ClassifiedPair, runLevel: RunLevel): MetricJudgment {
  const { control, experiment, settings, effective } = classified;
  const points = (counts: PointCounts, worth: number | undefined): PointCounts => ({
    ...counts,
    effective: worth ?? null,
  });
  return {
    id: classified.pair.id,
    name: classified.pair.name,
    classification: classified.classification,
    reason: classified.reason,
    decidedBy: classified.decidedBy,
    isCriticalMetric: settings.isCritical,
    direction: settings.direction,
    shift: classified.shift ?? null,
    band: classified.band ?? null,
    effect: classified.effect ?? null,
    points: {
      control: points(control.points, effective?.control),
      experiment: points(experiment.points, effective?.experiment),
    },
    dropped: { control: control.dropped, experiment: experiment.dropped },
    quantiles: quantileTable(control, experiment),
    pValue: classified.pValue ?? null,
    autocorrelation: classified.autocorrelation ?? null,
    counts: classified.counts ?? null,
    tails: classified.tails ?? [],
    warnings: classified.warnings ?? [],
    ...runLevel,
  };
}
