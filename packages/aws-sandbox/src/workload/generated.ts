import type { Datapoint, MetricName } from '../services/cloudwatch/state.ts';
import { type GroupSizes, groupKey } from '../traffic/state.ts';
import { spansOf, valueAt } from '../traffic/timeline.ts';
import { type RegionStore, regionKey } from '../world/state.ts';
import type { World } from '../world/world.ts';
import { type Arrival, type InstanceMinute, latenciesOf, minuteMs, workloadOf } from './workload.ts';

/** Where a generated metric is about one minute. */
interface Place {
  world: World;
  region: string;
  minute: number;
}

type Dimensions = Record<string, string>;

/** Metrics of one namespace with one set of dimensions. */
interface Family {
  namespace: string;
  names: Record<string, string>;
  dimensions: string[];
  /** Every set of dimension values that had data between two moments. */
  subjects(world: World, region: string, from: number, to: number): Dimensions[];
  point(place: Place, dimensions: Dimensions, name: string): Datapoint | null;
}

type Samples = NonNullable<Datapoint['samples']>;

function point(minute: number, unit: string, samples: Samples): Datapoint | null {
  const held = samples.filter(([, weight]) => weight > 0);
  if (held.length === 0) return null;
  const values = held.map(([value]) => value);
  const count = held.reduce((sum, [, weight]) => sum + weight, 0);
  const sum = held.reduce((total, [value, weight]) => total + value * weight, 0);
  return { at: minute, unit, count, sum, min: Math.min(...values), max: Math.max(...values), samples: held };
}

const one = (minute: number, unit: string, value: number): Datapoint | null => point(minute, unit, [[value, 1]]);

/** How load balancers report counts: each request is a sample of 1. */
const counted = (minute: number, count: number): Datapoint | null => point(minute, 'Count', [[1, Math.round(count)]]);

const groupMinute = ({ world, region, minute }: Place, group: string): InstanceMinute[] =>
  workloadOf(world).groupMinute(region, group, minute);

function groupsWithData(world: World, region: string, from: number, to: number): string[] {
  const { instancesOf, instances } = world.state.traffic;
  const prefix = groupKey(region, '');
  return Object.entries(instancesOf)
    .filter(([key]) => key.startsWith(prefix))
    .filter(([, ids]) =>
      ids.some((id) =>
        spansOf(instances[id]?.runs, from, to).some(
          (span) => span.value.runningAt < to && (span.value.endsAt ?? to) > Math.max(from, span.value.runningAt),
        ),
      ),
    )
    .map(([key]) => key.slice(prefix.length));
}

const bytesIn = 800;
const bytesOut = 4000;
const instanceNames = { CPUUtilization: 'Percent', NetworkIn: 'Bytes', NetworkOut: 'Bytes' };

function instanceSample(name: string, { cpu, requests }: InstanceMinute): number {
  if (name === 'CPUUtilization') return cpu;
  return requests * (name === 'NetworkIn' ? bytesIn : bytesOut);
}

function instancesPoint(minute: number, name: string, members: InstanceMinute[]): Datapoint | null {
  const unit = instanceNames[name as keyof typeof instanceNames];
  return point(
    minute,
    unit,
    members.map((member) => [instanceSample(name, member), 1]),
  );
}

const ec2ByGroup: Family = {
  namespace: 'AWS/EC2',
  names: instanceNames,
  dimensions: ['AutoScalingGroupName'],
  subjects: (world, region, from, to) =>
    groupsWithData(world, region, from, to).map((AutoScalingGroupName) => ({ AutoScalingGroupName })),
  point: (place, { AutoScalingGroupName = '' }, name) =>
    instancesPoint(place.minute, name, groupMinute(place, AutoScalingGroupName)),
};

const ec2ByInstance: Family = {
  namespace: 'AWS/EC2',
  names: instanceNames,
  dimensions: ['InstanceId'],
  subjects: (world, region, from, to) =>
    Object.entries(world.state.traffic.instances)
      .filter(([, life]) => life.region === region && life.runs.at(-1)?.value.group !== null)
      .filter(([, { runs }]) => spansOf(runs, from, to).some(({ value }) => (value.endsAt ?? to) > from))
      .map(([InstanceId]) => ({ InstanceId })),
  point(place, { InstanceId = '' }, name) {
    const run = valueAt(place.world.state.traffic.instances[InstanceId]?.runs, place.minute + minuteMs - 1);
    if (run?.group == null) return null;
    const own = groupMinute(place, run.group).filter(({ id }) => id === InstanceId);
    return instancesPoint(place.minute, name, own);
  },
};

const sizeOf: Record<string, (sizes: GroupSizes) => number> = {
  GroupMinSize: ({ min }) => min,
  GroupMaxSize: ({ max }) => max,
  GroupDesiredCapacity: ({ desired }) => desired,
  GroupInServiceInstances: ({ inService }) => inService,
  GroupPendingInstances: ({ pending }) => pending,
  GroupStandbyInstances: ({ standby }) => standby,
  GroupTerminatingInstances: ({ terminating }) => terminating,
  GroupTotalInstances: ({ inService, pending, standby, terminating }) => inService + pending + standby + terminating,
};

const autoScaling: Family = {
  namespace: 'AWS/AutoScaling',
  names: Object.fromEntries(Object.keys(sizeOf).map((name) => [name, 'None'])),
  dimensions: ['AutoScalingGroupName'],
  subjects(world, region, from, to) {
    const prefix = groupKey(region, '');
    return Object.entries(world.state.traffic.groups)
      .filter(([key, sizes]) => key.startsWith(prefix) && spansOf(sizes, from, to).some((span) => collects(span.value)))
      .map(([key]) => ({ AutoScalingGroupName: key.slice(prefix.length) }));
  },
  point({ world, region, minute }, { AutoScalingGroupName = '' }, name) {
    const timeline = world.state.traffic.groups[groupKey(region, AutoScalingGroupName)];
    const sizes = valueAt(timeline, minute + minuteMs - 1);
    const read = sizeOf[name];
    return sizes?.collected.includes(name) && read !== undefined ? one(minute, 'None', read(sizes)) : null;
  },
};

const collects = (sizes: GroupSizes | null): boolean => sizes !== null && sizes.collected.length > 0;

const balancerOf = (listener: string): string => listener.replace(/^.*:listener\//, '').replace(/\/[^/]+$/, '');
const targetGroupOf = (arn: string): string => arn.replace(/^.*:targetgroup\//, 'targetgroup/');

interface Share {
  arrival: Arrival;
  /** What the members of its server group did, and how large a part of that came this way. */
  members: InstanceMinute[];
  part: number;
}

function sharesOf(place: Place, wanted: (arrival: Arrival) => boolean): Share[] {
  const { arrivals } = workloadOf(place.world).balancedMinute(place.region, place.minute);
  const totals = new Map<string, number>();
  for (const { group, requests } of arrivals) totals.set(group, (totals.get(group) ?? 0) + requests);
  return arrivals.filter(wanted).map((arrival) => ({
    arrival,
    members: groupMinute(place, arrival.group),
    part: arrival.requests / Math.max(1e-9, totals.get(arrival.group) ?? 0),
  }));
}

const sumOver = (shares: Share[], read: (member: InstanceMinute) => number): number =>
  shares.reduce((sum, { members, part }) => sum + part * members.reduce((all, member) => all + read(member), 0), 0);

function responseTimes(shares: Share[]): Samples {
  return shares.flatMap(({ members, part }) =>
    members.flatMap((member) =>
      latenciesOf(member).map((ms, _, { length }): Samples[number] => [ms / 1000, (member.requests * part) / length]),
    ),
  );
}

const requestNames = {
  RequestCount: 'Count',
  TargetResponseTime: 'Seconds',
  HTTPCode_Target_2XX_Count: 'Count',
  HTTPCode_Target_5XX_Count: 'Count',
};

function requestPoint(minute: number, name: string, shares: Share[]): Datapoint | null {
  const requests = sumOver(shares, (member) => member.requests);
  const errors = sumOver(shares, (member) => member.errors);
  if (name === 'TargetResponseTime') return point(minute, 'Seconds', responseTimes(shares));
  if (name === 'HTTPCode_Target_2XX_Count') return counted(minute, requests - errors);
  if (name === 'HTTPCode_Target_5XX_Count') return counted(minute, errors);
  return counted(minute, requests);
}

/** Which load balancers send to which target groups at some time between two moments. */
function balancedPairs(world: World, region: string, from: number, to: number): Dimensions[] {
  const [account, name] = region.split('/');
  const pairs = new Map<string, Dimensions>();
  for (const [listener, timeline] of Object.entries(world.state.traffic.listeners)) {
    if (!listener.startsWith(`arn:aws:elasticloadbalancing:${name}:${account}:`)) continue;
    const targets = spansOf(timeline, from, to).flatMap(({ value }) =>
      (value ?? []).flatMap((route) => route.targets ?? []),
    );
    for (const { arn } of targets) {
      const pair = { LoadBalancer: balancerOf(listener), TargetGroup: targetGroupOf(arn) };
      pairs.set(JSON.stringify(pair), pair);
    }
  }
  return [...pairs.values()];
}

const albByTargetGroup: Family = {
  namespace: 'AWS/ApplicationELB',
  names: { ...requestNames, HealthyHostCount: 'Count', UnHealthyHostCount: 'Count', RequestCountPerTarget: 'Count' },
  dimensions: ['LoadBalancer', 'TargetGroup'],
  subjects: balancedPairs,
  point(place, { LoadBalancer, TargetGroup = '' }, name) {
    if (name === 'HealthyHostCount' || name === 'UnHealthyHostCount') return hostsPoint(place, TargetGroup, name);
    const shares = sharesOf(
      place,
      ({ listener, targetGroup }) =>
        balancerOf(listener) === LoadBalancer && targetGroupOf(targetGroup) === TargetGroup,
    );
    if (name === 'RequestCountPerTarget') return perTarget(place, TargetGroup, shares);
    return requestPoint(place.minute, name, shares);
  },
};

const albByTargetGroupAlone: Family = {
  namespace: 'AWS/ApplicationELB',
  names: { RequestCountPerTarget: 'Count' },
  dimensions: ['TargetGroup'],
  subjects: (world, region, from, to) =>
    [...new Set(balancedPairs(world, region, from, to).map((pair) => pair['TargetGroup'] ?? ''))].map(
      (TargetGroup) => ({
        TargetGroup,
      }),
    ),
  point: (place, { TargetGroup = '' }) =>
    perTarget(
      place,
      TargetGroup,
      sharesOf(place, ({ targetGroup }) => targetGroupOf(targetGroup) === TargetGroup),
    ),
};

const albByBalancer: Family = {
  namespace: 'AWS/ApplicationELB',
  names: { ...requestNames, HTTPCode_ELB_5XX_Count: 'Count' },
  dimensions: ['LoadBalancer'],
  subjects: (world, region, from, to) =>
    [...new Set(balancedPairs(world, region, from, to).map((pair) => pair['LoadBalancer'] ?? ''))].map(
      (LoadBalancer) => ({ LoadBalancer }),
    ),
  point(place, { LoadBalancer }, name) {
    if (name === 'HTTPCode_ELB_5XX_Count') {
      const { unanswered } = workloadOf(place.world).balancedMinute(place.region, place.minute);
      const lost = [...unanswered].filter(([listener]) => balancerOf(listener) === LoadBalancer);
      return counted(
        place.minute,
        lost.reduce((sum, [, requests]) => sum + requests, 0),
      );
    }
    const shares = sharesOf(place, ({ listener }) => balancerOf(listener) === LoadBalancer);
    return requestPoint(place.minute, name, shares);
  },
};

/** Over the minute, each number of hosts with the part of the minute it held. */
function hosts(place: Place, targetGroup: string, state: 'healthy' | 'unhealthy'): Samples {
  const found = Object.entries(place.world.state.traffic.targetGroups).find(
    ([arn]) => targetGroupOf(arn) === targetGroup,
  );
  return spansOf(found?.[1], place.minute, place.minute + minuteMs).map(({ from, to, value }) => [
    Object.values(value).reduce((sum, attendance) => sum + attendance[state], 0),
    (to - from) / minuteMs,
  ]);
}

function hostsPoint(place: Place, targetGroup: string, name: string): Datapoint | null {
  const state = name === 'HealthyHostCount' ? 'healthy' : 'unhealthy';
  return point(place.minute, 'Count', hosts(place, targetGroup, state));
}

function perTarget(place: Place, targetGroup: string, shares: Share[]): Datapoint | null {
  const healthy = hosts(place, targetGroup, 'healthy').reduce((sum, [count, part]) => sum + count * part, 0);
  if (healthy === 0) return null;
  return one(place.minute, 'Count', sumOver(shares, (member) => member.requests) / healthy);
}

const appNames = { Requests: 'Count', Errors: 'Count', ErrorRate: 'Percent', Latency: 'Milliseconds' };

function appPoint(minute: number, name: string, members: InstanceMinute[]): Datapoint | null {
  const unit = appNames[name as keyof typeof appNames];
  if (name === 'Latency') {
    const samples = members.flatMap((member) =>
      latenciesOf(member).map((ms, _, { length }): Samples[number] => [ms, member.requests / length]),
    );
    return point(minute, unit, samples);
  }
  if (name === 'ErrorRate') {
    const busy = members.filter(({ requests }) => requests > 0);
    return point(
      minute,
      unit,
      busy.map(({ errors, requests }) => [(100 * errors) / requests, 1]),
    );
  }
  return point(
    minute,
    unit,
    members.map(({ requests, errors }) => [name === 'Errors' ? errors : requests, 1]),
  );
}

const appBy = (dimension: string): Family => ({
  namespace: 'App',
  names: appNames,
  dimensions: [dimension],
  subjects: (world, region, from, to) =>
    groupsWithData(world, region, from, to).map((group) => ({ [dimension]: group })),
  point: (place, dimensions, name) => appPoint(place.minute, name, groupMinute(place, dimensions[dimension] ?? '')),
});

const families: Family[] = [
  ec2ByGroup,
  ec2ByInstance,
  autoScaling,
  albByTargetGroup,
  albByTargetGroupAlone,
  albByBalancer,
  appBy('AutoScalingGroupName'),
  appBy('ServerGroup'),
];

/** The metrics that had data between two moments. */
export function generatedMetrics(world: World, store: RegionStore, from: number, to: number): MetricName[] {
  const region = regionKey(store.account, store.region);
  return families.flatMap((family) =>
    family.subjects(world, region, from, to).flatMap((dimensions) =>
      Object.keys(family.names).map((name) => ({
        namespace: family.namespace,
        name,
        dimensions: family.dimensions.map((Name) => ({ Name, Value: dimensions[Name] ?? '' })),
      })),
    ),
  );
}

/** The points of a generated metric in [from, to), one for each minute that is over by `now`. */
export function generatedPoints(
  world: World,
  store: RegionStore,
  metric: MetricName,
  { from, to, now }: { from: number; to: number; now: number },
): Datapoint[] {
  const names = metric.dimensions.map(({ Name }) => Name).join(' ');
  const family = families.find(
    (each) =>
      each.namespace === metric.namespace &&
      Object.hasOwn(each.names, metric.name) &&
      [...each.dimensions].sort().join(' ') === names,
  );
  if (family === undefined) return [];
  const dimensions = Object.fromEntries(metric.dimensions.map(({ Name, Value }) => [Name, Value]));
  const region = regionKey(store.account, store.region);
  const start = Math.ceil(Math.max(from, beginningOf(world, region)) / minuteMs) * minuteMs;
  const end = Math.min(to, now - minuteMs + 1);
  const points: Datapoint[] = [];
  for (let minute = start; minute < end; minute += minuteMs) {
    const found = family.point({ world, region, minute }, dimensions, metric.name);
    if (found !== null) points.push(found);
  }
  return points;
}

/** When the first thing in a region that can have metrics came into being. */
function beginningOf(world: World, region: string): number {
  const { instances, groups } = world.state.traffic;
  let first = Number.POSITIVE_INFINITY;
  for (const life of Object.values(instances)) {
    if (life.region === region) first = Math.min(first, life.runs[0]?.from ?? first);
  }
  for (const [key, sizes] of Object.entries(groups)) {
    if (key.startsWith(groupKey(region, ''))) first = Math.min(first, sizes[0]?.from ?? first);
  }
  return first;
}
