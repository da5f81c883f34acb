import { evaluationError } from '../errors.ts';
import { checkRange, intArg, stringArg } from '../methods/strings.ts';
import { ADJUSTERS } from './adjusters.ts';
import { DAYS_OF_WEEK, JavaConstant } from './constants.ts';
import { JavaDate, SimpleDateFormat } from './java-date.ts';
import { localDateOf, parseLocalDate, parseMoment } from './parse-date.ts';
import { CHRONO_UNITS, Instant, LocalDate, LocalDateTime, monthArg, today } from './temporal.ts';
import { construct1, define, never, type Static, type Statics, type TypeDefinition } from './type-definition.ts';

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];

const constantsOf = (values: readonly JavaConstant[]): ReadonlyMap<string, unknown> =>
  new Map(values.map((value) => [value.name, value]));

function constantStatics(values: readonly JavaConstant[]): Statics {
  return new Map<string, Static>([
    [
      'valueOf',
      { arity: one, run: (_self, [name]) => values.find((value) => value.name === name) ?? unknownConstant(name) },
    ],
    ['of', { arity: one, run: (_self, [number]) => values[intArg(number, 'of') - 1] ?? unknownConstant(number) }],
    ['values', { arity: none, run: () => values }],
  ]);
}

function unknownConstant(name: unknown): never {
  throw evaluationError(`no constant ${String(name).slice(0, 50)}`);
}

const LOCAL_DATE: Statics = new Map<string, Static>([
  ['now', { arity: none, run: (_self, _args, env) => today(env) }],
  ['parse', { arity: one, run: (_self, [text]) => parseLocalDate(stringArg(text, 'parse')) }],
  [
    'of',
    {
      arity: [3, 3],
      run: (_self, [year, month, day]) => localDateOf(intArg(year, 'of'), monthArg(month), intArg(day, 'of')),
    },
  ],
  ['ofEpochDay', { arity: one, run: (_self, [day]) => new LocalDate(intArg(day, 'ofEpochDay')) }],
]);

const LOCAL_DATE_TIME: Statics = new Map<string, Static>([
  ['now', { arity: none, run: (_self, _args, env) => new LocalDateTime(env.context.now()) }],
  ['parse', { arity: one, run: (_self, [text]) => new LocalDateTime(parseMoment(stringArg(text, 'parse'), false)) }],
  ['of', { arity: [5, 6], run: (_self, args) => localDateTimeOf(args) }],
]);

function localDateTimeOf([year, month, day, hour, minute, second]: readonly unknown[]): LocalDateTime {
  const date = localDateOf(intArg(year, 'of'), monthArg(month), intArg(day, 'of'));
  const parts = [hour, minute, second ?? 0].map((part) => intArg(part, 'of'));
  checkRange(parts[0]!, 0, 23, 'hour');
  checkRange(parts[1]!, 0, 59, 'minute');
  checkRange(parts[2]!, 0, 59, 'second');
  return new LocalDateTime(date.epochMs + parts[0]! * 3_600_000 + parts[1]! * 60_000 + parts[2]! * 1_000);
}

const INSTANT: Statics = new Map<string, Static>([
  ['now', { arity: none, run: (_self, _args, env) => new Instant(env.context.now()) }],
  ['parse', { arity: one, run: (_self, [text]) => new Instant(parseMoment(stringArg(text, 'parse'), true)) }],
  ['ofEpochMilli', { arity: one, run: (_self, [ms]) => new Instant(intArg(ms, 'ofEpochMilli')) }],
  ['ofEpochSecond', { arity: one, run: (_self, [seconds]) => new Instant(intArg(seconds, 'ofEpochSecond') * 1_000) }],
]);

/** Types of dates and times. */
export const DATE_TYPES: readonly TypeDefinition[] = [
  define('java.util', 'Date', {
    holds: (value) => value instanceof JavaDate,
    construct: (args, env) => new JavaDate(args.length === 0 ? env.context.now() : intArg(args[0], 'Date')),
  }),
  define('java.text', 'SimpleDateFormat', {
    holds: (value) => value instanceof SimpleDateFormat,
    construct: construct1((pattern) => new SimpleDateFormat(stringArg(pattern, 'SimpleDateFormat'))),
  }),
  define('java.time', 'LocalDate', { statics: LOCAL_DATE, holds: (value) => value instanceof LocalDate }),
  define('java.time', 'LocalDateTime', { statics: LOCAL_DATE_TIME, holds: (value) => value instanceof LocalDateTime }),
  define('java.time', 'Instant', {
    statics: INSTANT,
    constants: new Map([['EPOCH', new Instant(0)]]),
    holds: (value) => value instanceof Instant,
  }),
  define('java.time', 'DayOfWeek', {
    statics: constantStatics(DAYS_OF_WEEK),
    constants: constantsOf(DAYS_OF_WEEK),
    holds: (value) => value instanceof JavaConstant && value.typeName === 'DayOfWeek',
  }),
  define('java.time.temporal', 'ChronoUnit', {
    statics: constantStatics(CHRONO_UNITS),
    constants: constantsOf(CHRONO_UNITS),
    holds: (value) => value instanceof JavaConstant && value.typeName === 'ChronoUnit',
  }),
  define('java.time.temporal', 'TemporalAdjusters', { statics: ADJUSTERS, holds: never }),
];
