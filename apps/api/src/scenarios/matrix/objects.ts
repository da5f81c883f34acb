import type { Sandbox } from '@gennaker/aws-sandbox';
import { STORE } from '../shop.ts';

type State = ReturnType<Sandbox['state']>;

/** All that a deploy may touch of a server group, as AWS has it. */
export interface GroupPicture {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
  /** Instances that a load balancer sends requests to and that are healthy there. */
  readonly serving: number;
  readonly members: number;
  readonly suspended: readonly string[];
  readonly policies: readonly string[];
  readonly scheduled: readonly string[];
  readonly hooks: readonly string[];
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
  return Object.fromEntries(
    Object.values(store.groups).map((group) => [
      group.name,
      {
        min: group.minSize,
        desired: group.desired,
        max: group.maxSize,
        serving: Object.keys(group.members).filter((id) => healthy.has(id)).length,
        members: Object.keys(group.members).length,
        suspended: Object.keys(group.suspended).sort(),
        policies: Object.values(group.policies).map(setting).sort(),
        scheduled: Object.values(group.scheduled).map(setting).sort(),
        hooks: Object.values(group.hooks).map(setting).sort(),
      },
    ]),
  );
}

/** Fewest healthy instances that the listener had behind it at any moment since. */
export function fewestServing(state: State, since: number): number {
  const moments = new Set<number>([since]);
  for (const timeline of [...Object.values(state.traffic.listeners), ...Object.values(state.traffic.targetGroups)])
    for (const { from } of timeline) if (from > since) moments.add(from);
  const now = <Value>(timeline: ReadonlyArray<{ from: number; value: Value }> | undefined, at: number): Value | null =>
    timeline?.findLast(({ from }) => from <= at)?.value ?? null;
  const healthyAt = (at: number): number => {
    const routes = Object.values(state.traffic.listeners).flatMap((timeline) => now(timeline, at) ?? []);
    const arns = new Set(
      routes.flatMap(({ targets }) => (targets ?? []).filter(({ weight }) => weight > 0)).map(({ arn }) => arn),
    );
    return [...arns]
      .flatMap((arn) => Object.values(now(state.traffic.targetGroups[arn], at) ?? {}))
      .reduce((sum, { healthy }) => sum + healthy, 0);
  };
  return Math.min(...[...moments].map(healthyAt));
}
