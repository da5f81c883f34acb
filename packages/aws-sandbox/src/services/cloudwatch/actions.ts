import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { policyByArn, runPolicy } from '../auto-scaling/scaling.ts';
import { emitEvent } from '../eventbridge/emit.ts';
import { publishFor } from '../sns/publish.ts';
import type { Alarm, AlarmStateName } from './state.ts';

const maxHistory = 100;

/** What an alarm comes to: by evaluation, or because somebody set it. */
interface Outcome {
  state: AlarmStateName;
  reason: string;
  reasonData: string | null;
  latest: number | null;
}

/** Where alarms act. */
interface Stage {
  world: World;
  store: RegionStore;
}

/** Writes a line into the history of an alarm, newest first. */
export function noteHistory(alarm: Alarm, now: number, type: Alarm['history'][number]['type'], summary: string): void {
  alarm.history.unshift({ at: now, type, summary });
  if (alarm.history.length > maxHistory) alarm.history.length = maxHistory;
}

/**
 * Brings an alarm into a state. Its actions run when the state changes; scaling policies run at each evaluation for as
 * long as the state lasts. True when anything changed.
 */
export function actOn(
  { world, store }: Stage,
  alarm: Alarm,
  { state, reason, reasonData, latest }: Outcome,
  now: number,
): boolean {
  const before = alarm.state;
  const changed = before !== state;
  if (changed) {
    noteHistory(alarm, now, 'StateUpdate', `Alarm updated from ${before} to ${state}`);
    Object.assign(alarm, { state, stateChangedAt: now });
  }
  const previous = { value: before, reason: alarm.reason, timestamp: zoned(alarm.stateUpdatedAt) };
  if (changed || alarm.reason !== reason) Object.assign(alarm, { reason, reasonData, stateUpdatedAt: now });
  if (changed) emitChange({ world, store }, alarm, previous, now);
  if (!alarm.settings.ActionsEnabled) return changed;
  let acted = false;
  for (const arn of actionsFor(alarm, state)) {
    if (changed && arn.startsWith('arn:aws:sns:')) tell({ world, store }, alarm, arn, before, now);
    const found = policyByArn(store, arn);
    if (found === null) continue;
    const did = runPolicy({ world, store, now }, found.group, found.policy, {
      alarm: { name: alarm.name, state },
      metric: latest,
      threshold: alarm.settings.Threshold ?? 0,
    });
    acted ||= did;
    if (did) noteHistory(alarm, now, 'Action', `Successfully executed action ${arn}`);
  }
  return changed || acted;
}

function actionsFor({ settings }: Alarm, state: AlarmStateName): string[] {
  if (state === 'ALARM') return settings.AlarmActions ?? [];
  return (state === 'OK' ? settings.OKActions : settings.InsufficientDataActions) ?? [];
}

/** Tells the rules on the default bus of a change of state. */
function emitChange({ world, store }: Stage, alarm: Alarm, previousState: object, now: number): void {
  if (Object.keys(store.eventRules).length === 0) return;
  const { reasonData } = alarm;
  const state = { value: alarm.state, reason: alarm.reason, timestamp: zoned(now), ...(reasonData && { reasonData }) };
  const {
    AlarmDescription: description,
    Metrics,
    MetricName,
    Namespace,
    Dimensions,
    Period,
    Statistic,
  } = alarm.settings;
  const stat = Statistic ?? alarm.settings.ExtendedStatistic;
  const dimensions = Object.fromEntries((Dimensions ?? []).map(({ Name = '', Value }) => [Name, Value]));
  const metric = { name: MetricName, namespace: Namespace, dimensions };
  const metrics = Metrics ?? [{ id: alarm.name, metricStat: { metric, period: Period, stat }, returnData: true }];
  const detail = { alarmName: alarm.name, state, previousState, configuration: { description, metrics } };
  const type = 'CloudWatch Alarm State Change';
  emitEvent(world, store, { source: 'aws.cloudwatch', type, resources: [alarm.arn], detail }, now);
}

/** Publishes a change of state to a topic, as CloudWatch writes it. */
function tell({ world, store }: Stage, alarm: Alarm, topicArn: string, before: AlarmStateName, now: number): void {
  const { settings } = alarm;
  const message = {
    AlarmName: alarm.name,
    AlarmDescription: settings.AlarmDescription ?? null,
    AWSAccountId: store.account,
    AlarmConfigurationUpdatedTimestamp: zoned(alarm.updatedAt),
    NewStateValue: alarm.state,
    NewStateReason: alarm.reason,
    StateChangeTime: zoned(now),
    Region: store.region,
    AlarmArn: alarm.arn,
    OldStateValue: before,
    OKActions: settings.OKActions ?? [],
    AlarmActions: settings.AlarmActions ?? [],
    InsufficientDataActions: settings.InsufficientDataActions ?? [],
    Trigger: {
      MetricName: settings.MetricName,
      Namespace: settings.Namespace,
      Statistic: settings.Statistic?.toUpperCase(),
      ExtendedStatistic: settings.ExtendedStatistic,
      Unit: settings.Unit ?? null,
      Dimensions: settings.Dimensions?.map(({ Name, Value }) => ({ value: Value, name: Name })),
      Metrics: settings.Metrics,
      Period: settings.Period,
      EvaluationPeriods: settings.EvaluationPeriods,
      DatapointsToAlarm: settings.DatapointsToAlarm,
      ComparisonOperator: settings.ComparisonOperator,
      Threshold: settings.Threshold,
      TreatMissingData: settings.TreatMissingData ?? 'missing',
    },
  };
  const subject = `${alarm.state}: "${alarm.name}" in ${store.region}`;
  const asker = { service: 'cloudwatch.amazonaws.com', sourceArn: alarm.arn, account: store.account };
  const publication = { subject, message: JSON.stringify(message), attributes: {} };
  const sent = publishFor(world, asker, topicArn, publication, now);
  noteHistory(alarm, now, 'Action', `${sent ? 'Successfully executed' : 'Failed to execute'} action ${topicArn}`);
}

const zoned = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');
