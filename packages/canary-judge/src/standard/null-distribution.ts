/**
 * Smallest `w` for which the rank statistic of `m` against `n` alike points is at most `w` with at least this
 * probability (`qwilcox` of R). Counts by the generating function of the statistic, `prod (1 - q^(n+i)) / (1 - q^i)`.
 */
export function rankSumQuantile(m: number, n: number, probability: number): number {
  const half = Math.floor((m * n) / 2);
  const counts = new Float64Array(half + 1);
  counts[0] = 1;
  for (let i = 1; i <= m; i += 1) {
    for (let s = half; s >= n + i; s -= 1) counts[s]! -= counts[s - n - i]!;
    for (let s = i; s <= half; s += 1) counts[s]! += counts[s - i]!;
  }
  const total = choose(m + n, m);
  let sum = 0;
  for (let w = 0; w <= half; w += 1) {
    sum += counts[w]!;
    if (sum >= probability * total * (1 - 1e-14)) return w;
  }
  return half;
}

/** Number of ways to choose `k` of `n`. */
export function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i += 1) ways = (ways * (n - k + i)) / i;
  return ways;
}
