import { averageRanks } from '../statistics/ranks.ts';

export interface Correlation {
  /** Of a point's rank with the one before, pooled over both sides. */
  readonly raw: number;
  /** Corrected for the bias of short series and kept within [0, 0.97]. */
  readonly corrected: number;
  /** Share of the points that is independent: `(1 - r) / (1 + r)`. */
  readonly worth: number;
}

/** Correlation in time of both sides (values in the order of time); undefined when both are constant. */
export function correlationOf(x: readonly number[], y: readonly number[]): Correlation | undefined {
  const ranks = averageRanks([...x, ...y]);
  const [ofX, ofY] = [autocovariance(ranks.subarray(0, x.length)), autocovariance(ranks.subarray(x.length))];
  const variance = ofX.variance + ofY.variance;
  if (variance === 0) return undefined;
  const raw = (ofX.lagOne + ofY.lagOne) / variance;
  const corrected = Math.min(0.97, Math.max(0, raw + (1 + 4 * raw) / Math.min(x.length, y.length)));
  return { raw, corrected, worth: (1 - corrected) / (1 + corrected) };
}

function autocovariance(ranks: Float64Array): { readonly variance: number; readonly lagOne: number } {
  const mean = ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
  let variance = 0;
  let lagOne = 0;
  for (const [i, rank] of ranks.entries()) {
    variance += (rank - mean) ** 2;
    if (i > 0) lagOne += (rank - mean) * (ranks[i - 1]! - mean);
  }
  return { variance: variance / ranks.length, lagOne: lagOne / ranks.length };
}
