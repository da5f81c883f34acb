import type { CanaryMetric } from './canary-config.ts';

/** How one metric is judged, with every default filled in. */
export interface MetricSettings {
  readonly direction: 'increase' | 'decrease' | 'either';
  readonly nanStrategy: 'remove' | 'replace';
  readonly isCritical: boolean;
  readonly mustHaveData: boolean;
  readonly isMuted: boolean;
  readonly removesOutliers: boolean;
  readonly outlierFactor: number;
  readonly measure: 'meanRatio' | 'cles';
  readonly allowedIncrease: number;
  readonly allowedDecrease: number;
  readonly criticalIncrease: number;
  readonly criticalDecrease: number;
  readonly minAbsoluteChange: number;
  readonly noData: 'fail' | 'pass' | 'inconclusive' | 'wait';
  readonly dataKind: 'level' | 'count';
  readonly exposureMetric: string | undefined;
  readonly exposureShare: number;
}

const oneOf = <T extends string>(text: string | undefined, words: readonly T[], otherwise: T): T =>
  words.find((word) => word === text) ?? otherwise;

/** An unknown text means the default, as in stored configs of other installations. */
export function metricSettings(metric: CanaryMetric): MetricSettings {
  const canary = metric.analysisConfigurations?.canary ?? {};
  const effect = canary.effectSize ?? {};
  const measure = oneOf(effect.measure, ['meanRatio', 'cles'], 'meanRatio');
  const noEffect = measure === 'cles' ? 0.5 : 1;
  const isCritical = canary.critical ?? false;
  const mustHaveData = canary.mustHaveData ?? false;
  return {
    direction: oneOf(canary.direction, ['increase', 'decrease', 'either'], 'either'),
    nanStrategy: oneOf(canary.nanStrategy, ['remove', 'replace'], 'remove'),
    isCritical,
    mustHaveData,
    isMuted: canary.muted ?? false,
    removesOutliers: canary.outliers?.strategy === 'remove',
    outlierFactor: canary.outliers?.outlierFactor ?? 3,
    measure,
    allowedIncrease: effect.allowedIncrease ?? noEffect,
    allowedDecrease: effect.allowedDecrease ?? noEffect,
    criticalIncrease: effect.criticalIncrease ?? noEffect,
    criticalDecrease: effect.criticalDecrease ?? noEffect,
    minAbsoluteChange: canary.minAbsoluteChange ?? 0,
    noData: canary.noData ?? (isCritical || mustHaveData ? 'fail' : 'inconclusive'),
    dataKind: canary.dataKind ?? 'level',
    exposureMetric: canary.exposureMetric,
    exposureShare: canary.exposureShare ?? 0.5,
  };
}
