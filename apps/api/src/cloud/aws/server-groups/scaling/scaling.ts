import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type {
  Operation,
  Scaling,
  ScalingPolicy,
  ScheduledAction,
  ServerGroupRef,
  SettingNames,
} from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { isFailure } from '../../errors.ts';
import type { Place, PlaceAt } from '../../place.ts';
import { missing } from '../enable.ts';
import { resumeSuspended, suspendedIn, suspendMissing } from '../processes.ts';
import { processProblems } from '../spec-problems.ts';
import { checkOperation, groupTag, groupTagKey, ownerTags, parseList, TAG, tagProblems, tagsOf } from '../tags.ts';
import { alarmFrom, alarmInput, policyFrom, policyInput, scheduleFrom, scheduleInput } from './policy-words.ts';
import { alarmsNamed, policiesOf, schedulesOf } from './read-scaling.ts';
import { isSame } from './same.ts';
import { deleteWarmPool, saveWarmPool, warmPoolOf } from './warm-pool.ts';

/** The group as it is now; fails when it is not there, or not for long. */
async function groupFor(place: Place, name: string, operation: Operation): Promise<AutoScalingGroup> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  const group = await place.group(name);
  if (!group || group.Status) throw missing(place, name, group?.Status);
  return group;
}

function refuse(name: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new FailureError({
    code: 'aws.wrong-input',
    message: `Server group ${name} cannot be changed so: ${problems.join('; ')}`,
    retry: false,
    advice: 'Correct the named fields of the stage, then run it again.',
    details: { provider: 'aws', resource: `server group ${name}`, problems },
  });
}

async function savePolicy(place: Place, name: string, policy: ScalingPolicy, operation: Operation): Promise<void> {
  await groupFor(place, name, operation);
  const input = policyInput(name, policy);
  const known = (await policiesOf(place, name)).find((one) => one.PolicyName === policy.name);
  const arn =
    known && isSame(input, known)
      ? known.PolicyARN
      : (await place.autoScaling.putScalingPolicy(input, { abort: operation.abort })).PolicyARN;
  if (policy.alarm && arn) await saveAlarm(place, name, policy, arn, operation);
}

async function saveAlarm(place: Place, group: string, policy: ScalingPolicy, arn: string, operation: Operation) {
  const { alarm } = policy;
  if (!alarm) return;
  const input = alarmInput(alarm.name || `${group}-alarm-${policy.name}`, alarm, arn);
  const known = (await alarmsNamed(place, [input.AlarmName ?? ''])).at(0);
  if (known && isSame(input, known)) return;
  const Tags = ownerTags(operation).map(({ key, value }) => ({ Key: key, Value: value }));
  await place.cloudWatch.putMetricAlarm(known ? input : { ...input, Tags }, {
    abort: operation.abort,
    resource: `alarm ${input.AlarmName}`,
  });
}

async function saveSchedules(
  place: Place,
  name: string,
  actions: readonly ScheduledAction[],
  operation: Operation,
): Promise<void> {
  await groupFor(place, name, operation);
  const known = await schedulesOf(place, name);
  for (const action of actions) {
    const input = scheduleInput(name, action);
    const there = known.find((one) => one.ScheduledActionName === action.name);
    if (there && isSame(input, there)) continue;
    await place.autoScaling.putScheduledUpdateGroupAction(input, { abort: operation.abort });
  }
}

/** What somebody wants stopped is no longer ours to give back. */
async function disown(place: Place, group: AutoScalingGroup, processes: readonly string[], operation: Operation) {
  const name = group.AutoScalingGroupName ?? '';
  const tags = tagsOf(group);
  const changed = [TAG.frozen, TAG.unsettled].flatMap((key) => {
    const held = parseList(tags[key]);
    const left = held.filter((process) => !processes.includes(process));
    return left.length === held.length ? [] : [groupTag(name, key, left.join(','))];
  });
  if (changed.length > 0)
    await place.autoScaling.createOrUpdateTags(
      { Tags: changed },
      { abort: operation.abort, resource: `server group ${name}` },
    );
}

async function suspend(place: Place, name: string, processes: readonly string[], operation: Operation): Promise<void> {
  refuse(name, processProblems(processes));
  const group = await groupFor(place, name, operation);
  await disown(place, group, processes, operation);
  await suspendMissing(place, name, processes, suspendedIn(group), operation);
}

async function resume(place: Place, name: string, processes: readonly string[], operation: Operation): Promise<void> {
  refuse(name, processProblems(processes));
  const group = await groupFor(place, name, operation);
  await resumeSuspended(place, name, processes, suspendedIn(group), operation);
}

async function tag(place: Place, name: string, tags: Readonly<Record<string, string>>, operation: Operation) {
  refuse(name, tagProblems(tags));
  const group = await groupFor(place, name, operation);
  const before = tagsOf(group);
  const changed = Object.entries(tags).filter(([key, value]) => before[key] !== value);
  if (changed.length === 0) return;
  await place.autoScaling.createOrUpdateTags(
    { Tags: changed.map(([key, value]) => groupTag(name, key, value, true)) },
    { abort: operation.abort, resource: `server group ${name}` },
  );
}

/** Does what cannot be done twice; a setting that has gone meanwhile is what was wanted. */
async function unlessGone(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isFailure(error, 'aws.gone')) throw error;
  }
}

async function removeSettings(place: Place, name: string, names: SettingNames, operation: Operation): Promise<void> {
  const group = await groupFor(place, name, operation);
  const { policies = [], alarms = [], schedules = [], tags = [] } = names;
  const how = { abort: operation.abort, resource: `server group ${name}` };
  const there = alarms.length > 0 ? await alarmsNamed(place, alarms) : [];
  const AlarmNames = there.flatMap(({ AlarmName }) => AlarmName ?? []);
  if (AlarmNames.length > 0) await place.cloudWatch.deleteAlarms({ AlarmNames }, how);
  const has = policies.length > 0 ? await policiesOf(place, name) : [];
  for (const PolicyName of policies.filter((one) => has.some((policy) => policy.PolicyName === one)))
    await unlessGone(() => place.autoScaling.deletePolicy({ AutoScalingGroupName: name, PolicyName }, how));
  const plans = schedules.length > 0 ? await schedulesOf(place, name) : [];
  for (const ScheduledActionName of schedules.filter((one) => plans.some((plan) => plan.ScheduledActionName === one)))
    await unlessGone(() =>
      place.autoScaling.deleteScheduledAction({ AutoScalingGroupName: name, ScheduledActionName }, how),
    );
  const before = tagsOf(group);
  const Tags = tags.filter((key) => key in before).map((key) => groupTagKey(name, key));
  if (Tags.length > 0) await place.autoScaling.deleteTags({ Tags }, how);
}

/** What moves the sizes of Auto Scaling groups by itself. */
export function createScaling(placeAt: PlaceAt): Scaling {
  const at = (ref: ServerGroupRef): Place => placeAt(ref.account, ref.region);
  return {
    async read(ref) {
      const place = at(ref);
      if (!(await place.group(ref.name))) return null;
      const [policies, schedules] = await Promise.all([policiesOf(place, ref.name), schedulesOf(place, ref.name)]);
      return { policies: policies.map(policyFrom), schedules: schedules.map(scheduleFrom) };
    },
    readAlarms: async (ref, names) => (await alarmsNamed(placeAt(ref.account, ref.region), names)).map(alarmFrom),
    async readTags(ref) {
      const group = await at(ref).group(ref.name);
      return group
        ? Object.fromEntries(Object.entries(tagsOf(group)).filter(([key]) => !/^(aws|cd):/.test(key)))
        : null;
    },
    readWarmPool: async (ref) => ((await at(ref).group(ref.name)) ? warmPoolOf(at(ref), ref.name) : null),
    async saveWarmPool(ref, pool, operation) {
      await groupFor(at(ref), ref.name, operation);
      await saveWarmPool(at(ref), ref.name, pool, operation);
    },
    async deleteWarmPool(ref, force, operation) {
      await groupFor(at(ref), ref.name, operation);
      return deleteWarmPool(at(ref), ref.name, force, operation);
    },
    savePolicy: async (ref, policy, operation) => savePolicy(at(ref), ref.name, policy, operation),
    saveSchedules: async (ref, actions, operation) => saveSchedules(at(ref), ref.name, actions, operation),
    suspend: async (ref, processes, operation) => suspend(at(ref), ref.name, processes, operation),
    resume: async (ref, processes, operation) => resume(at(ref), ref.name, processes, operation),
    removeSettings: async (ref, names, operation) => removeSettings(at(ref), ref.name, names, operation),
    tag: async (ref, tags, operation) => tag(at(ref), ref.name, tags, operation),
  };
}
