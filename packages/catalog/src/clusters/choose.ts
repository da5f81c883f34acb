import type { ServerGroup } from '../kit/ports/index.ts';
import { isActive } from './health.ts';

/** How a step picks server groups of one cluster and region. The ones picked are those that are *not* kept. */
export interface Choice {
  /** How many stay as they are. */
  readonly keep: number;
  readonly preferLarger?: boolean;
  /** May groups that are in traffic be picked? */
  readonly allowActive?: boolean;
}

const newestFirst = (a: ServerGroup, b: ServerGroup): number =>
  b.createdTime - a.createdTime || (a.name < b.name ? 1 : -1);
const largestFirst = (a: ServerGroup, b: ServerGroup): number => b.instances.length - a.instances.length;
const activeFirst = (a: ServerGroup, b: ServerGroup): number => Number(isActive(b)) - Number(isActive(a));

type Order = (a: ServerGroup, b: ServerGroup) => number;
const inOrder =
  (...orders: readonly Order[]): Order =>
  (a, b) =>
    orders.reduce((found, order) => found || order(a, b), 0);

/**
 * Groups older than everything this execution deployed: its own and any newer one (somebody else's later deploy) are
 * never touched.
 */
export function withoutOwnAndNewer(
  groups: readonly ServerGroup[],
  deployedHere: ReadonlySet<string>,
): readonly ServerGroup[] {
  const own = groups.filter((group) => deployedHere.has(group.name));
  const oldest = Math.min(...own.map((group) => group.createdTime));
  return groups.filter((group) => !group.beingDeleted && !deployedHere.has(group.name) && group.createdTime <= oldest);
}

const beyond = (groups: readonly ServerGroup[], keep: number, order: Order): readonly ServerGroup[] =>
  [...groups].sort(order).slice(Math.max(0, keep));

/** Groups to disable so that `keep` of the cluster stay in traffic, counting this execution's own. */
export function chooseToDisable(
  groups: readonly ServerGroup[],
  deployedHere: ReadonlySet<string>,
  choice: Choice,
): readonly ServerGroup[] {
  const present = groups.filter((group) => !group.beingDeleted);
  const free = withoutOwnAndNewer(present, deployedHere);
  const keep = choice.keep - (present.length - free.length);
  return beyond(free.filter(isActive), keep, choice.preferLarger ? inOrder(largestFirst, newestFirst) : newestFirst);
}

/** Groups to destroy or to scale to nothing so that `keep` of the cluster stay as they are. */
export function chooseToShrink(
  groups: readonly ServerGroup[],
  deployedHere: ReadonlySet<string>,
  choice: Choice,
): readonly ServerGroup[] {
  const present = groups.filter((group) => !group.beingDeleted);
  const free = withoutOwnAndNewer(present, deployedHere);
  const filtered = choice.allowActive ? free : free.filter((group) => !isActive(group));
  const keep = choice.keep - (present.length - filtered.length);
  const orders = [choice.allowActive ? activeFirst : null, choice.preferLarger ? largestFirst : null, newestFirst];
  return beyond(filtered, keep, inOrder(...orders.filter((order) => order !== null)));
}
