import type { ScalingActivity } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';

/** What Auto Scaling did to a group lately, newest first; empty when the group is gone. */
export async function activitiesOf(place: Place, name: string): Promise<readonly ScalingActivity[]> {
  try {
    const answer = await place.autoScaling.describeScalingActivities({ AutoScalingGroupName: name, MaxRecords: 100 });
    return (answer.Activities ?? []).map((activity) => ({
      id: activity.ActivityId ?? '',
      startTime: activity.StartTime?.getTime() ?? 0,
      endTime: activity.EndTime?.getTime() ?? null,
      status: activity.StatusCode ?? '',
      description: activity.Description ?? '',
      cause: activity.Cause ?? '',
      message: activity.StatusMessage || null,
    }));
  } catch (error) {
    if (isFailure(error, 'aws.gone')) return [];
    throw error;
  }
}
