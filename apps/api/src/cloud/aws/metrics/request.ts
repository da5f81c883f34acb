import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { expandTemplate } from '@gennaker/canary-judge';
import { type CloudWatchQuery, cloudWatchQuery } from '@gennaker/catalog/definitions';
import type { MetricQuestion } from '@gennaker/catalog/kit';
import { findLoadBalancer } from '../load-balancers/listeners.ts';
import type { Place } from '../place.ts';
import { wordsOf } from './words.ts';

const DAY_MS = 86_400_000;
/** How old data may be for points of fewer seconds than these, oldest first. */
const RETENTION: ReadonlyArray<readonly [olderThanMs: number, period: number]> = [
  [63 * DAY_MS, 3_600],
  [15 * DAY_MS, 300],
];

/** Times of a call, in epoch ms, and the distance of its points. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly periodMs: number;
}

const upTo = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Whole points that lie in the window; CloudWatch would begin with one that reaches before it. */
export function windowOf({ query, scope }: MetricQuestion, now: number): Window {
  const own = Number(query['period'] ?? scope.stepSeconds);
  const kept = RETENTION.find(([olderThan]) => scope.start < now - olderThan)?.[1] ?? 60;
  const periodMs = Math.max(kept, upTo(own, 60)) * 1_000;
  const from = upTo(scope.start, periodMs);
  return { from, to: Math.max(from, Math.floor(scope.end / periodMs) * periodMs), periodMs };
}

/** Faults of a question, as sentences; empty when it can be asked. */
export function problemsOf(question: MetricQuestion): readonly string[] {
  const parsed = cloudWatchQuery.safeParse(question.query);
  if (!parsed.success)
    return parsed.error.issues.map(
      ({ path, message }) => `Metric "${question.metric}": query ${path.join('.') || 'as a whole'}: ${message}.`,
    );
  const words = wordsOf(question);
  const unknown = textsOf(parsed.data).flatMap((text) => expandTemplate(text, words).missing);
  return [...new Set(unknown)].map(
    (word) =>
      `Metric "${question.metric}": nothing says what \${${word}} is. Known are ${Object.keys(words).sort().join(', ')}.`,
  );
}

function textsOf(query: CloudWatchQuery): readonly string[] {
  if ('expression' in query)
    return [
      query.expression,
      ...query.metricDataQueries.flatMap(({ dimensions, metricName }) => [metricName, ...Object.values(dimensions)]),
    ];
  return [query.metricName, ...Object.values(query.dimensions)];
}

const filled = (text: string, words: Readonly<Record<string, string>>): string => expandTemplate(text, words).text;

type Stat = Extract<CloudWatchQuery, { stat: string }>;

/**
 * Metrics of load balancers know target groups and load balancers by the end of their ARN: where a dimension holds a
 * plain name, the name is looked up. What is not found stays as it is, and has no data.
 */
async function dimensionValue(place: Place, name: string, value: string): Promise<string> {
  if (value.includes('/')) return value;
  if (name === 'TargetGroup') return arnEnd((await place.targetGroups.find(value))?.TargetGroupArn) ?? value;
  if (name === 'LoadBalancer')
    return arnEnd((await findLoadBalancer(place, value))?.LoadBalancerArn)?.replace(/^loadbalancer\//, '') ?? value;
  return value;
}

const arnEnd = (arn: string | undefined): string | undefined => arn?.split(':').at(-1);

async function statOf(
  place: Place,
  query: Omit<Stat, 'type'>,
  words: Readonly<Record<string, string>>,
  period: number,
) {
  const dimensions = await Promise.all(
    Object.entries(query.dimensions).map(async ([Name, value]) => ({
      Name,
      Value: await dimensionValue(place, Name, filled(value, words)),
    })),
  );
  return {
    Metric: { Namespace: query.namespace, MetricName: filled(query.metricName, words), Dimensions: dimensions },
    Period: period,
    Stat: query.stat,
    ...(query.unit ? { Unit: query.unit as 'Count' } : {}),
  };
}

/** Names of queries in an expression get the prefix of their question; texts in quotes stay. */
const renamed = (expression: string, ids: ReadonlySet<string>, prefix: string): string =>
  expression.replace(/'[^']*'|"[^"]*"|\b[a-z]\w*\b/g, (token) => (ids.has(token) ? `${prefix}${token}` : token));

/** What CloudWatch is asked for one question; the one that is answered has the id `id`. */
export async function queriesOf(
  place: Place,
  question: MetricQuestion,
  id: string,
  periodMs: number,
): Promise<readonly MetricDataQuery[]> {
  const query = cloudWatchQuery.parse(question.query);
  const words = wordsOf(question);
  const period = periodMs / 1_000;
  const account = query.accountId ? { AccountId: query.accountId } : {};
  if (!('expression' in query)) return [{ Id: id, MetricStat: await statOf(place, query, words, period), ...account }];
  const ids = new Set(query.metricDataQueries.map((part) => part.id));
  const parts = await Promise.all(
    query.metricDataQueries.map(async (part) => ({
      Id: `${id}_${part.id}`,
      MetricStat: await statOf(place, part, words, period),
      ReturnData: false,
      ...(part.accountId ? { AccountId: part.accountId } : account),
    })),
  );
  const Expression = renamed(filled(query.expression, words), ids, `${id}_`);
  return [...parts, { Id: id, Expression, Period: period }];
}
