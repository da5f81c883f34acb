import type { PreparedPair } from './classified-pair.ts';
import type { MetricSettings } from './config/metric-settings.ts';
import type { Effect } from './judgment.ts';
import { mean } from './statistics/describe.ts';
import { commonLanguageEffect } from './statistics/ranks.ts';

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** How large the difference is, by both measures, with what is allowed. */
export function effectOf({ control, experiment, settings }: PreparedPair): Effect {
  const { measure, allowedIncrease, allowedDecrease, criticalIncrease, criticalDecrease }: MetricSettings = settings;
  return {
    measure,
    meanRatio: orNull(mean(experiment.values) / mean(control.values)),
    cles: orNull(commonLanguageEffect(experiment.sorted, control.sorted)),
    allowedIncrease,
    allowedDecrease,
    criticalIncrease,
    criticalDecrease,
  };
}
