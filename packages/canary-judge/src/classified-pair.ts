import type { MetricSettings } from './config/metric-settings.ts';
import type { CountEvidence, Effect, Gate, HarmBand, MetricClass, Shift, TailEvidence } from './judgment.ts';
import type { MetricSetPair } from './metric-sets.ts';
import type { CleanSide } from './series/clean.ts';

/** What is known of a pair before it is judged. */
export interface PreparedPair {
  readonly pair: MetricSetPair;
  readonly settings: MetricSettings;
  readonly groups: readonly string[];
  readonly control: CleanSide;
  readonly experiment: CleanSide;
}

/** What a classifier says of a pair. What it leaves out it did not look at. */
export interface Classification {
  readonly classification: MetricClass;
  readonly reason: string;
  readonly decidedBy: Gate;
  /** Fails the run unless the class is Pass. */
  readonly isCritical: boolean;
  /** Mean of the canary over mean of the baseline; absent after an error. */
  readonly ratio?: number;
  readonly shift?: Shift;
  readonly band?: HarmBand;
  readonly effect?: Effect;
  readonly pValue?: number;
  readonly autocorrelation?: number;
  /** What the points of each side are worth. */
  readonly effective?: { readonly control: number; readonly experiment: number };
  readonly counts?: CountEvidence;
  readonly tails?: readonly TailEvidence[];
  readonly warnings?: readonly string[];
}

export type ClassifiedPair = PreparedPair & Classification;
