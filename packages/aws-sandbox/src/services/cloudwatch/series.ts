import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { pointsOf, type Range } from './metrics.ts';
import type { Datapoint, MetricName } from './state.ts';
import { isStatistic, statisticOf } from './statistics.ts';

/** Values over time, oldest first. */
export interface Series {
  period: number;
  points: Array<{ at: number; value: number }>;
  /** Where the values come from, when that is one metric. */
  source: { metric: MetricName; stat: string } | null;
}

export interface Reading {
  metric: MetricName;
  stat: string;
  /** Seconds. */
  period: number;
  unit?: string;
}

/** Where values are read from, and what time it is there. */
export interface Scene {
  world: World;
  store: RegionStore;
  now: number;
}

export function checkPeriod(period: number | undefined): number {
  if (period === undefined || !([1, 5, 10, 20, 30].includes(period) || (period >= 60 && period % 60 === 0))) {
    refuse('ValidationError', `Period must be 1, 5, 10, 20, 30, or a multiple of 60: it is ${period ?? 'absent'}.`);
  }
  return period;
}

export function checkStatistic(stat: string | undefined): string {
  if (stat === undefined || !isStatistic(stat))
    refuse('ValidationError', `The statistic '${stat ?? ''}' is not valid.`);
  return stat;
}

/** Reads a metric as a series: one value for each period that has data, at the start of the period. */
export function readSeries(scene: Scene, reading: Reading, range: Range, alignedTo = 0): Series {
  const { metric, stat, period } = reading;
  const points = bucketsOf(scene, reading, range, alignedTo).flatMap(({ at, held }) => {
    const value = statisticOf(stat, held);
    return value === null ? [] : [{ at, value }];
  });
  return { period, points, source: { metric, stat } };
}

/** The datapoints of each period that has any. */
export function bucketsOf(
  { world, store, now }: Scene,
  { metric, period, unit }: Pick<Reading, 'metric' | 'period' | 'unit'>,
  { from, to }: Range,
  alignedTo = 0,
): Array<{ at: number; held: Datapoint[] }> {
  const length = period * 1000;
  const start = alignedTo + Math.floor((from - alignedTo) / length) * length;
  const buckets = new Map<number, Datapoint[]>();
  for (const point of pointsOf(world, store, metric, { from: start, to, now })) {
    if (unit !== undefined && point.unit !== unit) continue;
    const at = alignedTo + Math.floor((point.at - alignedTo) / length) * length;
    const held = buckets.get(at);
    if (held === undefined) buckets.set(at, [point]);
    else held.push(point);
  }
  return [...buckets].map(([at, held]) => ({ at, held })).sort((a, b) => a.at - b.at);
}
