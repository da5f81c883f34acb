import type { Dimension, Metric } from '@aws-sdk/client-cloudwatch';
import { generatedMetrics, generatedPoints } from '../../workload/generated.ts';
import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import type { Datapoint, MetricName } from './state.ts';

/** A stretch of time in milliseconds, `to` not included. */
export interface Range {
  from: number;
  to: number;
}

export function metricName(namespace: string, name: string, dimensions: Dimension[] | undefined): MetricName {
  const sorted = (dimensions ?? [])
    .map(({ Name = '', Value = '' }) => ({ Name, Value }))
    .sort((a, b) => (a.Name < b.Name ? -1 : 1));
  return { namespace, name, dimensions: sorted };
}

export const metricKey = ({ namespace, name, dimensions }: MetricName): string =>
  JSON.stringify([namespace, name, ...dimensions.map(({ Name, Value }) => [Name, Value])]);

export const metricOut = ({ namespace, name, dimensions }: MetricName): Metric => ({
  Namespace: namespace,
  MetricName: name,
  Dimensions: dimensions,
});

/** What there is of a metric in a range: sent by somebody, or generated. Oldest first. */
export function pointsOf(
  world: World,
  store: RegionStore,
  metric: MetricName,
  range: Range & { now: number },
): Datapoint[] {
  const stored = store.metrics[metricKey(metric)]?.points ?? [];
  const generated = generatedPoints(world, store, metric, range);
  const sent = stored.filter(({ at }) => at >= range.from && at < range.to);
  return sent.length === 0 ? generated : [...generated, ...sent].sort((a, b) => a.at - b.at);
}

/** Every metric with data between two moments. */
export function allMetrics(world: World, store: RegionStore, from: number, to: number): MetricName[] {
  const sent = Object.values(store.metrics).filter(({ points }) => points.some(({ at }) => at >= from && at < to));
  const found = new Map<string, MetricName>();
  for (const metric of [...generatedMetrics(world, store, from, to), ...sent]) {
    const { namespace, name, dimensions } = metric;
    found.set(metricKey(metric), { namespace, name, dimensions });
  }
  return [...found.values()];
}
