import { evaluationError } from '../errors.ts';

/** Calendar arithmetic in UTC on plain numbers; days count from 1970-01-01. */
export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millis: number;
}

export const DAY_MS = 86_400_000;
/** Largest moment, in days from 1970, that dates here can hold (about the year 275,000). */
const MOST_DAYS = 100_000_000;

/** The number of days, refused when no date can be that far from 1970. */
export function checkedDays(days: number): number {
  if (!Number.isFinite(days) || Math.abs(days) > MOST_DAYS) throw evaluationError('date out of range');
  return days;
}

const floorDiv = (a: number, b: number): number => Math.floor(a / b);
export const floorMod = (a: number, b: number): number => a - b * Math.floor(a / b);

/** Days since 1970-01-01 of a proleptic Gregorian date. */
export function toEpochDay({ year, month, day }: CalendarDay): number {
  const y = month <= 2 ? year - 1 : year;
  const era = floorDiv(y, 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function fromEpochDay(epochDay: number): CalendarDay {
  const z = epochDay + 719_468;
  const era = floorDiv(z, 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

export function lengthOfMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Moves by months; a day past the end of the month becomes its last. */
export function plusMonths(date: CalendarDay, months: number): CalendarDay {
  const total = date.year * 12 + date.month - 1 + months;
  const year = floorDiv(total, 12);
  const month = floorMod(total, 12) + 1;
  return { year, month, day: Math.min(date.day, lengthOfMonth(year, month)) };
}

/** 1 = Monday … 7 = Sunday. */
export const dayOfWeek = (epochDay: number): number => floorMod(epochDay + 3, 7) + 1;

export const dayOfYear = (date: CalendarDay): number =>
  toEpochDay(date) - toEpochDay({ year: date.year, month: 1, day: 1 }) + 1;

export const epochDayOf = (epochMs: number): number => floorDiv(epochMs, DAY_MS);

export function timeOf(epochMs: number): TimeOfDay {
  const ms = floorMod(epochMs, DAY_MS);
  return {
    hour: Math.floor(ms / 3_600_000),
    minute: Math.floor(ms / 60_000) % 60,
    second: Math.floor(ms / 1_000) % 60,
    millis: ms % 1_000,
  };
}

export const pad = (value: number, width: number): string =>
  `${value < 0 ? '-' : ''}${String(Math.abs(value)).padStart(width, '0')}`;

export function isoDate(date: CalendarDay): string {
  const year = date.year > 9999 ? `+${date.year}` : pad(date.year, 4);
  return `${year}-${pad(date.month, 2)}-${pad(date.day, 2)}`;
}

/** `10:15`, `10:15:30` or `10:15:30.123`: the shortest that says all. */
export function isoTime(time: TimeOfDay, alwaysSeconds: boolean): string {
  const minutes = `${pad(time.hour, 2)}:${pad(time.minute, 2)}`;
  if (!alwaysSeconds && time.second === 0 && time.millis === 0) return minutes;
  return `${minutes}:${pad(time.second, 2)}${time.millis === 0 ? '' : `.${pad(time.millis, 3)}`}`;
}

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
