import type { PreparedPair } from './classified-pair.ts';
import type { CanaryConfig, CanaryMetric } from './config/canary-config.ts';
import { metricSettings } from './config/metric-settings.ts';
import type { JudgeMode } from './judgment.ts';
import type { MetricSetPair } from './metric-sets.ts';
import { cleanSide } from './series/clean.ts';

export interface Prepared {
  readonly pairs: readonly PreparedPair[];
  readonly warnings: readonly string[];
}

/** Finds the metric of every pair and cleans its points; says which pairs and metrics have no counterpart. */
export function preparePairs(config: CanaryConfig, pairs: readonly MetricSetPair[], mode: JudgeMode): Prepared {
  const metrics = new Map(config.metrics.map((metric) => [metric.name, metric]));
  const prepared: PreparedPair[] = [];
  const warnings = new Set<string>();
  for (const pair of pairs) {
    const metric = metrics.get(pair.name);
    if (metric) prepared.push(preparePair(metric, pair, mode));
    else warnings.add(`There are series of "${pair.name}", which is no metric of the config; they were not judged.`);
  }
  const answered = new Map<string, number>();
  for (const { pair } of prepared) answered.set(pair.name, (answered.get(pair.name) ?? 0) + 1);
  for (const name of metrics.keys()) {
    const count = answered.get(name) ?? 0;
    if (count === 0) warnings.add(`The metric "${name}" has no series at all; it was not judged.`);
    if (count > 1)
      warnings.add(`The metric "${name}" has ${count} series; each counts in the score like a metric of its own.`);
  }
  return { pairs: prepared, warnings: [...warnings] };
}

function preparePair(metric: CanaryMetric, pair: MetricSetPair, mode: JudgeMode): PreparedPair {
  const settings = metricSettings(metric);
  const clean = (values: readonly number[]) => cleanSide(values, { ...settings, dropsInfinite: mode === 'standard' });
  return {
    pair,
    settings,
    groups: metric.groups ?? [],
    control: clean(pair.values.control),
    experiment: clean(pair.values.experiment),
  };
}
