import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Instances, Machine, Operation, RegionRef, TargetState } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import type { Place, PlaceAt } from '../place.ts';
import { deregister, partsOf } from './disable.ts';
import { registerMissing } from './enable.ts';
import { isMember, targetHealthWord } from './health.ts';
import { checkOperation } from './tags.ts';

/** Instances per TerminateInstances, RebootInstances and DetachInstances. */
const MOST_IDS = 20;

const ENDING: readonly string[] = ['shutting-down', 'terminated'];

function begin(operation: Operation): void {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
}

async function find(place: Place, ids: readonly string[]): Promise<readonly Machine[]> {
  const found = await Promise.all(ids.map(async (id) => ({ id, machine: await place.machines.read(id) })));
  return found.flatMap(({ id, machine }) => {
    if (!machine) return [];
    const serverGroup = machine.Tags?.find((tag) => tag.Key === 'aws:autoscaling:groupName')?.Value ?? null;
    return [{ id, state: machine.State?.Name ?? 'pending', serverGroup }];
  });
}

async function terminate(place: Place, ids: readonly string[], operation: Operation): Promise<void> {
  begin(operation);
  const running = (await find(place, ids)).filter(({ state }) => !ENDING.includes(state)).map(({ id }) => id);
  for (const InstanceIds of partsOf(running, MOST_IDS))
    await place.ec2.terminateInstances({ InstanceIds: [...InstanceIds] }, { abort: operation.abort });
}

const membersIn = (group: AutoScalingGroup | undefined, ids: readonly string[]): readonly string[] =>
  (group?.Instances ?? [])
    .filter(({ InstanceId = '', LifecycleState = '' }) => ids.includes(InstanceId) && isMember(LifecycleState))
    .flatMap(({ InstanceId }) => InstanceId ?? []);

/** Makes room below: min may stand in the way of a smaller size. */
async function makeRoomBelow(
  place: Place,
  group: AutoScalingGroup,
  desired: number,
  how: { readonly lowerMin: boolean },
  operation: Operation,
): Promise<void> {
  const name = group.AutoScalingGroupName ?? '';
  const min = group.MinSize ?? 0;
  if (desired >= min) return;
  if (!how.lowerMin)
    throw new FailureError({
      code: 'aws.at-minimum',
      message: `Server group ${name} in ${place.account.name} ${place.region} cannot become smaller: it has ${group.DesiredCapacity} instances and must have at least ${min}`,
      retry: false,
      advice: 'Let the stage lower the minimum too, or lower it first.',
      details: { provider: 'aws', resource: `server group ${name}`, min, desired: group.DesiredCapacity },
    });
  await place.autoScaling.updateAutoScalingGroup(
    { AutoScalingGroupName: name, MinSize: Math.max(0, desired) },
    { abort: operation.abort },
  );
}

async function terminateAndShrink(
  place: Place,
  name: string,
  id: string,
  how: { readonly lowerMin: boolean; readonly lowerMax: boolean },
  operation: Operation,
): Promise<void> {
  begin(operation);
  const group = await place.group(name);
  // No member, or on its way out: an earlier try has done it, and a second one would make the group smaller again.
  if (group && membersIn(group, [id]).length > 0) {
    await makeRoomBelow(place, group, (group.DesiredCapacity ?? 0) - 1, how, operation);
    await place.autoScaling.terminateInstanceInAutoScalingGroup(
      { InstanceId: id, ShouldDecrementDesiredCapacity: true },
      { abort: operation.abort },
    );
  }
  if (!how.lowerMax) return;
  const now = await place.group(name);
  if (now && !now.Status && (now.MaxSize ?? 0) > (now.DesiredCapacity ?? 0))
    await place.autoScaling.updateAutoScalingGroup(
      { AutoScalingGroupName: name, MaxSize: now.DesiredCapacity },
      { abort: operation.abort },
    );
}

async function detach(
  place: Place,
  name: string,
  ids: readonly string[],
  how: { readonly shrink: boolean; readonly lowerMin: boolean },
  operation: Operation,
): Promise<void> {
  begin(operation);
  const group = await place.group(name);
  const members = membersIn(group, ids);
  if (!group || members.length === 0) return;
  if (how.shrink) await makeRoomBelow(place, group, (group.DesiredCapacity ?? 0) - members.length, how, operation);
  for (const InstanceIds of partsOf(members, MOST_IDS))
    await place.autoScaling.detachInstances(
      { AutoScalingGroupName: name, InstanceIds: [...InstanceIds], ShouldDecrementDesiredCapacity: how.shrink },
      { abort: operation.abort, resource: `server group ${name}` },
    );
}

/** ARNs of the named target groups; fails for one that does not exist. */
async function arnsOf(place: Place, names: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    names.map(async (name) => {
      const arn = (await place.targetGroups.find(name))?.TargetGroupArn;
      if (arn) return arn;
      throw new FailureError({
        code: 'aws.gone',
        message: `Target group ${name} does not exist in ${place.account.name} ${place.region}`,
        retry: false,
        advice: 'Check its name, the account and the region.',
        details: { provider: 'aws', resource: `target group ${name}` },
      });
    }),
  );
}

const stateOf = (targetGroup: string, instanceId: string, all: readonly TargetHealthDescription[]): TargetState => {
  const target = all.find((one) => one.Target?.Id === instanceId);
  const health = target
    ? targetHealthWord(target.TargetHealth?.State ?? '', target.TargetHealth?.Reason)
    : 'OutOfService';
  return { instanceId, targetGroup, health };
};

async function targets(place: Place, names: readonly string[], ids: readonly string[]) {
  const arns = await arnsOf(place, names);
  const tables = await Promise.all(arns.map((arn) => place.targetGroups.health(arn)));
  return tables.flatMap((table, index) => ids.map((id) => stateOf(names[index] ?? '', id, table)));
}

async function reboot(place: Place, ids: readonly string[], operation: Operation): Promise<void> {
  begin(operation);
  const running = (await find(place, ids)).filter(({ state }) => state === 'running').map(({ id }) => id);
  for (const InstanceIds of partsOf(running, MOST_IDS))
    await place.ec2.rebootInstances({ InstanceIds: [...InstanceIds] }, { abort: operation.abort, once: true });
}

/** Single instances on EC2, and their places in Auto Scaling groups and target groups. */
export function createInstances(placeAt: PlaceAt): Instances {
  const at = (ref: RegionRef): Place => placeAt(ref.account, ref.region);
  return {
    find: async (ref, ids) => find(at(ref), ids),
    terminate: async (ref, ids, operation) => terminate(at(ref), ids, operation),
    terminateAndShrink: async (ref, id, how, operation) => terminateAndShrink(at(ref), ref.name, id, how, operation),
    reboot: async (ref, ids, operation) => reboot(at(ref), ids, operation),
    detach: async (ref, ids, how, operation) => detach(at(ref), ref.name, ids, how, operation),
    targets: async (ref, names, ids) => targets(at(ref), names, ids),
    async register(ref, names, ids, operation) {
      begin(operation);
      for (const arn of await arnsOf(at(ref), names)) await registerMissing(at(ref), arn, ids, operation);
    },
    async deregister(ref, names, ids, operation) {
      begin(operation);
      for (const arn of await arnsOf(at(ref), names)) {
        const all = await at(ref).targetGroups.health(arn);
        const present = ids.filter((id) =>
          all.some(({ Target, TargetHealth }) => Target?.Id === id && TargetHealth?.State !== 'draining'),
        );
        await deregister(at(ref), arn, present, operation);
      }
    },
  };
}
