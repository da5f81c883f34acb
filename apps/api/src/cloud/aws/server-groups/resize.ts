import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Capacity, Operation } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import type { Place } from '../place.ts';
import { frozenIn } from './enable.ts';
import { fingerprint } from './launch-template.ts';
import { resumeSuspended, suspendedIn } from './processes.ts';
import { seen } from './read-back.ts';
import { checkOperation, formatCapacity, groupTag, groupTagKey, parseList, TAG, tagsOf } from './tags.ts';

/** Marks kept in one tag: 12 characters each. */
const MARKS_KEPT = 16;

const markOf = (capacity: Capacity, operation: Operation): string =>
  fingerprint(`${operation.key}|${formatCapacity(capacity)}`, 12);

/** Why these numbers make no size, or null. */
export function capacityProblem({ min, desired, max }: Capacity): string | null {
  if (![min, desired, max].every((number) => Number.isInteger(number) && number >= 0))
    return `capacity ${min}/${desired}/${max} must be whole numbers from 0 up`;
  return min <= desired && desired <= max
    ? null
    : `capacity must be min ≤ desired ≤ max, but is min ${min}, desired ${desired}, max ${max}`;
}

/** The process without which a change of this direction would have no effect. */
function processNeeded(group: AutoScalingGroup, capacity: Capacity): 'Launch' | 'Terminate' | null {
  const members = group.Instances?.length ?? 0;
  if (capacity.desired > Math.min(members, group.DesiredCapacity ?? 0)) return 'Launch';
  return capacity.desired < Math.max(members, group.DesiredCapacity ?? 0) ? 'Terminate' : null;
}

/** Lets instances come or go in a group that we keep out of traffic; what a user suspended stays suspended. */
async function makeRoom(place: Place, group: AutoScalingGroup, capacity: Capacity, operation: Operation) {
  const name = group.AutoScalingGroupName ?? '';
  const needed = processNeeded(group, capacity);
  const suspended = suspendedIn(group);
  if (needed === null || !suspended.includes(needed)) return;
  const frozen = frozenIn(group);
  if (!frozen.includes(needed)) throw blocked(place, name, needed);
  await resumeSuspended(place, name, [needed], suspended, operation);
  if (tagsOf(group)[TAG.frozen] === undefined) return;
  const left = frozen.filter((process) => process !== needed).join(',');
  await place.autoScaling.createOrUpdateTags(
    { Tags: [groupTag(name, TAG.frozen, left)] },
    { abort: operation.abort, resource: `server group ${name}` },
  );
}

const blocked = (place: Place, name: string, process: 'Launch' | 'Terminate'): FailureError =>
  new FailureError({
    code: 'aws.process-suspended',
    message: `Server group ${name} in ${place.account.name} ${place.region} cannot ${process === 'Launch' ? 'grow' : 'shrink'}: its process ${process} was suspended by another person or tool`,
    retry: false,
    advice: `Resume the process ${process} of the group, then run the stage again.`,
    details: { provider: 'aws', resource: `server group ${name}`, process },
  });

/** Only the fields that change: what another tool sets meanwhile is not overwritten without need. */
function changes(group: AutoScalingGroup, { min, desired, max }: Capacity) {
  return {
    ...(group.MinSize === min ? {} : { MinSize: min }),
    ...(group.MaxSize === max ? {} : { MaxSize: max }),
    ...(group.DesiredCapacity === desired ? {} : { DesiredCapacity: desired }),
  };
}

/**
 * Gives the group another size. A missing group, or one being deleted, is left alone. A finished resize leaves its mark
 * on the group, so that a late repeat does not undo what autoscaling or a later stage did since.
 */
export async function resizeServerGroup(
  place: Place,
  name: string,
  capacity: Capacity,
  operation: Operation,
): Promise<void> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  const problem = capacityProblem(capacity);
  if (problem) throw new FailureError({ code: 'aws.wrong-input', message: `${name}: ${problem}`, retry: false });
  const group = await place.group(name);
  if (!group || group.Status) return;
  const marks = parseList(tagsOf(group)[TAG.resized]);
  const mark = markOf(capacity, operation);
  if (marks.includes(mark)) return;
  await makeRoom(place, group, capacity, operation);
  const changed = changes(group, capacity);
  if (Object.keys(changed).length > 0)
    await place.autoScaling.updateAutoScalingGroup(
      { AutoScalingGroupName: name, ...changed },
      { abort: operation.abort },
    );
  await place.autoScaling.createOrUpdateTags(
    { Tags: [groupTag(name, TAG.resized, [...marks, mark].slice(-MARKS_KEPT).join(','))] },
    { abort: operation.abort, resource: `server group ${name}` },
  );
  // Whoever waits for the new size must not meet the old one.
  if (Object.keys(changed).length > 0)
    await seen(
      place,
      name,
      (now) => parseList(tagsOf(now)[TAG.resized]).includes(mark) || Object.keys(changes(now, capacity)).length === 0,
      operation,
    );
  place.logger.info('Server group resized', { account: place.account.name, region: place.region, name, ...capacity });
}

/** Remembers on the group the size meant for it once live; null forgets it. */
export async function writeIntendedCapacity(
  place: Place,
  name: string,
  capacity: Capacity | null,
  operation: Operation,
): Promise<void> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  const group = await place.group(name);
  if (!group || group.Status) return;
  const tags = tagsOf(group);
  const about = { abort: operation.abort, resource: `server group ${name}` };
  if (capacity === null) {
    const present = [TAG.capacity, TAG.pinned].filter((key) => tags[key] !== undefined);
    if (present.length === 0) return;
    const gone = present.map((key) => groupTagKey(name, key));
    await place.autoScaling.deleteTags({ Tags: gone }, about);
    return;
  }
  const value = formatCapacity(capacity);
  if (tags[TAG.capacity] === value) return;
  const owner = fingerprint(operation.key, 32);
  await place.autoScaling.createOrUpdateTags(
    { Tags: [groupTag(name, TAG.capacity, value), groupTag(name, TAG.pinned, `${value};${owner}`)] },
    about,
  );
}
