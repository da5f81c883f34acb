import { checkQueries, MetricMath } from './math.ts';
import { metricName } from './metrics.ts';
import { checkPeriod, checkStatistic, readSeries, type Scene, type Series } from './series.ts';
import type { Alarm, AlarmStateName } from './state.ts';

type Settings = Alarm['settings'];

/** What an evaluation found. */
export interface Verdict {
  state: AlarmStateName;
  reason: string;
  reasonData: string;
  /** The newest value, for scaling policies. */
  latest: number | null;
}

const compare: Record<string, { words: string; breaches(value: number, threshold: number): boolean }> = {
  GreaterThanThreshold: { words: 'greater than', breaches: (value, threshold) => value > threshold },
  GreaterThanOrEqualToThreshold: {
    words: 'greater than or equal to',
    breaches: (value, threshold) => value >= threshold,
  },
  LessThanThreshold: { words: 'less than', breaches: (value, threshold) => value < threshold },
  LessThanOrEqualToThreshold: { words: 'less than or equal to', breaches: (value, threshold) => value <= threshold },
};

export const isComparison = (operator: string | undefined): boolean =>
  operator !== undefined && Object.hasOwn(compare, operator);

/** Seconds of one period of an alarm: its own, or the longest of its metrics. */
export function periodOf({ Period, Metrics }: Settings): number {
  if (Period !== undefined) return Period;
  return Math.max(60, ...(Metrics ?? []).map((query) => query.MetricStat?.Period ?? query.Period ?? 0));
}

function seriesOf(scene: Scene, settings: Settings, from: number, to: number): Series {
  if (settings.Metrics?.length) {
    checkQueries(settings.Metrics, 20);
    const shown = settings.Metrics.find((query) => query.ReturnData !== false) ?? settings.Metrics[0];
    const [series] = new MetricMath(scene, { from, to }, settings.Metrics).seriesOf(shown?.Id ?? '');
    return series ?? { period: periodOf(settings), points: [], source: null };
  }
  const metric = metricName(settings.Namespace ?? '', settings.MetricName ?? '', settings.Dimensions);
  const stat = checkStatistic(settings.Statistic ?? settings.ExtendedStatistic);
  return readSeries(scene, { metric, stat, period: checkPeriod(settings.Period), unit: settings.Unit }, { from, to });
}

/** Checks that the metrics of an alarm can be read at all. Throws a refusal. */
export function checkReadable(settings: Settings): void {
  if (!settings.Metrics?.length) {
    checkStatistic(settings.Statistic ?? settings.ExtendedStatistic);
    checkPeriod(settings.Period);
    return;
  }
  checkQueries(settings.Metrics, 20);
}

interface Slot {
  at: number;
  value: number;
}

/**
 * Evaluates an alarm at `now`. It looks at as many periods as it is told to and two more: when some values are missing
 * but enough are there, the newest of them decide and missing ones do not matter.
 */
export function evaluateAlarm(scene: Scene, alarm: Alarm): Verdict {
  const { settings } = alarm;
  const length = periodOf(settings) * 1000;
  const wanted = settings.EvaluationPeriods ?? 1;
  const end = Math.floor(scene.now / length) * length;
  const found = seriesOf(scene, settings, end - (wanted + 2) * length, end).points.filter(({ at }) => at < end);
  const newest = found.filter(({ at }) => at >= end - wanted * length);
  const deciding = newest.length === wanted ? newest : found.slice(-wanted);
  const latest = deciding.at(-1)?.value ?? null;
  const state = stateFrom(alarm, deciding, wanted);
  return { state, latest, ...reasonFor(alarm, state, deciding, length, scene.now) };
}

function stateFrom({ settings, state }: Alarm, deciding: Slot[], wanted: number): AlarmStateName {
  const needed = settings.DatapointsToAlarm ?? wanted;
  const breaching = deciding.filter(({ value }) => breaches(settings, value)).length;
  const fine = deciding.length - breaching;
  const missing = wanted - deciding.length;
  const treatment = settings.TreatMissingData ?? 'missing';
  if (breaching >= needed) return 'ALARM';
  if (missing === 0) return 'OK';
  if (treatment === 'breaching') return breaching + missing >= needed ? 'ALARM' : 'OK';
  if (treatment === 'notBreaching' || fine > 0) return 'OK';
  if (treatment === 'ignore') return state;
  return breaching > 0 ? 'ALARM' : 'INSUFFICIENT_DATA';
}

function breaches({ ComparisonOperator, Threshold = 0 }: Settings, value: number): boolean {
  return compare[ComparisonOperator ?? '']?.breaches(value, Threshold) ?? false;
}

const two = (value: number): string => String(value).padStart(2, '0');

function stamp(at: number): string {
  const date = new Date(at);
  const day = `${two(date.getUTCDate())}/${two(date.getUTCMonth() + 1)}/${two(date.getUTCFullYear() % 100)}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

const decimal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

function reasonFor({ settings }: Alarm, state: AlarmStateName, deciding: Slot[], length: number, now: number) {
  const threshold = settings.Threshold ?? 0;
  const periods = settings.EvaluationPeriods ?? 1;
  const needed = settings.DatapointsToAlarm ?? periods;
  const told = deciding.filter(({ value }) => breaches(settings, value) === (state === 'ALARM')).reverse();
  const reasonData = JSON.stringify({
    version: '1.0',
    queryDate: new Date(now).toISOString(),
    statistic: settings.Statistic ?? settings.ExtendedStatistic,
    period: length / 1000,
    recentDatapoints: deciding.map(({ value }) => value),
    threshold,
  });
  const words = compare[settings.ComparisonOperator ?? '']?.words ?? '';
  if (told.length === 0) {
    const missing =
      state === 'INSUFFICIENT_DATA'
        ? `Insufficient Data: ${periods} ${periods === 1 ? 'datapoint was' : 'datapoints were'} unknown.`
        : `Threshold Crossed: no datapoints were received for ${periods} ${periods === 1 ? 'period' : 'periods'} and ${periods} missing ${periods === 1 ? 'datapoint was' : 'datapoints were'} treated as [${state === 'ALARM' ? 'Breaching' : 'NonBreaching'}].`;
    return { reason: missing, reasonData };
  }
  const list = told.map(({ at, value }) => `${decimal(value)} (${stamp(at)})`).join(', ');
  const were = told.length === 1 ? 'was' : 'were';
  const not = state === 'ALARM' ? '' : 'not ';
  const minimum =
    state === 'ALARM'
      ? ` (minimum ${needed} ${needed === 1 ? 'datapoint' : 'datapoints'} for OK -> ALARM transition)`
      : ` (minimum ${periods - needed + 1} ${periods - needed + 1 === 1 ? 'datapoint' : 'datapoints'} for ALARM -> OK transition)`;
  const reason = `Threshold Crossed: ${told.length} out of the last ${periods} datapoints [${list}] ${were} ${not}${words} the threshold (${decimal(threshold)})${minimum}.`;
  return { reason, reasonData };
}
