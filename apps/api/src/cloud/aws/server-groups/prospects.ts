import type { Activity } from '@aws-sdk/client-auto-scaling';
import type { ServerGroup } from '@gennaker/catalog/kit';
import type { Failure } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { requestIdOf, toldBy } from '../request-ids.ts';
import { judgeProspects } from './hopeless.ts';
import { type Reading, readingOf } from './read.ts';
import { parseList, TAG, tagsOf } from './tags.ts';

/** A picture is judged with what it was made from when it is no older than this. */
const SAME_MOMENT_MS = 1_000;

async function readActivities(place: Place, name: string): Promise<readonly Activity[]> {
  try {
    const answer = await place.autoScaling.describeScalingActivities({ AutoScalingGroupName: name, MaxRecords: 100 });
    return place.activities.set(name, toldBy(answer.Activities ?? [], answer));
  } catch (error) {
    if (isFailure(error, 'aws.gone')) return [];
    throw error;
  }
}

/** What Auto Scaling did of late; read now when instances are missing, else at most 15 s old. */
async function triedFor(place: Place, group: ServerGroup): Promise<readonly Activity[]> {
  const complete = group.instances.length >= group.capacity.desired;
  return (complete ? place.activities.get(group.name) : undefined) ?? readActivities(place, group.name);
}

async function readAgain(place: Place, name: string): Promise<Pick<Reading, 'requests'> & { live?: Reading['live'] }> {
  const live = await place.group(name);
  return { live, requests: { group: requestIdOf(live), targets: null } };
}

/** Whether the group can still become healthy, judged from what it was read from and what Auto Scaling tried. */
export async function hopelessNow(place: Place, group: ServerGroup, sinceMs: number): Promise<Failure | null> {
  const reading = readingOf(group);
  const fresh = reading && place.clock.now() - reading.at <= SAME_MOMENT_MS ? reading : null;
  const [{ live, requests }, activities] = await Promise.all([
    fresh ?? readAgain(place, group.name),
    triedFor(place, group),
  ]);
  return judgeProspects({
    group,
    live,
    frozen: live ? parseList(tagsOf(live)[TAG.frozen]) : [],
    activities,
    requests: { ...requests, activities: requestIdOf(activities) },
    sinceMs,
    now: place.clock.now(),
  });
}
