import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Operation } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { isMember, isRegistered } from './health.ts';
import { suspendedIn, suspendMissing } from './processes.ts';
import { checkOperation, groupTag, parseList, TAG, tagsOf } from './tags.ts';

/**
 * Everything that could start, stop, mark or register instances while the group is out of traffic. `HealthCheck` too:
 * what is marked unhealthy while nobody sends it requests would be replaced at once when the group is needed again.
 */
const FREEZE = [
  'AddToLoadBalancer',
  'AlarmNotification',
  'ScheduledActions',
  'AZRebalance',
  'HealthCheck',
  'ReplaceUnhealthy',
  'Terminate',
  'Launch',
] as const;

/** Targets per DeregisterTargets and RegisterTargets. */
export const MOST_TARGETS = 100;
/** An instance may join between our look and the suspension taking hold. */
const SWEEPS = 3;

/** Splits into parts of at most `size`. */
export function partsOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

async function freeze(place: Place, group: AutoScalingGroup, operation: Operation): Promise<void> {
  const name = group.AutoScalingGroupName ?? '';
  const suspended = suspendedIn(group);
  const before = tagsOf(group)[TAG.frozen];
  // Tag and suspension both there: an earlier try finished. What was resumed since then was resumed on purpose.
  if (before !== undefined && suspended.includes('AddToLoadBalancer') && suspended.includes('HealthCheck')) return;
  const missing = FREEZE.filter((process) => !suspended.includes(process));
  const frozen = [...new Set([...parseList(before), ...missing])].join(',');
  if (frozen !== before)
    await place.autoScaling.createOrUpdateTags(
      { Tags: [groupTag(name, TAG.frozen, frozen)] },
      { abort: operation.abort, resource: `server group ${name}` },
    );
  await suspendMissing(place, name, missing, suspended, operation);
}

/** Takes instances out of a target group. A target group that is gone sends them nothing anyway. */
export async function deregister(
  place: Place,
  arn: string,
  ids: readonly string[],
  operation: Operation,
): Promise<void> {
  for (const part of partsOf(ids, MOST_TARGETS))
    try {
      await place.loadBalancing.deregisterTargets(
        { TargetGroupArn: arn, Targets: part.map((id) => ({ Id: id })) },
        { abort: operation.abort },
      );
    } catch (error) {
      const passing = isFailure(error, 'aws.gone') || isInvalidTarget(error);
      if (!passing) throw error;
      place.logger.warn('Some targets could not be deregistered', { targetGroup: arn, error: String(error) });
    }
}

export const isInvalidTarget = (error: unknown): boolean =>
  isFailure(error, 'aws.wrong-input') && error.failure.details?.['providerCode'] === 'InvalidTarget';

/** Deregisters the group's instances (or those named) that a target group still sends requests to; answers how many. */
async function sweep(place: Place, name: string, operation: Operation, only?: readonly string[]): Promise<number> {
  const group = await place.group(name);
  const members = (group?.Instances ?? []).filter(leavesNow).flatMap((instance) => instance.InstanceId ?? []);
  const own = new Set(only ? members.filter((id) => only.includes(id)) : members);
  const counts = await Promise.all(
    (group?.TargetGroupARNs ?? []).map(async (arn) => {
      const targets = await place.targetGroups.health(arn);
      const ids = targets
        .filter((target) =>
          isRegistered({ state: target.TargetHealth?.State ?? '', code: target.TargetHealth?.Reason }),
        )
        .flatMap((target) => target.Target?.Id ?? [])
        .filter((id) => own.has(id));
      await deregister(place, arn, [...new Set(ids)], operation);
      return ids.length;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Leaving instances are deregistered by Auto Scaling itself. */
const leavesNow = (instance: { LifecycleState?: string }): boolean => isMember(instance.LifecycleState ?? '');

/**
 * Takes a server group out of traffic: remembers what it suspends, suspends it, deregisters. A missing group, or one
 * being deleted, takes no traffic already. Connections finish afterwards.
 */
export async function disableServerGroup(place: Place, name: string, operation: Operation): Promise<void> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  const group = await place.group(name);
  if (!group || group.Status) return;
  await freeze(place, group, operation);
  for (let round = 0; round < SWEEPS; round++) if ((await sweep(place, name, operation)) === 0) break;
  place.logger.info('Server group disabled', { account: place.account.name, region: place.region, name });
}

/** Takes some members out of traffic. The group stays in it, and nothing is suspended. */
export async function disableSomeInstances(
  place: Place,
  name: string,
  ids: readonly string[],
  operation: Operation,
): Promise<void> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  const group = await place.group(name);
  if (!group || group.Status) return;
  await sweep(place, name, operation, ids);
  place.logger.info('Instances disabled', { account: place.account.name, region: place.region, name, ids });
}
