export const sortedCopy = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

/** Percentile by linear interpolation at position `(n - 1) * percent / 100` (type 7 of Hyndman and Fan 1996). */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = ((sorted.length - 1) * percent) / 100;
  const index = Math.floor(position);
  const low = sorted[index]!;
  const high = sorted[Math.min(index + 1, sorted.length - 1)]!;
  return position === index ? low : low + (position - index) * (high - low);
}

/** The mean, summed in the order of the values; NaN of none. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

export interface Description {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  readonly count: number;
}

/** Everything is 0 for no values; the deviation (of a sample) is 0 for one. */
export function describe(values: readonly number[]): Description {
  if (values.length === 0) return { min: 0, max: 0, mean: 0, std: 0, count: 0 };
  const centre = mean(values);
  let min = Infinity;
  let max = -Infinity;
  let squares = 0;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    squares += (value - centre) ** 2;
  }
  const std = values.length === 1 ? 0 : Math.sqrt(squares / (values.length - 1));
  return { min, max, mean: centre, std, count: values.length };
}
