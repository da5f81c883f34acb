import type { PreparedPair } from '../classified-pair.ts';
import type { CanaryConfig } from '../config/canary-config.ts';
import type { Look } from '../judgment.ts';
import { lookQuantile } from './looks.ts';

/** What all metrics of a run are judged by in standard mode. */
export interface RunSettings {
  /** Two-sided error of the whole run of looks, of one metric. */
  readonly alpha: number;
  /** Share of the baseline that is no harm when the metric says nothing. */
  readonly tolerance: number;
  /** The normal quantile of this look. */
  readonly z: number;
  readonly isLastLook: boolean;
  /** Work that each side of a pair did, by the metric that says it; undefined when no metric does. */
  readonly exposureOf: (pair: PreparedPair) => { readonly control: number; readonly experiment: number } | undefined;
}

const within = (value: unknown, from: number, below: number, otherwise: number): number =>
  typeof value === 'number' && value >= from && value < below ? value : otherwise;

export function runSettings(config: CanaryConfig, pairs: readonly PreparedPair[], look: Look): RunSettings {
  const own = config.judge?.judgeConfigurations ?? {};
  const alpha = 1 - within(own['confidence'], 0.5, 1, 0.98);
  return {
    alpha,
    tolerance: within(own['tolerance'], 0, 1, 0.1),
    z: lookQuantile(alpha, look),
    isLastLook: look.number >= look.planned,
    exposureOf: (pair) => exposureOf(pair, pairs),
  };
}

/** Totals of the exposure metric: of the series with the same tags where there is one, else of all its series. */
function exposureOf({ pair, settings }: PreparedPair, pairs: readonly PreparedPair[]) {
  const named = pairs.filter((other) => other.pair.name === settings.exposureMetric);
  if (named.length === 0) return undefined;
  const key = tagsKey(pair.tags);
  const same = named.filter((other) => tagsKey(other.pair.tags) === key);
  const total = (side: 'control' | 'experiment'): number =>
    (same.length > 0 ? same : named).reduce(
      (sum, other) => sum + other[side].values.reduce((part, value) => part + value, 0),
      0,
    );
  return { control: total('control'), experiment: total('experiment') };
}

const tagsKey = (tags: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(tags).sort());
