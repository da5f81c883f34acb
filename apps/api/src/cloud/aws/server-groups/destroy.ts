import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Operation } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { disableServerGroup } from './disable.ts';
import { deleteTemplatesOf } from './launch-template.ts';
import { resumeSuspended, suspendedIn } from './processes.ts';
import { deleteAlarmsOf } from './scaling/alarms.ts';
import { deleteWarmPool } from './scaling/warm-pool.ts';
import { checkOperation, groupTag, TAG, tagsOf } from './tags.ts';

/** Instances and their shutdown hooks get so long before the group is deleted by force. */
const GRACEFUL_MS = 15 * 60_000;
const STILL_RUNNING = ['pending', 'running', 'stopping', 'stopped'];

type Round = 'gone' | 'going';

/** Instances that outlived their group, and the templates made for it. Lasting trouble here is a warning: the group is gone. */
async function clearLeftovers(place: Place, name: string, operation: Operation): Promise<void> {
  const about = { abort: operation.abort, resource: `instances of ${name}` };
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      operation.abort?.throwIfAborted();
      if (error instanceof FailureError && error.failure.retry) throw error;
      place.logger.warn(`${what} of a destroyed server group could not be removed`, { name, error: String(error) });
    }
  };
  await attempt('Instances', async () => {
    const answer = await place.ec2.describeInstances(
      {
        Filters: [
          { Name: 'tag:aws:autoscaling:groupName', Values: [name] },
          { Name: 'instance-state-name', Values: STILL_RUNNING },
        ],
      },
      about,
    );
    const left = (answer.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
    const ids = left.flatMap((instance) => instance.InstanceId ?? []);
    if (ids.length > 0) await place.ec2.terminateInstances({ InstanceIds: ids }, about);
  });
  await attempt('Alarms', () => deleteAlarmsOf(place, name, operation.abort));
  await attempt('Launch templates', () => deleteTemplatesOf(place, name, operation.abort));
}

function assertDeletable(place: Place, group: AutoScalingGroup): void {
  const protection = group.DeletionProtection ?? 'none';
  if (protection === 'none') return;
  const name = group.AutoScalingGroupName;
  throw new FailureError({
    code: 'aws.deletion-protected',
    message: `Server group ${name} in ${place.account.name} ${place.region} is protected against deletion (${protection})`,
    retry: false,
    advice: 'Remove the deletion protection of the group in AWS if it may really go.',
    details: { provider: 'aws', resource: `server group ${name}`, protection },
  });
}

/** Epoch ms of the first round, written to the group by that round. */
async function startedAt(place: Place, group: AutoScalingGroup, operation: Operation): Promise<number> {
  const known = Number(tagsOf(group)[TAG.destroying]);
  if (Number.isFinite(known) && known > 0) return known;
  const now = place.clock.now();
  const name = group.AutoScalingGroupName ?? '';
  await place.autoScaling.createOrUpdateTags(
    { Tags: [groupTag(name, TAG.destroying, String(now))] },
    { abort: operation.abort, resource: `server group ${name}` },
  );
  return now;
}

async function emptyOut(place: Place, group: AutoScalingGroup, operation: Operation): Promise<void> {
  const name = group.AutoScalingGroupName ?? '';
  await resumeSuspended(place, name, ['Terminate'], suspendedIn(group), operation);
  if (!group.MinSize && !group.MaxSize && !group.DesiredCapacity) return;
  await place.autoScaling.updateAutoScalingGroup(
    { AutoScalingGroupName: name, MinSize: 0, MaxSize: 0, DesiredCapacity: 0 },
    { abort: operation.abort },
  );
}

/** First of all: what leaves the group would go back into its warm pool, and a group that has one is not deleted. */
async function endPool(place: Place, group: AutoScalingGroup, operation: Operation): Promise<Round> {
  if (group.WarmPoolConfiguration === undefined) return 'gone';
  try {
    return await deleteWarmPool(place, group.AutoScalingGroupName ?? '', true, operation);
  } catch (error) {
    if (!isFailure(error, 'aws.gone')) throw error;
    return 'gone';
  }
}

async function remove(place: Place, name: string, force: boolean, operation: Operation): Promise<void> {
  try {
    await place.autoScaling.deleteAutoScalingGroup(
      { AutoScalingGroupName: name, ForceDelete: force },
      { abort: operation.abort },
    );
  } catch (error) {
    // Gone: somebody was faster. Busy: the next round tries again.
    if (!isFailure(error, 'aws.gone', 'aws.busy')) throw error;
  }
}

/**
 * One round of removal: warm pool gone, out of traffic, connections finished, size 0, instances gone, group deleted, leftovers
 * cleared. Every round reads where it stands, so rounds may be lost, repeated or run by another worker.
 */
export async function destroyServerGroup(place: Place, name: string, operation: Operation): Promise<Round> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  // The newest number is given out again after its group is gone: a late repeat must not remove the next one.
  if (place.removed.get(`${operation.key}|${name}`)) return 'gone';
  try {
    return await nextRound(place, name, operation);
  } catch (error) {
    // Somebody else deletes it at this moment: the next round sees how far that has come.
    if (isFailure(error, 'aws.gone', 'aws.being-deleted')) return 'going';
    throw error;
  }
}

async function nextRound(place: Place, name: string, operation: Operation): Promise<Round> {
  const group = await place.group(name);
  if (!group) return finished(place, name, operation);
  if (group.Status) return 'going';
  assertDeletable(place, group);
  const since = await startedAt(place, group, operation);
  const overdue = place.clock.now() - since > GRACEFUL_MS;
  const pool = await endPool(place, group, operation);
  const instances = group.Instances ?? [];
  if (instances.length > 0 && !overdue) {
    const inTraffic = (group.TargetGroupARNs ?? []).length > 0;
    if (inTraffic) await disableServerGroup(place, name, operation);
    if (inTraffic && (await isDraining(place, group))) return 'going';
    await emptyOut(place, (await place.group(name)) ?? group, operation);
    return 'going';
  }
  if (!overdue) await emptyOut(place, group, operation);
  if (pool === 'going' && !overdue) return 'going';
  await remove(place, name, overdue, operation);
  return (await place.group(name)) ? 'going' : finished(place, name, operation);
}

async function finished(place: Place, name: string, operation: Operation): Promise<'gone'> {
  await clearLeftovers(place, name, operation);
  place.removed.set(`${operation.key}|${name}`, true);
  place.logger.info('Server group destroyed', { account: place.account.name, region: place.region, name });
  return 'gone';
}

async function isDraining(place: Place, group: AutoScalingGroup): Promise<boolean> {
  const own = new Set((group.Instances ?? []).map((instance) => instance.InstanceId));
  const tables = await Promise.all((group.TargetGroupARNs ?? []).map((arn) => place.targetGroups.health(arn)));
  return tables.flat().some((target) => target.TargetHealth?.State === 'draining' && own.has(target.Target?.Id));
}
