import type { World } from '../world/world.ts';
import { demandOf } from './demand.ts';
import { type FlowSpan, flowOf, routeFor, routeNamed } from './flow.ts';
import type { TrafficState } from './state.ts';

export interface TrafficOptions {
  /** A listener (its rules are honoured), or a rule. Default: every listener and every rule by itself. */
  listener?: string;
  /** Path and host of the requests, for the rules of the listener. Default `/` and none. */
  path?: string;
  host?: string;
  /** Requests per second on each route. Default: what was set for the listener, else 20. */
  requestsPerSecond?: number;
  /** Milliseconds since the epoch. Default: when the route first had a healthy target. */
  from?: number;
  /** Milliseconds since the epoch. Default: now. */
  to?: number;
  /** Also count each second of the interval by itself, of which there may be 3600. */
  perSecond?: boolean;
}

export interface Gap {
  route: string;
  from: string;
  seconds: number;
  /** Share of requests that met no healthy target. */
  lost: number;
}

/** What became of the requests. `requests` is the sum of all the others. */
export interface TrafficCounts {
  requests: number;
  /** Answered by healthy targets, by server group. */
  served: Record<string, number>;
  /** Answered by the load balancer itself: redirects and fixed responses. */
  answered: number;
  /** Met a target group without targets, weights that are all zero, or no listener at all. */
  toEmpty: number;
  toUnhealthy: number;
  toDraining: number;
}

export interface TrafficReport extends TrafficCounts {
  /** True when every request met a healthy target. */
  ok: boolean;
  gaps: Gap[];
  /** Each second by itself, when that was asked for; together they are the whole. */
  perSecond?: Array<TrafficCounts & { at: string }>;
  routes: Array<{
    route: string;
    /** The last hour of the interval, second by second. */
    seconds: Array<{ at: string; shares: Record<string, number>; lost: number }>;
    /** Seconds' worth of requests by server group. */
    totals: Record<string, number>;
  }>;
}

interface Flow {
  route: string;
  rate: number;
  from: number;
  to: number;
  spans: FlowSpan[];
}

const maxSeconds = 3600;

/**
 * Says what became of requests sent at an even rate: which server group answered how many, and how many met an empty,
 * unhealthy or draining target group. The k-th request of a route comes k / rate seconds after `from`; counts are whole
 * requests, shared out by weight without a remainder. Worked out piece by piece between changes, so that hours are cheap.
 */
export function trafficReport(world: World, options: TrafficOptions = {}): TrafficReport {
  const now = world.settle();
  const flows = flowsOf(world.state.traffic, options, now);
  const counts = emptyCounts();
  const seconds = options.perSecond ? new Map<number, TrafficCounts>() : null;
  for (const flow of flows) countInto(counts, flow, seconds);
  const gaps = flows.flatMap(gapsOf);
  const perSecond = seconds === null ? {} : { perSecond: secondsOut(seconds) };
  return { ok: gaps.length === 0, ...counts, gaps, ...perSecond, routes: flows.map(detailsOf) };
}

const secondsOut = (seconds: Map<number, TrafficCounts>): TrafficReport['perSecond'] =>
  [...seconds].sort(([a], [b]) => a - b).map(([at, counts]) => ({ at: new Date(at).toISOString(), ...counts }));

function flowsOf(traffic: TrafficState, options: TrafficOptions, now: number): Flow[] {
  const to = options.to ?? now;
  const request = { host: options.host ?? null, path: options.path ?? '/' };
  const flows: Flow[] = [];
  for (const [listener, timeline] of Object.entries(traffic.listeners)) {
    const ids = new Set(timeline.flatMap(({ value }) => (value ?? []).map((route) => route.id)));
    const wanted = options.listener ?? null;
    const matched = wanted === listener || (wanted === null && (options.path ?? options.host) !== undefined);
    const picked = matched ? [listener] : [...ids].filter((id) => wanted === null || id === wanted);
    for (const route of picked) {
      const all = flowOf(traffic, listener, matched ? routeFor(request) : routeNamed(route), options.from ?? 0, to);
      const from = options.from ?? all.find((span) => lostOf(span) < 1)?.from ?? to;
      const rate = options.requestsPerSecond ?? demandOf(traffic, listener, to);
      const asked = wanted === listener;
      const spans = asked ? withHoles(all, from, to) : all.filter((span) => span.to > from);
      if (options.perSecond && to - from > maxSeconds * 1000) tooLong();
      if (asked || (all.length > 0 && !onlyAnswered(all))) flows.push({ route, rate, from, to, spans });
    }
  }
  return flows;
}

function tooLong(): never {
  throw new RangeError(`perSecond takes an interval of at most ${maxSeconds} seconds`);
}

/** The time in which there was no listener is part of the whole too: its requests met nobody. */
function withHoles(spans: FlowSpan[], from: number, to: number): FlowSpan[] {
  const result: FlowSpan[] = [];
  let at = from;
  const fill = (until: number): void => {
    if (until > at)
      result.push({ from: at, to: until, served: [], unhealthy: [], toDraining: 0, toEmpty: 1, answered: 0 });
  };
  for (const span of spans.filter((each) => each.to > from)) {
    fill(span.from);
    result.push(span);
    at = span.to;
  }
  fill(to);
  return result;
}

const onlyAnswered = (spans: FlowSpan[]): boolean => spans.every((span) => span.answered === 1);

/** The share of requests that met no healthy target. */
function lostOf(span: FlowSpan): number {
  const unhealthy = span.unhealthy.reduce((sum, part) => sum + part.share, 0);
  return round(unhealthy + span.toEmpty + span.toDraining);
}

const round = (share: number): number => Math.round(share * 10_000) / 10_000;

const emptyCounts = (): TrafficCounts => ({
  requests: 0,
  served: {},
  answered: 0,
  toEmpty: 0,
  toUnhealthy: 0,
  toDraining: 0,
});

/** Counts whole requests: each piece's requests are shared out by weight, remainders carried to the next piece. */
function countInto(
  counts: TrafficCounts,
  { rate, from, spans }: Flow,
  seconds: Map<number, TrafficCounts> | null,
): void {
  const carried = new Map<string, number>();
  const before = (time: number) => Math.ceil(((time - from) * rate) / 1000 - 1e-9);
  for (const span of seconds === null ? spans : spans.flatMap((each) => inSeconds(each, from))) {
    const requests = before(span.to) - before(span.from);
    const second = from + Math.floor((span.from - from) / 1000) * 1000;
    const places = seconds === null ? [counts] : [counts, kept(seconds, second)];
    for (const place of places) place.requests += requests;
    const dues = sharesOf(span).map(([outcome, share]) => ({
      outcome,
      due: share * requests + (carried.get(outcome) ?? 0),
    }));
    for (const { outcome, due, whole } of inWholes(dues, requests)) {
      carried.set(outcome, due - whole);
      for (const place of places) add(place, outcome, whole);
    }
  }
}

function kept(seconds: Map<number, TrafficCounts>, second: number): TrafficCounts {
  const counts = seconds.get(second) ?? emptyCounts();
  seconds.set(second, counts);
  return counts;
}

/** Cuts a piece at each full second after `from`. */
function inSeconds(span: FlowSpan, from: number): FlowSpan[] {
  const cuts: number[] = [];
  for (let at = from + (Math.floor((span.from - from) / 1000) + 1) * 1000; at < span.to; at += 1000) cuts.push(at);
  return [span.from, ...cuts].map((start, index) => ({ ...span, from: start, to: cuts[index] ?? span.to }));
}

interface Due {
  outcome: string;
  due: number;
}

/** Whole numbers nearest to what is due that make up exactly `total`. */
function inWholes(dues: Due[], total: number): Array<Due & { whole: number }> {
  const shared = dues
    .map((each) => ({ ...each, whole: Math.max(0, Math.floor(each.due + 1e-9)) }))
    .sort((a, b) => b.due - b.whole - (a.due - a.whole) || (a.outcome < b.outcome ? -1 : 1));
  let left = total - shared.reduce((sum, { whole }) => sum + whole, 0);
  for (let index = 0; left > 0; index = (index + 1) % shared.length, left -= 1) shared[index]!.whole += 1;
  for (const each of [...shared].reverse()) {
    const taken = Math.min(each.whole, Math.max(0, -left));
    each.whole -= taken;
    left += taken;
  }
  return shared;
}

const servedBy = 'served:';

/** The shares of all outcomes that are possible in a piece. */
function sharesOf(span: FlowSpan): Array<[string, number]> {
  const shares = new Map<string, number>();
  const note = (outcome: string, share: number) => shares.set(outcome, (shares.get(outcome) ?? 0) + share);
  for (const part of span.served) note(servedBy + part.group, part.share);
  for (const part of span.unhealthy) note('toUnhealthy', part.share);
  note('toDraining', span.toDraining);
  note('toEmpty', span.toEmpty);
  note('answered', span.answered);
  return [...shares].filter(([, share]) => share > 0);
}

function add(counts: TrafficCounts, outcome: string, requests: number): void {
  if (requests === 0) return;
  if (outcome.startsWith(servedBy)) {
    const group = outcome.slice(servedBy.length);
    counts.served[group] = (counts.served[group] ?? 0) + requests;
  } else {
    counts[outcome as 'toUnhealthy' | 'toDraining' | 'toEmpty' | 'answered'] += requests;
  }
}

/** The spells in which requests met no healthy target, neighbours with the same loss taken together. */
function gapsOf({ route, spans }: Flow): Gap[] {
  const gaps: Array<{ from: number; to: number; lost: number }> = [];
  for (const span of spans) {
    const lost = lostOf(span);
    if (lost === 0) continue;
    const last = gaps.at(-1);
    if (last !== undefined && last.to === span.from && last.lost === lost) last.to = span.to;
    else gaps.push({ from: span.from, to: span.to, lost });
  }
  return gaps.map(({ from, to, lost }) => ({
    route,
    from: new Date(from).toISOString(),
    seconds: (to - from) / 1000,
    lost,
  }));
}

function groupShares(span: FlowSpan): Record<string, number> {
  const shares: Record<string, number> = {};
  for (const { group, share } of span.served) shares[group] = (shares[group] ?? 0) + share;
  return Object.fromEntries(Object.entries(shares).map(([group, share]) => [group, round(share)]));
}

function detailsOf({ route, from, to, spans }: Flow): TrafficReport['routes'][number] {
  const told = spans.map((span) => ({ ...span, shares: groupShares(span), lost: lostOf(span) }));
  const seconds: TrafficReport['routes'][number]['seconds'] = [];
  let index = 0;
  for (let at = Math.max(from, to - maxSeconds * 1000); at < to; at += 1000) {
    while (index < told.length - 1 && (told[index]?.to ?? 0) <= at) index += 1;
    const span = told[index];
    if (span !== undefined) seconds.push({ at: new Date(at).toISOString(), shares: span.shares, lost: span.lost });
  }
  const totals: Record<string, number> = {};
  for (const span of told) {
    for (const [name, share] of Object.entries(span.shares)) {
      totals[name] = Math.round(((totals[name] ?? 0) + (share * (span.to - span.from)) / 1000) * 1000) / 1000;
    }
  }
  return { route, seconds, totals };
}
