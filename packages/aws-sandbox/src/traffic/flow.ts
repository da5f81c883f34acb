import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { globMatches } from '../services/glob.ts';
import type { Route, TrafficState } from './state.ts';
import { changesOf, spansOf, valueAt } from './timeline.ts';

/** The share of requests that one server group gets through one target group. */
export interface Part {
  targetGroup: string;
  group: string;
  share: number;
}

/** Over [from, to): where the requests of one route go. All shares together are 1. */
export interface FlowSpan {
  from: number;
  to: number;
  /** To healthy targets. */
  served: Part[];
  /** To targets that fail their checks, or have not passed one yet, because there is no healthy one. */
  unhealthy: Part[];
  /** To a target group where every target is draining. */
  toDraining: number;
  /** To a target group without a target, to one that is gone, or to weights that are all zero. */
  toEmpty: number;
  /** Answered by the load balancer itself. */
  answered: number;
}

/** A virtual request, to find the rule it meets. */
export interface VirtualRequest {
  host: string | null;
  path: string;
}

type Pick = (routes: Route[]) => Route | undefined;

/** Picks the rule a request meets; the default action at the end has no conditions. */
export const routeFor =
  (request: VirtualRequest): Pick =>
  (routes) =>
    routes.find((route) => route.conditions.every((condition) => meets(request, condition)));

/** Picks one rule, or the default action, whatever its conditions. */
export const routeNamed =
  (id: string): Pick =>
  (routes) =>
    routes.find((route) => route.id === id);

function meets(request: VirtualRequest, condition: RuleCondition): boolean {
  const values = (config: { Values?: string[] } | undefined) => config?.Values ?? condition.Values ?? [];
  if (condition.Field === 'path-pattern')
    return values(condition.PathPatternConfig).some((glob) => globMatches(glob, request.path));
  if (condition.Field === 'host-header') {
    const host = request.host?.toLowerCase();
    return (
      host !== undefined && values(condition.HostHeaderConfig).some((glob) => globMatches(glob.toLowerCase(), host))
    );
  }
  if (condition.Field === 'http-request-method') return values(condition.HttpRequestMethodConfig).includes('GET');
  return false;
}

/**
 * Where the requests of a listener went over [from, to), in pieces over which nothing changed. As a load balancer does:
 * weights choose the target group whatever its health, and a target group without a healthy target sends to the others.
 */
export function flowOf(traffic: TrafficState, listener: string, pick: Pick, from: number, to: number): FlowSpan[] {
  return spansOf(traffic.listeners[listener], from, to).flatMap((span) => {
    const route = span.value === null ? undefined : pick(span.value);
    if (route === undefined) return [];
    return routeSpans(traffic, route, span.from, span.to);
  });
}

function routeSpans(traffic: TrafficState, route: Route, from: number, to: number): FlowSpan[] {
  const arns = (route.targets ?? []).map(({ arn }) => arn);
  const changes = new Set(arns.flatMap((arn) => changesOf(traffic.targetGroups[arn], from, to)));
  const starts = [from, ...[...changes].sort((a, b) => a - b)];
  return starts.map((start, index) => flowAt(traffic, route, start, starts[index + 1] ?? to));
}

function flowAt(traffic: TrafficState, route: Route, from: number, to: number): FlowSpan {
  const span: FlowSpan = { from, to, served: [], unhealthy: [], toDraining: 0, toEmpty: 0, answered: 0 };
  if (route.targets === null) return { ...span, answered: 1 };
  const total = route.targets.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return { ...span, toEmpty: 1 };
  for (const { arn, weight } of route.targets) {
    if (weight > 0) spread(span, arn, weight / total, valueAt(traffic.targetGroups[arn], from) ?? {});
  }
  return span;
}

type Attendances = NonNullable<ReturnType<typeof valueAt<TrafficState['targetGroups'][string][number]['value']>>>;

function spread(span: FlowSpan, targetGroup: string, share: number, attendances: Attendances): void {
  const entries = Object.entries(attendances);
  const healthy = entries.reduce((sum, [, held]) => sum + held.healthy, 0);
  const ailing = entries.reduce((sum, [, held]) => sum + held.unhealthy + held.initial, 0);
  for (const [group, held] of entries) {
    if (healthy > 0 && held.healthy > 0) {
      span.served.push({ targetGroup, group, share: (share * held.healthy) / healthy });
    } else if (healthy === 0 && held.unhealthy + held.initial > 0) {
      span.unhealthy.push({ targetGroup, group, share: (share * (held.unhealthy + held.initial)) / ailing });
    }
  }
  if (healthy > 0 || ailing > 0) return;
  if (entries.some(([, held]) => held.draining > 0)) span.toDraining += share;
  else span.toEmpty += share;
}
