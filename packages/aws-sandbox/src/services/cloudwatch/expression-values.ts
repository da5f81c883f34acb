import { type Expression, ExpressionError, type Operator } from './expression-parser.ts';
import type { Range } from './metrics.ts';
import type { Series } from './series.ts';

/** What an expression may be on the way: a number, a text, a series, or several. */
export type Value = number | string | Series | Series[];

export interface Surroundings {
  range: Range & { now: number };
  /** The result of another query of the same request. */
  valueOf(id: string): Value;
  /** The series of all queries that read one metric, whose id contains `part`. */
  metrics(part: string): Series[];
  search(args: Value[]): Series[];
}

/** Works out an expression; throws `ExpressionError` for what cannot be combined. */
export function evaluate(expression: Expression, around: Surroundings): Value {
  switch (expression.kind) {
    case 'number':
    case 'text':
      return expression.value;
    case 'name':
      return around.valueOf(expression.name);
    case 'list':
      return expression.items.flatMap((item) => seriesIn(evaluate(item, around)));
    case 'minus':
      return combine('*', -1, evaluate(expression.of, around));
    case 'operation':
      return combine(expression.operator, evaluate(expression.left, around), evaluate(expression.right, around));
    case 'call':
      return call(
        expression.name,
        expression.args.map((each) => evaluate(each, around)),
        around,
      );
  }
}

function seriesIn(value: Value): Series[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object') throw new ExpressionError('A list holds metrics only');
  return [value];
}

const apply: Record<Operator, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  AND: (a, b) => Number(a !== 0 && b !== 0),
  OR: (a, b) => Number(a !== 0 || b !== 0),
};

function combine(operator: Operator, left: Value, right: Value): Value {
  if (typeof left === 'string' || typeof right === 'string') throw new ExpressionError(`'${operator}' takes no text`);
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) throw new ExpressionError(`'${operator}' takes lists of the same length`);
    return left.map((each, index) => combine(operator, each, right[index]!) as Series);
  }
  if (Array.isArray(left)) return left.map((each) => combine(operator, each, right) as Series);
  if (Array.isArray(right)) return right.map((each) => combine(operator, left, each) as Series);
  const act = apply[operator];
  if (typeof left === 'number' && typeof right === 'number') return act(left, right);
  if (typeof left === 'number') return mapped(right as Series, (value) => act(left, value));
  if (typeof right === 'number') return mapped(left, (value) => act(value, right));
  const others = new Map(right.points.map(({ at, value }) => [at, value]));
  const points = left.points.flatMap(({ at, value }) => {
    const other = others.get(at);
    return other === undefined ? [] : [{ at, value: act(value, other) }];
  });
  return { period: Math.max(left.period, right.period), points: finite(points), source: null };
}

type Points = Series['points'];

const finite = (points: Points): Points => points.filter(({ value }) => Number.isFinite(value));

function mapped(series: Series, change: (value: number) => number): Series {
  return { ...series, points: finite(series.points.map(({ at, value }) => ({ at, value: change(value) }))) };
}

type Fold = (values: number[]) => number;

const sum: Fold = (values) => values.reduce((total, value) => total + value, 0);
const mean: Fold = (values) => sum(values) / values.length;
const folds: Record<string, Fold> = {
  AVG: mean,
  SUM: sum,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
  STDDEV: (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2))),
};
const eachValue: Record<string, (value: number) => number> = { ABS: Math.abs, CEIL: Math.ceil, FLOOR: Math.floor };

function call(name: string, args: Value[], around: Surroundings): Value {
  const fold = Object.hasOwn(folds, name) ? folds[name] : undefined;
  if (fold !== undefined) return folded(name, fold, args);
  const change = Object.hasOwn(eachValue, name) ? eachValue[name] : undefined;
  if (change !== undefined) return onEach(args[0], name, (series) => mapped(series, change));
  switch (name) {
    case 'METRICS':
      return around.metrics(args.length === 0 ? '' : textOf(args[0], name));
    case 'SEARCH':
      return around.search(args);
    case 'FILL':
      return onEach(args[0], name, (series) => filled(series, args[1], around.range));
    case 'RATE':
      return onEach(args[0], name, (series) =>
        between(series, (before, after) => (after.value - before.value) / ((after.at - before.at) / 1000)),
      );
    case 'DIFF':
      return onEach(args[0], name, (series) => between(series, (before, after) => after.value - before.value));
    case 'RUNNING_SUM':
      return onEach(args[0], name, (series) => running(series));
    case 'PERIOD':
      return oneSeries(args[0], name).period;
    case 'DATAPOINT_COUNT':
      return oneSeries(args[0], name).points.length;
    case 'IF':
      return conditional(args);
    default:
      throw new ExpressionError(`The function ${name} is not supported`);
  }
}

const textOf = (value: Value | undefined, name: string): string => {
  if (typeof value !== 'string') throw new ExpressionError(`${name} takes a text`);
  return value;
};

function oneSeries(value: Value | undefined, name: string): Series {
  if (typeof value !== 'object' || Array.isArray(value)) throw new ExpressionError(`${name} takes one metric`);
  return value;
}

function onEach(value: Value | undefined, name: string, change: (series: Series) => Series): Value {
  return Array.isArray(value) ? value.map(change) : change(oneSeries(value, name));
}

/** Over one series a number, over several a series with a value for each time that any of them has. */
function folded(name: string, fold: Fold, args: Value[]): Value {
  const [value] = args;
  if (args.length !== 1 || typeof value !== 'object')
    throw new ExpressionError(`${name} takes one metric or one list of metrics`);
  if (!Array.isArray(value))
    return value.points.length === 0 ? Number.NaN : fold(value.points.map((each) => each.value));
  const byTime = new Map<number, number[]>();
  for (const { points } of value) {
    for (const { at, value: each } of points) byTime.set(at, [...(byTime.get(at) ?? []), each]);
  }
  const points = [...byTime].sort(([a], [b]) => a - b).map(([at, values]) => ({ at, value: fold(values) }));
  return { period: Math.max(0, ...value.map(({ period }) => period)), points, source: null };
}

function between(series: Series, read: (before: Points[number], after: Points[number]) => number): Series {
  const points = series.points
    .slice(1)
    .map((after, index) => ({ at: after.at, value: read(series.points[index]!, after) }));
  return { ...series, points };
}

function running(series: Series): Series {
  let total = 0;
  const points = series.points.map(({ at, value }) => {
    total += value;
    return { at, value: total };
  });
  return { ...series, points };
}

/** Gives every period of the range that is over a value; before the first known one only a number can. */
function filled(series: Series, filler: Value | undefined, { from, to, now }: Surroundings['range']): Series {
  const repeats = filler === 'REPEAT';
  if (!repeats && filler !== 'LINEAR' && typeof filler !== 'number')
    throw new ExpressionError('FILL takes a number, REPEAT or LINEAR');
  const length = series.period * 1000;
  const known = new Map(series.points.map(({ at, value }) => [at, value]));
  const points: Points = [];
  let before: Points[number] | undefined;
  let next = 0;
  for (let at = Math.floor(from / length) * length; at < to && at + length <= now; at += length) {
    while (next < series.points.length && series.points[next]!.at < at) next += 1;
    const own = known.get(at);
    const value =
      own ??
      (typeof filler === 'number' ? filler : fillerAt(at, before, repeats ? undefined : series.points[next], repeats));
    if (own !== undefined) before = { at, value: own };
    if (value !== undefined) points.push({ at, value });
  }
  const last = points.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  return { ...series, points: [...points, ...series.points.filter(({ at }) => at > last)] };
}

function fillerAt(
  at: number,
  before: Points[number] | undefined,
  after: Points[number] | undefined,
  repeats: boolean,
): number | undefined {
  if (before === undefined) return undefined;
  if (repeats) return before.value;
  if (after === undefined) return undefined;
  return before.value + ((after.value - before.value) * (at - before.at)) / (after.at - before.at);
}

/** IF(condition, then, else): a number, or for each time of the series among the three. */
function conditional(args: Value[]): Value {
  const [condition, then, otherwise] = args;
  if (args.length < 2 || args.length > 3 || args.some((each) => Array.isArray(each) || typeof each === 'string')) {
    throw new ExpressionError('IF takes a condition and one or two values, each a number or a metric');
  }
  const given = [condition, then, otherwise].filter((each): each is Series => typeof each === 'object');
  if (given.length === 0) return (condition !== 0 ? then : otherwise) ?? Number.NaN;
  const times = [...new Set(given.flatMap(({ points }) => points.map(({ at }) => at)))].sort((a, b) => a - b);
  const readers = [condition, then, otherwise].map((each) => readerOf(each as number | Series | undefined));
  const points = times.flatMap((at) => {
    const test = readers[0]!(at);
    if (test === undefined) return [];
    const value = readers[test !== 0 ? 1 : 2]!(at);
    return value === undefined ? [] : [{ at, value }];
  });
  return { period: Math.max(...given.map(({ period }) => period)), points, source: null };
}

function readerOf(value: number | Series | undefined): (at: number) => number | undefined {
  if (typeof value !== 'object') return () => value;
  const known = new Map(value.points.map((each) => [each.at, each.value]));
  return (at) => known.get(at);
}
