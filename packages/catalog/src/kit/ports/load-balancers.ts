import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { InstanceHealth, Operation } from './server-groups.ts';

/** Where requests are divided: a listener's default action, or the action of one of its rules. */
export interface ListenerRef {
  readonly account: string;
  readonly region: string;
  /** Name. */
  readonly loadBalancer: string;
  readonly port: number;
  /** A rule by its priority ("10") or its ARN; absent = what the listener does when no rule fits. */
  readonly rule?: string | null;
}

export interface TargetGroupRef {
  readonly account: string;
  readonly region: string;
  /** Name. */
  readonly targetGroup: string;
}

/** Part of the requests that a target group gets: its weight over the sum of all weights. */
export interface TrafficShare {
  /** Name. */
  readonly targetGroup: string;
  /** 0 … 999; 0 = none, while its targets are still checked for health. */
  readonly weight: number;
}

export interface ListenerShares {
  /** In the listener's order. Empty when requests are not forwarded but redirected or answered at once. */
  readonly shares: readonly TrafficShare[];
  /** Users stay with their target group, or with their target, for a while: weights then hold for new users only. */
  readonly sticky: boolean;
  /** All actions as they are, for `restoreActions`. */
  readonly actions: JsonObject;
}

/** Targets of a target group by health; those that left it are not counted. */
export type TargetCounts = Readonly<Record<InstanceHealth, number>>;

/**
 * Load balancers and what they send where, always read live. Every change may be repeated with the same operation and
 * then does nothing twice. Failures are thrown as `FailureError` (codes `aws.*`), anything else is an outage.
 */
export interface LoadBalancers {
  /** Null when there is no such load balancer, listener or rule. */
  readShares(ref: ListenerRef): Promise<ListenerShares | null>;
  /**
   * Divides requests anew. Authentication before the forward stays, in its order; sticky target groups are switched
   * off in the action. Returns when the change was read back. Fails with `aws.not-forwarding` on a listener that
   * redirects or answers itself, with `aws.gone` when listener or target group does not exist.
   */
  setShares(ref: ListenerRef, shares: readonly TrafficShare[], operation: Operation): Promise<void>;
  /** Puts back exactly what `readShares` showed as `actions`. */
  restoreActions(ref: ListenerRef, picture: JsonObject, operation: Operation): Promise<void>;
  /** All zero when there is no such target group. */
  targetHealth(ref: TargetGroupRef): Promise<TargetCounts>;
  /** Every listener and rule that sends to it, also with weight 0; rules by ARN. */
  listenersOf(ref: TargetGroupRef): Promise<readonly ListenerRef[]>;
}
