import { evaluationError } from '../errors.ts';
import { stringArg } from '../methods/strings.ts';
import { HostObject, type Method } from '../values.ts';
import {
  checkedDays,
  DAY_MS,
  DAYS,
  dayOfWeek,
  epochDayOf,
  fromEpochDay,
  isoTime,
  MONTHS,
  pad,
  timeOf,
} from './calendar.ts';
import { lookup, type Methods } from './constants.ts';
import { cutPattern, formatDate, parseDate } from './simple-date-format.ts';
import { Instant } from './temporal.ts';

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];

/** `java.util.Date`; as a result it becomes its epoch milliseconds. */
export class JavaDate extends HostObject {
  readonly typeName = 'Date';
  readonly epochMs: number;

  constructor(epochMs: number) {
    super();
    checkedDays(epochMs / DAY_MS);
    this.epochMs = epochMs;
  }

  override property(name: string): unknown {
    return name === 'time' ? this.epochMs : undefined;
  }

  override method(name: string): Method<HostObject> | undefined {
    return lookup(DATE_METHODS, name);
  }

  override members(): Iterable<string> {
    return DATE_METHODS.keys();
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

  override members(): Iterable<string> {
    return ['format', 'parse', 'toPattern'];
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
    checkedDays(value / DAY_MS);
    return value;
  }
  throw evaluationError('format needs a java.util.Date or epoch milliseconds');
}
