import type { MetricDataQuery, MetricStat } from '@aws-sdk/client-cloudwatch';
import { refuse } from '../../wire/service-error.ts';
import { ExpressionError, parseExpression } from './expression-parser.ts';
import { evaluate, type Value } from './expression-values.ts';
import { allMetrics, metricName, type Range } from './metrics.ts';
import { parseSearch } from './search.ts';
import { checkPeriod, checkStatistic, type Reading, readSeries, type Scene, type Series } from './series.ts';

const maxSearched = 100;
const reserved = new Map<string, Value>([
  ['REPEAT', 'REPEAT'],
  ['LINEAR', 'LINEAR'],
  ['TRUE', 1],
  ['FALSE', 0],
]);
const usualPeriod = 300;

export function readingOf({ Metric, Period, Stat, Unit }: MetricStat): Reading {
  const metric = metricName(Metric?.Namespace ?? '', Metric?.MetricName ?? '', Metric?.Dimensions);
  if (metric.namespace === '' || metric.name === '') {
    refuse('ValidationError', 'A metric needs a namespace and a name.');
  }
  return { metric, stat: checkStatistic(Stat), period: checkPeriod(Period), unit: Unit };
}

/** Checks the queries of one request: ids, and that each is either a metric or an expression. */
export function checkQueries(queries: MetricDataQuery[], most: number): void {
  if (queries.length === 0) refuse('ValidationError', 'The collection MetricDataQueries must not be empty.');
  if (queries.length > most) {
    refuse('ValidationError', `The collection MetricDataQueries must not have a size greater than ${most}.`);
  }
  const ids = new Set<string>();
  for (const { Id = '', MetricStat, Expression } of queries) {
    if (!/^[a-z][a-zA-Z0-9_]{0,254}$/.test(Id)) {
      refuse('ValidationError', `The value ${Id} for parameter Id is invalid: it begins with a small letter.`);
    }
    if (ids.has(Id))
      refuse('ValidationError', `The values for parameter id in MetricDataQueries are not unique: ${Id}`);
    ids.add(Id);
    if ((MetricStat === undefined) === (Expression === undefined)) {
      refuse('ValidationError', `The query ${Id} must have either MetricStat or Expression, not both.`);
    }
    if (MetricStat !== undefined) readingOf(MetricStat);
  }
}

/** Works out the queries of one request, each once, those that others name first. */
export class MetricMath {
  readonly #scene: Scene;
  readonly #range: Range;
  readonly #queries: Map<string, MetricDataQuery>;
  readonly #values = new Map<string, Value>();
  readonly #open = new Set<string>();

  constructor(scene: Scene, range: Range, queries: MetricDataQuery[]) {
    this.#scene = scene;
    this.#range = range;
    this.#queries = new Map(queries.map((query) => [query.Id ?? '', query]));
  }

  /** The series of a query: one, or for searches and lists any number. */
  seriesOf(id: string): Series[] {
    const value = this.#valueOf(id);
    if (typeof value === 'object') return Array.isArray(value) ? value : [value];
    return this.#fail(id, 'Expression must return a single time series or an array of time series');
  }

  #fail(id: string, message: string): never {
    refuse('ValidationError', `Error in expression '${id}': ${message}`);
  }

  #valueOf(id: string): Value {
    const known = this.#values.get(id);
    if (known !== undefined) return known;
    const query = this.#queries.get(id);
    if (query === undefined) throw new ExpressionError(`Undefined variable '${id}'`);
    if (this.#open.has(id)) throw new ExpressionError(`'${id}' depends on itself`);
    this.#open.add(id);
    const value = query.MetricStat === undefined ? this.#worked(id, query) : this.#read(query.MetricStat);
    this.#open.delete(id);
    this.#values.set(id, value);
    return value;
  }

  #read(stat: MetricStat): Series {
    return readSeries(this.#scene, readingOf(stat), this.#range);
  }

  #worked(id: string, query: MetricDataQuery): Value {
    try {
      return evaluate(parseExpression(query.Expression ?? ''), {
        range: { ...this.#range, now: this.#scene.now },
        valueOf: (name) => (this.#queries.has(name) ? undefined : reserved.get(name)) ?? this.#valueOf(name),
        metrics: (part) => this.#metrics(part),
        search: (args) => this.#search(args, query.Period),
      });
    } catch (error) {
      if (error instanceof ExpressionError) return this.#fail(id, error.message);
      throw error;
    }
  }

  #metrics(part: string): Series[] {
    return [...this.#queries]
      .filter(([id, query]) => query.MetricStat !== undefined && id.includes(part))
      .flatMap(([id]) => this.seriesOf(id));
  }

  #search([source, stat, length]: Value[], queryPeriod: number | undefined): Series[] {
    if (typeof source !== 'string' || typeof stat !== 'string') {
      throw new ExpressionError('SEARCH takes a text, a statistic and a period');
    }
    const period = checkPeriod(typeof length === 'number' ? length : (queryPeriod ?? usualPeriod));
    const fits = parseSearch(source);
    const { from, to } = this.#range;
    return allMetrics(this.#scene.world, this.#scene.store, from, to)
      .filter(fits)
      .slice(0, maxSearched)
      .map((metric) => readSeries(this.#scene, { metric, stat: checkStatistic(stat), period }, this.#range))
      .filter(({ points }) => points.length > 0);
  }
}
