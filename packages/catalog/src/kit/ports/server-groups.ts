import type { Failure, Moniker } from '@gennaker/pipeline-dsl';
import type { LifecycleHook, ServerGroupSpec } from './server-group-spec.ts';

/** All versions of one application's stack and detail in one account and region. */
export interface ClusterRef {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
}

export interface ServerGroupRef {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

/** Numbers of instances: never fewer than `min`, never more than `max`, now wanted `desired`. */
export interface Capacity {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
}

/** `Draining` still finishes requests: it is neither up nor down. */
export type InstanceHealth = 'Up' | 'Starting' | 'Down' | 'OutOfService' | 'Draining' | 'Unknown';

/** One source's word on an instance, in that source's own terms. */
export interface HealthReason {
  readonly source: 'machine' | 'group' | 'target';
  /** Target group, for source `target`. */
  readonly where?: string;
  readonly health: InstanceHealth;
  /** The provider's state and reason code ("unhealthy", "Target.ResponseCodeMismatch"). */
  readonly state: string;
  readonly code?: string;
  readonly description?: string;
}

export interface Instance {
  readonly id: string;
  readonly zone: string;
  /** Epoch ms. */
  readonly launchTime: number | null;
  readonly health: InstanceHealth;
  readonly reasons: readonly HealthReason[];
}

/** One version of a cluster, as read live from the cloud. */
export interface ServerGroup extends ServerGroupRef {
  readonly moniker: Moniker;
  /** Epoch ms. */
  readonly createdTime: number;
  readonly capacity: Capacity;
  readonly image: { readonly id: string; readonly name: string | null; readonly version: string | null };
  /** Members only: instances that are leaving are not listed. */
  readonly instances: readonly Instance[];
  readonly targetGroups: readonly string[];
  readonly loadBalancers: readonly string[];
  readonly suspendedProcesses: readonly string[];
  /** `enabled`: takes traffic; `disabled`: takes none and will take none; `partial`: neither. */
  readonly traffic: 'enabled' | 'disabled' | 'partial';
  /** Instances still finishing requests although already out of traffic. */
  readonly draining: number;
  /** The cloud is deleting it. */
  readonly beingDeleted: boolean;
  /** Operation that made it; null when another tool did. */
  readonly operationKey: string | null;
  /** Size meant for it once live, when it was scaled down or pinned by us. */
  readonly intendedCapacity: Capacity | null;
  /** Starts and ends of its instances are told as they happen: whoever waits for them may look less often. */
  readonly changesAreTold?: boolean;
}

/** Something the provider did to a group's size: an instance started or ended, or could not be. Times are epoch ms. */
export interface ScalingActivity {
  readonly id: string;
  readonly startTime: number;
  /** Null while it goes on. */
  readonly endTime: number | null;
  /** In the provider's word, such as `Successful`, `InProgress` or `Failed`. */
  readonly status: string;
  readonly description: string;
  /** Why it was begun, in the provider's sentences. */
  readonly cause: string;
  /** What went wrong, or null. */
  readonly message: string | null;
}

/** Stable identity of one change: a retry carries the same key and is recognised as the earlier attempt. */
export interface Operation {
  readonly key: string;
  readonly executionId: string;
  readonly stageId: string;
  readonly abort?: AbortSignal;
}

/** What was taken over from another server group, by name. */
export interface CopiedScaling {
  readonly policies: readonly string[];
  readonly alarms: readonly string[];
  readonly schedules: readonly string[];
  /** What could not be taken over as it was, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * Versions of a cluster and their traffic, always read live. Every change may be repeated with the same operation
 * and then does nothing twice. Failures are thrown as `FailureError` (codes `aws.*`), anything else is an outage.
 */
export interface ServerGroups {
  /** Server groups of the cluster, oldest first. Empty when there are none. */
  list(cluster: ClusterRef): Promise<readonly ServerGroup[]>;
  /** Null when it does not exist. */
  read(ref: ServerGroupRef): Promise<ServerGroup | null>;
  /**
   * The same for whoever waits, with fewer calls: that a machine behind a load balancer runs may have been read up to
   * 15 s ago, its targets' health and all else is of now. Before anything is taken away, `read` or `list`.
   */
  watch(ref: ServerGroupRef): Promise<ServerGroup | null>;
  /** All server groups of an application over the account's configured regions. */
  listApplication(application: string): Promise<readonly ServerGroup[]>;
  /** A free name for the next version. Confirm it by creating: another may take it meanwhile. */
  nextName(cluster: ClusterRef, moniker: { app: string; stack: string | null; detail: string | null }): Promise<string>;
  /**
   * What an existing server group would have to be made of to be made again: its newest launch settings, with names of
   * security groups and target groups, and without bookkeeping of ours. Null when it does not exist.
   */
  recipe(ref: ServerGroupRef): Promise<ServerGroupSpec | null>;
  /** Its lifecycle hooks, as a spec of another group takes them. Empty when the group does not exist. */
  readHooks(ref: ServerGroupRef): Promise<readonly LifecycleHook[]>;
  /** Checks a spec by reads alone and returns every problem found, as sentences. */
  preflight(spec: Omit<ServerGroupSpec, 'name'>): Promise<readonly string[]>;
  /** Makes the group and starts its instances. Fails with `aws.name-taken` when the name belongs to another operation. */
  create(spec: ServerGroupSpec, operation: Operation): Promise<void>;
  /**
   * Gives up a creation by the operation it was begun with: what it has made so far goes. A group that has its size
   * already stays, and so does everything of another operation.
   */
  abandon(ref: ServerGroupRef, operation: Operation): Promise<void>;
  /**
   * Gives `to` the scaling policies, their alarms and the scheduled actions of `from`, under names that follow from
   * theirs. They do nothing until `settleScaling`. A source that is gone or has none gives none.
   */
  copyScaling(from: ServerGroupRef, to: ServerGroupRef, operation: Operation): Promise<CopiedScaling>;
  /** Lets scaling that was copied act; in a group out of traffic it acts once that is enabled. Nothing held: nothing done. */
  settleScaling(ref: ServerGroupRef, operation: Operation): Promise<void>;
  resize(ref: ServerGroupRef, capacity: Capacity, operation: Operation): Promise<void>;
  /** Puts it (back) into traffic and gives back exactly the processes that disabling took. */
  enable(ref: ServerGroupRef, operation: Operation): Promise<void>;
  /** Takes it out of traffic without stopping instances. Draining goes on afterwards: read until `draining` is 0. */
  disable(ref: ServerGroupRef, operation: Operation): Promise<void>;
  /**
   * Takes these instances, those of them that are members, out of traffic while the group itself stays in it. No scaling
   * process is suspended. Draining goes on afterwards: read until they are `OutOfService`.
   */
  disableInstances(ref: ServerGroupRef, instanceIds: readonly string[], operation: Operation): Promise<void>;
  /** Puts these members back into traffic. Those that do not run, or are gone, are left out. */
  enableInstances(ref: ServerGroupRef, instanceIds: readonly string[], operation: Operation): Promise<void>;
  /** One round of removal; call again until it answers `gone`. */
  destroy(ref: ServerGroupRef, operation: Operation): Promise<'gone' | 'going'>;
  /** Restores min, or min and max, remembered by an earlier pin. */
  setIntendedCapacity(ref: ServerGroupRef, capacity: Capacity | null, operation: Operation): Promise<void>;
  /** Those of the target groups that a listener, or a rule of one, sends requests to now. */
  requested(
    place: Pick<ServerGroupRef, 'account' | 'region'>,
    targetGroups: readonly string[],
  ): Promise<readonly string[]>;
  /** What keeps instances from coming or going right now, such as a lifecycle hook; each completes "Waiting for …". */
  heldBy(ref: ServerGroupRef): Promise<readonly string[]>;
  /** What the provider did to the group lately, newest first, at most 100; empty when the group does not exist. */
  activities(ref: ServerGroupRef): Promise<readonly ScalingActivity[]>;
  /**
   * Why the group can never become healthy, or null while there is hope: launches refused for good, instances that boot
   * and die, every target failing past the grace time, target group on no listener. `sinceMs` = start of the wait.
   */
  hopeless(group: ServerGroup, sinceMs: number): Promise<Failure | null>;
}
