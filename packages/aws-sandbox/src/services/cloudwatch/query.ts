import type { GetMetricDataInput, GetMetricStatisticsInput, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { refuse } from '../../wire/service-error.ts';
import type { Call } from '../service.ts';
import { labelOf } from './labels.ts';
import { checkQueries, MetricMath } from './math.ts';
import { metricName } from './metrics.ts';
import { bucketsOf, checkPeriod, checkStatistic, type Series } from './series.ts';
import type { MetricName } from './state.ts';
import { statisticOf } from './statistics.ts';

const maxQueries = 500;
const maxDatapoints = 100_800;
const maxStatistics = 1440;

interface Result {
  id: string;
  label: string;
  points: Series['points'];
}

function rangeOf(start: Date | undefined, end: Date | undefined): { from: number; to: number } {
  if (start === undefined || end === undefined) refuse('MissingParameter', 'StartTime and EndTime are required.');
  if (start.getTime() >= end.getTime()) {
    refuse('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
  }
  return { from: start.getTime(), to: end.getTime() };
}

/** Names apart what would else be called the same: by metric, then by dimensions. */
function usualLabels(all: Series[]): Map<MetricName, string> {
  const metrics = all.flatMap(({ source }) => (source === null ? [] : [source.metric]));
  const oneName = new Set(metrics.map(({ name }) => name)).size === 1;
  return new Map(
    metrics.map((metric) => {
      const values = metric.dimensions.map(({ Value }) => Value).join(' ');
      return [
        metric,
        metrics.length === 1 || values === '' ? metric.name : oneName ? values : `${metric.name} ${values}`,
      ];
    }),
  );
}

function resultsOf(call: Call, input: GetMetricDataInput): Result[] {
  const queries = input.MetricDataQueries ?? [];
  checkQueries(queries, maxQueries);
  const range = rangeOf(input.StartTime, input.EndTime);
  const math = new MetricMath({ world: call.world, store: call.view, now: call.now }, range, queries);
  const shown = queries.filter((query) => query.ReturnData !== false);
  const found = shown.map((query) => ({ query, series: math.seriesOf(query.Id ?? '') }));
  const labels = usualLabels(found.flatMap(({ series }) => series));
  const offset = offsetOf(input.LabelOptions?.Timezone);
  const newestFirst = input.ScanBy !== 'TimestampAscending';
  return found.flatMap(({ query, series }) =>
    series.map((each) => {
      const usual = (each.source === null ? undefined : labels.get(each.source.metric)) ?? usualFor(query);
      const label = labelOf(query.Label, { series: each, usual, offset, store: call.view });
      return { id: query.Id ?? '', label, points: newestFirst ? [...each.points].reverse() : each.points };
    }),
  );
}

const usualFor = (query: MetricDataQuery): string => query.Id ?? '';

function offsetOf(zone: string | undefined): number {
  const match = /^([+-])(\d\d)(\d\d)$/.exec(zone ?? '+0000');
  if (match === null) refuse('ValidationError', `The value ${zone} for parameter Timezone is invalid: write +0130.`);
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

function placeOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const match = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) refuse('InvalidNextToken', 'The token provided is not valid.');
  return Number(match[1]);
}

/** One page of datapoints, counted over all results; a result that goes on in the next page is partial. */
function pageOf(results: Result[], from: number, size: number) {
  const page = [];
  let seen = 0;
  for (const { id, label, points } of results) {
    const start = Math.max(0, from - seen);
    const end = Math.min(points.length, from + size - seen);
    seen += points.length;
    const here = points.slice(start, Math.max(start, end));
    if (here.length === 0 && (points.length > 0 || from > 0)) continue;
    page.push({
      Id: id,
      Label: label,
      Timestamps: here.map(({ at }) => new Date(at)),
      Values: here.map(({ value }) => value),
      StatusCode: end < points.length ? 'PartialData' : 'Complete',
    });
  }
  const next = from + size < seen ? Buffer.from(`from:${from + size}`).toString('base64url') : undefined;
  return { MetricDataResults: page, NextToken: next, Messages: [] };
}

export const queryHandlers = {
  GetMetricData(call: Call, input: GetMetricDataInput) {
    const size = Math.min(maxDatapoints, input.MaxDatapoints ?? maxDatapoints);
    if (size < 1) refuse('ValidationError', 'MaxDatapoints must be at least 1.');
    return pageOf(resultsOf(call, input), placeOf(input.NextToken), size);
  },

  GetMetricStatistics(call: Call, input: GetMetricStatisticsInput) {
    const { from, to } = rangeOf(input.StartTime, input.EndTime);
    const period = checkPeriod(input.Period);
    const stats = (input.Statistics ?? []).map(checkStatistic);
    const extended = (input.ExtendedStatistics ?? []).map(checkStatistic);
    if (stats.length + extended.length === 0) {
      refuse('InvalidParameterCombination', 'Must specify either Statistics or ExtendedStatistics.');
    }
    const asked = Math.ceil((to - from) / (period * 1000));
    if (asked > maxStatistics) {
      refuse(
        'InvalidParameterCombination',
        `You have requested up to ${asked} datapoints, which exceeds the limit of ${maxStatistics}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
      );
    }
    const metric = metricName(input.Namespace ?? '', input.MetricName ?? '', input.Dimensions);
    const step = Math.min(60, period) * 1000;
    const start = Math.floor(from / step) * step;
    const scene = { world: call.world, store: call.view, now: call.now };
    const buckets = bucketsOf(scene, { metric, period, unit: input.Unit }, { from: start, to }, start);
    const read = (names: string[], held: Parameters<typeof statisticOf>[1]) =>
      Object.fromEntries(names.map((name) => [name, statisticOf(name, held) ?? undefined]));
    const Datapoints = buckets.map(({ at, held }) => ({
      Timestamp: new Date(at),
      ...read(stats, held),
      ExtendedStatistics: extended.length > 0 ? read(extended, held) : undefined,
      Unit: held[0]?.unit,
    }));
    return { Label: input.MetricName, Datapoints };
  },
};
