import type { MetricSettings } from '../config/metric-settings.ts';
import type { DroppedPoint, PointCounts, QuantileRow } from '../judgment.ts';
import { percentile, sortedCopy } from '../statistics/describe.ts';

/** One side of a pair, ready to be judged. */
export interface CleanSide {
  /** In the order of time. */
  readonly values: readonly number[];
  readonly sorted: Float64Array;
  readonly points: PointCounts;
  readonly dropped: readonly DroppedPoint[];
}

type Cleaning = Pick<MetricSettings, 'nanStrategy' | 'removesOutliers' | 'outlierFactor'> & {
  /** Whether infinities are dropped as missing points are. */
  readonly dropsInfinite: boolean;
};

/** Drops or replaces missing points, then drops outliers where that is asked for. */
export function cleanSide(received: readonly number[], cleaning: Cleaning): CleanSide {
  const dropped: DroppedPoint[] = [];
  const kept: { readonly index: number; readonly value: number }[] = [];
  let infinite = 0;
  for (const [index, value] of received.entries()) {
    if (Number.isNaN(value)) {
      const isReplaced = cleaning.nanStrategy === 'replace';
      dropped.push({ index, reason: isReplaced ? 'replaced' : 'missing' });
      if (isReplaced) kept.push({ index, value: 0 });
      continue;
    }
    if (!Number.isFinite(value)) infinite += 1;
    if (!Number.isFinite(value) && cleaning.dropsInfinite) dropped.push({ index, reason: 'infinite' });
    // Adding 0 makes a negative zero an ordinary one.
    else kept.push({ index, value: value + 0 });
  }
  const isInside = cleaning.removesOutliers
    ? fences(
        kept.map((point) => point.value),
        cleaning.outlierFactor,
      )
    : undefined;
  const inside = isInside ? kept.filter((point) => isInside(point.value)) : kept;
  if (isInside) for (const { index, value } of kept) if (!isInside(value)) dropped.push({ index, reason: 'outlier' });
  const values = inside.map((point) => point.value);
  const missing = received.reduce((count, value) => (Number.isNaN(value) ? count + 1 : count), 0);
  return {
    values,
    sorted: sortedCopy(values),
    dropped: dropped.sort((a, b) => a.index - b.index),
    points: {
      expected: received.length,
      received: received.length - missing,
      missing,
      infinite,
      replaced: cleaning.nanStrategy === 'replace' ? missing : 0,
      outliers: kept.length - inside.length,
      kept: values.length,
      effective: null,
    },
  };
}

/** A point is an outlier when it lies beyond the fence of the quartiles and beyond the outermost percentiles too. */
function fences(values: readonly number[], factor: number): (value: number) => boolean {
  const sorted = sortedCopy(values);
  const [first, third] = [percentile(sorted, 25), percentile(sorted, 75)];
  const reach = factor * (third - first);
  const low = Math.min(percentile(sorted, 1), first - reach);
  const high = Math.max(percentile(sorted, 99), third + reach);
  return (value) => !(value < low || value > high);
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The sides beside each other at the percentiles people look at; none when a side is empty. */
export function quantileTable(control: CleanSide, experiment: CleanSide): QuantileRow[] {
  if (control.sorted.length === 0 || experiment.sorted.length === 0) return [];
  return [50, 90, 95, 99].map((percent) => {
    const [ofControl, ofExperiment] = [percentile(control.sorted, percent), percentile(experiment.sorted, percent)];
    return {
      percent,
      control: finiteOrNull(ofControl),
      experiment: finiteOrNull(ofExperiment),
      difference: finiteOrNull(ofExperiment - ofControl),
    };
  });
}
