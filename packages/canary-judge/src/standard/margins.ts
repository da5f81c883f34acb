import type { MetricSettings } from '../config/metric-settings.ts';
import { percentile } from '../statistics/describe.ts';

/** How far the canary may be from the baseline before it is harm, each way; null where no change that way is harm. */
export interface Margins {
  readonly up: number | null;
  readonly down: number | null;
  /** Beyond these, harm of a critical metric fails the run. */
  readonly criticalUp: number;
  readonly criticalDown: number;
}

/** What a ratio allows, as a share of the baseline; a ratio that says nothing leaves it to the tolerance. */
export function allowedShares(
  settings: MetricSettings,
  tolerance: number,
): { readonly up: number; readonly down: number } {
  const { measure, allowedIncrease, allowedDecrease } = settings;
  return {
    up: measure === 'meanRatio' && allowedIncrease > 1 ? allowedIncrease - 1 : tolerance,
    down: measure === 'meanRatio' && allowedDecrease < 1 ? 1 - allowedDecrease : tolerance,
  };
}

/** The margins in the unit of the metric: a share of the median of the baseline, and never below the absolute floor. */
export function marginsOf(settings: MetricSettings, control: Float64Array, tolerance: number): Margins {
  const centre = Math.abs(percentile(control, 50));
  const shares = allowedShares(settings, tolerance);
  const { criticalIncrease, criticalDecrease, measure, minAbsoluteChange } = settings;
  const margin = (share: number): number => Math.min(Number.MAX_VALUE, Math.max(share * centre, minAbsoluteChange));
  const critical = (share: number): number => (measure === 'meanRatio' ? Math.max(0, share) * centre : 0);
  const [up, down] = [margin(shares.up), margin(shares.down)];
  return {
    up: settings.direction === 'decrease' ? null : up,
    down: settings.direction === 'increase' ? null : down,
    criticalUp: Math.max(up, critical(criticalIncrease - 1)),
    criticalDown: Math.max(down, critical(1 - criticalDecrease)),
  };
}
