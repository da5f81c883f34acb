import type { ListMetricsInput, MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { allMetrics, metricKey, metricName, metricOut } from './metrics.ts';
import type { Datapoint, MetricName, StoredMetric } from './state.ts';

const maxData = 1000;
const maxValues = 150;
const maxDimensions = 30;
const keptPoints = 50_000;
const hourMs = 3_600_000;
const twoWeeksMs = 14 * 24 * hourMs;

function wrong(message: string): never {
  refuse('InvalidParameterValue', message);
}

function checkNamespace(namespace: string | undefined): string {
  if (namespace === undefined || namespace === '') refuse('MissingParameter', 'The parameter Namespace is required.');
  if (namespace.startsWith('AWS/')) wrong(`The value ${namespace} for parameter Namespace is invalid.`);
  return namespace;
}

function checkNumber(value: number, name: string): number {
  if (!Number.isFinite(value) || Math.abs(value) > 2 ** 360)
    wrong(`The value ${value} for parameter ${name} is invalid.`);
  return value;
}

function datapointOf(datum: MetricDatum, now: number, path: string): Datapoint {
  const at = datum.Timestamp?.getTime() ?? now;
  if (at < now - twoWeeksMs || at > now + 2 * hourMs) {
    wrong(`The parameter ${path}.Timestamp must specify a time within the past two weeks and two hours in the future.`);
  }
  const unit = datum.Unit ?? 'None';
  const step = datum.StorageResolution === 1 ? 1000 : 60_000;
  const base = { at: Math.floor(at / step) * step, unit };
  const given = [datum.Value, datum.Values, datum.StatisticValues].filter((each) => each !== undefined).length;
  if (given !== 1) {
    const message = `At least one of the parameters ${path}.Value, ${path}.Values and ${path}.StatisticValues must be specified, and no more than one.`;
    refuse(given === 0 ? 'MissingParameter' : 'InvalidParameterCombination', message);
  }
  const set = datum.StatisticValues;
  if (set !== undefined) {
    const [count, sum, min, max] = [set.SampleCount, set.Sum, set.Minimum, set.Maximum].map((value) =>
      checkNumber(value ?? Number.NaN, `${path}.StatisticValues`),
    ) as [number, number, number, number];
    if (count <= 0) wrong(`The value ${count} for parameter ${path}.StatisticValues.SampleCount is invalid.`);
    return { ...base, count, sum, min, max, samples: null };
  }
  return { ...base, ...measured(datum, path) };
}

function measured(datum: MetricDatum, path: string): Omit<Datapoint, 'at' | 'unit'> {
  const values = datum.Values ?? [datum.Value ?? Number.NaN];
  const counts = datum.Counts ?? values.map(() => 1);
  if (values.length > maxValues) wrong(`The collection ${path}.Values must not have a size greater than ${maxValues}.`);
  if (values.length === 0 || counts.length !== values.length) {
    refuse('InvalidParameterCombination', `${path}.Values and ${path}.Counts must have the same number of items.`);
  }
  const samples = values.map((value, index): [number, number] => [
    checkNumber(value, `${path}.Values`),
    checkNumber(counts[index] ?? 1, `${path}.Counts`),
  ]);
  const count = samples.reduce((sum, [, weight]) => sum + weight, 0);
  const sum = samples.reduce((total, [value, weight]) => total + value * weight, 0);
  return { count, sum, min: Math.min(...values), max: Math.max(...values), samples };
}

function checkName(datum: MetricDatum, namespace: string, path: string): MetricName {
  if (!datum.MetricName) refuse('MissingParameter', `The parameter ${path}.MetricName is required.`);
  if ((datum.Dimensions?.length ?? 0) > maxDimensions)
    wrong(`${path}.Dimensions must not have more than ${maxDimensions} items.`);
  const metric = metricName(namespace, datum.MetricName, datum.Dimensions);
  if (metric.dimensions.some(({ Name, Value }) => Name === '' || Value === '')) {
    wrong(`${path}.Dimensions must have a name and a value each.`);
  }
  return metric;
}

function insert(metric: StoredMetric, point: Datapoint): void {
  let index = metric.points.length;
  while (index > 0 && (metric.points[index - 1]?.at ?? 0) > point.at) index -= 1;
  metric.points.splice(index, 0, point);
  if (metric.points.length > keptPoints) metric.points.shift();
}

export const dataHandlers = {
  PutMetricData(call: Call, input: PutMetricDataInput): void {
    const namespace = checkNamespace(input.Namespace);
    const data = [
      ...(input.MetricData ?? []),
      ...(input.EntityMetricData ?? []).flatMap((each) => each.MetricData ?? []),
    ];
    if (data.length === 0) refuse('MissingParameter', 'The parameter MetricData is required.');
    if (data.length > maxData) wrong(`The collection MetricData must not have a size greater than ${maxData}.`);
    const checked = data.map((datum, index) => {
      const path = `MetricData.member.${index + 1}`;
      return { metric: checkName(datum, namespace, path), point: datapointOf(datum, call.now, path) };
    });
    for (const { metric, point } of checked) {
      const key = metricKey(metric);
      call.store.metrics[key] ??= { ...metric, points: [] };
      insert(call.store.metrics[key], point);
    }
  },

  ListMetrics(call: Call, input: ListMetricsInput) {
    const since = call.now - (input.RecentlyActive === 'PT3H' ? 3 * hourMs : twoWeeksMs);
    const kept = allMetrics(call.world, call.view, since, call.now + 2 * hourMs).filter(
      (metric) =>
        (input.Namespace === undefined || metric.namespace === input.Namespace) &&
        (input.MetricName === undefined || metric.name === input.MetricName) &&
        (input.Dimensions ?? []).every((wanted) =>
          metric.dimensions.some(
            ({ Name, Value }) => Name === wanted.Name && (wanted.Value === undefined || Value === wanted.Value),
          ),
        ),
    );
    const { items, next } = page(kept, input.NextToken, undefined, 500);
    return { Metrics: items.map(metricOut), NextToken: next };
  },
};
