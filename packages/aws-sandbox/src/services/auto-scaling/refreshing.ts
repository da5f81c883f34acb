import { nextAfter, type Step } from '../../world/world.ts';
import { targetKey } from '../elbv2/targets.ts';
import { beginLeaving, isLeaving } from './members.ts';
import type { Group, Member, Refresh } from './state.ts';

const never = Number.POSITIVE_INFINITY;
/** A refresh that replaces nothing for so long has failed. */
const patienceMs = 3_600_000;
const running = ['Pending', 'InProgress', 'Baking', 'Cancelling', 'RollbackInProgress'];

/** The refresh under way; undefined when none is. */
export const activeRefresh = (group: Group): Refresh | undefined =>
  group.refreshes?.find((refresh) => running.includes(refresh.status));

/** Members a group wants right now: its desired capacity, and those a refresh starts before it ends others. */
export const wantedSize = (group: Group): number => group.desired + (activeRefresh(group)?.surge ?? 0);

export const refreshPercent = (refresh: Refresh): number =>
  refresh.total === 0 ? 100 : Math.floor((100 * (refresh.total - refresh.left.length)) / refresh.total);

/** Turns back: what the refresh has launched is replaced by what was there before. */
export function beginRollback(group: Group, refresh: Refresh, now: number, reason: string): void {
  refresh.rolledBackFrom = { percent: refreshPercent(refresh), left: refresh.left.length, at: now, reason };
  refresh.reason = reason;
  refresh.status = 'RollbackInProgress';
  const old = new Set(refresh.left);
  refresh.left = Object.values(group.members)
    .filter((member) => !isLeaving(member) && !old.has(member.id))
    .map((member) => member.id);
  refresh.total = refresh.left.length;
  refresh.pausedUntil = null;
  refresh.progressedAt = now;
}

/** Brings the refresh of a group one step on; answers when it wants to be looked at again. */
export function stepRefresh(step: Step, group: Group): number {
  const refresh = activeRefresh(group);
  if (refresh === undefined || group.suspended['InstanceRefresh'] !== undefined) return never;
  if (refresh.status === 'Cancelling') return finishWhenQuiet(step, group, refresh);
  if (refresh.status === 'Pending') {
    refresh.status = 'InProgress';
    step.changed();
  }
  if (refresh.status === 'Baking') return bake(step, group, refresh);
  return roll(step, group, refresh);
}

function end(step: Step, refresh: Refresh, status: Refresh['status'], reason: string | null): number {
  refresh.status = status;
  refresh.reason = reason ?? refresh.reason;
  refresh.endedAt = step.now;
  refresh.surge = 0;
  step.changed();
  return never;
}

function finishWhenQuiet(step: Step, group: Group, refresh: Refresh): number {
  const moving = Object.values(group.members).some(
    (member) => member.state !== 'InService' && member.state !== 'Standby',
  );
  return moving ? never : end(step, refresh, 'Cancelled', null);
}

function bake(step: Step, group: Group, refresh: Refresh): number {
  if (refresh.pausedUntil !== null && step.now < refresh.pausedUntil) return refresh.pausedUntil;
  return succeed(step, group, refresh);
}

function succeed(step: Step, group: Group, refresh: Refresh): number {
  if (refresh.desired !== null) Object.assign(group, refresh.desired);
  return end(step, refresh, 'Successful', null);
}

function roll(step: Step, group: Group, refresh: Refresh): number {
  const { now } = step;
  forgetTheGone(group, refresh, now);
  const members = Object.values(group.members).filter((member) => !isLeaving(member) && member.state !== 'Standby');
  const ready = members.filter((member) => isReady(step, group, refresh, member));
  const allReady = ready.length === members.length && members.length >= group.desired;
  if (refresh.left.length === 0 && allReady) return complete(step, group, refresh);
  if (refresh.pausedUntil !== null && now < refresh.pausedUntil) return refresh.pausedUntil;
  if (now >= refresh.progressedAt + patienceMs) return giveUp(step, group, refresh);
  if (allReady && passCheckpoint(step, refresh)) return refresh.pausedUntil ?? never;
  plan(step, group, refresh, ready);
  const warm = members.map((member) => warmAt(group, refresh, member));
  return nextAfter(now, refresh.progressedAt + patienceMs, ...warm);
}

function forgetTheGone(group: Group, refresh: Refresh, now: number): void {
  const left = refresh.left.filter((id) => group.members[id] !== undefined && !isLeaving(group.members[id]));
  if (left.length !== refresh.left.length) refresh.progressedAt = now;
  refresh.left = left;
}

function warmAt(group: Group, refresh: Refresh, member: Member): number | null {
  const seconds = refresh.preferences.InstanceWarmup ?? group.warmupSeconds ?? group.healthCheckGraceSeconds;
  return member.inServiceAt === null ? null : member.inServiceAt + Math.max(0, seconds) * 1000;
}

function isReady({ store, now }: Step, group: Group, refresh: Refresh, member: Member): boolean {
  if (member.state !== 'InService' || member.health !== 'Healthy') return false;
  if (!refresh.left.includes(member.id) && now < (warmAt(group, refresh, member) ?? never)) return false;
  return group.attachments.every(({ arn }) => {
    const targets = store.targetGroups[arn];
    const target = targets?.targets[targetKey(member.id, targets.port)];
    return target === undefined || target.state === 'healthy' || target.state === 'unused';
  });
}

/** Stops at the next checkpoint once it is reached; true when it did. */
function passCheckpoint(step: Step, refresh: Refresh): boolean {
  const next = refresh.preferences.CheckpointPercentages?.[refresh.checkpointsPassed];
  if (next === undefined || next >= 100 || refreshPercent(refresh) < next) return false;
  refresh.checkpointsPassed += 1;
  refresh.pausedUntil = step.now + (refresh.preferences.CheckpointDelay ?? 3600) * 1000;
  refresh.progressedAt = refresh.pausedUntil;
  return true;
}

/** Members that may still be replaced before the next checkpoint. */
function allowedNow(refresh: Refresh): number {
  const next = refresh.preferences.CheckpointPercentages?.[refresh.checkpointsPassed] ?? 100;
  return Math.ceil((refresh.total * next) / 100) - (refresh.total - refresh.left.length);
}

/** Starts more, or ends some of the old ones, as the healthy percentages allow. */
function plan(step: Step, group: Group, refresh: Refresh, ready: Member[]): void {
  if (group.suspended['Launch'] !== undefined || group.suspended['Terminate'] !== undefined) return;
  const { MinHealthyPercentage: min = 90, MaxHealthyPercentage: max = 100 } = refresh.preferences;
  const floor = Math.ceil((group.desired * min) / 100);
  const least = max === 100 && floor >= group.desired ? group.desired - 1 : floor;
  const victims = refresh.left
    .flatMap((id) => group.members[id] ?? [])
    .filter((member) => !member.protectedFromScaleIn || refresh.preferences.ScaleInProtectedInstances === 'Refresh')
    .slice(0, Math.max(0, Math.min(ready.length - least, allowedNow(refresh))));
  for (const member of victims) {
    const cause = 'an instance was taken out of service in response to an instance refresh.';
    beginLeaving(step.world, step.store, group, member, step.now, cause);
  }
  forgetTheGone(group, refresh, step.now);
  const room = Math.max(1, Math.floor((group.desired * max) / 100) - group.desired);
  const surge = max > 100 ? Math.min(room, Math.max(0, allowedNow(refresh))) : 0;
  if (victims.length > 0 || surge !== refresh.surge) step.changed();
  refresh.surge = surge;
}

function complete(step: Step, group: Group, refresh: Refresh): number {
  if (refresh.status === 'RollbackInProgress') return end(step, refresh, 'RollbackSuccessful', null);
  const { BakeTime } = refresh.preferences;
  refresh.surge = 0;
  if (!BakeTime) return succeed(step, group, refresh);
  refresh.status = 'Baking';
  refresh.pausedUntil = step.now + BakeTime * 1000;
  step.changed();
  return refresh.pausedUntil;
}

function giveUp(step: Step, group: Group, refresh: Refresh): number {
  const reason = 'The refresh made no progress for an hour: new instances do not become healthy.';
  if (refresh.status === 'RollbackInProgress') return end(step, refresh, 'RollbackFailed', reason);
  if (!refresh.preferences.AutoRollback) return end(step, refresh, 'Failed', reason);
  beginRollback(group, refresh, step.now, reason);
  step.changed();
  return never;
}
