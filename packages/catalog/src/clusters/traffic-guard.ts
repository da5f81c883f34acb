import {
  describeTrafficGuard,
  type Failure,
  parseMoniker,
  type TrafficGuard,
  trafficGuardFor,
} from '@gennaker/pipeline-dsl';
import type { ClusterRef, GuardRules, ServerGroup } from '../kit/ports/index.ts';
import { isServing, isUp, upCount } from './health.ts';

/** What leaves traffic. */
export interface Leaving {
  /** Names of server groups of one cluster and region, judged together. */
  readonly names: readonly string[];
  /** Completes "Refused to …". */
  readonly act: string;
  /** The instances that leave, where it is not all of the groups'. */
  readonly onlyInstances?: ReadonlySet<string> | undefined;
  /** The most instances that a group loses, where nobody knows beforehand which. */
  readonly atMost?: ((group: ServerGroup) => number) | undefined;
  /** The groups start others in their places: where a healthy one stays in each, its share is not asked for. */
  readonly replaced?: boolean | undefined;
}

/** What a guard makes of a change. */
export interface GuardVerdict {
  /** Healthy instances that serve now. */
  readonly now: number;
  /** Those left afterwards. */
  readonly after: number;
  /** The fewest that must be left. */
  readonly least: number;
}

/** The guard that an application has for the cluster; null when it has none. */
export function guardOf({ guards }: GuardRules, { account, region, cluster }: ClusterRef): TrafficGuard | null {
  const { stack, detail } = parseMoniker(cluster) ?? { stack: null, detail: null };
  return trafficGuardFor(guards, { account, location: region, stack, detail });
}

/** Application that a cluster belongs to, as its name says. */
export const applicationOfCluster = (cluster: string): string => parseMoniker(cluster)?.app ?? cluster;

/** Healthy instances of a cluster that serve and go on existing. */
export const servingUp = (groups: readonly ServerGroup[]): number =>
  groups.reduce((sum, group) => sum + (isServing(group) && !group.beingDeleted ? upCount(group) : 0), 0);

function lostBy(group: ServerGroup, { onlyInstances, atMost }: Leaving): number {
  if (onlyInstances) return group.instances.filter((each) => isUp(each) && onlyInstances.has(each.id)).length;
  return atMost ? Math.min(upCount(group), Math.max(0, atMost(group))) : upCount(group);
}

const isPinned = ({ capacity }: ServerGroup): boolean =>
  capacity.min === capacity.desired && capacity.max === capacity.desired;

/** Several groups of one fixed size are surplus of each other, whatever their share. */
const areEqual = (going: readonly ServerGroup[]): boolean =>
  going.length > 1 && going.every((group) => isPinned(group) && group.capacity.desired === going[0]?.capacity.desired);

/** The smallest number of instances that is more than `ratio` of `now`. */
function moreThan(ratio: number, now: number): number {
  let least = Math.floor(now * ratio);
  while (least / now <= ratio) least++;
  return least;
}

/**
 * Judges a change by a guard. `groups` are all server groups of the cluster and region, read live just now. Null when
 * nothing that serves is lost. `leastBefore` is the number from before, when the change has begun already.
 */
export function judgeLoss(
  guard: TrafficGuard,
  minCapacityRatio: number,
  groups: readonly ServerGroup[],
  leaving: Leaving,
  leastBefore?: number,
): GuardVerdict | null {
  const serving = groups.filter((group) => isServing(group) && !group.beingDeleted);
  const going = serving.filter(({ name }) => leaving.names.includes(name));
  const now = servingUp(serving);
  const lost = going.reduce((sum, group) => sum + lostBy(group, leaving), 0);
  if (lost === 0) return null;
  const after = now - lost;
  const surplus = after > 0 && !leaving.onlyInstances && !leaving.atMost && areEqual(going);
  const replaced = leaving.replaced === true && going.every((group) => lostBy(group, leaving) < upCount(group));
  const byRatio = surplus || replaced ? 1 : moreThan(minCapacityRatio, now);
  return { now, after, least: leastBefore ?? Math.max(byRatio, guard.minUp ?? 0) };
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** Where, by which guard, and what must stay: "traffic guard (prod, …) keeps at least 2". */
const keeps = (guard: TrafficGuard, least: number): string =>
  `The application’s traffic guard (${describeTrafficGuard(guard)}) keeps at least ${least}`;

const whereOf = ({ account, region, cluster }: ClusterRef): string => `${cluster} in ${region} of account ${account}`;

export const guardRefusal = (
  guard: TrafficGuard,
  cluster: ClusterRef,
  { now, after, least }: GuardVerdict,
  leaving: Leaving,
): Failure => ({
  code: 'cluster.traffic-guard',
  message: `Refused to ${leaving.act} ${leaving.names.join(', ')}: ${count(now, 'healthy instance')} of ${whereOf(cluster)} serve now, ${after} would afterwards. ${keeps(guard, least)}.`,
  advice:
    'Bring more healthy instances of the cluster into traffic first. In an emergency give the stage a reason to override traffic guards.',
  details: { ...cluster, serverGroups: [...leaving.names], up: now, after, least, guard: { ...guard } },
});

export const guardBroken = (
  guard: TrafficGuard | null,
  cluster: ClusterRef,
  facts: { readonly now: number; readonly up: number; readonly least: number; readonly broughtBack: readonly string[] },
): Failure => ({
  code: 'cluster.traffic-guard-broken',
  message: `${facts.up} healthy instances of ${whereOf(cluster)} are left of ${facts.now}; ${facts.least} must stay${guard ? ` (traffic guard: ${describeTrafficGuard(guard)})` : ''}. ${facts.broughtBack.join(', ')} was put back into traffic.`,
  advice: 'Look at why other server groups of the cluster lost healthy instances meanwhile.',
  details: { ...cluster, up: facts.up, before: facts.now, least: facts.least, serverGroups: [...facts.broughtBack] },
});
