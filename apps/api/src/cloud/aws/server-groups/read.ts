import type { AutoScalingGroup, Instance as GroupInstance } from '@aws-sdk/client-auto-scaling';
import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Instance, ServerGroup } from '@gennaker/catalog/kit';
import { type Moniker, parseMoniker } from '@gennaker/pipeline-dsl';
import { loadBalancerName, targetGroupName } from '../load-balancers/target-groups.ts';
import type { Place } from '../place.ts';
import { requestIdOf } from '../request-ids.ts';
import { healthOf, isMember, reasonsFor, type TargetFacts, trafficOf } from './health.ts';
import { launchDataOf } from './recipe.ts';
import { parseCapacity, TAG, tagsOf } from './tags.ts';

/** Targets of every attached target group, by instance id. */
type TargetsOf = (instanceId: string) => readonly TargetFacts[];

const factsOf = (targetGroup: string, target: TargetHealthDescription | undefined): TargetFacts => ({
  targetGroup,
  state: target?.TargetHealth?.State ?? 'unused',
  // A target that is not in the full list is not registered.
  code: target ? target.TargetHealth?.Reason : 'Target.NotRegistered',
  description: target?.TargetHealth?.Description,
});

interface Targets {
  readonly targetsOf: TargetsOf;
  /** A request whose answer told of them. */
  readonly request: string | null;
}

async function readTargets(place: Place, group: AutoScalingGroup, isEmpty: boolean): Promise<Targets> {
  const tables = await Promise.all(
    (group.TargetGroupARNs ?? []).map(async (arn) => {
      const targets = isEmpty ? [] : await place.targetGroups.health(arn);
      const byId = new Map(targets.map((target) => [target.Target?.Id ?? '', target]));
      return { name: targetGroupName(arn), byId, request: requestIdOf(targets) };
    }),
  );
  return {
    targetsOf: (id) => tables.map((table) => factsOf(table.name, table.byId.get(id))),
    request: tables[0]?.request ?? null,
  };
}

async function readInstance(
  place: Place,
  member: GroupInstance,
  targets: readonly TargetFacts[],
  watching: boolean,
): Promise<Instance> {
  const id = member.InstanceId ?? '';
  // Without a load balancer nothing else would tell of a machine that stops.
  const [machine, checks] = await Promise.all([
    watching && targets.length > 0 ? place.machines.recent(id) : place.machines.read(id),
    targets.length === 0 ? place.machines.statusChecks(id) : undefined,
  ]);
  const launchTime = machine?.LaunchTime?.getTime() ?? null;
  const reasons = reasonsFor({
    lifecycleState: member.LifecycleState ?? 'Pending',
    healthStatus: member.HealthStatus ?? 'Healthy',
    machineState: machine?.State?.Name ?? null,
    statusChecks: checks ?? null,
    targets,
    launchTime,
  });
  const health = healthOf(reasons, launchTime, place.clock.now());
  return { id, zone: member.AvailabilityZone ?? '', launchTime, health, reasons };
}

async function readImage(place: Place, group: AutoScalingGroup, members: readonly GroupInstance[]) {
  const tags = tagsOf(group);
  const id =
    members.find((member) => member.ImageId)?.ImageId ?? tags[TAG.image] ?? (await launchDataOf(place, group))?.ImageId;
  if (!id) return { id: '', name: null, version: null };
  const [taggedName, taggedVersion] = [tags[TAG.imageName], tags[TAG.version]];
  if (id === tags[TAG.image] && taggedName && taggedVersion) return { id, name: taggedName, version: taggedVersion };
  const image = await place.imageFacts(id);
  const imageTags = Object.fromEntries((image?.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
  const version = taggedVersion ?? imageTags[TAG.version] ?? imageTags['version'] ?? null;
  return { id, name: image?.Name ?? taggedName ?? null, version };
}

async function readLoadBalancers(place: Place, group: AutoScalingGroup): Promise<readonly string[]> {
  const found = await Promise.all((group.TargetGroupARNs ?? []).map((arn) => place.targetGroups.byArn(arn)));
  return [...new Set(found.flatMap((one) => (one?.LoadBalancerArns ?? []).map(loadBalancerName)))];
}

const unparsed = (name: string): Moniker => ({ app: name, stack: null, detail: null, cluster: name, sequence: null });

/** What a picture of a server group was made from. */
export interface Reading {
  readonly live: AutoScalingGroup;
  /** Epoch ms. */
  readonly at: number;
  /** Requests whose answers told of the group and of its targets. */
  readonly requests: { readonly group: string | null; readonly targets: string | null };
}

const readings = new WeakMap<ServerGroup, Reading>();

/** What this very picture was made from. */
export const readingOf = (group: ServerGroup): Reading | undefined => readings.get(group);

/**
 * An Auto Scaling group and all it stands on, read live, in the field's words. With `watching`, machines that run behind
 * a load balancer may have been read up to 15 s ago.
 */
export async function readServerGroup(place: Place, group: AutoScalingGroup, watching = false): Promise<ServerGroup> {
  const name = group.AutoScalingGroupName ?? '';
  const tags = tagsOf(group);
  const all = group.Instances ?? [];
  const members = all.filter((instance) => isMember(instance.LifecycleState ?? ''));
  // Auto Scaling registers what is in service.
  const isNobodyIn = all.every((instance) => instance.LifecycleState?.startsWith('Pending'));
  const [targets, image, loadBalancers] = await Promise.all([
    readTargets(place, group, watching && isNobodyIn),
    readImage(place, group, members),
    readLoadBalancers(place, group),
  ]);
  const suspendedProcesses = (group.SuspendedProcesses ?? []).flatMap((process) => process.ProcessName ?? []);
  const { targetsOf } = targets;
  const instances = await Promise.all(
    members.map((member) => readInstance(place, member, targetsOf(member.InstanceId ?? ''), watching)),
  );
  const picture: ServerGroup = {
    account: place.account.name,
    region: place.region,
    name,
    moniker: parseMoniker(name) ?? unparsed(name),
    createdTime: group.CreatedTime?.getTime() ?? 0,
    capacity: { min: group.MinSize ?? 0, desired: group.DesiredCapacity ?? 0, max: group.MaxSize ?? 0 },
    image,
    instances,
    targetGroups: (group.TargetGroupARNs ?? []).map(targetGroupName),
    loadBalancers,
    suspendedProcesses,
    traffic: trafficOf({
      hasTargetGroups: (group.TargetGroupARNs ?? []).length > 0,
      addToLoadBalancerSuspended: suspendedProcesses.includes('AddToLoadBalancer'),
      targets: members.flatMap((member) => targetsOf(member.InstanceId ?? '')),
    }),
    draining: all.filter((one) => targetsOf(one.InstanceId ?? '').some((target) => target.state === 'draining')).length,
    beingDeleted: (group.Status ?? '') !== '',
    operationKey: tags[TAG.operation] ?? null,
    intendedCapacity: parseCapacity(tags[TAG.capacity]),
    ...(place.hears() ? { changesAreTold: true } : {}),
  };
  const requests = { group: requestIdOf(group), targets: targets.request };
  readings.set(picture, { live: group, at: place.clock.now(), requests });
  return picture;
}

const byAge = (a: AutoScalingGroup, b: AutoScalingGroup): number =>
  (a.CreatedTime?.getTime() ?? 0) - (b.CreatedTime?.getTime() ?? 0) ||
  (a.AutoScalingGroupName ?? '').localeCompare(b.AutoScalingGroupName ?? '');

/** Groups carrying the tag plus those whose name is wanted, each once, oldest first, live. */
export async function findGroups(
  place: Place,
  tag: { readonly key: string; readonly value: string },
  isWanted: (moniker: Moniker) => boolean,
): Promise<readonly AutoScalingGroup[]> {
  const wantedName = (name: string): boolean => {
    const moniker = parseMoniker(name);
    return moniker !== null && isWanted(moniker);
  };
  const [tagged, names] = await Promise.all([place.groupNames.tagged(tag.key, tag.value), place.groupNames.all()]);
  const ours = tagged.filter((group) => wantedName(group.AutoScalingGroupName ?? ''));
  const seen = new Set(ours.map((group) => group.AutoScalingGroupName));
  const others = await Promise.all(
    names.filter((name) => !seen.has(name) && wantedName(name)).map((name) => place.group(name)),
  );
  return [...ours, ...others.filter((group) => group !== undefined)].sort(byAge);
}

/** All versions of a cluster, oldest first. */
export const findCluster = (place: Place, cluster: string): Promise<readonly AutoScalingGroup[]> =>
  findGroups(place, { key: TAG.cluster, value: cluster }, (moniker) => moniker.cluster === cluster);
