import type { TrafficShare } from './ports/index.ts';

const MOST_TARGET_GROUPS = 5;
const MOST_WEIGHT = 999;

/** Why requests cannot be divided so, as a sentence; null when they can. */
export function sharesProblem(shares: readonly TrafficShare[]): string | null {
  const names = shares.map((share) => share.targetGroup);
  if (new Set(names).size < names.length) return 'A target group is named twice.';
  if (shares.length > MOST_TARGET_GROUPS) return `Requests go to at most ${MOST_TARGET_GROUPS} target groups.`;
  const odd = shares.find(({ weight }) => !Number.isInteger(weight) || weight < 0 || weight > MOST_WEIGHT);
  if (odd)
    return `Weight ${odd.weight} of target group ${odd.targetGroup} is no whole number from 0 to ${MOST_WEIGHT}.`;
  return shares.some(({ weight }) => weight > 0) ? null : 'No target group would get any requests.';
}
