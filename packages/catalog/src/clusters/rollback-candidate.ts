import type { Capacity, DeploymentRecord, ServerGroup } from '../kit/ports/index.ts';
import { isServing } from './health.ts';

export type Candidate =
  | { readonly from: ServerGroup; readonly to: ServerGroup; readonly why: string }
  /** Nothing to go back to is there any more, but what served before was made of this image. */
  | {
      readonly from: ServerGroup;
      readonly image: { readonly id: string; readonly name: string | null };
      readonly why: string;
    }
  | { readonly skip: string };

interface Named {
  readonly from?: string | null;
  readonly to?: string | null;
}

/** How the groups of a cluster and region stand; `records` is what is remembered of their deployments. */
export interface CandidateFacts {
  /** Oldest first. */
  readonly groups: readonly ServerGroup[];
  readonly records?: readonly DeploymentRecord[];
  readonly named?: Named;
  /** Goes back only to a group in traffic: one out of it was probably judged bad. */
  readonly onlyEnabled?: boolean;
}

const recordOf = (facts: CandidateFacts, name: string): DeploymentRecord | undefined =>
  facts.records?.find(({ serverGroup }) => serverGroup === name);

/** Why the group is no good to go back to, unless a person names it; null when nothing speaks against it. */
export function objection(facts: CandidateFacts, group: ServerGroup): string | null {
  if (recordOf(facts, group.name)?.cameUp === false && !isServing(group)) return 'it never became healthy';
  if (facts.onlyEnabled && group.traffic === 'disabled') return 'it is out of traffic';
  return null;
}

/** Size a group serves with: the one it had before it was scaled down or pinned, where that is known. */
export const sizeMeant = (group: ServerGroup): Capacity => group.intendedCapacity ?? group.capacity;

/**
 * Which server group of a cluster and region to undo and which to restore. Undone is the newest in traffic. Restored is
 * an older one that was healthy and served: the newest that serves now, else the one that served when the undone one was
 * deployed, else the newest that nothing speaks against. A region with nothing to go back to is skipped with a reason.
 */
export function chooseCandidate(facts: CandidateFacts): Candidate {
  const { named = {} } = facts;
  const present = facts.groups.filter((group) => !group.beingDeleted);
  const from = named.from
    ? present.find((group) => group.name === named.from)
    : (present.findLast((group) => group.traffic !== 'disabled' && group.name !== named.to) ?? null);
  if (named.from && !from) return { skip: `${named.from} does not exist` };
  if (named.to) return explicit(present, from ?? null, named.to);
  return sized(unnamed(facts, present, from ?? null));
}

function unnamed(facts: CandidateFacts, present: readonly ServerGroup[], from: ServerGroup | null): Candidate {
  if (!from)
    return { skip: present.length === 0 ? 'the cluster has no server groups' : 'no server group is in traffic' };
  const older = present.slice(0, present.indexOf(from));
  return olderServing(facts, from, older) ?? replaced(facts, from, older) ?? newestOlder(facts, from, older);
}

/** A group may be chosen although nothing serves: it is then only brought into traffic. */
function explicit(present: readonly ServerGroup[], serving: ServerGroup | null, name: string): Candidate {
  const to = present.find((group) => group.name === name);
  if (!to) return { skip: `${name} does not exist` };
  const from = serving ?? present.findLast((group) => group !== to);
  if (!from) return { skip: `the cluster has no server group but ${name}` };
  if (from === to) return { skip: `${name} cannot be restored in its own place` };
  return sized({ from, to, why: 'it was chosen' });
}

/** With no size known on either side there is nothing that could serve. */
function sized(candidate: Candidate): Candidate {
  if (!('to' in candidate)) return candidate;
  const { from, to } = candidate;
  if (sizeMeant(from).desired > 0 || sizeMeant(to).desired > 0) return candidate;
  return { skip: `neither ${to.name} nor ${from.name} has a size` };
}

function olderServing(facts: CandidateFacts, from: ServerGroup, older: readonly ServerGroup[]): Candidate | null {
  const to = older.findLast((group) => isServing(group) && objection(facts, group) === null);
  return to ? { from, to, why: 'it serves now' } : null;
}

function replaced(facts: CandidateFacts, from: ServerGroup, older: readonly ServerGroup[]): Candidate | null {
  const record = recordOf(facts, from.name);
  if (!record) return null;
  const to = older.find((group) => group.name === record.replaced);
  if (to && objection(facts, to) === null) return { from, to, why: `it served when ${from.name} was deployed` };
  const image = record.replacedImage;
  if (to || !image || image.id === from.image.id || facts.onlyEnabled) return null;
  const alike = older.findLast((group) => group.image.id === image.id && objection(facts, group) === null);
  const why = `${record.replaced}, which served when ${from.name} was deployed, was made of ${image.name ?? image.id}`;
  return alike ? { from, to: alike, why } : { from, image, why };
}

function newestOlder(facts: CandidateFacts, from: ServerGroup, older: readonly ServerGroup[]): Candidate {
  const to = older.findLast((group) => objection(facts, group) === null);
  if (to) return { from, to, why: `it is the newest before ${from.name}` };
  const reasons = older.map((group) => `${group.name}: ${objection(facts, group)}`);
  return {
    skip: reasons.length > 0 ? `nothing to go back to (${reasons.join('; ')})` : `nothing is older than ${from.name}`,
  };
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
