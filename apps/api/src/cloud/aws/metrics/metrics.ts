import type { GetMetricDataOutput, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { MetricSet } from '@gennaker/canary-judge';
import type { MetricQuestion, Metrics } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import type { Place, PlaceAt } from '../place.ts';
import { refusal } from '../refusal.ts';
import { type Asked, type Series, setsOf } from './answer.ts';
import { problemsOf, queriesOf, type Window, windowOf } from './request.ts';

/** Queries that one call takes. */
const MOST_QUERIES = 500;
/** Pauses between calls while CloudWatch has only part of the data, ms. */
const PAUSES: readonly number[] = [1_000, 2_000, 4_000, 8_000];

interface Ready extends Omit<Asked, 'series' | 'requestIds'> {
  readonly id: string;
  readonly place: Place;
}

const windowKey = ({ question, window }: Ready): string =>
  [question.scope.location, window.from, window.to, window.periodMs].join('|');

/** Questions that one call can ask: the same region, times and period, and not too many queries. */
function batchesOf(questions: readonly Ready[]): readonly Ready[][] {
  const open = new Map<string, { batch: Ready[]; queries: number }>();
  const batches: Ready[][] = [];
  for (const question of questions) {
    const key = windowKey(question);
    const current = open.get(key);
    if (current && current.queries + question.queries.length <= MOST_QUERIES) {
      current.batch.push(question);
      current.queries += question.queries.length;
      continue;
    }
    const batch = [question];
    batches.push(batch);
    open.set(key, { batch, queries: question.queries.length });
  }
  return batches;
}

const namesOf = (batch: readonly Ready[]): string =>
  `metrics ${[...new Set(batch.map(({ question }) => question.metric))].join(', ')}`;

/** All pages of one call. */
async function pagesOf(place: Place, batch: readonly Ready[], window: Window, abort?: AbortSignal) {
  const pages: GetMetricDataOutput[] = [];
  let NextToken: string | undefined;
  do {
    const input = {
      MetricDataQueries: batch.flatMap(({ queries }) => [...queries]),
      StartTime: new Date(window.from),
      EndTime: new Date(window.to),
      ScanBy: 'TimestampAscending' as const,
      NextToken,
    };
    const page = await place.cloudWatch.getMetricData(input, { abort, resource: namesOf(batch) });
    pages.push(page);
    NextToken = page.NextToken;
  } while (NextToken);
  return pages;
}

/** The last word on each series: a page says PartialData of what goes on in the next. */
function statesOf(pages: readonly GetMetricDataOutput[]): ReadonlyMap<string, MetricDataResult> {
  const last = new Map<string, MetricDataResult>();
  for (const { MetricDataResults = [] } of pages)
    for (const result of MetricDataResults) last.set(`${result.Id}|${result.Label}`, result);
  return last;
}

const told = ({ Messages = [] }: MetricDataResult): string =>
  Messages.map(({ Code, Value }) => [Code, Value].filter(Boolean).join(': ')).join('; ');

const metricOf = (batch: readonly Ready[], { Id }: MetricDataResult): string =>
  batch.find(({ id }) => id === Id)?.question.metric ?? Id ?? '';

function forbidden(place: Place, batch: readonly Ready[], result: MetricDataResult): FailureError {
  const said = told(result);
  return refusal(
    place,
    'metrics.denied',
    `CloudWatch does not let account ${place.account.name} read metric "${metricOf(batch, result)}" in ${place.region}${said ? ` (${said})` : ''}.`,
    'Allow cloudwatch:GetMetricData to the role; for metrics of another account set up cross-account observability there.',
  );
}

function incomplete(place: Place, batch: readonly Ready[], result: MetricDataResult): FailureError {
  const said = told(result);
  return refusal(
    place,
    'metrics.incomplete',
    `CloudWatch answered ${result.StatusCode} for metric "${metricOf(batch, result)}" in ${place.region}${said ? ` (${said})` : ''}, also when asked again.`,
    'It is tried again. If it lasts, ask for fewer points: a longer step or a shorter time.',
    true,
  );
}

async function askBatch(batch: readonly Ready[], abort?: AbortSignal): Promise<readonly GetMetricDataOutput[]> {
  const [{ place, window }] = batch as readonly [Ready, ...Ready[]];
  for (const pause of [...PAUSES, null]) {
    const pages = await pagesOf(place, batch, window, abort);
    const results = [...statesOf(pages).values()];
    const denied = results.find(({ StatusCode }) => StatusCode === 'Forbidden');
    if (denied) throw forbidden(place, batch, denied);
    const partial = results.find(({ StatusCode }) => StatusCode !== 'Complete');
    if (!partial) return pages;
    if (pause === null) throw incomplete(place, batch, partial);
    await place.clock.wait(pause, abort);
  }
  return [];
}

function seriesOf(pages: readonly GetMetricDataOutput[], id: string): readonly Series[] {
  const found = new Map<string, Series>();
  for (const { MetricDataResults = [] } of pages)
    for (const { Id, Label = '', Timestamps = [], Values = [] } of MetricDataResults) {
      if (Id !== id) continue;
      const series = found.get(Label) ?? { label: Label, points: [] };
      found.set(Label, series);
      series.points.push(...Timestamps.map((at, i) => [at.getTime(), Values[i] ?? Number.NaN] as const));
    }
  return [...found.values()];
}

const requestIdsOf = (pages: readonly GetMetricDataOutput[]): readonly string[] =>
  pages.flatMap((page) => (page as { $metadata?: { requestId?: string } }).$metadata?.requestId ?? []);

function checked(questions: readonly MetricQuestion[]): void {
  const [problem] = questions.flatMap(problemsOfAny);
  if (problem)
    throw new FailureError({
      code: 'metrics.bad-query',
      message: problem,
      advice: 'Correct the query of the metric in the canary config.',
    });
}

/** Every source of metrics there is. */
function problemsOfAny(question: MetricQuestion): readonly string[] {
  const { type } = question.query;
  if (type === 'cloudwatch') return problemsOf(question);
  return [
    `Metric "${question.metric}" is read from ${typeof type === 'string' ? `"${type}"` : 'a source without a type'}, and this installation reads "cloudwatch" only.`,
  ];
}

/** CloudWatch as a source of metrics. */
export function createMetrics(placeAt: PlaceAt): Metrics {
  return {
    problemsOf: async (question) => problemsOfAny(question),
    async fetch(account, questions, abort) {
      checked(questions);
      const ready = await Promise.all(
        questions.map(async (question, i): Promise<Ready> => {
          const place = placeAt(account, question.scope.location);
          const window = windowOf(question, place.clock.now());
          const id = `q${i}`;
          return { id, place, question, window, queries: await queriesOf(place, question, id, window.periodMs) };
        }),
      );
      const answers = new Map<string, readonly MetricSet[]>();
      await Promise.all(
        batchesOf(ready).map(async (batch) => {
          const isEmpty = batch.every(({ window }) => window.to <= window.from);
          const pages = isEmpty ? [] : await askBatch(batch, abort);
          const requestIds = requestIdsOf(pages);
          for (const one of batch) answers.set(one.id, setsOf({ ...one, series: seriesOf(pages, one.id), requestIds }));
        }),
      );
      return ready.map(({ id }) => answers.get(id) ?? []);
    },
  };
}
