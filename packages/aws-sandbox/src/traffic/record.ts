import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { forwardTargets } from '../services/elbv2/forwarding.ts';
import type { RegionStore } from '../world/state.ts';
import type { World } from '../world/world.ts';

/** From `from` until the next segment, requests went to these server groups in these shares. */
export interface Segment {
  from: number;
  shares: Record<string, number>;
  /** Share of requests that met no healthy target. */
  lost: number;
}

/** One way in: a listener's default action, or a rule of it. */
export interface Route {
  id: string;
  listenerArn: string;
  firstServedAt: number | null;
  segments: Segment[];
}

export interface TrafficState {
  routes: Record<string, Route>;
}

const maxSegments = 5000;

/** Notes, at each moment something changed, who would answer the requests of each route. */
export function recordTraffic(world: World, now: number): void {
  for (const store of Object.values(world.state.regions)) {
    for (const listener of Object.values(store.listeners))
      note(world, store, listener.arn, listener.arn, listener.actions, now);
    for (const rule of Object.values(store.rules)) note(world, store, rule.arn, rule.listenerArn, rule.actions, now);
  }
}

function note(world: World, store: RegionStore, id: string, listenerArn: string, actions: Action[], now: number): void {
  const current = serving(store, actions);
  if (current === null) return;
  const { routes } = world.state.traffic;
  routes[id] ??= { id, listenerArn, firstServedAt: null, segments: [] };
  const route = routes[id];
  if (route.firstServedAt === null && current.lost < 1) route.firstServedAt = now;
  const last = route.segments.at(-1);
  if (
    last !== undefined &&
    last.lost === current.lost &&
    JSON.stringify(last.shares) === JSON.stringify(current.shares)
  )
    return;
  if (last?.from === now) route.segments.pop();
  route.segments.push({ from: now, ...current });
  if (route.segments.length > maxSegments) route.segments.shift();
}

function serving(store: RegionStore, actions: Action[]): Pick<Segment, 'shares' | 'lost'> | null {
  const groups = forwardTargets(actions);
  if (groups.length === 0) return null;
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  const shares: Record<string, number> = {};
  let lost = total === 0 ? 1 : 0;
  for (const { arn, weight } of groups) {
    if (weight === 0) continue;
    const share = weight / total;
    const healthy = Object.values(store.targetGroups[arn]?.targets ?? {}).filter(
      (target) => target.state === 'healthy',
    );
    if (healthy.length === 0) lost += share;
    for (const target of healthy) {
      const name = store.instances[target.id]?.tags['aws:autoscaling:groupName'] ?? target.id;
      shares[name] = (shares[name] ?? 0) + share / healthy.length;
    }
  }
  for (const [name, share] of Object.entries(shares)) shares[name] = Math.round(share * 10_000) / 10_000;
  return { shares, lost: Math.round(lost * 10_000) / 10_000 };
}
