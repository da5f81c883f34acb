const floats = new Float64Array(1);
const bits = new BigInt64Array(floats.buffer);

/** Whole numbers in the order of the floats they stand for. */
function keyOf(value: number): bigint {
  floats[0] = value;
  const key = bits[0]!;
  return key >= 0n ? key : -(key & 0x7fffffffffffffffn);
}

function floatOf(key: bigint): number {
  bits[0] = key >= 0n ? key : BigInt.asIntN(64, -key | 0x8000000000000000n);
  return floats[0]!;
}

/**
 * The `k`-th smallest (from 1) of all differences `x[i] - y[j]` of two sorted samples, exactly, in 64 passes over the
 * samples and without making the differences.
 */
export function differenceOfRank(x: Float64Array, y: Float64Array, k: number): number {
  let low = keyOf(x[0]! - y[y.length - 1]!);
  let high = keyOf(x[x.length - 1]! - y[0]!);
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (countUpTo(x, y, floatOf(middle)) >= k) high = middle;
    else low = middle + 1n;
  }
  return floatOf(low) + 0;
}

/** How many differences are at most `limit`. The lower the difference, the higher `y[j]`: one pass suffices. */
function countUpTo(x: Float64Array, y: Float64Array, limit: number): number {
  let count = 0;
  let i = 0;
  for (const value of y) {
    while (i < x.length && x[i]! - value <= limit) i += 1;
    count += i;
  }
  return count;
}
