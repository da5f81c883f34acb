import { CRON_FIELDS, type CronField, numberIn } from './fields.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const NTH = ['first', 'second', 'third', 'fourth', 'fifth'];

/** A schedule that has been checked, in words. */
export function describeCron(texts: readonly string[]): string {
  const [second = '0', minute = '0', hour = '0', dayOfMonth = '*', month = '*', dayOfWeek = '?', year] = texts;
  const days = dayOfMonth === '?' ? daysOfWeek(dayOfWeek) : daysOfMonth(dayOfMonth);
  const parts = [timeOf(second, minute, hour), days];
  if (month !== '*') parts.push(`in ${listOf(month, CRON_FIELDS[4]!, (n) => MONTHS[n - 1]!)}`);
  if (year !== undefined && year !== '*') parts.push(`in ${listOf(year, CRON_FIELDS[6]!, String)}`);
  const text = parts.join(', ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const two = (text: string): string => text.padStart(2, '0');
const isNumber = (text: string): boolean => /^\d+$/.test(text);

function timeOf(second: string, minute: string, hour: string): string {
  if ([second, minute, hour].every(isNumber))
    return `at ${two(hour)}:${two(minute)}${second === '0' || second === '00' ? '' : `:${two(second)}`}`;
  const parts: string[] = [];
  if (!/^0+$/.test(second)) parts.push(unitOf(second, CRON_FIELDS[0]!));
  if (minute !== '*' || parts.length === 0) parts.push(unitOf(minute, CRON_FIELDS[1]!));
  if (hour !== '*') parts.push(unitOf(hour, CRON_FIELDS[2]!));
  return parts.join(', ');
}

/** `every minute`, `every 5 minutes`, `at minutes 3 and 7`. */
function unitOf(text: string, field: CronField): string {
  if (text === '*') return `every ${field.unit}`;
  const step = /^(?:\*|0+)?\/(\d+)$/.exec(text);
  if (step) return step[1] === '1' ? `every ${field.unit}` : `every ${step[1]} ${field.unit}s`;
  if (text.startsWith('H')) return `at a ${field.unit} that follows from the trigger`;
  return `at ${field.unit}${isNumber(text) ? '' : 's'} ${listOf(text, field, String)}`;
}

function daysOfMonth(text: string): string {
  if (text === '*' || text === '*/1') return 'every day';
  return `on ${text.split(',').map(dayOfMonthPart).join(' and ')}`;
}

function dayOfMonthPart(part: string): string {
  if (part === 'L') return 'the last day of the month';
  if (part === 'LW') return 'the last weekday of the month';
  if (part.startsWith('L-')) return `day ${part.slice(2)} before the last of the month`;
  if (part.endsWith('W')) return `the weekday nearest day ${part.slice(0, -1)} of the month`;
  return `day ${listOf(part, CRON_FIELDS[3]!, String)} of the month`;
}

function daysOfWeek(text: string): string {
  if (text === '*') return 'every day';
  return `on ${text.split(',').map(dayOfWeekPart).join(' and ')}`;
}

function dayOfWeekPart(part: string): string {
  const field = CRON_FIELDS[5]!;
  const nameOf = (day: string): string => DAYS[(numberIn(field, day) ?? 1) - 1]!;
  if (part === 'L') return DAYS[6]!;
  const [nthDay, nth] = part.split('#');
  if (nth !== undefined) return `the ${NTH[Number(nth) - 1]} ${nameOf(nthDay ?? '')} of the month`;
  if (numberIn(field, part) === null && /^\w+L$/.test(part))
    return `the last ${nameOf(part.slice(0, -1))} of the month`;
  return listOf(part, field, (n) => DAYS[n - 1]!);
}

/** `3, 5 through 9 and every 2 from 10`. */
function listOf(text: string, field: CronField, say: (value: number) => string): string {
  const items = text.split(',').map((part) => {
    const [base = '', step] = part.split('/');
    const [from = '', to] = base.split('-');
    const start = numberIn(field, from);
    const said = start === null ? '' : say(start);
    const end = to === undefined ? null : numberIn(field, to);
    const range = end === null ? said : `${said} through ${say(end)}`;
    if (step === undefined) return range === '' ? `any ${field.unit}` : range;
    return `every ${step}${range === '' ? '' : ` from ${range}`}`;
  });
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
