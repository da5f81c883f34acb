import type { Datapoint } from './state.ts';

type Weighted = [value: number, weight: number];

interface Bound {
  value: number;
  percent: boolean;
}

interface Trim {
  kind: 'TM' | 'WM' | 'TC' | 'TS' | 'PR';
  low: Bound | null;
  high: Bound | null;
}

const plain = new Map<string, (whole: Datapoint) => number>([
  ['SampleCount', (whole) => whole.count],
  ['Sum', (whole) => whole.sum],
  ['Average', (whole) => whole.sum / whole.count],
  ['Minimum', (whole) => whole.min],
  ['Maximum', (whole) => whole.max],
]);

/** True for a statistic that CloudWatch knows: the five plain ones, percentiles and trimmed ones. */
export const isStatistic = (name: string): boolean =>
  plain.has(name) || percentileOf(name) !== null || trimOf(name) !== null;

/**
 * One statistic over some datapoints; null when there are none, or when percentiles are asked of points of which only
 * the statistics are known.
 */
export function statisticOf(name: string, points: Datapoint[]): number | null {
  if (points.length === 0) return null;
  const direct = plain.get(name);
  if (direct !== undefined) return direct(together(points));
  const samples = samplesOf(points);
  if (samples === null || samples.length === 0) return null;
  const percentile = percentileOf(name);
  if (percentile !== null) return quantile(samples, percentile / 100);
  const trim = trimOf(name);
  return trim === null ? null : trimmed(samples, trim);
}

function together(points: Datapoint[]): Datapoint {
  const [first, ...rest] = points;
  const whole = { ...first! };
  for (const point of rest) {
    whole.count += point.count;
    whole.sum += point.sum;
    whole.min = Math.min(whole.min, point.min);
    whole.max = Math.max(whole.max, point.max);
  }
  return whole;
}

/** All samples in order of value. A set of statistics is taken as samples only when they all must be equal. */
function samplesOf(points: Datapoint[]): Weighted[] | null {
  const all: Weighted[] = [];
  for (const point of points) {
    if (point.samples !== null) all.push(...point.samples);
    else if (point.min === point.max) all.push([point.min, point.count]);
    else return null;
  }
  return all.sort((a, b) => a[0] - b[0]);
}

const totalOf = (samples: Weighted[]): number => samples.reduce((sum, [, weight]) => sum + weight, 0);

function quantile(samples: Weighted[], share: number): number {
  const wanted = totalOf(samples) * share;
  let seen = 0;
  for (const [value, weight] of samples) {
    seen += weight;
    if (seen >= wanted - 1e-9) return value;
  }
  return samples.at(-1)?.[0] ?? 0;
}

function percentileOf(name: string): number | null {
  const match = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name);
  return match === null ? null : Number(match[1]);
}

function trimOf(name: string): Trim | null {
  const short = /^(tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name);
  if (short !== null) {
    const high = { value: Number(short[2]), percent: true };
    return { kind: short[1]!.toUpperCase() as Trim['kind'], low: null, high };
  }
  if (name === 'IQM') return { kind: 'TM', low: { value: 25, percent: true }, high: { value: 75, percent: true } };
  const long = /^(TM|WM|TC|TS|PR)\(([\d.]*%?):([\d.]*%?)\)$/.exec(name);
  if (long === null) return null;
  return { kind: long[1] as Trim['kind'], low: boundOf(long[2] ?? ''), high: boundOf(long[3] ?? '') };
}

function boundOf(text: string): Bound | null {
  return text === '' ? null : { value: Number.parseFloat(text), percent: text.endsWith('%') };
}

function trimmed(samples: Weighted[], { kind, low, high }: Trim): number | null {
  const inside = within(samples, low, high);
  const count = totalOf(inside);
  const sum = inside.reduce((total, [value, weight]) => total + value * weight, 0);
  if (kind === 'TC') return count;
  if (kind === 'TS') return sum;
  if (kind === 'PR') return (100 * count) / totalOf(samples);
  if (count === 0) return null;
  if (kind === 'TM') return sum / count;
  const [least, most] = [inside[0]![0], inside.at(-1)![0]];
  const all = samples.reduce((total, [value, weight]) => total + Math.min(most, Math.max(least, value)) * weight, 0);
  return all / totalOf(samples);
}

/** The part of ordered samples between two bounds; a percentage cuts through the weight of a sample. */
function within(samples: Weighted[], low: Bound | null, high: Bound | null): Weighted[] {
  const total = totalOf(samples);
  const from = low?.percent ? (total * low.value) / 100 : 0;
  const to = high?.percent ? (total * high.value) / 100 : total;
  const result: Weighted[] = [];
  let seen = 0;
  for (const [value, weight] of samples) {
    const start = Math.max(seen, from);
    const end = Math.min(seen + weight, to);
    seen += weight;
    const fits =
      (low === null || low.percent || value > low.value) && (high === null || high.percent || value <= high.value);
    if (fits && end > start) result.push([value, end - start]);
  }
  return result;
}
