import type {
  InstanceRefreshStatus,
  MixedInstancesPolicy,
  RefreshPreferences,
  ScalingPolicy,
} from '@aws-sdk/client-auto-scaling';

export interface TemplateRef {
  id: string;
  name: string;
  version: string;
}

export interface Hook {
  name: string;
  transition: 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';
  heartbeatSeconds: number;
  defaultResult: 'CONTINUE' | 'ABANDON';
  metadata: string | null;
  targetArn: string | null;
  roleArn: string | null;
}

export interface HookWait {
  hook: string;
  token: string;
  startedAt: number;
  deadline: number;
  result: 'CONTINUE' | 'ABANDON' | null;
}

export type LifecycleState =
  | 'Pending'
  | 'Pending:Wait'
  | 'Pending:Proceed'
  | 'InService'
  | 'Standby'
  | 'Detaching'
  | 'Terminating'
  | 'Terminating:Wait'
  | 'Terminating:Proceed'
  | WarmState;

/** Where an instance of a warm pool stands. */
export type WarmState =
  | 'Warmed:Pending'
  | 'Warmed:Pending:Wait'
  | 'Warmed:Pending:Proceed'
  | 'Warmed:Stopped'
  | 'Warmed:Running'
  | 'Warmed:Hibernated'
  | 'Warmed:Terminating'
  | 'Warmed:Terminating:Wait'
  | 'Warmed:Terminating:Proceed';

export interface Member {
  id: string;
  zone: string;
  type: string;
  state: LifecycleState;
  health: 'Healthy' | 'Unhealthy';
  unhealthyBecause: string | null;
  protectedFromScaleIn: boolean;
  template: TemplateRef | null;
  inServiceAt: number | null;
  failingSince: number | null;
  skipHooks: boolean;
  drainUntilGone: boolean;
  /** Launched to even out the zones: counts only once it is in service. */
  extra?: boolean;
  /** On its way back from the group into the warm pool. */
  returning?: boolean;
  waits: HookWait[];
  activityId: string | null;
}

export interface Activity {
  id: string;
  description: string;
  cause: string;
  startedAt: number;
  endedAt: number | null;
  status:
    | 'InProgress'
    | 'Successful'
    | 'Failed'
    | 'Cancelled'
    | 'WaitingForELBConnectionDraining'
    | 'MidLifecycleAction';
  message: string | null;
  details: string;
}

export interface Attachment {
  arn: string;
  /** Attached as a traffic source: the calls for target groups do not detach it. */
  asTrafficSource?: boolean;
  attachedAt: number;
  removingSince: number | null;
}

/** A change of sizes at a time, or again and again. */
export interface ScheduledAction {
  name: string;
  arn: string;
  recurrence: string | null;
  timeZone: string | null;
  startAt: number | null;
  endAt: number | null;
  minSize: number | null;
  maxSize: number | null;
  desired: number | null;
  /** What was due until then has been played. */
  ranUntil: number;
}

/** Instances kept ready beside a group. */
export interface WarmPool {
  minSize: number;
  /** Instances of group and pool together at most; null: as many as the group may have. */
  maxPrepared: number | null;
  poolState: 'Stopped' | 'Running' | 'Hibernated';
  reuseOnScaleIn: boolean;
  /** Null: it is not being deleted. */
  deletingSince: number | null;
  members: Record<string, Member>;
}

/** What new instances are made from. */
export type Configuration = Pick<Group, 'template' | 'mixedInstances'>;

/** A rolling replacement of a group's members. */
export interface Refresh {
  id: string;
  status: InstanceRefreshStatus;
  reason: string | null;
  startedAt: number;
  endedAt: number | null;
  preferences: RefreshPreferences;
  /** Null: the group's own configuration is kept and every member is replaced. */
  desired: Configuration | null;
  before: Configuration;
  /** Members still to be replaced. */
  left: string[];
  total: number;
  /** Launched beyond the desired capacity, to replace before ending. */
  surge: number;
  /** Waits at a checkpoint, or bakes, until then. */
  pausedUntil: number | null;
  checkpointsPassed: number;
  progressedAt: number;
  rolledBackFrom: { percent: number; left: number; at: number; reason: string } | null;
}

export interface Group {
  name: string;
  arn: string;
  createdAt: number;
  minSize: number;
  maxSize: number;
  desired: number;
  /** Said in the cause of the next activity: who asked for the capacity. */
  capacityCause: string;
  template: TemplateRef | null;
  mixedInstances: MixedInstancesPolicy | null;
  subnetIds: string[];
  zones: string[];
  attachments: Attachment[];
  healthCheckType: string;
  healthCheckGraceSeconds: number;
  cooldownSeconds: number;
  warmupSeconds: number | null;
  terminationPolicies: string[];
  newInstancesProtected: boolean;
  capacityRebalance: boolean;
  maxInstanceLifetime: number | null;
  deletionProtection: string;
  hooks: Record<string, Hook>;
  suspended: Record<string, string>;
  tags: Record<string, { value: string; propagate: boolean }>;
  metrics: string[];
  members: Record<string, Member>;
  warmPool?: WarmPool | null;
  activities: Activity[];
  policies: Record<string, ScalingPolicy>;
  scheduled: Record<string, ScheduledAction>;
  refreshes?: Refresh[];
  notifications: Array<{ topic: string; type: string }>;
  deletingSince: number | null;
  launchBackoffUntil: number | null;
  launchBackoffSeconds: number;
  /** No attempt to even out the zones before this time: the last one failed. */
  rebalanceAfter?: number;
  /** The last change by a simple scaling policy: its cooldown begins when the activities it caused are over. */
  simpleScaling?: { at: number; cooldownSeconds: number };
  /** When a scaling policy last made it smaller. */
  scaledInAt?: number;
}

export interface AutoScalingState {
  groups: Record<string, Group>;
}
