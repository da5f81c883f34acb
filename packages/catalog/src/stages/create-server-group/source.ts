import { isServing } from '../../clusters/health.ts';
import type { ServerGroup } from '../../kit/ports/index.ts';

/**
 * The server group that serves before the deploy: the newest one in traffic with something healthy, else the newest in
 * traffic; null when nothing is in traffic. Groups that this execution made are not a source.
 */
export function sourceOf(
  groups: readonly ServerGroup[],
  deployedHere: ReadonlySet<string>,
  named?: string | null,
): ServerGroup | null {
  const present = groups.filter((group) => !group.beingDeleted && !deployedHere.has(group.name));
  if (named) return present.find((group) => group.name === named) ?? null;
  return present.findLast(isServing) ?? present.findLast((group) => group.traffic !== 'disabled') ?? null;
}

/** The size a source is meant to have: the one from before a pin, when one is still on it. */
export const sizeOf = (group: ServerGroup) => group.intendedCapacity ?? group.capacity;
