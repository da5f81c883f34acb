import type { RegionStore } from '../../world/state.ts';
import { type Machine, nextAfter, type Step } from '../../world/world.ts';
import { checkStatus, instanceState } from '../ec2/instance-states.ts';
import { isRegistered, targetKey } from '../elbv2/targets.ts';
import { launchForBalance, launchMissing } from './launching.ts';
import { beginLeaving, currentMembers, everyMember, stepMember } from './members.ts';
import { activeRefresh, stepRefresh, wantedSize } from './refreshing.ts';
import { runScheduledActions } from './scheduled-actions.ts';
import type { Group, Member } from './state.ts';
import { mayReturn, returnToPool } from './warm-members.ts';
import { stepPool } from './warming.ts';

const never = Number.POSITIVE_INFINITY;

/** Brings every group towards what it should be, obeying its suspended processes. */
export const autoScalingMachine: Machine = (step) => {
  let due = never;
  for (const group of Object.values(step.store.groups)) due = Math.min(due, reconcile(step, group));
  return due;
};

function reconcile(step: Step, group: Group): number {
  let due = never;
  for (const member of Object.values(group.members)) due = Math.min(due, stepMember(step, group, member));
  if (group.deletingSince !== null) return Math.min(due, stepPool(step, group), finishDeletion(step, group));
  for (const member of Object.values(group.members)) due = Math.min(due, checkHealth(step, group, member));
  due = Math.min(due, runScheduledActions(step, group));
  due = Math.min(due, stepRefresh(step, group));
  replaceUnhealthy(step, group);
  terminateSurplus(step, group);
  due = Math.min(due, launchMissing(step, group), stepPool(step, group));
  return Math.min(due, rebalanceZones(step, group), settleAttachments(step, group));
}

function finishDeletion(step: Step, group: Group): number {
  const at = (group.deletingSince ?? 0) + step.world.profile.groupDeletion * 1000;
  if (everyMember(group).length > 0) return never;
  if (step.now < at) return at;
  delete step.store.groups[group.name];
  step.changed();
  return never;
}

/** Marks a failing member at the next of the group's health check moments. */
function checkHealth(step: Step, group: Group, member: Member): number {
  const { world, now } = step;
  if (member.state !== 'InService' || member.health === 'Unhealthy') return never;
  const failure = failureOf(step, group, member);
  if (failure === null) {
    member.failingSince = null;
    return never;
  }
  member.failingSince ??= now;
  if (group.suspended['HealthCheck'] !== undefined) return never;
  const graceEnd = failure.graced ? (member.inServiceAt ?? now) + group.healthCheckGraceSeconds * 1000 : 0;
  const at = nextTick(group, Math.max(member.failingSince, graceEnd), world.profile.groupHealthCheck * 1000);
  if (now < at) return at;
  member.health = 'Unhealthy';
  member.unhealthyBecause = failure.cause;
  step.changed();
  return never;
}

function nextTick(group: Group, from: number, every: number): number {
  return group.createdAt + Math.ceil((from - group.createdAt) / every) * every;
}

function failureOf(
  { world, store, now }: Step,
  group: Group,
  member: Member,
): { cause: string; graced: boolean } | null {
  const instance = store.instances[member.id];
  if (instance === undefined || instanceState(instance, now) !== 'running') {
    return { cause: 'an EC2 health check indicating it has been terminated or stopped', graced: false };
  }
  if (checkStatus(world, instance, now) === 'impaired') {
    return { cause: 'an EC2 instance status checks failure', graced: false };
  }
  if (group.healthCheckType.includes('ELB') && failsLoadBalancer(store, group, member)) {
    return { cause: 'an ELB system health check failure', graced: true };
  }
  return null;
}

function failsLoadBalancer(store: RegionStore, group: Group, member: Member): boolean {
  return group.attachments.some(({ arn }) => {
    const targets = store.targetGroups[arn];
    const target = targets?.targets[targetKey(member.id, targets.port)];
    return target?.state === 'unhealthy' || (target?.state === 'unused' && target.everHealthy);
  });
}

function replaceUnhealthy(step: Step, group: Group): void {
  if (group.suspended['ReplaceUnhealthy'] !== undefined || group.suspended['Terminate'] !== undefined) return;
  for (const member of Object.values(group.members)) {
    if (member.state !== 'InService' || member.health !== 'Unhealthy') continue;
    const cause = `an instance was taken out of service in response to ${member.unhealthyBecause ?? 'a user health-check'}.`;
    beginLeaving(step.world, step.store, group, member, step.now, cause);
    step.changed();
  }
}

function terminateSurplus(step: Step, group: Group): void {
  if (group.suspended['Terminate'] !== undefined) return;
  for (let members = currentMembers(group); members.length > wantedSize(group); members = currentMembers(group)) {
    const victim = pickVictim(step, group, members);
    if (victim === undefined) return;
    const asked = group.capacityCause === '' ? '' : `${group.capacityCause}.  At the same time `;
    const cause = `${asked}an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${members.length} to ${members.length - 1}.  Instance ${victim.id} was selected for termination.`;
    if (mayReturn(group)) returnToPool(step, group, victim, cause);
    else beginLeaving(step.world, step.store, group, victim, step.now, cause);
    step.changed();
  }
}

/** Not protected; the zone with most members; then as the group's termination policies say. */
function pickVictim({ store }: Step, group: Group, members: Member[]): Member | undefined {
  const counts = new Map<string, number>();
  for (const member of members) counts.set(member.zone, (counts.get(member.zone) ?? 0) + 1);
  const launched = (member: Member) => store.instances[member.id]?.launchedAt ?? 0;
  const version = (member: Member) => Number(member.template?.version ?? 0);
  const orders: Record<string, (a: Member, b: Member) => number> = {
    NewestInstance: (a, b) => launched(b) - launched(a),
    OldestInstance: (a, b) => launched(a) - launched(b),
    OldestLaunchTemplate: (a, b) => version(a) - version(b),
    Default: (a, b) => version(a) - version(b) || launched(a) - launched(b),
  };
  const policies = [...group.terminationPolicies, 'Default'].flatMap((policy) => orders[policy] ?? []);
  return members
    .filter((member) => !member.protectedFromScaleIn)
    .sort((a, b) => {
      const byZone = (counts.get(b.zone) ?? 0) - (counts.get(a.zone) ?? 0);
      return byZone || policies.map((order) => order(a, b)).find((answer) => answer !== 0) || 0;
    })[0];
}

const rebalancePauseMs = 600_000;

/** With two more members in one zone than in another, starts one elsewhere; the surplus rule then takes one away. */
function rebalanceZones(step: Step, group: Group): number {
  const suspended = ['AZRebalance', 'Launch', 'Terminate'].some((process) => group.suspended[process] !== undefined);
  if (suspended || group.zones.length < 2 || activeRefresh(group) !== undefined) return never;
  const members = currentMembers(group);
  const quiet = Object.values(group.members).every(
    (member) => member.state === 'InService' || member.state === 'Standby',
  );
  if (members.length !== group.desired || !quiet) return never;
  const counts = group.zones.map((zone) => members.filter((member) => member.zone === zone).length);
  if (Math.max(...counts) - Math.min(...counts) < 2) return never;
  if (step.now < (group.rebalanceAfter ?? 0)) return group.rebalanceAfter ?? never;
  if (!launchForBalance(step, group)) group.rebalanceAfter = step.now + rebalancePauseMs;
  step.changed();
  return never;
}

function settleAttachments(step: Step, group: Group): number {
  let due = never;
  for (const attachment of [...group.attachments]) {
    const addedAt = attachment.attachedAt + step.world.profile.attachment * 1000;
    due = Math.min(due, nextAfter(step.now, addedAt));
    if (attachment.removingSince === null) continue;
    const targets = step.store.targetGroups[attachment.arn];
    const left = targets !== undefined && Object.keys(group.members).some((id) => isRegistered(targets, id));
    if (left) continue;
    group.attachments = group.attachments.filter((each) => each !== attachment);
    step.changed();
  }
  return due;
}
