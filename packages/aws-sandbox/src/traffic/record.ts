import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AppBehaviour } from '../scenario/app-behaviour.ts';
import type { Group } from '../services/auto-scaling/state.ts';
import type { Instance } from '../services/ec2/state.ts';
import { forwardTargets, type Weighted } from '../services/elbv2/forwarding.ts';
import type { Listener, TargetGroup } from '../services/elbv2/state.ts';
import { type RegionStore, regionKey, type WorldState } from '../world/state.ts';
import type { World } from '../world/world.ts';
import type { Override } from './overrides.ts';
import { kept, notePoint, type Timeline } from './timeline.ts';

/** One way through a listener: a rule of it, or its default action. */
export interface Route {
  /** The ARN of the rule, or of the listener for the default action. */
  id: string;
  conditions: RuleCondition[];
  /** Null: the load balancer answers by itself, with a redirect or a fixed response. */
  targets: Weighted[] | null;
}

/** How many targets of one server group are in which state. */
export interface Attendance {
  healthy: number;
  unhealthy: number;
  initial: number;
  draining: number;
}

export interface GroupSizes {
  min: number;
  max: number;
  desired: number;
  inService: number;
  pending: number;
  standby: number;
  terminating: number;
  /** The group metrics that are collected. */
  collected: string[];
}

/** What an instance is doing, as known at a moment. */
export interface Run {
  group: string | null;
  runningAt: number;
  /** When it stops or begins to end; null while that is not known. */
  endsAt: number | null;
  impairedAt: number | null;
  app: AppBehaviour;
}

/** What was, from which requests and metrics are worked out when somebody asks. */
export interface TrafficState {
  /** By ARN, in the order in which rules are tried; null from the moment a listener is gone. */
  listeners: Record<string, Timeline<Route[] | null>>;
  /** By ARN: attendance by server group (or by instance, for one that belongs to none). */
  targetGroups: Record<string, Timeline<Record<string, Attendance>>>;
  /** By region key and group name; null from the moment a group is gone. */
  groups: Record<string, Timeline<GroupSizes | null>>;
  /** When a target group first had a member of a group, by region key and group name. */
  balancedSince: Record<string, number>;
  /** The instances that are or were in a group. */
  instancesOf: Record<string, string[]>;
  instances: Record<string, { region: string; runs: Timeline<Run> }>;
  /** Requests per second at a listener, where that was set. */
  demand: Record<string, Timeline<number>>;
  /** By region key, oldest first. */
  overrides: Record<string, Override[]>;
}

export const emptyTraffic = (): TrafficState => ({
  listeners: {},
  targetGroups: {},
  groups: {},
  balancedSince: {},
  instancesOf: {},
  instances: {},
  demand: {},
  overrides: {},
});

export const groupKey = (region: string, group: string): string => `${region}/${group}`;

/** Watches the world: each time something changed, notes how listeners, targets, groups and instances are now. */
export function trafficRecorder(): (world: World, now: number) => void {
  let seenState: WorldState | null = null;
  let seenRevision = -1;
  let seenApps = new WeakMap<Instance, Run>();
  return (world, now) => {
    if (world.state === seenState && world.revision === seenRevision) return;
    if (world.state !== seenState) seenApps = new WeakMap();
    seenState = world.state;
    seenRevision = world.revision;
    const fresh = Object.keys(world.state.traffic.targetGroups).length === 0;
    for (const store of Object.values(world.state.regions)) {
      recordRegion(world.state.traffic, store, fresh ? beginningOf(store, now) : now, seenApps);
    }
    noteGone(world.state, now);
  };
}

/** A scenario begins with instances that serve already: they have done so since the youngest of them was up. */
function beginningOf(store: RegionStore, now: number): number {
  const ready = Object.values(store.instances).map((instance) => instance.runningAt + instance.app.boot * 1000);
  return ready.length === 0 ? now : Math.min(now, Math.max(...ready));
}

function recordRegion(traffic: TrafficState, store: RegionStore, now: number, seenApps: WeakMap<Instance, Run>): void {
  const region = regionKey(store.account, store.region);
  const note = <T>(record: Record<string, Timeline<T>>, key: string, value: T) =>
    notePoint(
      kept(record, key, () => []),
      value,
      now,
    );
  for (const listener of Object.values(store.listeners)) {
    note<Route[] | null>(traffic.listeners, listener.arn, routesOf(store, listener));
  }
  for (const group of Object.values(store.targetGroups)) {
    const attendance = attendanceOf(store, group);
    note(traffic.targetGroups, group.arn, attendance);
    for (const name of Object.keys(attendance)) kept(traffic.balancedSince, groupKey(region, name), () => now);
  }
  for (const group of Object.values(store.groups)) {
    note<GroupSizes | null>(traffic.groups, groupKey(region, group.name), sizesOf(group));
  }
  for (const instance of Object.values(store.instances)) noteInstance(traffic, region, instance, now, seenApps);
}

/** Ends the records of what no longer exists. */
function noteGone(state: WorldState, now: number): void {
  const stores = Object.values(state.regions);
  for (const [arn, timeline] of Object.entries(state.traffic.listeners)) {
    if (!stores.some((store) => store.listeners[arn] !== undefined)) notePoint(timeline, null, now);
  }
  for (const [arn, timeline] of Object.entries(state.traffic.targetGroups)) {
    if (!stores.some((store) => store.targetGroups[arn] !== undefined)) notePoint(timeline, {}, now);
  }
  const live = new Set(
    Object.entries(state.regions).flatMap(([key, store]) =>
      Object.keys(store.groups).map((name) => groupKey(key, name)),
    ),
  );
  for (const [key, timeline] of Object.entries(state.traffic.groups)) {
    if (!live.has(key)) notePoint(timeline, null, now);
  }
}

function routesOf(store: RegionStore, listener: Listener): Route[] {
  const rules = Object.values(store.rules)
    .filter((rule) => rule.listenerArn === listener.arn)
    .sort((a, b) => a.priority - b.priority)
    .map((rule) => ({ id: rule.arn, conditions: rule.conditions, actions: rule.actions }));
  return [...rules, { id: listener.arn, conditions: [], actions: listener.actions }].map(
    ({ id, conditions, actions }) => ({
      id,
      conditions,
      targets: actions.some((action) => action.Type === 'forward') ? forwardTargets(actions) : null,
    }),
  );
}

function attendanceOf(store: RegionStore, group: TargetGroup): Record<string, Attendance> {
  const result: Record<string, Attendance> = {};
  for (const target of Object.values(group.targets)) {
    if (target.state === 'unused') continue;
    const name = store.instances[target.id]?.tags['aws:autoscaling:groupName'] ?? target.id;
    const held = kept(result, name, () => ({ healthy: 0, unhealthy: 0, initial: 0, draining: 0 }));
    held[target.state === 'unavailable' ? 'healthy' : target.state] += 1;
  }
  return result;
}

function sizesOf(group: Group): GroupSizes {
  const sizes: GroupSizes = {
    min: group.minSize,
    max: group.maxSize,
    desired: group.desired,
    inService: 0,
    pending: 0,
    standby: 0,
    terminating: 0,
    collected: group.metrics,
  };
  for (const { state } of Object.values(group.members)) {
    if (state === 'InService') sizes.inService += 1;
    else if (state.startsWith('Pending')) sizes.pending += 1;
    else if (state === 'Standby') sizes.standby += 1;
    else sizes.terminating += 1;
  }
  return sizes;
}

function noteInstance(
  traffic: TrafficState,
  region: string,
  instance: Instance,
  now: number,
  seenApps: WeakMap<Instance, Run>,
): void {
  const group = instance.tags['aws:autoscaling:groupName'] ?? null;
  const { runningAt, impairedAt, app } = instance;
  const endsAt = instance.shuttingDownAt ?? instance.stoppingAt;
  const seen = seenApps.get(instance);
  const same =
    seen !== undefined &&
    seen.group === group &&
    seen.runningAt === runningAt &&
    seen.endsAt === endsAt &&
    seen.impairedAt === impairedAt &&
    seen.app === app;
  if (same) return;
  const run: Run = { group, runningAt, endsAt, impairedAt, app };
  seenApps.set(instance, run);
  const life = kept(traffic.instances, instance.id, () => ({ region, runs: [] }));
  const from = life.runs.length === 0 ? Math.min(now, instance.launchedAt) : now;
  notePoint(life.runs, { ...run, app: { ...app } }, from);
  if (group === null) return;
  const members = kept(traffic.instancesOf, groupKey(region, group), () => []);
  if (!members.includes(instance.id)) members.push(instance.id);
}
