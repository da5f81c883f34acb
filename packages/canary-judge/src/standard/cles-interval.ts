/**
 * Interval of the share of pairs in which `x` is higher (both sorted), by the variance of the placements (DeLong,
 * DeLong and Clarke-Pearson 1988), widened when only the share `worth` of the points is independent. Samples that do
 * not overlap have no variance; half a pair's weight keeps the interval honest then.
 */
export function clesInterval(
  x: Float64Array,
  y: Float64Array,
  z: number,
  worth: number,
): { readonly lower: number; readonly upper: number } {
  const ofX = placements(x, y);
  const ofY = placements(y, x);
  const variance = (ofX.variance / x.length + ofY.variance / y.length) / worth;
  const reach = z * Math.max(Math.sqrt(variance), 0.5 / Math.min(x.length, y.length));
  return { lower: Math.max(0, ofX.mean - reach), upper: Math.min(1, ofX.mean + reach) };
}

/** For each point of `a`, the share of `b` below it, ties half: mean and variance of these. */
function placements(a: Float64Array, b: Float64Array): { readonly mean: number; readonly variance: number } {
  let [below, upTo] = [0, 0];
  const shares = a.map((value) => {
    while (below < b.length && b[below]! < value) below += 1;
    while (upTo < b.length && b[upTo]! <= value) upTo += 1;
    return (below + upTo) / 2 / b.length;
  });
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  return { mean, variance: shares.length > 1 ? squares / (shares.length - 1) : 0 };
}
