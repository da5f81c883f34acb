import { evaluationError } from '../errors.ts';
import { toEpochDay } from './calendar.ts';
import { existsInCalendar } from './simple-date-format.ts';
import { LocalDate } from './temporal.ts';

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
