import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { MetricSet } from '@gennaker/canary-judge';
import type { MetricQuestion } from '@gennaker/catalog/kit';
import type { Window } from './request.ts';

/** Points of one series, as they came, and what CloudWatch calls it. */
export interface Series {
  readonly label: string;
  readonly points: Array<readonly [at: number, value: number]>;
}

/** What a question came to. */
export interface Asked {
  readonly question: MetricQuestion;
  readonly window: Window;
  readonly queries: readonly MetricDataQuery[];
  readonly series: readonly Series[];
  readonly requestIds: readonly string[];
}

function valuesOf({ points }: Series, { from, to, periodMs }: Window): number[] {
  const values = Array.from({ length: Math.round((to - from) / periodMs) }, () => Number.NaN);
  for (const [at, value] of points) {
    const index = Math.floor((at - from) / periodMs);
    if (index >= 0 && index < values.length && Number.isFinite(value)) values[index] = value;
  }
  return values;
}

/** Several series of one question are told apart by their labels; the scope in them would keep them from pairing. */
const tagsOf = ({ label }: Series, { scope }: MetricQuestion, isAlone: boolean): Record<string, string> =>
  isAlone ? {} : { label: label.replaceAll(scope.scope, '').replace(/\s+/g, ' ').trim() };

const queryText = (queries: readonly MetricDataQuery[], { periodMs }: Window): string =>
  queries
    .map(({ Expression, MetricStat }) => {
      if (Expression) return Expression;
      const { Metric, Stat } = MetricStat ?? {};
      const at = (Metric?.Dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`).join(', ');
      return `${Stat} of ${Metric?.Namespace} ${Metric?.MetricName} (${at}) every ${periodMs / 1_000} s`;
    })
    .join('; ');

/** The series of a question on the grid of its window: at least one, with no values when nothing came. */
export function setsOf({ question, window, queries, series, requestIds }: Asked): readonly MetricSet[] {
  const { from, to, periodMs } = window;
  const found: readonly Series[] = series.length > 0 ? series : [{ label: question.metric, points: [] }];
  return found.map((one) => ({
    name: question.metric,
    tags: tagsOf(one, question, found.length === 1),
    startTimeMillis: from,
    startTimeIso: new Date(from).toISOString(),
    endTimeMillis: to,
    endTimeIso: new Date(to).toISOString(),
    stepMillis: periodMs,
    values: valuesOf(one, window),
    attributes: {
      query: queryText(queries, window),
      source: 'cloudwatch',
      region: question.scope.location,
      points: String(one.points.length),
      requestIds: requestIds.join(' '),
    },
  }));
}
