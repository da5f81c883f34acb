import { iso } from '../auto-scaling/activities.ts';
import type { Activity, Group } from '../auto-scaling/state.ts';

/** An activity that has ended, read as the launch or termination of an instance. */
export interface EndedActivity {
  kind: 'launch' | 'terminate';
  ok: boolean;
  instanceId: string;
  activity: Activity;
}

/** Null while it goes on, when it was cancelled, and for activities that neither launch nor terminate. */
export function endedActivity(activity: Activity): EndedActivity | null {
  const { description, status } = activity;
  if (status !== 'Successful' && status !== 'Failed') return null;
  const kind = description.startsWith('Launching')
    ? 'launch'
    : description.startsWith('Terminating')
      ? 'terminate'
      : null;
  if (kind === null) return null;
  return { kind, ok: status === 'Successful', instanceId: /i-[0-9a-f]+/.exec(description)?.[0] ?? '', activity };
}

/** What both the event on the bus and the notification say of an activity. */
export function activityFacts(group: Group, { activity, instanceId, ok }: EndedActivity): Record<string, unknown> {
  return {
    StatusCode: ok ? 'InProgress' : 'Failed',
    Description: activity.description,
    AutoScalingGroupName: group.name,
    ActivityId: activity.id,
    Details: JSON.parse(activity.details) as unknown,
    RequestId: activity.id,
    StatusMessage: activity.message ?? '',
    EndTime: iso(activity.endedAt ?? activity.startedAt),
    EC2InstanceId: instanceId,
    StartTime: iso(activity.startedAt),
    Cause: activity.cause,
  };
}
