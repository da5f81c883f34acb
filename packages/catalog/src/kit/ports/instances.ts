import type { InstanceHealth, Operation, ServerGroupRef } from './server-groups.ts';

/** An account and one of its regions. */
export interface RegionRef {
  readonly account: string;
  readonly region: string;
}

/** One machine, whether or not it belongs to a server group. */
export interface Machine {
  readonly id: string;
  /** `pending`, `running`, `shutting-down`, `stopping`, `stopped` or `terminated`. */
  readonly state: string;
  /** Server group it is a member of. */
  readonly serverGroup: string | null;
}

/** A target group's word on an instance. */
export interface TargetState {
  readonly instanceId: string;
  readonly targetGroup: string;
  readonly health: InstanceHealth;
}

/**
 * Single instances, read live. Every change may be repeated with the same operation and then does nothing twice, except
 * `reboot`: AWS takes no token for it.
 */
export interface Instances {
  /** Those that exist, in the order asked for. One that ended long ago is not there any more. */
  find(place: RegionRef, ids: readonly string[]): Promise<readonly Machine[]>;
  /** Ends them. Their server groups start others in their places. */
  terminate(place: RegionRef, ids: readonly string[], operation: Operation): Promise<void>;
  /**
   * Ends a member and makes its group one smaller. `lowerMin` lowers min where it stands in the way, `lowerMax` makes the
   * new size the greatest. Fails with `aws.at-minimum` where min stands in the way.
   */
  terminateAndShrink(
    ref: ServerGroupRef,
    id: string,
    how: { readonly lowerMin: boolean; readonly lowerMax: boolean },
    operation: Operation,
  ): Promise<void>;
  /** Asked once, without tries of its own: after a lost answer only the caller knows whether a second reboot is better than none. */
  reboot(place: RegionRef, ids: readonly string[], operation: Operation): Promise<void>;
  /** Takes members out of their group and lets them run. With `shrink` the group becomes smaller, else it starts others. */
  detach(
    ref: ServerGroupRef,
    ids: readonly string[],
    how: { readonly shrink: boolean; readonly lowerMin: boolean },
    operation: Operation,
  ): Promise<void>;
  /** What the target groups, by name, say of the instances; `OutOfService` where they are not in. */
  targets(place: RegionRef, targetGroups: readonly string[], ids: readonly string[]): Promise<readonly TargetState[]>;
  /** Target groups are named. Fails with `aws.gone` where one does not exist. */
  register(
    place: RegionRef,
    targetGroups: readonly string[],
    ids: readonly string[],
    operation: Operation,
  ): Promise<void>;
  deregister(
    place: RegionRef,
    targetGroups: readonly string[],
    ids: readonly string[],
    operation: Operation,
  ): Promise<void>;
}
