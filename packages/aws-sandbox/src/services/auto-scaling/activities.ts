import type { World } from '../../world/world.ts';
import type { Activity, Group, Member } from './state.ts';

const maxActivities = 200;

export const iso = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

/** Writes a new activity into a group's history, newest first. */
export function addActivity(
  world: World,
  group: Group,
  now: number,
  parts: Pick<Activity, 'description' | 'cause' | 'status'> & { message?: string; zone?: string },
): Activity {
  const activity: Activity = {
    id: world.random.uuid(),
    description: parts.description,
    cause: parts.cause,
    startedAt: now,
    endedAt: parts.status === 'InProgress' ? null : now,
    status: parts.status,
    message: parts.message ?? null,
    details: JSON.stringify(parts.zone === undefined ? {} : { 'Availability Zone': parts.zone }),
  };
  group.activities.unshift(activity);
  if (group.activities.length > maxActivities) group.activities.length = maxActivities;
  return activity;
}

/** Ends the activity a member is going through. */
export function endActivity(
  group: Group,
  member: Member,
  status: 'Successful' | 'Failed' | 'Cancelled',
  now: number,
  message?: string,
): void {
  const activity = group.activities.find((each) => each.id === member.activityId);
  if (activity === undefined) return;
  activity.status = status;
  activity.endedAt = now;
  activity.message = message ?? activity.message;
  member.activityId = null;
}

/** Shows an unfinished activity in another of its unfinished stages. */
export function markActivity(group: Group, member: Member, status: Activity['status']): void {
  const activity = group.activities.find((each) => each.id === member.activityId);
  if (activity !== undefined) activity.status = status;
}
