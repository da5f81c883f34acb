import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Operation } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { targetGroupName } from '../load-balancers/target-groups.ts';
import type { Place } from '../place.ts';
import { isInvalidTarget, MOST_TARGETS, partsOf } from './disable.ts';
import { isRegistered } from './health.ts';
import { resumeSuspended, suspendedIn } from './processes.ts';
import { checkOperation, groupTagKey, parseList, TAG, tagsOf } from './tags.ts';

/** What a group disabled by another tool, without our tag, is taken to have had suspended for that. */
const FROZEN_BY_OTHERS = ['Launch', 'Terminate', 'AddToLoadBalancer'] as const;
/** Given back first: what instances need to come and to be registered. */
const FIRST = ['AddToLoadBalancer', 'Launch'] as const;
/** A registration may stay unseen for a while; health checks must not run before it is seen. */
const SEEN_WITHIN_MS = 30_000;

/** Processes that enabling gives back: those we took, or what other tools usually take. */
export function frozenIn(group: AutoScalingGroup): readonly string[] {
  const tag = tagsOf(group)[TAG.frozen];
  if (tag !== undefined) return parseList(tag);
  return suspendedIn(group).includes('AddToLoadBalancer') ? FROZEN_BY_OTHERS : [];
}

const inService = (group: AutoScalingGroup): readonly string[] =>
  (group.Instances ?? [])
    .filter((instance) => instance.LifecycleState === 'InService')
    .flatMap((instance) => instance.InstanceId ?? []);

/** Running members that were marked unhealthy while out of traffic would be replaced in a burst. */
async function clearMarks(place: Place, group: AutoScalingGroup, operation: Operation): Promise<void> {
  const marked = (group.Instances ?? []).filter(
    (one) => one.LifecycleState === 'InService' && one.HealthStatus?.toLowerCase() === 'unhealthy',
  );
  for (const instance of marked) {
    const id = instance.InstanceId ?? '';
    if ((await place.machines.read(id))?.State?.Name !== 'running') continue;
    await place.autoScaling.setInstanceHealth(
      { InstanceId: id, HealthStatus: 'Healthy', ShouldRespectGracePeriod: false },
      { abort: operation.abort },
    );
  }
}

/** In-service members that the target group does not send requests to. */
async function missingFrom(place: Place, arn: string, ids: readonly string[]): Promise<readonly string[]> {
  const targets = await place.targetGroups.health(arn);
  const registered = new Set(
    targets
      .filter((target) => isRegistered({ state: target.TargetHealth?.State ?? '', code: target.TargetHealth?.Reason }))
      .map((target) => target.Target?.Id),
  );
  return ids.filter((id) => !registered.has(id));
}

/** Registers what it can; answers those the target group refuses because they do not run. */
async function register(place: Place, arn: string, ids: readonly string[], operation: Operation) {
  const refused: string[] = [];
  const send = (part: readonly string[]) =>
    place.loadBalancing.registerTargets(
      { TargetGroupArn: arn, Targets: part.map((id) => ({ Id: id })) },
      { abort: operation.abort },
    );
  for (const part of partsOf(ids, MOST_TARGETS))
    try {
      await send(part);
    } catch (error) {
      if (!isInvalidTarget(error)) throw error;
      // One that does not run refuses the whole call: each alone, leaving out the culprits.
      for (const id of part)
        await send([id]).catch((alone: unknown) => {
          if (!isInvalidTarget(alone)) throw alone;
          refused.push(id);
        });
    }
  return refused;
}

/** Registers in-service members with a target group and waits until they are seen there. */
async function registerMembers(
  place: Place,
  group: AutoScalingGroup,
  arn: string,
  operation: Operation,
  ids: readonly string[] = inService(group),
) {
  const missing = await missingFrom(place, arn, ids);
  if (missing.length === 0) return;
  const refused = await register(place, arn, missing, operation);
  const until = place.clock.now() + SEEN_WITHIN_MS;
  const wanted = missing.filter((id) => !refused.includes(id));
  for (let pause = 500; (await missingFrom(place, arn, wanted)).length > 0; pause = Math.min(5_000, pause * 2)) {
    if (place.clock.now() >= until) throw unseen(place, group, arn);
    await place.clock.wait(pause, operation.abort);
  }
}

const unseen = (place: Place, group: AutoScalingGroup, arn: string): FailureError =>
  new FailureError({
    code: 'aws.not-there-yet',
    message: `Server group ${group.AutoScalingGroupName} in ${place.account.name} ${place.region} was registered with target group ${targetGroupName(arn)}, which does not show it yet`,
    retry: true,
    advice: 'Nothing to do: it is looked at again. If it lasts, see whether another tool deregisters the instances.',
    details: { provider: 'aws', resource: `server group ${group.AutoScalingGroupName}`, targetGroup: arn },
  });

/**
 * Puts a server group into traffic: lets instances come, registers those in service, and only then gives back health
 * checks and replacement, exactly those that disabling took.
 */
export async function enableServerGroup(place: Place, name: string, operation: Operation): Promise<void> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  const group = await place.group(name);
  if (!group || group.Status) throw missing(place, name, group?.Status);
  const frozen = frozenIn(group);
  const suspended = suspendedIn(group);
  const first = frozen.filter((process) => FIRST.some((one) => one === process));
  await resumeSuspended(place, name, first, suspended, operation);
  // Read again: what came into service before AddToLoadBalancer ran is registered by nobody else.
  const now = (await place.group(name)) ?? group;
  await clearMarks(place, now, operation);
  await Promise.all((now.TargetGroupARNs ?? []).map((arn) => registerMembers(place, now, arn, operation)));
  const rest = frozen.filter((process) => !first.includes(process));
  await resumeSuspended(place, name, rest, suspended, operation);
  if (tagsOf(group)[TAG.frozen] !== undefined)
    await place.autoScaling.deleteTags(
      { Tags: [groupTagKey(name, TAG.frozen)] },
      { abort: operation.abort, resource: `server group ${name}` },
    );
  place.logger.info('Server group enabled', { account: place.account.name, region: place.region, name });
}

/** Registers instances with a target group where they are not in it yet; those that do not run are left out. */
export async function registerMissing(
  place: Place,
  arn: string,
  ids: readonly string[],
  operation: Operation,
): Promise<void> {
  await register(place, arn, await missingFrom(place, arn, ids), operation);
}

/** Puts some members back into traffic; those not in service are left to Auto Scaling. */
export async function enableSomeInstances(
  place: Place,
  name: string,
  ids: readonly string[],
  operation: Operation,
): Promise<void> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  const group = await place.group(name);
  if (!group || group.Status) throw missing(place, name, group?.Status);
  const back = inService(group).filter((id) => ids.includes(id));
  await Promise.all((group.TargetGroupARNs ?? []).map((arn) => registerMembers(place, group, arn, operation, back)));
  place.logger.info('Instances enabled', { account: place.account.name, region: place.region, name, ids: back });
}

/** The group is not there, or not for long. */
export function missing(place: Place, name: string, status?: string): FailureError {
  return new FailureError({
    code: status ? 'aws.being-deleted' : 'aws.gone',
    message: `Server group ${name} in ${place.account.name} ${place.region} ${status ? 'is being deleted' : 'does not exist'}`,
    retry: false,
    advice: 'Check the name, the account and the region; another person or tool may have removed it.',
    details: { provider: 'aws', resource: `server group ${name}`, status: status ?? null },
  });
}
