import { type AppBehaviour, appBehaviourSchema } from '../scenario/app-behaviour.ts';
import { demandOf } from '../traffic/demand.ts';
import { flowOf, routeNamed } from '../traffic/flow.ts';
import { groupKey, type Run, type TrafficState } from '../traffic/state.ts';
import { type Span, spansOf } from '../traffic/timeline.ts';
import type { World } from '../world/world.ts';
import { chance, hashText, shapeOfDay, stray } from './noise.ts';

export const minuteMs = 60_000;
const latencySteps = 20;
const cacheSize = 8000;

/** What one instance did in one minute. */
export interface InstanceMinute {
  id: string;
  requests: number;
  errors: number;
  /** Milliseconds of the fastest and the slowest answer. */
  latency: [fastest: number, slowest: number];
  cpu: number;
}

/** How long the answers of a minute took, in milliseconds: evenly many from the fastest to the slowest, most of them fast. */
export function latenciesOf({ latency: [fastest, slowest] }: InstanceMinute): number[] {
  return Array.from({ length: latencySteps }, (_, step) => {
    const share = (step + 0.5) / latencySteps;
    return fastest + (slowest - fastest) * share * share;
  });
}

/** Requests that came to a server group through one target group in one minute. */
export interface Arrival {
  listener: string;
  targetGroup: string;
  group: string;
  requests: number;
}

/** What the load balancers of a region did with the requests of a minute. */
export interface BalancedMinute {
  arrivals: Arrival[];
  /** Requests by listener that met nobody. */
  unanswered: Map<string, number>;
}

const defaults = appBehaviourSchema.parse({});

/**
 * What applications did, worked out for a minute when somebody asks: a pure function of the seed, the minute and what
 * was noted of listeners, targets and instances. Only minutes that are over have an answer, so it never changes.
 */
export class Workload {
  readonly #traffic: TrafficState;
  readonly #seed: number;
  readonly #groups = new Map<string, InstanceMinute[]>();
  readonly #balanced = new Map<string, BalancedMinute>();

  constructor(traffic: TrafficState, seed: number) {
    this.#traffic = traffic;
    this.#seed = seed;
  }

  /** What the members of a group did in the minute from `minute` on, in milliseconds. */
  groupMinute(region: string, group: string, minute: number): InstanceMinute[] {
    return remembered(this.#groups, `${groupKey(region, group)}/${minute}`, () =>
      this.#groupMinute(region, group, minute),
    );
  }

  balancedMinute(region: string, minute: number): BalancedMinute {
    return remembered(this.#balanced, `${region}/${minute}`, () => this.#balancedMinute(region, minute));
  }

  #balancedMinute(region: string, minute: number): BalancedMinute {
    const result: BalancedMinute = { arrivals: [], unanswered: new Map() };
    const end = minute + minuteMs;
    const [account, name] = region.split('/');
    for (const [listener, timeline] of Object.entries(this.#traffic.listeners)) {
      if (!listener.startsWith(`arn:aws:elasticloadbalancing:${name}:${account}:`)) continue;
      const routes = spansOf(timeline, minute, end).flatMap(({ value }) => (value ?? []).map((route) => route.id));
      const perMinute = demandOf(this.#traffic, listener, minute) * 60;
      for (const route of new Set(routes)) {
        for (const span of flowOf(this.#traffic, listener, routeNamed(route), minute, end)) {
          const requests = (perMinute * (span.to - span.from)) / minuteMs;
          for (const { targetGroup, group, share } of [...span.served, ...span.unhealthy]) {
            result.arrivals.push({ listener, targetGroup, group, requests: requests * share });
          }
          const lost = requests * (span.toEmpty + span.toDraining);
          if (lost > 0) result.unanswered.set(listener, (result.unanswered.get(listener) ?? 0) + lost);
        }
      }
    }
    return result;
  }

  #groupMinute(region: string, group: string, minute: number): InstanceMinute[] {
    const members = this.#membersIn(region, group, minute);
    const arrived = this.balancedMinute(region, minute)
      .arrivals.filter((each) => each.group === group)
      .reduce((sum, { requests }) => sum + requests, 0);
    const balancedSince = this.#traffic.balancedSince[groupKey(region, group)] ?? Number.POSITIVE_INFINITY;
    const own = balancedSince >= minute + minuteMs;
    const ready = members.reduce((sum, member) => sum + member.goodMs + member.badMs, 0);
    const running = members.reduce((sum, member) => sum + member.runningMs, 0);
    return members.map((member) => {
      const part = ready > 0 ? (member.goodMs + member.badMs) / ready : member.runningMs / running;
      const readySeconds = (member.goodMs + member.badMs) / 1000;
      return this.#work(member, minute, own ? member.app.ownRequests * readySeconds : arrived * part);
    });
  }

  #work(member: Member, minute: number, expected: number): InstanceMinute {
    const { app, id } = member;
    const source = hashText(`${this.#seed}/${id}`);
    const count = minute / minuteMs;
    const strayed = (draw: number, size = 1) => Math.max(0, 1 + app.noise * size * stray(source, count, draw));
    const shape = shapeOfDay(minute, app.daily);
    const requests = Math.floor(expected * shape * strayed(1, 0.5) + chance(source, count, 2));
    const ready = member.goodMs + member.badMs;
    const badShare = ready === 0 ? 1 : (member.goodMs * app.errorRate + member.badMs) / ready;
    const failing = Math.floor(requests * badShare * strayed(3) + chance(source, count, 4));
    const errors = badShare === 1 ? requests : Math.min(requests, failing);
    const perSecond = requests / Math.max(1, member.runningMs / 1000);
    const cpu = (app.cpu * shape + app.cpuPerRequest * perSecond) * strayed(5);
    const [fastest, slowest] = app.latencyMs;
    const pace = strayed(6);
    return { id, requests, errors, latency: [pace * fastest, pace * slowest], cpu: Math.min(100, cpu) };
  }

  #membersIn(region: string, group: string, minute: number): Member[] {
    const ids = this.#traffic.instancesOf[groupKey(region, group)] ?? [];
    return ids.flatMap((id) => {
      const spans = spansOf(this.#traffic.instances[id]?.runs, minute, minute + minuteMs);
      const member: Member = { id, runningMs: 0, goodMs: 0, badMs: 0, app: defaults };
      for (const span of spans) if (span.value.group === group) addSpan(member, span);
      return member.runningMs > 0 ? [member] : [];
    });
  }
}

interface Member {
  id: string;
  runningMs: number;
  /** Time in which the application answers as it should. */
  goodMs: number;
  /** Time in which every request fails. */
  badMs: number;
  app: AppBehaviour;
}

function addSpan(member: Member, { from, to, value: run }: Span<Run>): void {
  const app = { ...defaults, ...run.app };
  const end = Math.min(to, run.endsAt ?? to);
  const start = Math.max(from, run.runningAt);
  if (end <= start) return;
  member.app = app;
  member.runningMs += end - start;
  const ready = Math.max(start, run.startedAt + app.boot * 1000);
  if (end <= ready) return;
  const breaks = [app.failAfter === null ? null : app.boot + app.failAfter, app.impairedAfter];
  const broken = breaks.flatMap((seconds) => (seconds === null ? [] : [run.startedAt + seconds * 1000]));
  const bad = app.crash ? ready : Math.max(ready, Math.min(end, run.impairedAt ?? end, ...broken));
  const spells = badSpells(run.startedAt + app.boot * 1000, (app.flap ?? 0) * 1000, ready, bad);
  member.goodMs += bad - ready - spells;
  member.badMs += end - bad + spells;
}

/** Of [from, to): the time that falls into the bad spells of an application that turns every `length` from `start` on. */
function badSpells(start: number, length: number, from: number, to: number): number {
  if (length === 0) return 0;
  const until = (time: number) => {
    const passed = time - start;
    const turns = Math.floor(passed / (2 * length));
    return turns * length + Math.max(0, passed - turns * 2 * length - length);
  };
  return until(to) - until(from);
}

function remembered<T>(cache: Map<string, T>, key: string, make: () => T): T {
  let found = cache.get(key);
  if (found === undefined) {
    found = make();
    if (cache.size >= cacheSize) cache.clear();
    cache.set(key, found);
  }
  return found;
}

const workloads = new WeakMap<TrafficState, Workload>();

/** The workload of a world as it is; kept as long as its record is. */
export function workloadOf(world: World): Workload {
  const { traffic, seed } = world.state;
  let found = workloads.get(traffic);
  if (found === undefined) {
    found = new Workload(traffic, seed);
    workloads.set(traffic, found);
  }
  return found;
}
