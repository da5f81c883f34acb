/** Times of day at which work may start. All hours and minutes belong to the window, both ends included. */
export interface Span {
  readonly startHour: number;
  readonly startMin: number;
  readonly endHour: number;
  readonly endMin: number;
}

/** `days`: 1 = Sunday … 7 = Saturday. No days: every day. No spans: the whole day. */
export interface Window {
  readonly days: readonly number[];
  readonly whitelist: readonly Span[];
}

/** A moment as a wall clock in a time zone shows it. `weekday` 1 = Sunday; `minute` counts from midnight. */
export interface WallTime {
  readonly weekday: number;
  readonly minute: number;
}

const MINUTE_MS = 60_000;
/** The longest gap between two openings: a week, and an hour for a change of the clocks. */
const HORIZON_MINUTES = 8 * 24 * 60;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Is it a time zone that this system knows ("Europe/Berlin")? */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Reader of wall clocks in a zone; it keeps its formatter, which is costly to make. */
export function wallClock(zone: string): (at: number) => WallTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map((part) => [part.type, part.value]));
    return {
      weekday: WEEKDAYS.indexOf(parts.get('weekday') ?? '') + 1,
      minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    };
  };
}

/** Minutes of the day as closed intervals; a span that ends before it starts is cut at midnight. */
function intervals(window: Window): ReadonlyArray<readonly [number, number]> {
  if (window.whitelist.length === 0) return [[0, 1_439]];
  return window.whitelist.flatMap(({ startHour, startMin, endHour, endMin }) => {
    const start = startHour * 60 + startMin;
    const end = endHour * 60 + endMin;
    return start <= end ? [[start, end] as const] : [[start, 1_439] as const, [0, end] as const];
  });
}

const holds = (window: Window, { weekday, minute }: WallTime): boolean =>
  (window.days.length === 0 || window.days.includes(weekday)) &&
  intervals(window).some(([start, end]) => start <= minute && minute <= end);

/** May work start at this moment (epoch ms)? */
export const isOpen = (window: Window, at: number, zone: string): boolean => holds(window, wallClock(zone)(at));

/**
 * First moment from `at` on (epoch ms) at which the window is open: `at` itself when it is open now, else the start of
 * the first open minute. Null when the window never opens.
 */
export function nextOpening(window: Window, at: number, zone: string): number | null {
  const read = wallClock(zone);
  if (holds(window, read(at))) return at;
  const first = Math.floor(at / MINUTE_MS) + 1;
  let step = 1;
  for (let minute = first; minute < first + HORIZON_MINUTES; minute += step) {
    const wall = read(minute * MINUTE_MS);
    if (holds(window, wall)) return minute * MINUTE_MS;
    step = minutesToSkip(window, wall.minute);
  }
  return null;
}

/**
 * Minutes that can be passed over without looking: up to the next full quarter of an hour or the next start of a span,
 * whichever comes first. Clocks change on quarters of an hour, so no opening is stepped over.
 */
function minutesToSkip(window: Window, minute: number): number {
  const quarter = 15 - (minute % 15);
  const starts = intervals(window).map(([start]) => start - minute);
  return Math.min(quarter, ...starts.filter((distance) => distance > 0));
}
