import { rankSum, rankSumDeviation } from '../statistics/ranks.ts';
import { findRoot } from '../statistics/root.ts';

export interface SearchedShift {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** Absolute, whatever the scale of the metric: changes of metrics near 1e-5 are not seen. */
const tolerance = 1e-4;

/**
 * The standardized rank statistic of `x - shift` against `y`, with a continuity correction. undefined when all points
 * tie, because then it has no deviation.
 */
export function standardizedRankSum(x: Float64Array, y: Float64Array, shift: number): number | undefined {
  const { u, ties } = rankSum(x, y, shift);
  const fromMiddle = u - (x.length * y.length) / 2;
  const deviation = rankSumDeviation(x.length, y.length, ties);
  return deviation > 0 ? (fromMiddle - 0.5 * Math.sign(fromMiddle)) / deviation : undefined;
}

/**
 * Shift of the sorted sample `x` over `y` and its interval at the normal quantile `z`, found by searching where the
 * standardized rank statistic crosses 0, z and -z. undefined when all points tie somewhere on the way.
 */
export function searchShift(x: Float64Array, y: Float64Array, z: number): SearchedShift | undefined {
  const from = x[0]! - y[y.length - 1]!;
  const to = x[x.length - 1]! - y[0]!;
  if (!Number.isFinite(from) || !Number.isFinite(to)) return undefined;
  let allTie = false;
  const statistic = (shift: number): number => {
    const value = standardizedRankSum(x, y, shift);
    if (value === undefined) allTie = true;
    return value ?? 0;
  };
  const crossing = (level: number): number => {
    const f = (shift: number): number => statistic(shift) - level;
    if (f(from) <= 0) return from;
    if (f(to) >= 0) return to;
    return findRoot(f, from, to, { tolerance, maxIterations: 1000 });
  };
  const lower = crossing(z);
  const upper = crossing(-z);
  const estimate = findRoot(statistic, from, to, { tolerance, maxIterations: 1000 });
  const isFound = [estimate, lower, upper].every(Number.isFinite);
  return isFound && !allTie ? { estimate, lower, upper } : undefined;
}
