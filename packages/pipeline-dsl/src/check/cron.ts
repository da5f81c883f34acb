/** A schedule cut into its fields; days are kept as text where they depend on the calendar. */
interface Schedule {
  readonly seconds: ReadonlySet<number>;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** Null: it goes by days of the week, or depends on the length of the month (`L`, `W`). */
  readonly daysOfMonth: ReadonlySet<number> | null;
  readonly years: ReadonlySet<number> | null;
}

export type CronVerdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'bad'; readonly message: string; readonly meant?: string }
  | { readonly kind: 'each-second' }
  | { readonly kind: 'never'; readonly message: string };

class CronError extends Error {}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  /** Number of the first name. */
  readonly first?: number;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const SECOND: Field = { name: 'seconds', least: 0, most: 59 };
const MINUTE: Field = { name: 'minutes', least: 0, most: 59 };
const HOUR: Field = { name: 'hours', least: 0, most: 23 };
const DAY_OF_MONTH: Field = { name: 'day of month', least: 1, most: 31 };
const MONTH: Field = { name: 'month', least: 1, most: 12, names: MONTHS, first: 1 };
const DAY_OF_WEEK: Field = { name: 'day of week', least: 1, most: 7, names: DAYS, first: 1 };
const YEAR: Field = { name: 'year', least: 1970, most: 2199 };

/** Judges a schedule of six or seven fields, seconds first. */
export function judgeCron(text: string): CronVerdict {
  const fields = text.trim().toUpperCase().split(/\s+/);
  if (fields.length < 6 || fields.length > 7) return wrongCount(fields);
  try {
    const schedule = read(fields);
    if (schedule.seconds.size === 60 && schedule.minutes.size === 60 && schedule.hours.size === 24)
      return { kind: 'each-second' };
    return neverFires(schedule) ?? { kind: 'good' };
  } catch (thrown) {
    if (!(thrown instanceof CronError)) throw thrown;
    return { kind: 'bad', message: thrown.message };
  }
}

function wrongCount(fields: readonly string[]): CronVerdict {
  const count = fields[0] === '' ? 0 : fields.length;
  const meant = count === 5 ? fromFive(fields) : undefined;
  const why = count === 5 ? '; it begins with the seconds' : '';
  const message = `A schedule has six or seven fields, this one has ${count}${why}.`;
  return meant === undefined ? { kind: 'bad', message } : { kind: 'bad', message, meant };
}

/** The six fields that mean what five fields (minute first, Sunday 0) mean, where that is plain. */
function fromFive([minute, hour, day, month, weekday]: readonly string[]): string | undefined {
  const shifted = /^[0-7](?:[-,][0-7])*$/.test(weekday ?? '')
    ? weekday!.replaceAll(/\d/g, (digit) => String((Number(digit) % 7) + 1))
    : weekday;
  const days = weekday === '*' ? `${day} ${month} ?` : day === '*' ? `? ${month} ${shifted}` : undefined;
  if (days === undefined) return undefined;
  const meant = `0 ${minute} ${hour} ${days}`;
  return judgeCron(meant).kind === 'good' ? meant : undefined;
}

function read([second, minute, hour, day, month, weekday, year]: readonly string[]): Schedule {
  const byMonth = day !== '?';
  if (byMonth === (weekday !== '?'))
    throw new CronError(
      'Exactly one of day of month and day of week must be "?"; write "?" for the one that does not count.',
    );
  const exotic = /[LW]/.test(day!);
  if (byMonth && exotic) checkExoticDay(day!);
  if (!byMonth) readWeekdays(weekday!);
  return {
    seconds: readField(second!, SECOND),
    minutes: readField(minute!, MINUTE),
    hours: readField(hour!, HOUR),
    months: readField(month!, MONTH),
    daysOfMonth: byMonth && !exotic ? readField(day!, DAY_OF_MONTH) : null,
    years: year === undefined ? null : readField(year, YEAR),
  };
}

function checkExoticDay(day: string): void {
  if (!/^(?:L|LW|L-(?:[12]?\d|30)|(?:[1-9]|[12]\d|3[01])W)$/.test(day))
    throw new CronError(`"${day}" is no day of month; with L and W it is written L, LW, L-3 or 15W.`);
}

function readWeekdays(weekday: string): void {
  const special = /^(\w+)(?:L|#([1-5]))$/.exec(weekday);
  if (weekday === 'L') return;
  if (special && (weekday.includes('#') || /^(?:[1-7]|[A-Z]{3})L$/.test(weekday))) readNumber(special[1]!, DAY_OF_WEEK);
  else readField(weekday, DAY_OF_WEEK);
}

/** The values a field takes: lists, ranges (around the end too), steps, names, `H`. */
function readField(text: string, field: Field): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) for (const value of readPart(part, field)) values.add(value);
  return values;
}

function readPart(part: string, field: Field): number[] {
  const hashed = /^H(?:\((\d+)-(\d+)\))?$/.exec(part);
  if (hashed && (field === SECOND || field === MINUTE || field === HOUR))
    return [hashed[1] === undefined ? field.least : readNumber(hashed[1], field)];
  const [range = '', stepText, ...rest] = part.split('/');
  const step = stepText === undefined ? 1 : Number(stepText);
  if (rest.length > 0 || !Number.isInteger(step) || step < 1) throw new CronError(`"${part}" is no ${field.name}.`);
  if (stepText !== undefined && step > field.most)
    throw new CronError(`A step of ${step} is larger than the ${field.name} go; the most is ${field.most}.`);
  const [from, to] = bounds(range, field, stepText !== undefined);
  const size = field.most - field.least + 1;
  const last = to < from ? to + size : to;
  const values: number[] = [];
  for (let value = from; value <= last; value += step) values.push(value > field.most ? value - size : value);
  return values;
}

function bounds(range: string, field: Field, stepped: boolean): readonly [number, number] {
  if (range === '*') return [field.least, field.most];
  const [from = '', to, ...rest] = range.split('-');
  if (rest.length > 0) throw new CronError(`"${range}" is no range of ${field.name}.`);
  const start = readNumber(from, field);
  if (to !== undefined) return [start, readNumber(to, field)];
  return [start, stepped ? field.most : start];
}

function readNumber(text: string, { name, least, most, names, first }: Field): number {
  const named = names?.indexOf(text) ?? -1;
  const value = named >= 0 ? named + (first ?? 0) : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const shown = text === '' ? 'Nothing' : `"${text.slice(0, 40)}"`;
  throw new CronError(`${shown} is no ${name}; they go from ${least} to ${most}.`);
}

const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function neverFires({ daysOfMonth, months, years }: Schedule): CronVerdict | null {
  if (!daysOfMonth) return null;
  const first = Math.min(...daysOfMonth);
  if ([...months].every((month) => first > LENGTHS[month - 1]!))
    return { kind: 'never', message: `No month it names has a day ${first}.` };
  const onlyLeapDays = first === 29 && [...months].every((month) => month === 2);
  const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (onlyLeapDays && years && ![...years].some(isLeap))
    return { kind: 'never', message: 'None of its years has a 29th of February.' };
  return null;
}
