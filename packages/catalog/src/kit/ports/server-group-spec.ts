import type { Moniker } from '@gennaker/pipeline-dsl';
import type { Capacity, ServerGroupRef } from './server-groups.ts';

/** A disk of each instance. What is absent follows the image, or the provider's own default. */
export interface BlockDevice {
  readonly deviceName: string;
  /** An instance store disk, such as `ephemeral0`, instead of a volume. */
  readonly virtualName?: string | null;
  readonly sizeGiB?: number | null;
  readonly volumeType?: string | null;
  readonly iops?: number | null;
  /** MiB per second. */
  readonly throughput?: number | null;
  readonly snapshotId?: string | null;
  readonly encrypted?: boolean | null;
  readonly kmsKeyId?: string | null;
  readonly deleteOnTermination?: boolean | null;
}

/** Holds an instance that comes or goes until somebody says that it may go on. */
export interface LifecycleHook {
  readonly name: string;
  readonly transition: 'launching' | 'terminating';
  /** What happens when nobody says anything in time. */
  readonly defaultResult?: 'CONTINUE' | 'ABANDON' | null;
  /** 30 to 7200. */
  readonly heartbeatSeconds?: number | null;
  readonly notificationTarget?: string | null;
  readonly role?: string | null;
  readonly metadata?: string | null;
}

/** Several instance types, and how much of it is bought on the spot market. */
export interface MixedInstances {
  /** Best first. Empty: the one instance type of the group. */
  readonly types: ReadonlyArray<{ readonly instanceType: string; readonly weightedCapacity?: string | null }>;
  readonly onDemandBaseCapacity?: number | null;
  readonly onDemandPercentageAboveBaseCapacity?: number | null;
  readonly onDemandAllocationStrategy?: string | null;
  readonly spotAllocationStrategy?: string | null;
  readonly spotInstancePools?: number | null;
}

/** Where instances are put, in the provider's own field names without their capitals (`groupName`, `tenancy`). */
export type Placement = Readonly<Record<string, string | number>>;

/** What a new server group is made of. Names of security groups and target groups are resolved by the adapter. */
export interface ServerGroupSpec extends ServerGroupRef {
  readonly moniker: Moniker;
  readonly imageId: string;
  readonly instanceType: string;
  readonly capacity: Capacity;
  readonly targetGroups: readonly string[];
  readonly securityGroups: readonly string[];
  readonly subnetIds?: readonly string[];
  /** Purpose tag of subnets, when ids are not given. */
  readonly subnetType?: string | null;
  readonly availabilityZones?: readonly string[];
  readonly healthCheckType: 'EC2' | 'ELB';
  readonly healthCheckGracePeriodSeconds: number;
  readonly keyPair?: string | null;
  readonly iamRole?: string | null;
  readonly base64UserData?: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly terminationPolicies?: readonly string[];
  readonly suspendedProcesses?: readonly string[];
  readonly cooldownSeconds?: number;
  readonly associatePublicIpAddress?: boolean | null;
  /** Absent: the image's own disks. */
  readonly blockDevices?: readonly BlockDevice[];
  readonly ebsOptimized?: boolean | null;
  /** Measures of each instance every minute instead of every five. */
  readonly instanceMonitoring?: boolean | null;
  /** False lets programs read the instance's metadata without a session. Absent: they may not. */
  readonly requireIMDSv2?: boolean | null;
  readonly associateIPv6Address?: boolean | null;
  /** Burstable types only: may exceed their credits at a price. Absent: as the account says. */
  readonly unlimitedCpuCredits?: boolean | null;
  readonly enableEnclave?: boolean | null;
  readonly placement?: Placement | null;
  /** ARNs of license configurations. */
  readonly licenses?: readonly string[];
  /** Most to pay an hour on the spot market, in dollars; with it instances are bought there. */
  readonly spotPrice?: string | null;
  readonly mixedInstances?: MixedInstances | null;
  readonly capacityRebalance?: boolean | null;
  /** Measures of the group itself that are collected every minute. */
  readonly enabledMetrics?: readonly string[];
  /** There before the first instance is started. */
  readonly lifecycleHooks?: readonly LifecycleHook[];
  /** Make it, but keep it out of traffic. */
  readonly startDisabled: boolean;
  readonly version?: string | null;
}
