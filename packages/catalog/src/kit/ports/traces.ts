import type { RegionRef } from './instances.ts';
import type { Capacity } from './server-groups.ts';

interface Trace extends RegionRef {
  /** Server groups: the name. */
  readonly id: string;
  readonly name: string;
  /** Execution and stage that made it; null when another tool did. */
  readonly executionId: string | null;
  readonly stageId: string | null;
}

/** A server group that we made, or of which we hold something back. */
export interface MarkedServerGroup extends Trace {
  readonly kind: 'serverGroup';
  readonly capacity: Capacity;
  /** Members. */
  readonly instances: number;
  /** Size meant for it once live, when it was scaled down or pinned by us. */
  readonly intendedCapacity: Capacity | null;
  /** Processes that taking it out of traffic has suspended; null when nothing is held back for that. */
  readonly frozen: readonly string[] | null;
  /** Processes suspended until scaling that was copied may act; null when nothing is held back for that. */
  readonly unsettled: readonly string[] | null;
  readonly suspendedProcesses: readonly string[];
  /** Epoch ms. */
  readonly createdTime: number;
}

/** A machine that was started for a while, such as one that bakes. Those that have ended are not listed. */
export interface TemporaryMachine extends Trace {
  readonly kind: 'machine';
  /** `pending`, `running`, `stopping` or `stopped`. */
  readonly state: string;
  /** Epoch ms after which whoever finds it may remove it. */
  readonly expiresTime: number;
}

export interface MadeImage extends Trace {
  readonly kind: 'image';
  readonly state: 'pending' | 'available' | 'failed';
  readonly bakeKey: string | null;
}

/** A launch template whose server group does not exist. */
export interface LooseTemplate extends Trace {
  readonly kind: 'launchTemplate';
  readonly serverGroup: string;
}

/** What an image of a bake was made of, and that no image uses: it was deregistered, or never came to be. */
export interface LooseSnapshot extends Trace {
  readonly kind: 'snapshot';
  readonly bakeKey: string | null;
  /** Epoch ms. */
  readonly createdTime: number;
}

export type CloudTrace = MarkedServerGroup | TemporaryMachine | MadeImage | LooseTemplate | LooseSnapshot;

/** What carries our marks in the cloud, whatever our own database says; read live. */
export interface Traces {
  find(place: RegionRef): Promise<readonly CloudTrace[]>;
}
