import type {
  DeleteAlarmsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsInput,
  DisableAlarmActionsInput,
  EnableAlarmActionsInput,
  ListTagsForResourceInput,
  MetricAlarm,
  PutMetricAlarmInput,
  SetAlarmStateInput,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-cloudwatch';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { actOn, noteHistory } from './actions.ts';
import { checkReadable, isComparison, periodOf } from './evaluation.ts';
import { metricKey, metricName } from './metrics.ts';
import type { Alarm } from './state.ts';

const maxSeconds = 7 * 86_400;
const maxActions = 5;
const treatments = ['breaching', 'notBreaching', 'ignore', 'missing'];

function invalid(message: string): never {
  refuse('ValidationError', message);
}

const alarmArn = (store: RegionStore, name: string): string =>
  `arn:aws:cloudwatch:${store.region}:${store.account}:alarm:${name}`;

function checkSettings(input: PutMetricAlarmInput): void {
  const name = input.AlarmName ?? '';
  if (name === '' || name.length > 255) invalid('The parameter AlarmName must have 1 to 255 characters.');
  if (!isComparison(input.ComparisonOperator)) {
    invalid(`The value ${input.ComparisonOperator} for parameter ComparisonOperator is not supported.`);
  }
  if (input.Threshold === undefined) invalid('The parameter Threshold is required.');
  const periods = input.EvaluationPeriods ?? 0;
  if (periods < 1) invalid('The parameter EvaluationPeriods must be at least 1.');
  const needed = input.DatapointsToAlarm ?? periods;
  if (needed < 1 || needed > periods) {
    invalid('The parameter DatapointsToAlarm must be between 1 and EvaluationPeriods.');
  }
  if (input.TreatMissingData !== undefined && !treatments.includes(input.TreatMissingData)) {
    invalid(
      `The value ${input.TreatMissingData} for parameter TreatMissingData is not one of ${treatments.join(', ')}.`,
    );
  }
  checkMetrics(input);
  if (periodOf(input) * periods > maxSeconds) {
    invalid('Metrics cannot be checked across more than seven days (EvaluationPeriods * Period must be <= 604800).');
  }
  for (const actions of [input.AlarmActions, input.OKActions, input.InsufficientDataActions]) {
    if ((actions?.length ?? 0) > maxActions) invalid(`An alarm can have at most ${maxActions} actions for each state.`);
    const bad = actions?.find((arn) => !arn.startsWith('arn:'));
    if (bad !== undefined) invalid(`Invalid arn syntax: ${bad}`);
  }
}

function checkMetrics(input: PutMetricAlarmInput): void {
  const single = [input.MetricName, input.Namespace, input.Period, input.Statistic, input.ExtendedStatistic];
  if (!input.Metrics?.length) {
    if (!input.MetricName || !input.Namespace) invalid('An alarm needs either Metrics, or MetricName and Namespace.');
    if ((input.Statistic === undefined) === (input.ExtendedStatistic === undefined)) {
      invalid('An alarm on one metric has either Statistic or ExtendedStatistic.');
    }
  } else if (single.some((each) => each !== undefined)) {
    invalid('An alarm with Metrics has no MetricName, Namespace, Period or statistic of its own.');
  } else if (input.Metrics.filter((query) => query.ReturnData !== false).length !== 1) {
    invalid('Exactly one element of the metrics list should return data.');
  }
  checkReadable(input);
}

/** Makes an alarm, or gives an existing one new settings; its state stays until it is evaluated. */
export function putAlarm(
  store: RegionStore,
  input: PutMetricAlarmInput,
  now: number,
  madeFor: Alarm['madeFor'] = null,
): Alarm {
  const { Tags, ...settings } = input;
  const name = input.AlarmName ?? '';
  const before = store.alarms[name];
  const alarm: Alarm = before ?? {
    name,
    arn: alarmArn(store, name),
    settings,
    updatedAt: now,
    state: 'INSUFFICIENT_DATA',
    reason: 'Unchecked: Initial alarm creation',
    reasonData: null,
    stateUpdatedAt: now,
    stateChangedAt: now,
    evaluatedAt: null,
    madeFor,
    tags: Object.fromEntries((Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    history: [],
  };
  alarm.settings = { ...settings, ActionsEnabled: settings.ActionsEnabled ?? true };
  alarm.updatedAt = now;
  noteHistory(alarm, now, 'ConfigurationUpdate', `Alarm "${name}" ${before === undefined ? 'created' : 'updated'}`);
  store.alarms[name] = alarm;
  return alarm;
}

function alarmOut(alarm: Alarm): MetricAlarm {
  const { settings } = alarm;
  return {
    ...settings,
    AlarmArn: alarm.arn,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.updatedAt),
    OKActions: settings.OKActions ?? [],
    AlarmActions: settings.AlarmActions ?? [],
    InsufficientDataActions: settings.InsufficientDataActions ?? [],
    Dimensions: settings.Metrics?.length ? undefined : (settings.Dimensions ?? []),
    TreatMissingData: settings.TreatMissingData ?? 'missing',
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateReasonData: alarm.reasonData ?? undefined,
    StateUpdatedTimestamp: new Date(alarm.stateUpdatedAt),
    StateTransitionedTimestamp: new Date(alarm.stateChangedAt),
  };
}

function actionsOf({ settings }: Alarm): string[] {
  return [...(settings.AlarmActions ?? []), ...(settings.OKActions ?? []), ...(settings.InsufficientDataActions ?? [])];
}

function alarmByArn(store: RegionStore, arn: string | undefined): Alarm {
  const found = Object.values(store.alarms).find((alarm) => alarm.arn === arn);
  return found ?? refuse('ResourceNotFoundException', `The alarm ${arn ?? ''} does not exist.`, 404);
}

function switchActions(call: Call, names: string[] | undefined, enabled: boolean): void {
  for (const name of names ?? []) {
    const alarm = call.store.alarms[name];
    if (alarm !== undefined) alarm.settings = { ...alarm.settings, ActionsEnabled: enabled };
  }
}

export const alarmHandlers = {
  PutMetricAlarm(call: Call, input: PutMetricAlarmInput): void {
    checkSettings(input);
    putAlarm(call.store, input, call.now);
  },

  DescribeAlarms(call: Call, input: DescribeAlarmsInput) {
    const { AlarmNames, AlarmNamePrefix, StateValue, ActionPrefix, AlarmTypes } = input;
    if (AlarmNames?.length && AlarmNamePrefix !== undefined) {
      refuse('InvalidParameterCombination', 'AlarmNames and AlarmNamePrefix cannot be used together.');
    }
    const metricAlarms = !AlarmTypes?.length || AlarmTypes.includes('MetricAlarm');
    const kept = Object.values(call.view.alarms).filter(
      (alarm) =>
        metricAlarms &&
        (!AlarmNames?.length || AlarmNames.includes(alarm.name)) &&
        alarm.name.startsWith(AlarmNamePrefix ?? '') &&
        (StateValue === undefined || alarm.state === StateValue) &&
        (ActionPrefix === undefined || actionsOf(alarm).some((arn) => arn.startsWith(ActionPrefix))),
    );
    kept.sort((a, b) => (a.name < b.name ? -1 : 1));
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    return { MetricAlarms: items.map(alarmOut), CompositeAlarms: [], NextToken: next };
  },

  DescribeAlarmsForMetric(call: Call, input: DescribeAlarmsForMetricInput) {
    const wanted = metricKey(metricName(input.Namespace ?? '', input.MetricName ?? '', input.Dimensions));
    const kept = Object.values(call.view.alarms).filter(
      ({ settings }) =>
        settings.MetricName !== undefined &&
        metricKey(metricName(settings.Namespace ?? '', settings.MetricName, settings.Dimensions)) === wanted &&
        (input.Period === undefined || settings.Period === input.Period) &&
        (input.Statistic === undefined || settings.Statistic === input.Statistic),
    );
    return { MetricAlarms: kept.map(alarmOut) };
  },

  DescribeAlarmHistory(call: Call, input: DescribeAlarmHistoryInput) {
    const { StartDate, EndDate, HistoryItemType } = input;
    const alarms = Object.values(call.view.alarms).filter(
      (alarm) => input.AlarmName === undefined || alarm.name === input.AlarmName,
    );
    const all = alarms.flatMap((alarm) =>
      alarm.history.map(({ at, type, summary }) => ({
        AlarmName: alarm.name,
        AlarmType: 'MetricAlarm',
        Timestamp: new Date(at),
        HistoryItemType: type,
        HistorySummary: summary,
      })),
    );
    const kept = all.filter(
      ({ Timestamp, HistoryItemType: type }) =>
        (StartDate === undefined || Timestamp >= StartDate) &&
        (EndDate === undefined || Timestamp <= EndDate) &&
        (HistoryItemType === undefined || type === HistoryItemType),
    );
    kept.sort((a, b) => b.Timestamp.getTime() - a.Timestamp.getTime());
    if (input.ScanBy === 'TimestampAscending') kept.reverse();
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    return { AlarmHistoryItems: items, NextToken: next };
  },

  DeleteAlarms(call: Call, input: DeleteAlarmsInput): void {
    const missing = (input.AlarmNames ?? []).filter((name) => call.store.alarms[name] === undefined);
    if (missing.length > 0) {
      refuse('ResourceNotFound', `The alarms ${missing.join(', ')} do not exist. No alarm was deleted.`, 404);
    }
    for (const name of input.AlarmNames ?? []) delete call.store.alarms[name];
  },

  SetAlarmState(call: Call, input: SetAlarmStateInput): void {
    const name = input.AlarmName ?? '';
    const alarm = call.store.alarms[name] ?? refuse('ResourceNotFound', `The alarm ${name} does not exist.`, 404);
    if (input.StateValue !== 'OK' && input.StateValue !== 'ALARM' && input.StateValue !== 'INSUFFICIENT_DATA') {
      invalid(`The value ${input.StateValue} for parameter StateValue is not a state of alarms.`);
    }
    const verdict = {
      state: input.StateValue,
      reason: input.StateReason ?? '',
      reasonData: input.StateReasonData ?? null,
      latest: null,
    };
    actOn(call, alarm, verdict, call.now);
  },

  EnableAlarmActions: (call: Call, input: EnableAlarmActionsInput): void => switchActions(call, input.AlarmNames, true),

  DisableAlarmActions: (call: Call, input: DisableAlarmActionsInput): void =>
    switchActions(call, input.AlarmNames, false),

  ListTagsForResource(call: Call, input: ListTagsForResourceInput) {
    const { tags } = alarmByArn(call.view, input.ResourceARN);
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  },

  TagResource(call: Call, input: TagResourceInput) {
    const alarm = alarmByArn(call.store, input.ResourceARN);
    for (const { Key = '', Value = '' } of input.Tags ?? []) alarm.tags[Key] = Value;
    return {};
  },

  UntagResource(call: Call, input: UntagResourceInput) {
    const alarm = alarmByArn(call.store, input.ResourceARN);
    for (const key of input.TagKeys ?? []) delete alarm.tags[key];
    return {};
  },
};
