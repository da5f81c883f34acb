import type { Env } from '../env.ts';
import { deniedError, ExpressionError, evaluationError, helperError } from '../errors.ts';
import { checkRange, intArg, stringArg } from '../methods/strings.ts';
import {
  admit,
  Double,
  HostObject,
  isDouble,
  isMapLike,
  isNumber,
  javaText,
  joinedText,
  type Method,
  type NumberValue,
  toNumber,
  typeNameOf,
} from '../values.ts';
import type { CalendarDay } from './calendar.ts';
import { dayOfWeek, floorMod, fromEpochDay, lengthOfMonth, plusMonths, toEpochDay } from './calendar.ts';
import {
  CHRONO_UNITS,
  DAYS_OF_WEEK,
  Instant,
  JavaConstant,
  JavaDate,
  LocalDate,
  LocalDateTime,
  localDateOf,
  monthArg,
  parseLocalDate,
  parseMoment,
  SimpleDateFormat,
  TemporalAdjuster,
  today,
} from './dates.ts';
import { formatText } from './format.ts';

type Static = Method<TypeReference>;
type Statics = ReadonlyMap<string, Static>;

interface TypeDefinition {
  readonly name: string;
  readonly statics: Statics;
  readonly constants: ReadonlyMap<string, unknown>;
  readonly construct?: (args: readonly unknown[], env: Env) => unknown;
  readonly holds: (value: unknown) => boolean;
}

/** A type named by `T(…)`. */
export class TypeReference extends HostObject {
  readonly typeName = 'Class';
  readonly definition: TypeDefinition;

  constructor(definition: TypeDefinition) {
    super();
    this.definition = definition;
  }

  override property(name: string): unknown {
    return this.definition.constants.get(name);
  }

  override method(name: string): Method<HostObject> | undefined {
    return this.definition.statics.get(name) as Method<HostObject> | undefined;
  }

  override equals(other: unknown): boolean {
    return other instanceof TypeReference && other.definition === this.definition;
  }

  text(): string {
    return `class ${this.definition.name}`;
  }

  data(): unknown {
    throw deniedError('a type cannot be a result');
  }
}

/** `java.util.UUID`. */
class Uuid extends HostObject {
  readonly typeName = 'UUID';
  private readonly value: string;

  constructor(value: string) {
    super();
    this.value = value;
  }

  override method(name: string): Method<HostObject> | undefined {
    if (name === 'toString') return { arity: none, run: () => this.value };
    return name === 'equals' ? { arity: one, run: (_self, [other]) => this.equals(other) } : undefined;
  }

  override equals(other: unknown): boolean {
    return other instanceof Uuid && other.value === this.value;
  }

  text(): string {
    return this.value;
  }

  data(): unknown {
    return this.value;
  }
}

/** `java.util.Random`; a seed is accepted and has no effect. */
class JavaRandom extends HostObject {
  readonly typeName = 'Random';

  override method(name: string): Method<HostObject> | undefined {
    return RANDOM_METHODS.get(name);
  }

  text(): string {
    return 'Random';
  }

  data(): unknown {
    return null;
  }
}

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];
const two: readonly [number, number] = [2, 2];
const many: readonly [number, number] = [1, 1_000];

const RANDOM_METHODS: ReadonlyMap<string, Method<HostObject>> = new Map<string, Method<HostObject>>([
  ['nextInt', { arity: [0, 2], run: (_self, args, env) => nextInt(args, env) }],
  ['nextLong', { arity: none, run: (_self, _args, env) => Math.floor((env.context.random() - 0.5) * 2 ** 53) }],
  ['nextDouble', { arity: none, run: (_self, _args, env) => Double.of(env.context.random()) }],
  ['nextBoolean', { arity: none, run: (_self, _args, env) => env.context.random() < 0.5 }],
]);

function nextInt(args: readonly unknown[], env: Env): number {
  const least = args.length === 2 ? intArg(args[0], 'nextInt') : args.length === 1 ? 0 : -(2 ** 31);
  const end = args.length === 0 ? 2 ** 31 : intArg(args.at(-1), 'nextInt');
  if (end <= least) throw evaluationError('nextInt needs a positive bound');
  return least + Math.floor(env.context.random() * (end - least));
}

function parseWhole(value: unknown, base: unknown, least: number, most: number): number {
  const text = typeof value === 'string' ? value : value === null ? 'null' : String(value);
  const radix = base === undefined ? 10 : intArg(base, 'parse');
  const digits = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, radix);
  const sign = text[0] === '-' || text[0] === '+' ? 1 : 0;
  const body = text.slice(sign).toLowerCase();
  const number = Number.parseInt(text, radix);
  if (
    body === '' ||
    body.length > 64 ||
    ![...body].every((char) => digits.includes(char)) ||
    !(number >= least && number <= most)
  ) {
    throw evaluationError(`For input string: "${text.slice(0, 100)}"`);
  }
  return number + 0;
}

export const parseInteger = (value: unknown, base?: unknown): number =>
  parseWhole(value, base, -(2 ** 31), 2 ** 31 - 1);
const parseLong = (value: unknown, base?: unknown): number =>
  parseWhole(value, base, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

export function parseDouble(value: unknown): number | Double {
  const text = typeof value === 'string' ? value.trim() : '';
  if (!/^[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|NaN|Infinity)[fFdD]?$/.test(text)) {
    throw evaluationError(`For input string: "${text.slice(0, 100)}"`);
  }
  return Double.of(Number(text.replace(/[fFdD]$/, '').replace(/^\+/, '')));
}

const isInt = (value: unknown): boolean => isNumber(value) && !isDouble(value);
const numeric = (value: unknown, parse: (text: unknown) => unknown): unknown =>
  isNumber(value) ? value : parse(value);

function wholeStatics(parse: (value: unknown, base?: unknown) => number, name: string): Statics {
  const bits = name === 'Long' ? 2n ** 64n : 2n ** 32n;
  const radix = (value: unknown, base: number) => {
    const number = BigInt(intArg(value, name));
    return (number < 0n ? number + bits : number).toString(base);
  };
  return new Map<string, Static>([
    [
      name === 'Integer' ? 'parseInt' : `parse${name}`,
      { arity: [1, 2], run: (_self, [text, base]) => parse(text, base) },
    ],
    ['valueOf', { arity: [1, 2], run: (_self, [value, base]) => (isNumber(value) ? value : parse(value, base)) }],
    [
      'toString',
      {
        arity: [1, 2],
        run: (_self, [value, base]) => intArg(value, 'toString').toString(base === undefined ? 10 : radixArg(base)),
      },
    ],
    ['toHexString', { arity: one, run: (_self, [value]) => radix(value, 16) }],
    ['toBinaryString', { arity: one, run: (_self, [value]) => radix(value, 2) }],
    ['toOctalString', { arity: one, run: (_self, [value]) => radix(value, 8) }],
    ['compare', { arity: two, run: (_self, [a, b]) => Math.sign(intArg(a, 'compare') - intArg(b, 'compare')) }],
    ['sum', { arity: two, run: (_self, [a, b]) => exact(intArg(a, 'sum') + intArg(b, 'sum')) }],
    ['max', { arity: two, run: (_self, [a, b]) => Math.max(intArg(a, 'max'), intArg(b, 'max')) }],
    ['min', { arity: two, run: (_self, [a, b]) => Math.min(intArg(a, 'min'), intArg(b, 'min')) }],
    ['signum', { arity: one, run: (_self, [a]) => Math.sign(intArg(a, 'signum')) }],
  ]);
}

function radixArg(value: unknown): number {
  const base = intArg(value, 'radix');
  checkRange(base, 2, 36, 'radix');
  return base;
}

function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new ExpressionError('ArithmeticException', 'integer overflow');
  return value;
}

function numberArg(value: unknown, name: string): NumberValue {
  if (isNumber(value)) return value;
  throw evaluationError(`Math.${name} needs a number, not ${typeNameOf(value)}`);
}

/** Functions of doubles. */
const REAL_MATH = [
  'sqrt',
  'cbrt',
  'exp',
  'log',
  'log10',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'expm1',
  'log1p',
  'floor',
  'ceil',
] as const;
const clampLong = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
const typed = (like: readonly NumberValue[], value: number): unknown =>
  like.some(isDouble) ? Double.of(value) : exact(value);
const javaRint = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
};

function numeric2(name: string, run: (a: number, b: number) => number): [string, Static] {
  return [
    name,
    {
      arity: two,
      run: (_self, args) => {
        const [a, b] = args.map((arg) => numberArg(arg, name)) as [NumberValue, NumberValue];
        return typed([a, b], run(toNumber(a), toNumber(b)));
      },
    },
  ];
}

const MATH: Statics = new Map<string, Static>([
  ...REAL_MATH.map((name): [string, Static] => [
    name,
    { arity: one, run: (_self, [value]) => Double.of(Math[name](toNumber(numberArg(value, name)))) },
  ]),
  ['rint', { arity: one, run: (_self, [value]) => Double.of(javaRint(toNumber(numberArg(value, 'rint')))) }],
  [
    'abs',
    {
      arity: one,
      run: (_self, [value]) => typed([numberArg(value, 'abs')], Math.abs(toNumber(numberArg(value, 'abs')))),
    },
  ],
  ['round', { arity: one, run: (_self, [value]) => clampLong(Math.floor(toNumber(numberArg(value, 'round')) + 0.5)) }],
  ['signum', { arity: one, run: (_self, [value]) => Double.of(Math.sign(toNumber(numberArg(value, 'signum')))) }],
  [
    'toRadians',
    { arity: one, run: (_self, [value]) => Double.of((toNumber(numberArg(value, 'toRadians')) * Math.PI) / 180) },
  ],
  [
    'toDegrees',
    { arity: one, run: (_self, [value]) => Double.of((toNumber(numberArg(value, 'toDegrees')) * 180) / Math.PI) },
  ],
  numeric2('max', Math.max),
  numeric2('min', Math.min),
  numeric2('addExact', (a, b) => a + b),
  numeric2('subtractExact', (a, b) => a - b),
  numeric2('multiplyExact', (a, b) => a * b),
  ['floorDiv', { arity: two, run: (_self, [a, b]) => Math.floor(intArg(a, 'floorDiv') / nonZero(b)) }],
  ['floorMod', { arity: two, run: (_self, [a, b]) => floorMod(intArg(a, 'floorMod'), nonZero(b)) }],
  [
    'pow',
    { arity: two, run: (_self, [a, b]) => Double.of(toNumber(numberArg(a, 'pow')) ** toNumber(numberArg(b, 'pow'))) },
  ],
  [
    'atan2',
    {
      arity: two,
      run: (_self, [a, b]) => Double.of(Math.atan2(toNumber(numberArg(a, 'atan2')), toNumber(numberArg(b, 'atan2')))),
    },
  ],
  [
    'hypot',
    {
      arity: two,
      run: (_self, [a, b]) => Double.of(Math.hypot(toNumber(numberArg(a, 'hypot')), toNumber(numberArg(b, 'hypot')))),
    },
  ],
  ['random', { arity: none, run: (_self, _args, env) => Double.of(env.context.random()) }],
]);

function nonZero(value: unknown): number {
  const number = intArg(value, 'Math');
  if (number === 0) throw new ExpressionError('ArithmeticException', '/ by zero');
  return number;
}

function joinTexts([separator, ...rest]: readonly unknown[], env: Env): string {
  const items = rest.length === 1 && Array.isArray(rest[0]) ? (rest[0] as unknown[]) : rest;
  const glue = stringArg(separator, 'join');
  const parts = items.map((item) => {
    const part = javaText(admit(item), env);
    env.budget.text(part.length + glue.length);
    return part;
  });
  env.budget.text(parts.reduce((sum, part) => sum + part.length + glue.length, 0));
  return parts.join(glue);
}

const STRING: Statics = new Map<string, Static>([
  [
    'valueOf',
    {
      arity: one,
      run: (_self, [value], env) => (Array.isArray(value) ? joinedText(value, env) : javaText(value, env)),
    },
  ],
  [
    'format',
    {
      arity: many,
      run: (_self, [pattern, ...args], env) =>
        formatText(stringArg(pattern, 'format'), args.length === 1 && Array.isArray(args[0]) ? args[0] : args, env),
    },
  ],
  ['join', { arity: many, run: (_self, args, env) => joinTexts(args, env) }],
]);

function encodeUrl([value, charset]: readonly unknown[]): string {
  if (charset !== undefined && !/^utf-?8$/i.test(stringArg(charset, 'encode')))
    throw evaluationError('URLEncoder knows UTF-8 only');
  try {
    return encodeURIComponent(stringArg(value, 'encode'))
      .replace(/%20/g, '+')
      .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    throw evaluationError('the text is not well-formed Unicode');
  }
}

function weekday(value: unknown): number {
  if (value instanceof JavaConstant && value.typeName === 'DayOfWeek') return value.number;
  throw evaluationError('needs a day such as T(java.time.DayOfWeek).MONDAY');
}

const adjuster = (adjust: (date: CalendarDay) => CalendarDay): TemporalAdjuster => new TemporalAdjuster(adjust);
const shifted = (date: CalendarDay, days: number): CalendarDay => fromEpochDay(toEpochDay(date) + days);

/** Days to go from `date` to the wanted weekday; with `strict` at least one. */
function daysTo(date: CalendarDay, wanted: number, direction: 1 | -1, strict: boolean): number {
  const distance = floorMod((wanted - dayOfWeek(toEpochDay(date))) * direction, 7);
  return direction * (distance === 0 && strict ? 7 : distance);
}

const toward = (direction: 1 | -1, strict: boolean): Static => ({
  arity: one,
  run: (_self, [day]) => {
    const wanted = weekday(day);
    return adjuster((date) => shifted(date, daysTo(date, wanted, direction, strict)));
  },
});
const fixed = (adjust: (date: CalendarDay) => CalendarDay): Static => ({ arity: none, run: () => adjuster(adjust) });
const first = (date: CalendarDay): CalendarDay => ({ ...date, day: 1 });
const last = (date: CalendarDay): CalendarDay => ({ ...date, day: lengthOfMonth(date.year, date.month) });

const ADJUSTERS: Statics = new Map<string, Static>([
  ['firstDayOfMonth', fixed(first)],
  ['lastDayOfMonth', fixed(last)],
  ['firstDayOfNextMonth', fixed((date) => plusMonths(first(date), 1))],
  ['firstDayOfYear', fixed((date) => ({ year: date.year, month: 1, day: 1 }))],
  ['lastDayOfYear', fixed((date) => ({ year: date.year, month: 12, day: 31 }))],
  ['firstDayOfNextYear', fixed((date) => ({ year: date.year + 1, month: 1, day: 1 }))],
  ['next', toward(1, true)],
  ['nextOrSame', toward(1, false)],
  ['previous', toward(-1, true)],
  ['previousOrSame', toward(-1, false)],
  [
    'firstInMonth',
    {
      arity: one,
      run: (_self, [day]) => {
        const wanted = weekday(day);
        return adjuster((date) => shifted(first(date), daysTo(first(date), wanted, 1, false)));
      },
    },
  ],
  [
    'lastInMonth',
    {
      arity: one,
      run: (_self, [day]) => {
        const wanted = weekday(day);
        return adjuster((date) => shifted(last(date), daysTo(last(date), wanted, -1, false)));
      },
    },
  ],
]);

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

const BOOLEAN: Statics = new Map<string, Static>([
  ['parseBoolean', { arity: one, run: (_self, [text]) => isTrueWord(text) }],
  ['valueOf', { arity: one, run: (_self, [value]) => (typeof value === 'boolean' ? value : isTrueWord(value)) }],
  ['toString', { arity: one, run: (_self, [value]) => String(value === true) }],
]);

export const isTrueWord = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && value.toLowerCase() === 'true');

const DOUBLE: Statics = new Map<string, Static>([
  ['parseDouble', { arity: one, run: (_self, [text]) => parseDouble(text) }],
  [
    'valueOf',
    { arity: one, run: (_self, [value]) => (isNumber(value) ? Double.of(toNumber(value)) : parseDouble(value)) },
  ],
  [
    'toString',
    { arity: one, run: (_self, [value], env) => javaText(isNumber(value) ? Double.of(toNumber(value)) : value, env) },
  ],
  [
    'compare',
    {
      arity: two,
      run: (_self, [a, b]) => Math.sign(toNumber(numberArg(a, 'compare')) - toNumber(numberArg(b, 'compare'))),
    },
  ],
  ['isNaN', { arity: one, run: (_self, [value]) => Number.isNaN(toNumber(numberArg(value, 'isNaN'))) }],
]);

const nothing: ReadonlyMap<string, never> = new Map<string, never>();
const parseByte = (value: unknown, base?: unknown): number => parseWhole(value, base, -128, 127);
const construct1 =
  (parse: (value: unknown) => unknown) =>
  (args: readonly unknown[]): unknown => {
    if (args.length !== 1) throw evaluationError('the constructor takes one argument');
    return parse(args[0]);
  };

function define(
  packageName: string,
  name: string,
  rest: Partial<TypeDefinition> & Pick<TypeDefinition, 'holds'>,
): TypeDefinition {
  return { name: `${packageName}.${name}`, statics: nothing, constants: nothing, ...rest };
}

const never = (): boolean => false;
const LANG = 'java.lang';
const DEFINITIONS: readonly TypeDefinition[] = [
  define(LANG, 'String', {
    statics: STRING,
    holds: (value) => typeof value === 'string',
    construct: (args, env) => (args.length === 0 ? '' : javaText(args[0], env)),
  }),
  define(LANG, 'Boolean', {
    statics: BOOLEAN,
    constants: new Map([
      ['TRUE', true],
      ['FALSE', false],
    ]),
    holds: (value) => typeof value === 'boolean',
    construct: construct1(isTrueWord),
  }),
  define(LANG, 'Byte', {
    statics: wholeStatics(parseByte, 'Byte'),
    constants: new Map([
      ['MAX_VALUE', 127],
      ['MIN_VALUE', -128],
    ]),
    holds: never,
    construct: construct1((value) => numeric(value, parseByte)),
  }),
  define(LANG, 'Integer', {
    statics: wholeStatics(parseInteger, 'Integer'),
    constants: new Map([
      ['MAX_VALUE', 2 ** 31 - 1],
      ['MIN_VALUE', -(2 ** 31)],
    ]),
    holds: (value) => typeNameOf(value) === 'Integer',
    construct: construct1((value) => numeric(value, parseInteger)),
  }),
  define(LANG, 'Long', {
    statics: wholeStatics(parseLong, 'Long'),
    constants: new Map([
      ['MAX_VALUE', Number.MAX_SAFE_INTEGER],
      ['MIN_VALUE', Number.MIN_SAFE_INTEGER],
    ]),
    holds: (value) => isInt(value),
    construct: construct1((value) => numeric(value, parseLong)),
  }),
  define(LANG, 'Double', {
    statics: DOUBLE,
    constants: new Map([
      ['MAX_VALUE', Double.of(Number.MAX_VALUE)],
      ['MIN_VALUE', Double.of(Number.MIN_VALUE)],
      ['NaN', Number.NaN],
      ['POSITIVE_INFINITY', Number.POSITIVE_INFINITY],
    ]),
    holds: (value) => isNumber(value) && isDouble(value),
    construct: construct1((value) => (isNumber(value) ? Double.of(toNumber(value)) : parseDouble(value))),
  }),
  define(LANG, 'Math', {
    statics: MATH,
    constants: new Map([
      ['PI', Math.PI],
      ['E', Math.E],
    ]),
    holds: never,
  }),
  define('java.util', 'Random', { holds: (value) => value instanceof JavaRandom, construct: () => new JavaRandom() }),
  define('java.util', 'UUID', {
    statics: new Map<string, Static>([
      ['randomUUID', { arity: none, run: (_self, _args, env) => new Uuid(env.context.uuid()) }],
      ['fromString', { arity: one, run: (_self, [text]) => uuidOf(text) }],
    ]),
    holds: (value) => value instanceof Uuid,
  }),
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
  define('java.net', 'URLEncoder', {
    statics: new Map<string, Static>([['encode', { arity: [1, 2], run: (_self, args) => encodeUrl(args) }]]),
    holds: never,
  }),
];

function uuidOf(text: unknown): Uuid {
  const value = stringArg(text, 'fromString').toLowerCase();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value))
    throw helperError(`Invalid UUID string: ${value.slice(0, 50)}`);
  return new Uuid(value);
}

/** Types that only `instanceof` may name. */
const TESTABLE: ReadonlyMap<string, (value: unknown) => boolean> = new Map<string, (value: unknown) => boolean>([
  ['java.util.List', Array.isArray],
  ['java.util.Collection', Array.isArray],
  ['java.util.Map', isMapLike],
  ['java.lang.Number', isNumber],
]);

const BY_NAME: ReadonlyMap<string, TypeDefinition> = new Map([
  ...DEFINITIONS.map((definition): [string, TypeDefinition] => [definition.name, definition]),
  ...[...TESTABLE].map(([name, holds]): [string, TypeDefinition] => [
    name,
    { name, statics: nothing, constants: nothing, holds },
  ]),
]);

function find(name: string): TypeDefinition | undefined {
  return BY_NAME.get(name) ?? (name.includes('.') ? undefined : BY_NAME.get(`${LANG}.${name}`));
}

/** True when `T(name)` is allowed. */
export const isAllowedType = (name: string): boolean => find(name) !== undefined;

/** The type of `T(name)`; refused when it is not on the list. */
export function typeReference(name: string): TypeReference {
  const definition = find(name);
  if (!definition) throw deniedError(`type '${name}' is not allowed`);
  return new TypeReference(definition);
}

/** The value of `new name(args)`; refused when the type is not on the list. */
export function construct(name: string, args: readonly unknown[], env: Env): unknown {
  const definition = find(name);
  if (!definition?.construct) throw deniedError(`'new ${name}' is not allowed`);
  return definition.construct(args, env);
}

export const isInstance = (value: unknown, type: TypeReference): boolean =>
  value !== null && type.definition.holds(value);
