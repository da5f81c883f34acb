import { normalQuantile, normalUpperTail } from './statistics/normal.ts';

export interface Plan {
  /** Two-sided, such as 0.98. */
  readonly confidence: number;
  /** Chance to see a change of the size asked about, such as 0.8. */
  readonly power: number;
  /** Share of the points that the canary has; 0.5 when both sides have the same. */
  readonly canaryShare: number;
}

const reach = ({ confidence, power }: Plan): number => normalQuantile((1 + confidence) / 2) + normalQuantile(power);

/**
 * Independent points, both sides together, that it takes to see that the canary is higher in this share of pairs
 * (Noether 1987). Infinity at a half, which is no change.
 */
export function pointsToDetect(share: number, plan: Plan): number {
  const { canaryShare: c } = plan;
  return Math.ceil(reach(plan) ** 2 / (12 * c * (1 - c) * (share - 0.5) ** 2));
}

/**
 * The smallest change that this many independent points, both sides together, let be seen: as share of pairs in which
 * the canary is higher, and for values spread like a normal distribution as shift in standard deviations. undefined
 * when no change could be.
 */
export function detectableChange(
  points: number,
  plan: Plan,
): { readonly share: number; readonly standardDeviations: number } | undefined {
  const { canaryShare: c } = plan;
  const share = 0.5 + reach(plan) / Math.sqrt(12 * c * (1 - c) * points);
  if (!(share < 1)) return undefined;
  return { share, standardDeviations: Math.SQRT2 * normalQuantile(share) };
}

/** Share of pairs in which the canary is higher when normal values shift by so many standard deviations. */
export const shareOfShift = (standardDeviations: number): number => normalUpperTail(-standardDeviations / Math.SQRT2);
