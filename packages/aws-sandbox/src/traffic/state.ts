import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AppBehaviour } from '../scenario/app-behaviour.ts';
import type { Weighted } from '../services/elbv2/forwarding.ts';
import type { Timeline } from './timeline.ts';

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
  /** When the application was started: at boot, or at the last reboot. */
  startedAt: number;
  /** When it stops or begins to end; null while that is not known. */
  endsAt: number | null;
  impairedAt: number | null;
  app: AppBehaviour;
}

/** How the applications of some server groups behave, whatever their image says. */
export interface Override {
  /** Glob over server group names. */
  resource: string;
  app: Partial<AppBehaviour>;
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
