/** What ranking two samples together comes to. */
export interface RankSum {
  /** Pairs in which the first is higher, ties half: the Mann-Whitney statistic of the first sample. */
  readonly u: number;
  /** Sum of `t^3 - t` over groups of equal values. */
  readonly ties: number;
}

/**
 * Ranks `x - shift` together with `y`, both sorted, in one pass. Values are tied when they are equal exactly, after the
 * subtraction.
 */
export function rankSum(x: Float64Array, y: Float64Array, shift = 0): RankSum {
  let i = 0;
  let j = 0;
  let u = 0;
  let ties = 0;
  while (i < x.length || j < y.length) {
    const nextX = i < x.length ? x[i]! - shift : Infinity;
    const nextY = j < y.length ? y[j]! : Infinity;
    const value = Math.min(nextX, nextY);
    const [fromX, fromY] = [i, j];
    while (i < x.length && x[i]! - shift <= value) i += 1;
    while (j < y.length && y[j]! <= value) j += 1;
    const group = i - fromX + j - fromY;
    if (group === 0) break;
    u += (i - fromX) * (fromY + (j - fromY) / 2);
    ties += group ** 3 - group;
  }
  return { u, ties };
}

/** Ranks of values in their order, from 1; equal values share the mean of their ranks. */
export function averageRanks(values: readonly number[]): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1;
    for (let i = from; i < to; i += 1) ranks[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** Sum of `t^3 - t` over groups of equal values of one sorted sample. */
export function tiesWithin(sorted: Float64Array): number {
  let ties = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from + 1;
    while (to < sorted.length && sorted[to] === sorted[from]) to += 1;
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  return ties;
}

/** Standard deviation of the rank statistic of `m` against `n` points when both are alike. */
export const rankSumDeviation = (m: number, n: number, ties: number): number =>
  Math.sqrt(((m * n) / 12) * (m + n + 1 - ties / ((m + n) * (m + n - 1))));

/** Share of pairs in which the canary `x` is higher, ties half; NaN when a side is empty. */
export const commonLanguageEffect = (x: Float64Array, y: Float64Array): number =>
  rankSum(x, y).u / (x.length * y.length);
