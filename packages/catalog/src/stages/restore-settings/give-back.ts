import { FailureError, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { TaskRun } from '../../kit/index.ts';
import type {
  HealthCheck,
  IngressRule,
  Listener,
  LoadBalancerType,
  Operation,
  ScalingAlarm,
  ScalingPolicy,
  ScheduledAction,
  WarmPool,
} from '../../kit/ports/index.ts';
import { type Undo, vpcOf } from '../../leftovers/undo.ts';

export type RestorePorts = 'serverGroups' | 'scaling' | 'images' | 'loadBalancers' | 'securityGroups';
type Run = TaskRun<unknown, RestorePorts>;

/** Of one kind of thing: makes those parts what they were. `parts` are names as `standingOf` gives them. */
type GiveBack = (run: Run, undo: Undo, parts: readonly string[], operation: Operation) => Promise<void>;

/** What a part is called behind the key of its picture: `tags/team` is `team` of `tags`. */
const under = (parts: readonly string[], key: string): readonly string[] =>
  parts.flatMap((part) => (part.startsWith(`${key}/`) ? part.slice(key.length + 1) : []));

const has = (parts: readonly string[], key: string): boolean => under(parts, key).length > 0;

const named = <Value>(before: JsonObject, key: string, names: readonly string[]): readonly Value[] => {
  const list = before[key];
  return (Array.isArray(list) ? list : []).filter((each) => names.includes(String(each?.name))) as Value[];
};

const valuesOf = (before: JsonObject, key: string, names: readonly string[]): Readonly<Record<string, string>> => {
  const all = before[key];
  if (!isJsonObject(all)) return {};
  return Object.fromEntries(names.flatMap((name) => (all[name] == null ? [] : [[name, String(all[name])]])));
};

const absent = (known: Readonly<Record<string, unknown>>, names: readonly string[]): readonly string[] =>
  names.filter((name) => !(name in known));

const nameSet = (list: ReadonlyArray<{ readonly name?: string | null }>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(list.map((each) => [each.name ?? '', each]));

/** An alarm tells its policy by itself; who else was told is said here. */
const withoutPolicy = (alarm: ScalingAlarm, policy: string): ScalingAlarm => ({
  ...alarm,
  notify: (alarm.notify ?? []).filter((address) => !address.endsWith(`policyName/${policy}`)),
});

/** The alarm that sets a policy off: the one whose actions name it, else the only one that was kept with it. */
function alarmOf(policy: string, alarms: readonly ScalingAlarm[]): ScalingAlarm | undefined {
  const own = alarms.find(({ notify }) => notify?.some((address) => address.endsWith(`policyName/${policy}`)));
  return own ?? (alarms.length === 1 ? alarms[0] : undefined);
}

async function givePolicies(run: Run, undo: Undo, parts: readonly string[], operation: Operation): Promise<void> {
  const { before, wanted } = undo;
  const names = [...new Set([...under(parts, 'policies'), ...namesIn(wanted, 'policies')])];
  const alarms = named<ScalingAlarm>(before, 'alarms', namesIn(before, 'alarms'));
  const policies = named<ScalingPolicy>(before, 'policies', names);
  for (const policy of policies) {
    const alarm = alarmOf(policy.name, alarms);
    const whole = alarm ? { ...policy, alarm: withoutPolicy(alarm, policy.name) } : policy;
    await run.ports.scaling.savePolicy(undo, whole, operation);
  }
  const gone = {
    policies: absent(nameSet(policies), under(parts, 'policies')),
    alarms: absent(nameSet(alarms), under(parts, 'alarms')),
  };
  if (gone.policies.length + gone.alarms.length > 0) await run.ports.scaling.removeSettings(undo, gone, operation);
}

const namesIn = (picture: JsonObject, key: string): readonly string[] => {
  const list = picture[key];
  return (Array.isArray(list) ? list : []).map((each) => String(each?.name));
};

async function giveSchedules(run: Run, undo: Undo, names: readonly string[], operation: Operation): Promise<void> {
  const schedules = named<ScheduledAction>(undo.before, 'schedules', names);
  if (schedules.length > 0) await run.ports.scaling.saveSchedules(undo, schedules, operation);
  const gone = absent(nameSet(schedules), names);
  if (gone.length > 0) await run.ports.scaling.removeSettings(undo, { schedules: gone }, operation);
}

async function giveTags(run: Run, undo: Undo, keys: readonly string[], operation: Operation): Promise<void> {
  const tags = valuesOf(undo.before, 'tags', keys);
  if (Object.keys(tags).length > 0) await run.ports.scaling.tag(undo, tags, operation);
  const gone = absent(tags, keys);
  if (gone.length > 0) await run.ports.scaling.removeSettings(undo, { tags: gone }, operation);
}

async function giveProcesses(run: Run, undo: Undo, names: readonly string[], operation: Operation): Promise<void> {
  const before = undo.before['suspendedProcesses'];
  const wasOff = (name: string): boolean => Array.isArray(before) && before.includes(name);
  const [off, on] = [names.filter(wasOff), names.filter((name) => !wasOff(name))];
  if (off.length > 0) await run.ports.scaling.suspend(undo, off, operation);
  if (on.length > 0) await run.ports.scaling.resume(undo, on, operation);
}

const serverGroup: GiveBack = async (run, undo, parts, operation) => {
  if (has(parts, 'policies') || has(parts, 'alarms')) await givePolicies(run, undo, parts, operation);
  if (has(parts, 'schedules')) await giveSchedules(run, undo, under(parts, 'schedules'), operation);
  if (has(parts, 'tags')) await giveTags(run, undo, under(parts, 'tags'), operation);
  if (has(parts, 'suspendedProcesses')) await giveProcesses(run, undo, under(parts, 'suspendedProcesses'), operation);
  if (!has(parts, 'warmPool')) return;
  const pool = undo.before['warmPool'];
  if (isJsonObject(pool)) await run.ports.scaling.saveWarmPool(undo, pool as unknown as WarmPool, operation);
  else await run.ports.scaling.deleteWarmPool(undo, false, operation);
};

/** What is not given back stays as it is now: the whole is saved at once. */
const loadBalancer: GiveBack = async (run, undo, parts, operation) => {
  const { account, region, name, before } = undo;
  const now = await run.ports.loadBalancers.read(undo);
  if (!now)
    throw new FailureError({
      code: 'aws.gone',
      message: `Load balancer ${name} does not exist any more.`,
      retry: false,
    });
  const given = <Value>(key: string): Value | undefined => (has(parts, key) ? (before[key] as Value) : undefined);
  await run.ports.loadBalancers.upsert(
    {
      ...{ account, region, name, type: now.type as LoadBalancerType, internal: now.internal, vpcId: now.vpcId },
      subnetIds: given<readonly string[]>('subnetIds') ?? [],
      securityGroups: given<readonly string[]>('securityGroups') ?? null,
      ipAddressType: given<string>('ipAddressType') ?? null,
      attributes: valuesOf(before, 'attributes', under(parts, 'attributes')),
      tags: {},
      targetGroups: [],
      listeners: given<readonly Listener[]>('listeners') ?? now.listeners,
    },
    operation,
  );
};

const targetGroup: GiveBack = async (run, { account, region, name, before }, parts, operation) => {
  const checks = isJsonObject(before['healthCheck']) ? before['healthCheck'] : {};
  const healthCheck = Object.fromEntries(under(parts, 'healthCheck').map((key) => [key, checks[key]])) as HealthCheck;
  const attributes = valuesOf(before, 'attributes', under(parts, 'attributes'));
  await run.ports.loadBalancers.saveTargetGroup(
    { account, region, targetGroup: name },
    { healthCheck, attributes },
    operation,
  );
};

const securityGroup: GiveBack = async (run, { account, region, name, before }, _parts, operation) => {
  const ref = { account, region, name, vpcId: vpcOf(before) };
  const ingress = (Array.isArray(before['ingress']) ? before['ingress'] : []) as readonly IngressRule[];
  const description = String(before['description'] ?? '');
  await run.ports.securityGroups.upsert({ ...ref, description, ingress, appendOnly: false, tags: {} }, operation);
};

const image: GiveBack = async (run, { account, region, before }, parts, operation) => {
  const ref = { account, region, id: String(before['id']) };
  const keys = under(parts, 'tags');
  const tags = valuesOf(before, 'tags', keys);
  if (Object.keys(tags).length > 0) await run.ports.images.tagImage(ref, tags, operation);
  await run.ports.images.untagImage(ref, absent(tags, keys), operation);
};

const ALL: Readonly<Record<string, GiveBack>> = { serverGroup, loadBalancer, targetGroup, securityGroup, image };

/** Makes these parts of the thing what they were before; others are not touched. */
export async function giveBack(run: Run, undo: Undo, parts: readonly string[]): Promise<void> {
  const { kind, account, region, name } = undo;
  await ALL[kind]?.(run, undo, parts, run.operation(`restore:${account}/${region}/${kind}/${name}`));
}
