import type { Group } from '../services/auto-scaling/state.ts';
import type { Instance } from '../services/ec2/state.ts';
import { forwardTargets } from '../services/elbv2/forwarding.ts';
import type { Listener, TargetGroup } from '../services/elbv2/state.ts';
import { type RegionStore, regionKey, type WorldState } from '../world/state.ts';
import type { World } from '../world/world.ts';
import { type Attendance, type GroupSizes, groupKey, type Route, type Run, type TrafficState } from './state.ts';
import { kept, notePoint, type Timeline } from './timeline.ts';

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
    forgetOld(world.state.traffic);
  };
}

const maxInstances = 10_000;

/** Keeps the record of instances within bounds: those that ended first are forgotten first. */
function forgetOld(traffic: TrafficState): void {
  const excess = Object.keys(traffic.instances).length - maxInstances;
  if (excess <= 0) return;
  const ended = Object.entries(traffic.instances)
    .map(([id, { runs }]) => ({ id, run: runs.at(-1)?.value }))
    .filter(({ run }) => run?.endsAt != null)
    .sort((a, b) => (a.run?.endsAt ?? 0) - (b.run?.endsAt ?? 0));
  const gone = new Set(ended.slice(0, excess + maxInstances / 10).map(({ id }) => id));
  for (const id of gone) delete traffic.instances[id];
  for (const [key, ids] of Object.entries(traffic.instancesOf)) {
    traffic.instancesOf[key] = ids.filter((id) => !gone.has(id));
  }
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
  for (const instance of Object.values(store.instances)) {
    noteInstance(traffic, region, servingGroupOf(store, instance), instance, now, seenApps);
  }
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

/** The group an instance works for: one in a warm pool works for none yet. */
function servingGroupOf(store: RegionStore, instance: Instance): string | null {
  const name = instance.tags['aws:autoscaling:groupName'] ?? null;
  return name !== null && store.groups[name]?.warmPool?.members[instance.id] ? null : name;
}

function noteInstance(
  traffic: TrafficState,
  region: string,
  group: string | null,
  instance: Instance,
  now: number,
  seenApps: WeakMap<Instance, Run>,
): void {
  const { runningAt, impairedAt, app } = instance;
  const startedAt = Math.max(runningAt, instance.rebootedAt ?? 0);
  const endsAt = instance.shuttingDownAt ?? instance.stoppingAt;
  const seen = seenApps.get(instance);
  const same =
    seen !== undefined &&
    seen.group === group &&
    seen.runningAt === runningAt &&
    seen.startedAt === startedAt &&
    seen.endsAt === endsAt &&
    seen.impairedAt === impairedAt &&
    seen.app === app;
  if (same) return;
  const run: Run = { group, runningAt, startedAt, endsAt, impairedAt, app };
  seenApps.set(instance, run);
  const life = kept(traffic.instances, instance.id, () => ({ region, runs: [] }));
  const from = life.runs.length === 0 ? Math.min(now, instance.launchedAt) : now;
  notePoint(life.runs, { ...run, app: { ...app } }, from);
  if (group === null) return;
  const members = kept(traffic.instancesOf, groupKey(region, group), () => []);
  if (!members.includes(instance.id)) members.push(instance.id);
}
