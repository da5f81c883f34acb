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

export interface LoadBalancerRef {
  readonly account: string;
  readonly region: string;
  readonly name: string;
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

export type LoadBalancerType = 'application' | 'network';

/** One step of what is done with a request; the last one forwards, redirects or answers it. */
export interface ListenerAction {
  /** `forward`, `redirect`, `fixed-response`, `authenticate-oidc`, `authenticate-cognito`. */
  readonly type: string;
  /** Of a forward. */
  readonly shares?: readonly TrafficShare[];
  /** Of any other: its settings in the provider's words, first letter small (`statusCode`, `clientId`). */
  readonly settings?: JsonObject;
}

/** A request fits when one of the values fits. */
export interface RuleCondition {
  /** `path-pattern`, `host-header`, `http-request-method`, `source-ip`, `http-header`, `query-string`. */
  readonly field: string;
  /** Of a query string: `key=value`, or a value alone. */
  readonly values: readonly string[];
  /** Of an HTTP header: its name. */
  readonly name?: string;
}

export interface ListenerRule {
  /** "1" … "50000"; the lowest that fits decides. */
  readonly priority: string;
  /** All must fit. */
  readonly conditions: readonly RuleCondition[];
  readonly actions: readonly ListenerAction[];
}

export interface Listener {
  readonly port: number;
  /** HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP. */
  readonly protocol: string;
  readonly sslPolicy?: string | null;
  /** ARNs; the first is the one that is used when no name fits. */
  readonly certificates: readonly string[];
  /** When no rule fits. */
  readonly actions: readonly ListenerAction[];
  /** By priority. */
  readonly rules: readonly ListenerRule[];
}

export interface HealthCheck {
  readonly protocol?: string | null;
  /** A number, or `traffic-port`. */
  readonly port?: string | null;
  readonly path?: string | null;
  readonly intervalSeconds?: number | null;
  readonly timeoutSeconds?: number | null;
  readonly healthyThreshold?: number | null;
  readonly unhealthyThreshold?: number | null;
  /** Codes that count as healthy ("200-299"). */
  readonly matcher?: string | null;
}

/** Protocol, port and target type are fixed when it is made. */
export interface TargetGroupSettings {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  /** `instance`, `ip`, `lambda`. */
  readonly targetType: string;
  readonly healthCheck: HealthCheck;
  /** By the provider's names (`deregistration_delay.timeout_seconds`). */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A load balancer as it shall be. What is absent stays as it is, or is the provider's default when it is new. */
export interface LoadBalancerSpec extends LoadBalancerRef {
  readonly type: LoadBalancerType;
  /** Reached from inside the network only; fixed when it is made. */
  readonly internal: boolean;
  readonly vpcId?: string | null;
  /** Purpose tag of subnets, when ids are not given. */
  readonly subnetType?: string | null;
  readonly subnetIds?: readonly string[];
  readonly availabilityZones?: readonly string[];
  /** Names or ids. */
  readonly securityGroups?: readonly string[] | null;
  readonly ipAddressType?: string | null;
  /** By the provider's names (`idle_timeout.timeout_seconds`). */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Those it has of its own. */
  readonly targetGroups: readonly TargetGroupSettings[];
  /**
   * Names of target groups it had before the first try, so that a repeat still knows them: those that are not named any
   * more, are empty and that nothing else needs are removed.
   */
  readonly formerTargetGroups?: readonly string[];
  /** All that it has then: listeners and rules not named are removed. */
  readonly listeners: readonly Listener[];
}

export interface Target {
  /** Instance, address or function. */
  readonly id: string;
  readonly port: number | null;
  readonly zone: string | null;
  readonly health: InstanceHealth;
  /** The provider's state and reason code ("unhealthy", "Target.ResponseCodeMismatch"). */
  readonly state: string;
  readonly code?: string;
  readonly description?: string;
}

export interface TargetGroup extends TargetGroupSettings {
  readonly arn: string;
  readonly vpcId: string | null;
  readonly targets: readonly Target[];
}

/** A target group by itself, whether or not anything sends to it. */
export interface OwnedTargetGroup extends TargetGroup {
  readonly tags: Readonly<Record<string, string>>;
  /** Names of the load balancers that send to it. */
  readonly loadBalancers: readonly string[];
}

/** A load balancer as it is, with everything behind it. */
export interface LoadBalancer extends LoadBalancerRef {
  readonly arn: string;
  readonly type: string;
  /** Only `active` ones take requests; `failed` ones never will. */
  readonly state: 'provisioning' | 'active' | 'failed';
  readonly dnsName: string;
  readonly internal: boolean;
  readonly vpcId: string | null;
  readonly subnetIds: readonly string[];
  readonly availabilityZones: readonly string[];
  /** Ids. */
  readonly securityGroups: readonly string[];
  readonly ipAddressType: string | null;
  /** Epoch ms. */
  readonly createdTime: number | null;
  readonly tags: Readonly<Record<string, string>>;
  /** By port. */
  readonly listeners: readonly Listener[];
  /** Those that its listeners and rules send to. */
  readonly targetGroups: readonly TargetGroup[];
}

/** What saving or deleting a load balancer left behind on purpose, as sentences. */
export interface LoadBalancerChange {
  readonly dnsName: string;
  readonly left: readonly string[];
}

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
  /** Null when it does not exist. */
  read(ref: LoadBalancerRef): Promise<LoadBalancer | null>;
  /** Its settings by the provider's names (`idle_timeout.timeout_seconds`); empty when there is none. */
  readAttributes(ref: LoadBalancerRef): Promise<Readonly<Record<string, string>>>;
  /** Null when it does not exist. */
  readTargetGroup(ref: TargetGroupRef): Promise<OwnedTargetGroup | null>;
  /** Load balancers of an application, by their tags or names, over the configured regions of all accounts. */
  listApplication(application: string): Promise<readonly LoadBalancer[]>;
  /**
   * Makes it, or makes it so: new parts first, what is no longer named last, so that no listener is ever without an
   * action and no port without its listener. Fails with `aws.cannot-change` before anything is changed when the
   * provider fixes what differs. A new one is not `active` yet: read it until it is.
   */
  upsert(spec: LoadBalancerSpec, operation: Operation): Promise<LoadBalancerChange>;
  /**
   * Deletes it and, of the target groups named (those it had before the first try), the ones that are empty and that
   * nothing else needs. None of that name is no error.
   */
  remove(ref: LoadBalancerRef, targetGroups: readonly string[], operation: Operation): Promise<LoadBalancerChange>;
  /** Gives a target group the health check and attributes that are said. Fails with `aws.gone` when it does not exist. */
  saveTargetGroup(
    ref: TargetGroupRef,
    settings: Pick<TargetGroupSettings, 'healthCheck' | 'attributes'>,
    operation: Operation,
  ): Promise<void>;
  /** Deletes those that nothing needs; answers why the others were left. One that does not exist is no error. */
  removeTargetGroups(
    place: Omit<TargetGroupRef, 'targetGroup'>,
    names: readonly string[],
    operation: Operation,
  ): Promise<readonly string[]>;
}
