import { isServing } from '../../clusters/health.ts';
import type { Capacity, ServerGroup } from '../../kit/ports/index.ts';

export type Candidate = { readonly from: ServerGroup; readonly to: ServerGroup } | { readonly skip: string };

/**
 * Which server group of a cluster and region to undo and which to restore. Undone is the newest in traffic; restored is
 * an older one: the newest that serves now, else the newest that is there. A region with nothing to go back to is
 * skipped with a reason.
 */
export function chooseCandidate(
  groups: readonly ServerGroup[],
  named: { readonly from?: string | null; readonly to?: string | null } = {},
): Candidate {
  const present = groups.filter((group) => !group.beingDeleted);
  if (present.length < 2)
    return {
      skip: `the cluster has ${present.length} server group${present.length === 1 ? '' : 's'}; a rollback needs two`,
    };
  const from = named.from
    ? present.find((group) => group.name === named.from)
    : (present.findLast((group) => group.traffic !== 'disabled' && group.name !== named.to) ?? null);
  if (!from) return { skip: named.from ? `${named.from} does not exist` : 'no server group is in traffic' };
  if (named.to) {
    const to = present.find((group) => group.name === named.to && group.name !== from.name);
    return to ? { from, to } : { skip: `${named.to} does not exist` };
  }
  const older = present.slice(0, present.indexOf(from));
  const to = older.findLast(isServing) ?? older.at(-1);
  return to ? { from, to } : { skip: `nothing is older than ${from.name}` };
}

/** Share of the restored instances that must be healthy, when the stage names none. */
export function defaultPercentage(desired: number): number {
  if (desired < 10) return 100;
  return desired < 20 ? 90 : 95;
}

/**
 * Size the restored group serves with: as large as the larger of both, so that it carries all traffic alone; its min is
 * raised to that until the end. A group scaled to nothing is judged by the size it once had.
 */
export function servingSize(from: Capacity, to: Capacity): Capacity {
  const desired = Math.max(from.desired, to.desired);
  return { min: desired, desired, max: Math.max(from.max, to.max, desired) };
}
