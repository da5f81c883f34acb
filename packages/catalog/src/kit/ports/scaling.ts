import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Operation, ServerGroupRef } from './server-groups.ts';

/** One step of a policy: bounds are distances from the alarm's threshold, in the measure's unit. */
export interface ScalingStep {
  readonly lowerBound?: number | null;
  readonly upperBound?: number | null;
  readonly change: number;
}

/** What sets off a step or simple policy. */
export interface ScalingAlarm {
  readonly name?: string | null;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic?: string | null;
  readonly extendedStatistic?: string | null;
  readonly unit?: string | null;
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number | null;
  readonly threshold: number;
  readonly comparison: string;
  readonly treatMissingData?: string | null;
  readonly description?: string | null;
  /** Told when it goes off, besides the policy. */
  readonly notify?: readonly string[];
}

/** How a server group grows and shrinks by itself. */
export interface ScalingPolicy {
  readonly name: string;
  readonly type: 'TargetTrackingScaling' | 'StepScaling' | 'SimpleScaling' | 'PredictiveScaling';
  readonly enabled: boolean;
  /** How `change` counts: `ChangeInCapacity`, `PercentChangeInCapacity` or `ExactCapacity`. */
  readonly adjustmentType?: string | null;
  readonly minAdjustmentMagnitude?: number | null;
  /** Simple policies: the change, and the pause after it. */
  readonly change?: number | null;
  readonly cooldownSeconds?: number | null;
  readonly steps?: readonly ScalingStep[];
  readonly aggregation?: string | null;
  readonly warmupSeconds?: number | null;
  /** In the provider's own words, with small first letters. */
  readonly targetTracking?: JsonObject | null;
  readonly predictive?: JsonObject | null;
  readonly alarm?: ScalingAlarm | null;
}

/** A size taken at a time. Times are epoch ms; `recurrence` is a cron expression in `timeZone`. */
export interface ScheduledAction {
  readonly name: string;
  readonly recurrence?: string | null;
  readonly timeZone?: string | null;
  readonly startTime?: number | null;
  readonly endTime?: number | null;
  readonly min?: number | null;
  readonly desired?: number | null;
  readonly max?: number | null;
}

/** Instances kept ready beside a server group: booted, out of traffic, and taken first when the group grows. */
export interface WarmPool {
  /** Instances kept at least. */
  readonly minSize: number;
  /** Instances of group and pool together; null: as many as the group may have. */
  readonly maxPrepared: number | null;
  /** In what state instances wait; those that wait already stay in theirs. */
  readonly poolState: 'Stopped' | 'Running' | 'Hibernated';
  /** Instances that a shrinking group gives up go back into the pool. */
  readonly reuseOnScaleIn: boolean;
}

/** A warm pool as it stands now. */
export interface WarmPoolPicture extends WarmPool {
  /** Instances in it, those on their way in and out included. */
  readonly instances: number;
  readonly beingDeleted: boolean;
}

/** What a server group is scaled by; alarms are not among it. */
export interface ScalingSettings {
  readonly policies: readonly ScalingPolicy[];
  readonly schedules: readonly ScheduledAction[];
}

/** Settings of a server group by name, to be taken away. */
export interface SettingNames {
  readonly policies?: readonly string[];
  readonly alarms?: readonly string[];
  readonly schedules?: readonly string[];
  /** Keys of tags that people have given it. */
  readonly tags?: readonly string[];
}

/**
 * What moves a server group's size by itself. Every change may be repeated with the same operation and then does nothing
 * twice. A group that does not exist fails with `aws.gone`.
 */
export interface Scaling {
  /** Null when the group does not exist. */
  read(ref: ServerGroupRef): Promise<ScalingSettings | null>;
  /** Alarms by name; those that do not exist are left out. */
  readAlarms(place: Omit<ServerGroupRef, 'name'>, names: readonly string[]): Promise<readonly ScalingAlarm[]>;
  /** Tags that people have given the group; null when it does not exist. */
  readTags(ref: ServerGroupRef): Promise<Readonly<Record<string, string>> | null>;
  /** Creates the policy, or the one of that name becomes this. */
  savePolicy(ref: ServerGroupRef, policy: ScalingPolicy, operation: Operation): Promise<void>;
  /** Creates the actions, or those of the same names become these. Others stay. */
  saveSchedules(ref: ServerGroupRef, actions: readonly ScheduledAction[], operation: Operation): Promise<void>;
  /** Stops processes of the group. Enabling the group does not give them back: somebody wants them stopped. */
  suspend(ref: ServerGroupRef, processes: readonly string[], operation: Operation): Promise<void>;
  resume(ref: ServerGroupRef, processes: readonly string[], operation: Operation): Promise<void>;
  /** Null when the group does not exist or has no warm pool. */
  readWarmPool(ref: ServerGroupRef): Promise<WarmPoolPicture | null>;
  /**
   * Gives the group a warm pool, or changes the one it has. What is left out stays as it is; in a new pool it is what the
   * provider takes: none at least, no limit, stopped, not used again. Fails with `aws.busy` while a pool is being deleted.
   */
  saveWarmPool(ref: ServerGroupRef, pool: Partial<WarmPool>, operation: Operation): Promise<void>;
  /**
   * One round of taking the warm pool away. With `force` its instances are ended at once, without their hooks; else the
   * pool is emptied first, which takes several rounds. `gone` as soon as there is none.
   */
  deleteWarmPool(ref: ServerGroupRef, force: boolean, operation: Operation): Promise<'gone' | 'going'>;
  /** Takes settings away that somebody once gave the group. Those that are not there are no error. */
  removeSettings(ref: ServerGroupRef, names: SettingNames, operation: Operation): Promise<void>;
  /** Sets tags of the group; instances started from now on get them too. */
  tag(ref: ServerGroupRef, tags: Readonly<Record<string, string>>, operation: Operation): Promise<void>;
}
