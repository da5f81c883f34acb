import type { Sandbox } from '@gennaker/aws-sandbox';
import { STORE } from '../shop.ts';

type State = ReturnType<Sandbox['state']>;
type Region = State['regions'][string];

/** All that a deploy may touch of a server group, as AWS has it. */
export interface GroupPicture {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
  /** Instances that a load balancer sends requests to and that are healthy there. */
  readonly serving: number;
  readonly members: number;
  readonly beingDeleted: boolean;
  readonly suspended: readonly string[];
  readonly policies: readonly string[];
  readonly scheduled: readonly string[];
  readonly hooks: readonly string[];
  /** Its warm pool, if it has one. */
  readonly warmPool: readonly string[];
  /** Names of the target groups that Auto Scaling registers its instances with. */
  readonly attachedTo: readonly string[];
  /** Names of those that its instances are not registered with though they are in service, and how many of them. */
  readonly unregistered: readonly string[];
  readonly tags: readonly string[];
  /** All the rest: what new instances are made from, where, and how they are watched. */
  readonly others: readonly string[];
}

/** What there is in the shop's region, by kind and name. */
export interface Objects {
  readonly groups: Readonly<Record<string, GroupPicture>>;
  /** Kind and name of everything that costs or is in the way. */
  readonly names: ReadonlySet<string>;
  readonly listeners: readonly string[];
  /** Weights by listener or rule. */
  readonly weights: Readonly<Record<string, string>>;
}

/** What names the group itself, or a moment. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  'AutoScalingGroupName',
  'PolicyName',
  'PolicyARN',
  'Alarms',
  'name',
  'arn',
  'startAt',
  'ranUntil',
]);

/** A setting so that that of one group can be compared with that of another. */
const setting = (value: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(value).filter(([key]) => !OWN_WORDS.has(key))));

/** What is told by fields of their own, or follows from what happens. */
const TOLD: ReadonlySet<string> = new Set([
  ...['arn', 'minSize', 'maxSize', 'desired', 'members', 'suspended', 'policies', 'scheduled', 'hooks', 'warmPool'],
  ...['attachments', 'tags', 'createdAt', 'capacityCause', 'activities', 'deletingSince', 'launchBackoffUntil'],
  ...['launchBackoffSeconds', 'rebalanceAfter', 'simpleScaling', 'scaledInAt'],
]);

/** Ids in templates, and what keeps their names apart. */
const MADE_UP = /-[0-9a-f]{8}(?=")|lt-[0-9a-f]+/g;

/** Our own notes of the last change: they tell a retry of it from a change by somebody else. */
const NOTES: ReadonlySet<string> = new Set(['cd:resized', 'cd:op-key', 'cd:stage']);

/** Reads what there is straight from the sandbox. */
export function objectsOf(state: State): Objects {
  const store = state.regions[STORE];
  if (!store) return { groups: {}, names: new Set(), listeners: [], weights: {} };
  const names = [
    ...Object.keys(store.groups).map((name) => `serverGroup ${name}`),
    ...Object.values(store.launchTemplates).map(({ name }) => `launchTemplate ${name}`),
    ...Object.values(store.images).map(({ name }) => `image ${name}`),
    ...Object.values(store.snapshots).map(({ id }) => `snapshot ${id}`),
    ...Object.values(store.targetGroups).map(({ name }) => `targetGroup ${name}`),
    ...Object.values(store.loadBalancers).map(({ name }) => `loadBalancer ${name}`),
    ...Object.values(store.securityGroups).map(({ name }) => `securityGroup ${name}`),
    ...Object.keys(store.alarms).map((name) => `alarm ${name}`),
    ...Object.values(store.instances)
      .filter(({ shuttingDownAt, tags }) => shuttingDownAt === null && !tags['aws:autoscaling:groupName'])
      .map(({ id, tags }) => `instance ${tags['Name'] ?? id}`),
  ];
  const listeners = Object.keys(state.traffic.listeners);
  return { groups: groupsOf(state), names: new Set(names), listeners, weights: weightsOf(state) };
}

function weightsOf(state: State): Record<string, string> {
  const store = state.regions[STORE]!;
  const nameOf = (arn: string) => store.targetGroups[arn]?.name ?? arn;
  const routes = Object.values(state.traffic.listeners).flatMap((timeline) => timeline.at(-1)?.value ?? []);
  return Object.fromEntries(
    routes.map(({ id, targets }) => [
      id.split('/').slice(-3).join('/'),
      (targets ?? []).map((each) => `${nameOf(each.arn)} ${each.weight}`).join(', '),
    ]),
  );
}

function groupsOf(state: State): Record<string, GroupPicture> {
  const store = state.regions[STORE]!;
  const sentTo = new Set(
    Object.values(state.traffic.listeners)
      .flatMap((timeline) => timeline.at(-1)?.value ?? [])
      .flatMap(({ targets }) => (targets ?? []).filter(({ weight }) => weight > 0).map(({ arn }) => arn)),
  );
  const healthy = new Set(
    Object.values(store.targetGroups)
      .filter(({ arn }) => sentTo.has(arn))
      .flatMap(({ targets }) => Object.values(targets).filter((target) => target.state === 'healthy'))
      .map(({ id }) => id),
  );
  const pictureOf = (group: (typeof store.groups)[string]): GroupPicture => ({
    min: group.minSize,
    desired: group.desired,
    max: group.maxSize,
    serving: Object.keys(group.members).filter((id) => healthy.has(id)).length,
    members: Object.keys(group.members).length,
    beingDeleted: group.deletingSince !== null,
    suspended: Object.keys(group.suspended).sort(),
    policies: Object.values(group.policies).map(setting).sort(),
    scheduled: Object.values(group.scheduled).map(setting).sort(),
    hooks: Object.values(group.hooks).map(setting).sort(),
    warmPool: group.warmPool ? [setting({ ...group.warmPool, members: undefined })] : [],
    attachedTo: group.attachments
      .filter(({ removingSince }) => removingSince === null)
      .map(({ arn }) => store.targetGroups[arn]?.name ?? arn)
      .sort(),
    unregistered: missingIn(store, group),
    tags: Object.entries(group.tags)
      .filter(([key]) => !NOTES.has(key))
      .map(([key, { value }]) => `${key} ${key === 'cd:pinned' ? value.split(';')[0] : value}`)
      .sort(),
    others: Object.entries(group)
      .filter(([key]) => !TOLD.has(key))
      .map(([key, value]) => `${key} ${JSON.stringify(value)}`.replaceAll(MADE_UP, ''))
      .sort(),
  });
  return Object.fromEntries(Object.values(store.groups).map((group) => [group.name, pictureOf(group)]));
}

function missingIn({ targetGroups }: Region, { members, attachments }: Region['groups'][string]): readonly string[] {
  const ids = Object.values(members)
    .filter(({ state }) => state === 'InService')
    .map(({ id }) => id);
  return attachments.flatMap(({ arn }) => {
    const { name = arn, targets = {} } = targetGroups[arn] ?? {};
    const known = new Set(
      Object.values(targets)
        .filter(({ state }) => state !== 'draining')
        .map(({ id }) => id),
    );
    const missing = ids.filter((id) => !known.has(id)).length;
    return missing === 0 ? [] : [`${name} ${missing === ids.length ? 'all' : missing}`];
  });
}

/** Fewest healthy instances that the listeners had behind them at any moment since; those of `except` do not count. */
export function fewestServing(state: State, since: number, except?: string): number {
  const moments = new Set<number>([since]);
  for (const timeline of [...Object.values(state.traffic.listeners), ...Object.values(state.traffic.targetGroups)])
    for (const { from } of timeline) if (from > since) moments.add(from);
  return Math.min(...[...moments].map((at) => servingAt(state, at, except)));
}

/** Healthy instances that the listeners have behind them at that moment; those of `except` do not count. */
export function servingAt({ traffic }: State, at: number, except?: string): number {
  const now = <Value>(timeline: ReadonlyArray<{ from: number; value: Value }> | undefined): Value | null =>
    timeline?.findLast(({ from }) => from <= at)?.value ?? null;
  const routes = Object.values(traffic.listeners).flatMap((timeline) => now(timeline) ?? []);
  const arns = new Set(
    routes.flatMap(({ targets }) => (targets ?? []).filter(({ weight }) => weight > 0)).map(({ arn }) => arn),
  );
  return [...arns]
    .flatMap((arn) => Object.entries(now(traffic.targetGroups[arn]) ?? {}))
    .reduce((sum, [group, { healthy }]) => sum + (group === except ? 0 : healthy), 0);
}
