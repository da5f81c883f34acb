import type { Step } from '../../world/world.ts';
import { beginStart } from '../ec2/instance-states.ts';
import { addActivity, iso } from './activities.ts';
import { currentMembers, deregisterMember, isLeaving } from './members.ts';
import type { Group, Member, WarmPool } from './state.ts';

/** Members that a warm pool has and keeps. */
export const keptWarm = (pool: WarmPool): Member[] =>
  Object.values(pool.members).filter((member) => !isLeaving(member));

/** How many a warm pool should have: what the group could still grow by, or its least size. */
export function wantedInPool(group: Group, pool: WarmPool): number {
  if (pool.deletingSince !== null || group.deletingSince !== null) return 0;
  return Math.max(pool.minSize, (pool.maxPrepared ?? group.maxSize) - group.desired);
}

const isReady = ({ state }: Member): boolean => /^Warmed:(Stopped|Running|Hibernated)$/.test(state);

/** The one of the ready members whose zone has the fewest in the group. */
function nextReady(group: Group, pool: WarmPool): Member | undefined {
  const held = (zone: string): number => currentMembers(group).filter((member) => member.zone === zone).length;
  return keptWarm(pool)
    .filter(isReady)
    .sort((a, b) => held(a.zone) - held(b.zone))[0];
}

/** Takes an instance that is ready from the warm pool into the group; false when there is none. */
export function takeFromPool(step: Step, group: Group, cause: string): boolean {
  const pool = group.warmPool;
  const member = pool && nextReady(group, pool);
  if (!pool || !member) return false;
  delete pool.members[member.id];
  group.members[member.id] = member;
  member.state = 'Pending';
  member.returning = false;
  member.protectedFromScaleIn = group.newInstancesProtected;
  const instance = step.store.instances[member.id];
  if (instance !== undefined) beginStart(step.world, instance, step.now);
  member.activityId = addActivity(step.world, group, step.now, {
    description: `Launching a new EC2 instance from warm pool: ${member.id}`,
    cause,
    status: 'InProgress',
    zone: member.zone,
  }).id;
  return true;
}

/** True when an instance that leaves the group now goes back into its warm pool. */
export function mayReturn(group: Group): boolean {
  const pool = group.warmPool;
  return Boolean(pool?.reuseOnScaleIn) && keptWarm(pool!).length < wantedInPool(group, pool!);
}

/** Takes a member out of service and back into the warm pool: no new requests, the running ones finish, then it waits. */
export function returnToPool(step: Step, group: Group, member: Member, cause: string): void {
  deregisterMember(step.store, group, member, step.now);
  delete group.members[member.id];
  if (group.warmPool) group.warmPool.members[member.id] = member;
  Object.assign(member, { state: 'Warmed:Pending', returning: true, inServiceAt: null, failingSince: null });
  member.activityId = addActivity(step.world, group, step.now, {
    description: `Returning EC2 instance to warm pool: ${member.id}`,
    cause: `At ${iso(step.now)} ${cause}`,
    status: 'InProgress',
    zone: member.zone,
  }).id;
}
