import type { Env } from '../env.ts';
import { evaluationError } from '../errors.ts';
import { intArg, stringArg } from '../methods/strings.ts';
import { HostObject, type Method } from '../values.ts';
import {
  type CalendarDay,
  DAY_MS,
  DAYS,
  dayOfWeek,
  dayOfYear,
  epochDayOf,
  floorMod,
  fromEpochDay,
  isLeapYear,
  isoDate,
  isoTime,
  lengthOfMonth,
  MONTHS,
  pad,
  plusMonths,
  timeOf,
  toEpochDay,
} from './calendar.ts';
import { cutPattern, existsInCalendar, formatDate, parseDate } from './simple-date-format.ts';

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];
/** Largest moment, in days from 1970, that dates here can hold (about the year 275,000). */
const MOST_DAYS = 100_000_000;

type Methods<T> = ReadonlyMap<string, Method<T>>;
const lookup = <T>(methods: Methods<T>, name: string): Method<HostObject> | undefined =>
  methods.get(name) as Method<HostObject> | undefined;

function checked(days: number): number {
  if (!Number.isFinite(days) || Math.abs(days) > MOST_DAYS) throw evaluationError('date out of range');
  return days;
}

/** A value with one name out of a fixed list, such as `DayOfWeek.MONDAY`. */
export class JavaConstant extends HostObject {
  readonly typeName: string;
  readonly name: string;
  /** Position, 1 for the first. */
  readonly number: number;

  constructor(typeName: string, name: string, number: number) {
    super();
    this.typeName = typeName;
    this.name = name;
    this.number = number;
  }

  override equals(other: unknown): boolean {
    return (
      (other instanceof JavaConstant && other.typeName === this.typeName && other.name === this.name) ||
      other === this.name
    );
  }

  override compare(other: unknown): number | undefined {
    return other instanceof JavaConstant && other.typeName === this.typeName ? this.number - other.number : undefined;
  }

  override property(name: string): unknown {
    return name === 'value' && this.typeName !== 'ChronoUnit' ? this.number : undefined;
  }

  override method(name: string): Method<HostObject> | undefined {
    return lookup(CONSTANT_METHODS, name);
  }

  text(): string {
    return this.typeName === 'ChronoUnit' ? `${this.name[0]}${this.name.slice(1).toLowerCase()}` : this.name;
  }

  data(): unknown {
    return this.name;
  }
}

export const DAYS_OF_WEEK = DAYS.map((name, at) => new JavaConstant('DayOfWeek', name.toUpperCase(), at + 1));
const MONTH_CONSTANTS = MONTHS.map((name, at) => new JavaConstant('Month', name.toUpperCase(), at + 1));
export const CHRONO_UNITS = [
  'MILLIS',
  'SECONDS',
  'MINUTES',
  'HOURS',
  'HALF_DAYS',
  'DAYS',
  'WEEKS',
  'MONTHS',
  'YEARS',
  'DECADES',
].map((name, at) => new JavaConstant('ChronoUnit', name, at + 1));

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['MILLIS', 1],
  ['SECONDS', 1_000],
  ['MINUTES', 60_000],
  ['HOURS', 3_600_000],
  ['HALF_DAYS', 43_200_000],
  ['DAYS', DAY_MS],
  ['WEEKS', 7 * DAY_MS],
]);
const UNIT_MONTHS: ReadonlyMap<string, number> = new Map([
  ['MONTHS', 1],
  ['YEARS', 12],
  ['DECADES', 120],
]);

function shiftedDay(constants: readonly JavaConstant[], self: JavaConstant, days: number): JavaConstant {
  return constants[floorMod(self.number - 1 + days, constants.length)]!;
}

const CONSTANT_METHODS: Methods<JavaConstant> = new Map<string, Method<JavaConstant>>([
  ['toString', { arity: none, run: (self) => self.text() }],
  ['name', { arity: none, run: (self) => self.name }],
  ['getValue', { arity: none, run: (self) => self.number }],
  ['ordinal', { arity: none, run: (self) => self.number - 1 }],
  ['equals', { arity: one, run: (self, [other]) => other instanceof JavaConstant && self.equals(other) }],
  ['compareTo', { arity: one, run: (self, [other]) => self.compare(other) ?? 0 }],
  [
    'plus',
    {
      arity: one,
      run: (self, [days]) =>
        shiftedDay(self.typeName === 'Month' ? MONTH_CONSTANTS : DAYS_OF_WEEK, self, intArg(days, 'plus')),
    },
  ],
  [
    'minus',
    {
      arity: one,
      run: (self, [days]) =>
        shiftedDay(self.typeName === 'Month' ? MONTH_CONSTANTS : DAYS_OF_WEEK, self, -intArg(days, 'minus')),
    },
  ],
  ['between', { arity: [2, 2], run: (self, [from, to]) => unitsBetween(self, from, to) }],
]);

/** Moves a date within rules such as "first day of next month". */
export class TemporalAdjuster extends HostObject {
  readonly typeName = 'TemporalAdjuster';
  readonly adjust: (date: CalendarDay) => CalendarDay;

  constructor(adjust: (date: CalendarDay) => CalendarDay) {
    super();
    this.adjust = adjust;
  }

  text(): string {
    return 'TemporalAdjuster';
  }

  data(): unknown {
    return null;
  }
}

/** A moment on the calendar: a date, a date with time, or an instant; all in UTC. */
abstract class Temporal extends HostObject {
  readonly epochMs: number;

  constructor(epochMs: number) {
    super();
    checked(epochMs / DAY_MS);
    this.epochMs = epochMs;
  }

  abstract at(epochMs: number): Temporal;

  override equals(other: unknown): boolean {
    return other instanceof Temporal && other.typeName === this.typeName && other.epochMs === this.epochMs;
  }

  override compare(other: unknown): number | undefined {
    return other instanceof Temporal && other.typeName === this.typeName ? this.epochMs - other.epochMs : undefined;
  }

  data(): unknown {
    return this.text();
  }

  override method(name: string): Method<HostObject> | undefined {
    return lookup(TEMPORAL_METHODS, name);
  }

  /** `getYear()` and `year` are the same thing. */
  override property(name: string): unknown {
    const getter = this.method(`get${name[0]?.toUpperCase()}${name.slice(1)}`);
    return getter && getter.arity[0] === 0 ? getter.run(this, [], undefined as never) : undefined;
  }

  day(): CalendarDay {
    return fromEpochDay(epochDayOf(this.epochMs));
  }

  withDay(date: CalendarDay): Temporal {
    return this.at(toEpochDay(date) * DAY_MS + floorMod(this.epochMs, DAY_MS));
  }

  plus(amount: number, unit: string): Temporal {
    const months = UNIT_MONTHS.get(unit);
    if (months !== undefined) return this.withDay(plusMonths(this.day(), checked(amount * months)));
    return this.at(this.epochMs + amount * (UNIT_MS.get(unit) ?? Number.NaN));
  }
}

function unitsBetween(unit: JavaConstant, from: unknown, to: unknown): number {
  if (!(from instanceof Temporal) || !(to instanceof Temporal)) throw evaluationError('between needs two dates');
  const ms = UNIT_MS.get(unit.name);
  if (ms !== undefined) return Math.trunc((to.epochMs - from.epochMs) / ms) + 0;
  const a = from.day();
  const b = to.day();
  let months = (b.year - a.year) * 12 + b.month - a.month;
  const partA = a.day * DAY_MS + floorMod(from.epochMs, DAY_MS);
  const partB = b.day * DAY_MS + floorMod(to.epochMs, DAY_MS);
  if (months > 0 && partB < partA) months -= 1;
  if (months < 0 && partB > partA) months += 1;
  return Math.trunc(months / UNIT_MONTHS.get(unit.name)!) + 0;
}

function unitArg(value: unknown): string {
  if (value instanceof JavaConstant && value.typeName === 'ChronoUnit') return value.name;
  throw evaluationError('needs a unit such as T(java.time.temporal.ChronoUnit).DAYS');
}

function temporalArg(value: unknown): Temporal {
  if (value instanceof Temporal) return value;
  throw evaluationError('needs a date');
}

function withField(self: Temporal, change: Partial<CalendarDay>): Temporal {
  const date = { ...self.day(), ...change };
  if (change.day !== undefined && !existsInCalendar(date.year, date.month, date.day))
    throw evaluationError(`invalid day ${date.day}`);
  return self.withDay({ ...date, day: Math.min(date.day, lengthOfMonth(date.year, date.month)) });
}

const TEMPORAL_METHODS: Methods<Temporal> = new Map<string, Method<Temporal>>([
  ...['Days', 'Weeks', 'Months', 'Years', 'Hours', 'Minutes', 'Seconds', 'Millis'].flatMap(
    (unit): Array<[string, Method<Temporal>]> => [
      [
        `plus${unit}`,
        { arity: one, run: (self, [amount]) => self.plus(intArg(amount, `plus${unit}`), unit.toUpperCase()) },
      ],
      [
        `minus${unit}`,
        { arity: one, run: (self, [amount]) => self.plus(-intArg(amount, `minus${unit}`), unit.toUpperCase()) },
      ],
    ],
  ),
  ['plus', { arity: [2, 2], run: (self, [amount, unit]) => self.plus(intArg(amount, 'plus'), unitArg(unit)) }],
  ['minus', { arity: [2, 2], run: (self, [amount, unit]) => self.plus(-intArg(amount, 'minus'), unitArg(unit)) }],
  ['until', { arity: [2, 2], run: (self, [to, unit]) => unitsBetween(unit as JavaConstant, self, temporalArg(to)) }],
  [
    'with',
    {
      arity: one,
      run: (self, [adjuster]) =>
        adjuster instanceof TemporalAdjuster
          ? self.withDay(adjuster.adjust(self.day()))
          : fail('with needs a TemporalAdjuster'),
    },
  ],
  ['withDayOfMonth', { arity: one, run: (self, [day]) => withField(self, { day: intArg(day, 'withDayOfMonth') }) }],
  ['withMonth', { arity: one, run: (self, [month]) => withField(self, { month: monthArg(month) }) }],
  ['withYear', { arity: one, run: (self, [year]) => withField(self, { year: intArg(year, 'withYear') }) }],
  ['getYear', { arity: none, run: (self) => self.day().year }],
  ['getMonthValue', { arity: none, run: (self) => self.day().month }],
  ['getMonth', { arity: none, run: (self) => MONTH_CONSTANTS[self.day().month - 1] }],
  ['getDayOfMonth', { arity: none, run: (self) => self.day().day }],
  ['getDayOfYear', { arity: none, run: (self) => dayOfYear(self.day()) }],
  ['getDayOfWeek', { arity: none, run: (self) => DAYS_OF_WEEK[dayOfWeek(epochDayOf(self.epochMs)) - 1] }],
  ['getHour', { arity: none, run: (self) => timeOf(self.epochMs).hour }],
  ['getMinute', { arity: none, run: (self) => timeOf(self.epochMs).minute }],
  ['getSecond', { arity: none, run: (self) => timeOf(self.epochMs).second }],
  ['getNano', { arity: none, run: (self) => timeOf(self.epochMs).millis * 1_000_000 }],
  ['lengthOfMonth', { arity: none, run: (self) => lengthOfMonth(self.day().year, self.day().month) }],
  ['isLeapYear', { arity: none, run: (self) => isLeapYear(self.day().year) }],
  ['isBefore', { arity: one, run: (self, [other]) => self.epochMs < temporalArg(other).epochMs }],
  ['isAfter', { arity: one, run: (self, [other]) => self.epochMs > temporalArg(other).epochMs }],
  ['isEqual', { arity: one, run: (self, [other]) => self.epochMs === temporalArg(other).epochMs }],
  ['compareTo', { arity: one, run: (self, [other]) => Math.sign(self.epochMs - temporalArg(other).epochMs) }],
  ['equals', { arity: one, run: (self, [other]) => self.equals(other) }],
  ['toString', { arity: none, run: (self) => self.text() }],
  ['hashCode', { arity: none, run: (self) => self.epochMs | 0 }],
  ['toEpochDay', { arity: none, run: (self) => epochDayOf(self.epochMs) }],
  ['toLocalDate', { arity: none, run: (self) => new LocalDate(epochDayOf(self.epochMs)) }],
  ['atStartOfDay', { arity: none, run: (self) => new LocalDateTime(epochDayOf(self.epochMs) * DAY_MS) }],
  ['toEpochMilli', { arity: none, run: (self) => self.epochMs }],
  ['getEpochSecond', { arity: none, run: (self) => Math.floor(self.epochMs / 1_000) }],
  ['truncatedTo', { arity: one, run: (self, [unit]) => truncated(self, unitArg(unit)) }],
]);

function truncated(self: Temporal, unit: string): Temporal {
  const ms = UNIT_MS.get(unit);
  if (ms === undefined || ms > DAY_MS) throw evaluationError(`cannot cut to ${unit}`);
  return self.at(Math.floor(self.epochMs / ms) * ms);
}

const TIME_ONLY: ReadonlySet<string> = new Set([
  'plusHours',
  'plusMinutes',
  'plusSeconds',
  'plusMillis',
  'minusHours',
  'minusMinutes',
  'minusSeconds',
  'minusMillis',
  'getHour',
  'getMinute',
  'getSecond',
  'getNano',
  'toLocalDate',
  'toEpochMilli',
  'getEpochSecond',
  'truncatedTo',
]);
const DATE_ONLY: ReadonlySet<string> = new Set(['toEpochDay', 'atStartOfDay', 'lengthOfMonth', 'isLeapYear']);
const INSTANT_METHODS: ReadonlySet<string> = new Set([
  'plus',
  'minus',
  'plusSeconds',
  'minusSeconds',
  'plusMillis',
  'minusMillis',
  'until',
  'isBefore',
  'isAfter',
  'compareTo',
  'equals',
  'toString',
  'hashCode',
  'toEpochMilli',
  'getEpochSecond',
  'getNano',
  'truncatedTo',
]);

/** `java.time.LocalDate`. */
export class LocalDate extends Temporal {
  readonly typeName = 'LocalDate';

  constructor(epochDay: number) {
    super(epochDay * DAY_MS);
  }

  at(epochMs: number): LocalDate {
    return new LocalDate(epochDayOf(epochMs));
  }

  override method(name: string): Method<HostObject> | undefined {
    return TIME_ONLY.has(name) ? undefined : super.method(name);
  }

  override plus(amount: number, unit: string): Temporal {
    if ((UNIT_MS.get(unit) ?? DAY_MS) < DAY_MS) throw evaluationError(`a LocalDate has no ${unit}`);
    return super.plus(amount, unit);
  }

  text(): string {
    return isoDate(this.day());
  }
}

/** `java.time.LocalDateTime`, in UTC. */
export class LocalDateTime extends Temporal {
  readonly typeName = 'LocalDateTime';

  at(epochMs: number): LocalDateTime {
    return new LocalDateTime(epochMs);
  }

  override method(name: string): Method<HostObject> | undefined {
    return DATE_ONLY.has(name) || name === 'toEpochMilli' || name === 'getEpochSecond' || name.endsWith('Millis')
      ? undefined
      : super.method(name);
  }

  text(): string {
    return `${isoDate(this.day())}T${isoTime(timeOf(this.epochMs), false)}`;
  }
}

/** `java.time.Instant`. */
export class Instant extends Temporal {
  readonly typeName = 'Instant';

  at(epochMs: number): Instant {
    return new Instant(epochMs);
  }

  override method(name: string): Method<HostObject> | undefined {
    return INSTANT_METHODS.has(name) ? super.method(name) : undefined;
  }

  text(): string {
    return `${isoDate(this.day())}T${isoTime(timeOf(this.epochMs), true)}Z`;
  }
}

/** `java.util.Date`; as a result it becomes its epoch milliseconds. */
export class JavaDate extends HostObject {
  readonly typeName = 'Date';
  readonly epochMs: number;

  constructor(epochMs: number) {
    super();
    checked(epochMs / DAY_MS);
    this.epochMs = epochMs;
  }

  override property(name: string): unknown {
    return name === 'time' ? this.epochMs : undefined;
  }

  override method(name: string): Method<HostObject> | undefined {
    return lookup(DATE_METHODS, name);
  }

  override equals(other: unknown): boolean {
    return other instanceof JavaDate && other.epochMs === this.epochMs;
  }

  override compare(other: unknown): number | undefined {
    return other instanceof JavaDate ? this.epochMs - other.epochMs : undefined;
  }

  text(): string {
    const date = fromEpochDay(epochDayOf(this.epochMs));
    const weekday = DAYS[dayOfWeek(epochDayOf(this.epochMs)) - 1]!.slice(0, 3);
    const time = isoTime({ ...timeOf(this.epochMs), millis: 0 }, true);
    return `${weekday} ${MONTHS[date.month - 1]!.slice(0, 3)} ${pad(date.day, 2)} ${time} UTC ${pad(date.year, 4)}`;
  }

  data(): unknown {
    return this.epochMs;
  }
}

function dateArg(value: unknown): JavaDate {
  if (value instanceof JavaDate) return value;
  throw evaluationError('needs a java.util.Date');
}

const DATE_METHODS: Methods<JavaDate> = new Map<string, Method<JavaDate>>([
  ['getTime', { arity: none, run: (self) => self.epochMs }],
  ['toInstant', { arity: none, run: (self) => new Instant(self.epochMs) }],
  ['toString', { arity: none, run: (self) => self.text() }],
  ['before', { arity: one, run: (self, [other]) => self.epochMs < dateArg(other).epochMs }],
  ['after', { arity: one, run: (self, [other]) => self.epochMs > dateArg(other).epochMs }],
  ['equals', { arity: one, run: (self, [other]) => self.equals(other) }],
  ['compareTo', { arity: one, run: (self, [other]) => Math.sign(self.epochMs - dateArg(other).epochMs) }],
  ['hashCode', { arity: none, run: (self) => self.epochMs | 0 }],
]);

/** `java.text.SimpleDateFormat`, English, UTC. */
export class SimpleDateFormat extends HostObject {
  readonly typeName = 'SimpleDateFormat';
  readonly pattern: string;
  private readonly fields: ReturnType<typeof cutPattern>;

  constructor(pattern: string) {
    super();
    this.pattern = pattern;
    this.fields = cutPattern(pattern);
  }

  override method(name: string): Method<HostObject> | undefined {
    if (name === 'format') return { arity: one, run: (_self, [date]) => formatDate(this.fields, momentOf(date)) };
    if (name === 'parse')
      return { arity: one, run: (_self, [text]) => new JavaDate(parseDate(this.fields, stringArg(text, 'parse'))) };
    return name === 'toPattern' ? { arity: none, run: () => this.pattern } : undefined;
  }

  text(): string {
    return `SimpleDateFormat(${this.pattern})`;
  }

  data(): unknown {
    return this.pattern;
  }
}

function momentOf(value: unknown): number {
  if (value instanceof JavaDate) return value.epochMs;
  if (typeof value === 'number' && Number.isInteger(value)) {
    checked(value / DAY_MS);
    return value;
  }
  throw evaluationError('format needs a java.util.Date or epoch milliseconds');
}

export function monthArg(value: unknown): number {
  const month = value instanceof JavaConstant && value.typeName === 'Month' ? value.number : intArg(value, 'month');
  if (month < 1 || month > 12) throw evaluationError(`invalid month ${month}`);
  return month;
}

export function localDateOf(year: number, month: number, day: number): LocalDate {
  if (!existsInCalendar(year, month, day)) throw evaluationError(`invalid date ${year}-${month}-${day}`);
  return new LocalDate(toEpochDay({ year, month, day }));
}

export function parseLocalDate(text: string): LocalDate {
  const found = /^([+-]?\d{4,6})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) throw evaluationError(`Text '${text.slice(0, 100)}' could not be parsed as a date`);
  return localDateOf(Number(found[1]), Number(found[2]), Number(found[3]));
}

const DATE_TIME = /^([+-]?\d{4,6}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z?)$/;

/** Epoch milliseconds of an ISO date with time; `Z` must be there for instants and absent otherwise. */
export function parseMoment(text: string, zoned: boolean): number {
  const found = DATE_TIME.exec(text);
  const [, date = '', hour = '', minute = '', second = '0', fraction = '', zone = ''] = found ?? [];
  if (!found || (zone === 'Z') !== zoned || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    throw evaluationError(`Text '${text.slice(0, 100)}' could not be parsed as a date and time`);
  }
  const millis = Number(fraction.padEnd(3, '0').slice(0, 3));
  return (
    parseLocalDate(date).epochMs + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1_000 + millis
  );
}

export const today = (env: Env): LocalDate => new LocalDate(epochDayOf(env.context.now()));

function fail(message: string): never {
  throw evaluationError(message);
}
