import type { Shift } from '../judgment.ts';
import { normalUpperTail } from '../statistics/normal.ts';
import { rankSumDeviation, tiesWithin } from '../statistics/ranks.ts';
import { choose, rankSumQuantile } from './null-distribution.ts';
import { differenceOfRank } from './order-statistic.ts';

/** Below this the exact null distribution is used when no points of a side tie; ties across go once shifted. */
const exactBelow = 50;

/**
 * Hodges-Lehmann estimate of the shift of `x` over `y` (both sorted) and the interval that inverts the rank test: both
 * are order statistics of the pairwise differences. `worth` below 1 widens the interval as if only that share of the
 * points were independent. A bound is null when so few points allow none at this `z`.
 */
export function shiftInterval(x: Float64Array, y: Float64Array, z: number, worth = 1): Shift {
  const pairs = x.length * y.length;
  const { depth, method } = depthOf(x, y, z);
  const rank = Math.ceil(pairs / 2 - 0.5 - depth / Math.sqrt(worth));
  const middle = Math.floor((pairs + 1) / 2);
  const middles = [differenceOfRank(x, y, middle), differenceOfRank(x, y, pairs + 1 - middle)] as const;
  const isReachable = rank >= 1;
  return {
    estimate: middles[0] === middles[1] ? middles[0] : middles[0] / 2 + middles[1] / 2,
    lower: isReachable ? differenceOfRank(x, y, rank) : null,
    upper: isReachable ? differenceOfRank(x, y, pairs - rank + 1) : null,
    confidence: 1 - 2 * normalUpperTail(z),
    z,
    method,
  };
}

/** How far from the middle rank the bounds lie. */
function depthOf(x: Float64Array, y: Float64Array, z: number): { depth: number; method: 'exact' | 'normal' } {
  const [m, n] = [x.length, y.length];
  const ties = tiesWithin(x) + tiesWithin(y);
  if (m < exactBelow && n < exactBelow && ties === 0) {
    const tail = normalUpperTail(z);
    const isReachable = 1 / choose(m + n, m) <= tail;
    const rank = isReachable ? Math.max(1, rankSumQuantile(m, n, tail)) : 0;
    return { depth: (m * n) / 2 - 0.5 - rank, method: 'exact' };
  }
  return { depth: z * rankSumDeviation(m, n, ties), method: 'normal' };
}
