import type { World } from '../world/world.ts';
import type { Route, Segment } from './record.ts';

export interface Gap {
  route: string;
  from: string;
  seconds: number;
  /** Share of requests that met no healthy target. */
  lost: number;
}

export interface TrafficReport {
  ok: boolean;
  gaps: Gap[];
  routes: Array<{
    route: string;
    seconds: Array<{ at: string; shares: Record<string, number>; lost: number }>;
    totals: Record<string, number>;
  }>;
}

const maxSeconds = 3600;

/**
 * Says, second by second, which server group answered and where requests met no healthy target.
 * Time before a route first had a healthy target does not count as a gap.
 * @param since milliseconds since the epoch; default: when the route first served
 */
export function trafficReport(world: World, options: { listener?: string; since?: number } = {}): TrafficReport {
  const now = world.settle();
  const routes = Object.values(world.state.traffic.routes).filter(
    (route) =>
      options.listener === undefined || route.listenerArn === options.listener || route.id === options.listener,
  );
  const gaps = routes.flatMap((route) => gapsOf(route, startOf(route, options.since), now));
  return {
    ok: gaps.length === 0,
    gaps,
    routes: routes.map((route) => secondsOf(route, startOf(route, options.since), now)),
  };
}

const startOf = (route: Route, since: number | undefined): number =>
  Math.max(since ?? 0, route.firstServedAt ?? Number.POSITIVE_INFINITY);

function spans(route: Route, from: number, now: number): Array<Segment & { to: number }> {
  return route.segments
    .map((segment, index) => ({ ...segment, to: route.segments[index + 1]?.from ?? now }))
    .filter((span) => span.to > from)
    .map((span) => ({ ...span, from: Math.max(span.from, from) }));
}

function gapsOf(route: Route, from: number, now: number): Gap[] {
  return spans(route, from, now)
    .filter((span) => span.lost > 0)
    .map((span) => ({
      route: route.id,
      from: new Date(span.from).toISOString(),
      seconds: (span.to - span.from) / 1000,
      lost: span.lost,
    }));
}

function secondsOf(route: Route, from: number, now: number): TrafficReport['routes'][number] {
  const all = spans(route, from, now);
  const first = Math.max(from, now - maxSeconds * 1000);
  const seconds: TrafficReport['routes'][number]['seconds'] = [];
  let index = 0;
  for (let at = Number.isFinite(first) ? first : now; at < now; at += 1000) {
    while (index < all.length - 1 && (all[index]?.to ?? 0) <= at) index += 1;
    const span = all[index];
    if (span !== undefined) seconds.push({ at: new Date(at).toISOString(), shares: span.shares, lost: span.lost });
  }
  const totals: Record<string, number> = {};
  for (const span of all) {
    for (const [name, share] of Object.entries(span.shares)) {
      totals[name] = Math.round(((totals[name] ?? 0) + (share * (span.to - span.from)) / 1000) * 1000) / 1000;
    }
  }
  return { route: route.id, seconds, totals };
}
