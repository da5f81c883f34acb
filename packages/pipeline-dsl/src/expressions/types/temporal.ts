import type { Env } from '../env.ts';
import { evaluationError } from '../errors.ts';
import { intArg } from '../methods/strings.ts';
import { HostObject, type Method } from '../values.ts';
import {
  type CalendarDay,
  checkedDays,
  DAY_MS,
  dayOfWeek,
  dayOfYear,
  epochDayOf,
  floorMod,
  fromEpochDay,
  isLeapYear,
  isoDate,
  isoTime,
  lengthOfMonth,
  plusMonths,
  timeOf,
  toEpochDay,
} from './calendar.ts';
import { DAYS_OF_WEEK, JavaConstant, lookup, type Methods, MONTH_CONSTANTS } from './constants.ts';
import { existsInCalendar } from './simple-date-format.ts';

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];

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
    checkedDays(epochMs / DAY_MS);
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

  override members(): Iterable<string> {
    return [...TEMPORAL_METHODS.keys()].filter((name) => this.method(name) !== undefined);
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
    if (months !== undefined) return this.withDay(plusMonths(this.day(), checkedDays(amount * months)));
    return this.at(this.epochMs + amount * (UNIT_MS.get(unit) ?? Number.NaN));
  }
}

/** A unit of time, such as `ChronoUnit.DAYS`. */
class ChronoUnit extends JavaConstant {
  override property(): unknown {
    return undefined;
  }

  override method(name: string): Method<HostObject> | undefined {
    return name === 'between'
      ? { arity: [2, 2], run: (_self, [from, to]) => unitsBetween(this, from, to) }
      : super.method(name);
  }

  override members(): Iterable<string> {
    return ['between', ...super.members()];
  }

  override text(): string {
    return `${this.name[0]}${this.name.slice(1).toLowerCase()}`;
  }
}

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
].map((name, at) => new ChronoUnit('ChronoUnit', name, at + 1));

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
  if (value instanceof ChronoUnit) return value.name;
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

export function monthArg(value: unknown): number {
  const month = value instanceof JavaConstant && value.typeName === 'Month' ? value.number : intArg(value, 'month');
  if (month < 1 || month > 12) throw evaluationError(`invalid month ${month}`);
  return month;
}

export const today = (env: Env): LocalDate => new LocalDate(epochDayOf(env.context.now()));

function fail(message: string): never {
  throw evaluationError(message);
}
