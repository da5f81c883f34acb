/** A cron expression of five fields, read: the values each field allows. */
export interface Recurrence {
  minutes: number[];
  hours: number[];
  days: number[];
  months: number[];
  weekdays: number[];
  /** With both fields given, cron takes a day that fits either. */
  eitherDay: boolean;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const shorthands: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Reads a cron expression; null when it is none. */
export function readRecurrence(text: string): Recurrence | null {
  const fields = (shorthands[text.trim()] ?? text).trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const minutes = readField(minute, 0, 59, []);
  const hours = readField(hour, 0, 23, []);
  const days = readField(day, 1, 31, []);
  const months = readField(month, 1, 12, monthNames);
  const weekdays = readField(weekday, 0, 7, weekdayNames);
  if (!minutes || !hours || !days || !months || !weekdays) return null;
  return {
    minutes,
    hours,
    days,
    months,
    weekdays: weekdays.map((each) => each % 7),
    eitherDay: !day.startsWith('*') && !weekday.startsWith('*'),
  };
}

function readField(text: string, low: number, high: number, names: string[]): number[] | null {
  const found = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const match = /^(\*|[a-z]{3}|\d{1,2})(?:-([a-z]{3}|\d{1,2}))?(?:\/(\d{1,2}))?$/.exec(part);
    if (match === null) return null;
    const [, first = '', last, step] = match;
    const from = first === '*' ? low : valueIn(first, names, low);
    const to = first === '*' ? high : last !== undefined ? valueIn(last, names, low) : step !== undefined ? high : from;
    const by = step === undefined ? 1 : Number(step);
    if (Number.isNaN(from) || Number.isNaN(to) || from < low || to > high || from > to || by < 1) return null;
    for (let value = from; value <= to; value += by) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function valueIn(text: string, names: string[], low: number): number {
  const index = names.indexOf(text);
  return index >= 0 ? index + low : Number(text);
}

/** True when the runtime knows this IANA time zone. */
export function isTimeZone(name: string): boolean {
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let found = clocks.get(timeZone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    clocks.set(timeZone, found);
  }
  return found;
}

/** What the clock on the wall shows there at `time`, written as if it were UTC. */
function wallTime(timeZone: string, time: number): number {
  const parts = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The moment at which the wall shows `wall`; null in the hour that summer time leaves out. */
function momentOf(timeZone: string, wall: number): number | null {
  let guess = wall - (wallTime(timeZone, wall) - wall);
  guess = wall - (wallTime(timeZone, guess) - guess);
  return wallTime(timeZone, guess) === wall ? guess : null;
}

const dayMs = 86_400_000;
const longestSearchDays = 4 * 366 + 1;

/** The first moment after `after` that fits; Infinity when none does within four years. */
export function nextRun(recurrence: Recurrence, timeZone: string, after: number): number {
  const local = wallTime(timeZone, after);
  const firstDay = local - (local % dayMs);
  for (let index = 0; index < longestSearchDays; index += 1) {
    const day = firstDay + index * dayMs;
    if (!fitsDay(recurrence, new Date(day))) continue;
    for (const hour of recurrence.hours) {
      for (const minute of recurrence.minutes) {
        const moment = momentOf(timeZone, day + hour * 3_600_000 + minute * 60_000);
        if (moment !== null && moment > after) return moment;
      }
    }
  }
  return Number.POSITIVE_INFINITY;
}

function fitsDay({ days, months, weekdays, eitherDay }: Recurrence, date: Date): boolean {
  if (!months.includes(date.getUTCMonth() + 1)) return false;
  const inMonth = days.includes(date.getUTCDate());
  const inWeek = weekdays.includes(date.getUTCDay());
  return eitherDay ? inMonth || inWeek : inMonth && inWeek;
}
