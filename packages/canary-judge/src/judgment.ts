import type { CanaryConfig } from './config/canary-config.ts';
import type { MetricSetPair, StoredNumber } from './metric-sets.ts';

/** `parity` judges as Kayenta's judge does, oddities included; `standard` is the sounder one. */
export type JudgeMode = 'parity' | 'standard';

/** The score from which a run passes, and the one from which it is at least marginal. Both inclusive, of 100. */
export interface Thresholds {
  readonly pass: number;
  readonly marginal: number;
}

/** Which of the planned judgments over a growing window this is; without it, the only one. */
export interface Look {
  /** 1 for the first. */
  readonly number: number;
  readonly planned: number;
  /** True when windows do not overlap: every look then has its own data and gets an equal share of the error. */
  readonly isSliding?: boolean;
}

export interface JudgeOptions {
  /** Without it, what the config's judge says: see `judgeModeOf`. */
  readonly mode?: JudgeMode;
  readonly look?: Look;
}

/** `Inconclusive` only in standard mode: more data may decide. */
export type MetricClass = 'Pass' | 'High' | 'Low' | 'Nodata' | 'NodataFailMetric' | 'Error' | 'Inconclusive';

/** `Inconclusive` only in standard mode. */
export type SummaryClass = 'Pass' | 'Marginal' | 'Fail' | 'Inconclusive';

/** Of the points that were judged; all 0 when there are none. A text where infinite points leave no number. */
export interface SideStatistics {
  readonly min: StoredNumber;
  readonly max: StoredNumber;
  readonly mean: StoredNumber;
  /** Of a sample; 0 for one point. */
  readonly std: StoredNumber;
  readonly count: number;
}

/** One row of a judge's result, as Kayenta's API has it. */
export interface CanaryAnalysisResult {
  readonly name: string;
  /** Of the pair of series it is about. */
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly classification: MetricClass;
  readonly classificationReason?: string;
  readonly groups: readonly string[];
  /** True when this result, by itself, fails the run unless it is a Pass. */
  readonly critical: boolean;
  readonly muted: boolean;
  readonly controlMetadata: { readonly stats: SideStatistics };
  readonly experimentMetadata: { readonly stats: SideStatistics };
  /** Mean of the canary over mean of the baseline; absent after an error. */
  readonly resultMetadata: { readonly ratio?: StoredNumber };
}

export interface CanaryGroupScore {
  readonly name: string;
  readonly score: number;
  readonly classification: string;
  readonly classificationReason: string;
}

/** A judge's result, as Kayenta's API has it (`result.judgeResult`). */
export interface JudgeResult {
  readonly judgeName: string;
  readonly score: {
    readonly score: number;
    readonly classification: SummaryClass;
    readonly classificationReason: string;
  };
  readonly groupScores: readonly CanaryGroupScore[];
  readonly results: readonly CanaryAnalysisResult[];
}

/** What happened to the points of one side. */
export interface PointCounts {
  /** Steps of the window. */
  readonly expected: number;
  /** Points with a number. */
  readonly received: number;
  /** Steps without a number. */
  readonly missing: number;
  /** Points that were infinite. In standard mode they count as missing too. */
  readonly infinite: number;
  /** Missing points taken as 0. */
  readonly replaced: number;
  readonly outliers: number;
  /** What was judged. */
  readonly kept: number;
  /** What the kept points are worth when each resembles the one before; null where it was not estimated. */
  readonly effective: number | null;
}

/** A point that was not judged as it was received. `index` counts steps from the start of the window. */
export interface DroppedPoint {
  readonly index: number;
  readonly reason: 'missing' | 'infinite' | 'outlier' | 'replaced';
}

/** How far the canary lies above the baseline, in the unit of the metric. */
export interface Shift {
  readonly estimate: number;
  /** null: the points are too few for a bound at this confidence. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Two-sided, of this look. */
  readonly confidence: number;
  /** The normal quantile behind the interval, widening for correlation not included. */
  readonly z: number;
  /** `rootSearch` (parity), `exact` (null distribution of the rank sum) or `normal` (its approximation). */
  readonly method: 'rootSearch' | 'exact' | 'normal';
}

export interface Effect {
  readonly measure: 'meanRatio' | 'cles';
  readonly meanRatio: number | null;
  /** Share of pairs of points in which the canary is higher, ties half. */
  readonly cles: number | null;
  readonly allowedIncrease: number;
  readonly allowedDecrease: number;
  readonly criticalIncrease: number;
  readonly criticalDecrease: number;
}

/** The shifts that are no harm: above `high` (when an increase can fail) or below `low` is harm. null: never harm. */
export interface HarmBand {
  readonly low: number | null;
  readonly high: number | null;
}

export interface QuantileRow {
  /** 50, 90, 95 or 99. */
  readonly percent: number;
  readonly control: number | null;
  readonly experiment: number | null;
  readonly difference: number | null;
}

/** Events counted as totals: how many, out of which work, and what that says. */
export interface CountEvidence {
  readonly controlEvents: number;
  readonly experimentEvents: number;
  /** Share of the work that the canary did. */
  readonly exposureShare: number;
  /** Evidence against equal rates; 1/alpha rejects, at any time. */
  readonly evidence: number;
  /** Rate of the canary over rate of the baseline; null where unbounded or unknown. */
  readonly rateRatio: { readonly estimate: number | null; readonly lower: number; readonly upper: number | null };
}

/** Points beyond a common threshold, counted on each side. */
export interface TailEvidence {
  /**
   * 90 or 99: points above this percentile of both sides together; 10 or 1: points below it; 0: points above zero, where
   * the baseline is mostly zero.
   */
  readonly percent: number;
  readonly threshold: number;
  readonly controlBeyond: number;
  readonly experimentBeyond: number;
  /** That the canary has no more of them: one-sided, with effective sizes. */
  readonly pValue: number;
}

/** What decided a metric. */
export type Gate =
  | 'no-data'
  | 'too-few-points'
  | 'identical'
  | 'error'
  | 'interval'
  | 'effect-size'
  | 'events'
  | 'zero-baseline'
  | 'tail'
  | 'direction';

/** Everything behind the class of one metric. JSON-safe: what is no number is null. */
export interface MetricJudgment {
  /** Of the pair. */
  readonly id: string;
  readonly name: string;
  readonly classification: MetricClass;
  /** One or two sentences with the numbers that decided, for a Pass too. */
  readonly reason: string;
  readonly decidedBy: Gate;
  /** As configured; whether it fails the run is in the result's `critical`. */
  readonly isCriticalMetric: boolean;
  readonly direction: 'increase' | 'decrease' | 'either';
  readonly shift: Shift | null;
  readonly band: HarmBand | null;
  readonly effect: Effect | null;
  readonly points: { readonly control: PointCounts; readonly experiment: PointCounts };
  readonly dropped: { readonly control: readonly DroppedPoint[]; readonly experiment: readonly DroppedPoint[] };
  readonly quantiles: readonly QuantileRow[];
  /** Two-sided, of the rank test of equal distributions, widened for correlation in standard mode. */
  readonly pValue: number | null;
  /** Benjamini-Hochberg over the metrics of this run. Advice; decides nothing. */
  readonly adjustedPValue: number | null;
  /** Correlation of a point with the one before, of the ranks; null where it was not estimated. */
  readonly autocorrelation: number | null;
  readonly counts: CountEvidence | null;
  readonly tails: readonly TailEvidence[];
  /** The summary of the run had this metric not been there; null where no other would be left. */
  readonly withoutThisMetric: { readonly score: number; readonly classification: SummaryClass } | null;
  readonly warnings: readonly string[];
}

/** How a group enters the summary. */
export interface GroupArithmetic {
  readonly name: string;
  readonly score: number;
  /** Of 100. */
  readonly weight: number;
  /** `score * weight / 100`; a group without data contributes as if its score were 100 in parity mode. */
  readonly contribution: number;
  readonly passed: number;
  /** Results that count in the score. */
  readonly counted: number;
  readonly hasNoData: boolean;
}

/** How the summary came about. `rule` is the first that applied. */
export interface SummaryArithmetic {
  readonly rule: 'critical' | 'no-data' | 'weighted';
  readonly groups: readonly GroupArithmetic[];
  readonly passed: number;
  readonly counted: number;
  /** Ids of pairs whose critical result fails the run. */
  readonly criticalIds: readonly string[];
  readonly noDataCount: number;
  readonly unmutedCount: number;
}

/**
 * What a run comes to. `no-data` and `error` never mean that the canary is fine: at `inconclusive` more data or a
 * person decides, at `no-data` and `error` there was nothing to judge by.
 */
export type Verdict = 'pass' | 'marginal' | 'fail' | 'inconclusive' | 'no-data' | 'error';

/** A judged window. JSON-safe. */
export interface Judgment {
  readonly mode: JudgeMode;
  readonly verdict: Verdict;
  /** One sentence: why this verdict. */
  readonly reason: string;
  readonly thresholds: Thresholds;
  readonly look: Look;
  /** What Kayenta's API shows of it. */
  readonly judgeResult: JudgeResult;
  /** In the order of `judgeResult.results`. */
  readonly metrics: readonly MetricJudgment[];
  readonly summary: SummaryArithmetic;
  readonly warnings: readonly string[];
}

/**
 * The face of the judge: the same pairs, config, thresholds and look always give the same judgment. It never throws,
 * whatever the numbers are.
 */
export type Judge = (
  config: CanaryConfig,
  pairs: readonly MetricSetPair[],
  thresholds: Thresholds,
  options?: JudgeOptions,
) => Judgment;
