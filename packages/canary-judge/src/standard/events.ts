import type { CountEvidence } from '../judgment.ts';
import { logBeta } from '../statistics/log-gamma.ts';

export interface Events {
  readonly control: number;
  readonly experiment: number;
  /** Share of the work that the canary did, between 0 and 1. */
  readonly exposureShare: number;
}

/**
 * Evidence that both sides do not have the same rate of events, valid however often it is looked at: the likelihood of
 * the split, mixed evenly over all shares, over its likelihood at the share of the work (Lindon and Malek 2022). The
 * interval of the rate ratio holds at all looks together with confidence `1 - alpha`.
 */
export function countEvidence({ control, experiment, exposureShare }: Events, alpha: number): CountEvidence {
  const logEvidence = (share: number): number =>
    logBeta(1 + experiment, 1 + control) -
    (experiment === 0 ? 0 : experiment * Math.log(share)) -
    (control === 0 ? 0 : control * Math.log1p(-share));
  const limit = -Math.log(alpha);
  const observed = (experiment + 0) / Math.max(1, experiment + control);
  const isKnown = experiment + control > 0;
  const lower = experiment === 0 ? 0 : crossing(logEvidence, limit, observed, 0);
  const upper = control === 0 ? 1 : crossing(logEvidence, limit, isKnown ? observed : 1, 1);
  const ratio = (share: number): number | null =>
    share >= 1 ? null : ((share / (1 - share)) * (1 - exposureShare)) / exposureShare;
  return {
    controlEvents: control,
    experimentEvents: experiment,
    exposureShare,
    evidence: Math.min(Number.MAX_VALUE, Math.exp(logEvidence(exposureShare))),
    rateRatio: { estimate: isKnown ? ratio(observed) : null, lower: ratio(lower) ?? 0, upper: ratio(upper) },
  };
}

/** Where the evidence reaches the limit on the way from `inside` to `end`. */
function crossing(f: (share: number) => number, limit: number, inside: number, end: 0 | 1): number {
  let [near, far] = [inside, end as number];
  for (let i = 0; i < 200; i += 1) {
    const middle = (near + far) / 2;
    if (middle === near || middle === far) break;
    if (f(middle) < limit) near = middle;
    else far = middle;
  }
  return near;
}
