import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';

/** What was measured over a short while, or at a moment. */
export interface Datapoint {
  at: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Values and how often each came; null when only the statistics are known. */
  samples: Array<[value: number, weight: number]> | null;
  unit: string;
}

/** Which metric. Dimensions are sorted by name. */
export interface MetricName {
  namespace: string;
  name: string;
  dimensions: Array<{ Name: string; Value: string }>;
}

/** A metric that somebody sends points of; oldest first. */
export interface StoredMetric extends MetricName {
  points: Datapoint[];
}

export type AlarmStateName = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface AlarmHistory {
  at: number;
  type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  summary: string;
}

export interface Alarm {
  name: string;
  arn: string;
  settings: PutMetricAlarmInput;
  updatedAt: number;
  state: AlarmStateName;
  reason: string;
  reasonData: string | null;
  stateUpdatedAt: number;
  stateChangedAt: number;
  /** Null until it is evaluated for the first time. */
  evaluatedAt: number | null;
  /** The scaling policy this alarm was made for, and goes with. */
  madeFor: { group: string; policy: string } | null;
  tags: Record<string, string>;
  history: AlarmHistory[];
}

export interface CloudWatchState {
  metrics: Record<string, StoredMetric>;
  alarms: Record<string, Alarm>;
}
