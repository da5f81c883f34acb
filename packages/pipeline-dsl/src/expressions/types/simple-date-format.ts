import { evaluationError } from '../errors.ts';
import {
  DAY_MS,
  DAYS,
  dayOfWeek,
  dayOfYear,
  epochDayOf,
  fromEpochDay,
  lengthOfMonth,
  MONTHS,
  pad,
  timeOf,
  toEpochDay,
} from './calendar.ts';

interface Field {
  /** Pattern letter, or `'` for literal text. */
  readonly letter: string;
  readonly text: string;
}

const LETTERS = 'GyYMLdDFEuaHkKhmsSzZX';

/** Cuts a `SimpleDateFormat` pattern. Letters it does not know are refused, as in Java. */
export function cutPattern(pattern: string): Field[] {
  if (pattern.length > 200) throw evaluationError('date pattern longer than 200 characters');
  const fields: Field[] = [];
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at]!;
    if (char === "'") {
      const quoted = quotedText(pattern, at);
      fields.push({ letter: "'", text: quoted.text });
      at = quoted.end;
    } else if (/[A-Za-z]/.test(char)) {
      let end = at + 1;
      while (pattern[end] === char) end += 1;
      if (!LETTERS.includes(char)) throw evaluationError(`unknown letter '${char}' in date pattern`);
      fields.push({ letter: char, text: pattern.slice(at, end) });
      at = end;
    } else {
      fields.push({ letter: "'", text: char });
      at += 1;
    }
  }
  return fields;
}

function quotedText(pattern: string, start: number): { text: string; end: number } {
  if (pattern[start + 1] === "'") return { text: "'", end: start + 2 };
  let text = '';
  for (let at = start + 1; at < pattern.length; at += 1) {
    if (pattern[at] !== "'") text += pattern[at];
    else if (pattern[at + 1] === "'") {
      text += "'";
      at += 1;
    } else return { text, end: at + 1 };
  }
  throw evaluationError('date pattern with an open quote');
}

/** Writes a moment (epoch milliseconds) in UTC. */
export function formatDate(fields: readonly Field[], epochMs: number): string {
  const epochDay = epochDayOf(epochMs);
  const date = fromEpochDay(epochDay);
  const time = timeOf(epochMs);
  const weekday = dayOfWeek(epochDay);
  const write = ({ letter, text }: Field): string => {
    const width = text.length;
    switch (letter) {
      case 'G':
        return date.year > 0 ? 'AD' : 'BC';
      case 'y':
      case 'Y':
        return width === 2 ? pad(date.year % 100, 2) : pad(date.year, width);
      case 'M':
      case 'L':
        return width >= 4
          ? MONTHS[date.month - 1]!
          : width === 3
            ? MONTHS[date.month - 1]!.slice(0, 3)
            : pad(date.month, width);
      case 'd':
        return pad(date.day, width);
      case 'D':
        return pad(dayOfYear(date), width);
      case 'F':
        return pad(Math.ceil(date.day / 7), width);
      case 'E':
        return width >= 4 ? DAYS[weekday - 1]! : DAYS[weekday - 1]!.slice(0, 3);
      case 'u':
        return pad(weekday, width);
      case 'a':
        return time.hour < 12 ? 'AM' : 'PM';
      case 'H':
        return pad(time.hour, width);
      case 'k':
        return pad(time.hour === 0 ? 24 : time.hour, width);
      case 'K':
        return pad(time.hour % 12, width);
      case 'h':
        return pad(time.hour % 12 === 0 ? 12 : time.hour % 12, width);
      case 'm':
        return pad(time.minute, width);
      case 's':
        return pad(time.second, width);
      case 'S':
        return pad(time.millis, width);
      case 'z':
        return width >= 4 ? 'Coordinated Universal Time' : 'UTC';
      case 'Z':
        return '+0000';
      case 'X':
        return 'Z';
      default:
        return text;
    }
  };
  return fields.map(write).join('');
}

/** Reads a moment; what the pattern does not name is 1970-01-01T00:00:00Z. */
export function parseDate(fields: readonly Field[], text: string): number {
  const found = new Map<string, number>();
  let at = 0;
  fields.forEach((field, index) => {
    const next = fields[index + 1];
    const end = readField(field, text, at, found, next !== undefined && next.letter !== "'");
    if (end === null) throw evaluationError(`Unparseable date: "${text.slice(0, 100)}"`);
    at = end;
  });
  return assemble(found);
}

function readField(field: Field, text: string, at: number, found: Map<string, number>, fixed: boolean): number | null {
  const { letter, text: spelled } = field;
  if (letter === "'") return text.startsWith(spelled, at) ? at + spelled.length : null;
  const rest = text.slice(at, at + 40);
  if ((letter === 'M' || letter === 'L') && spelled.length >= 3) return readWord(MONTHS, 'M', rest, at, found);
  if (letter === 'E') return readWord(DAYS, 'E', rest, at, found);
  if (letter === 'a') {
    const half = /^(am|pm)/i.exec(rest);
    if (half) found.set('a', half[0].toLowerCase() === 'pm' ? 12 : 0);
    return half ? at + 2 : null;
  }
  if ('zZX'.includes(letter)) return readZone(rest, at, found);
  if (letter === 'G') return /^(AD|BC)/.test(rest) ? at + 2 : null;
  const digits = /^\d+/.exec(fixed ? rest.slice(0, spelled.length) : rest);
  if (!digits || digits[0].length > 9) return null;
  const value = Number(digits[0]);
  const short = (letter === 'y' || letter === 'Y') && spelled.length === 2 && digits[0].length === 2;
  found.set(letter === 'Y' ? 'y' : letter === 'L' ? 'M' : letter, short ? value + (value < 70 ? 2000 : 1900) : value);
  return at + digits[0].length;
}

function readWord(
  words: readonly string[],
  key: string,
  rest: string,
  at: number,
  found: Map<string, number>,
): number | null {
  const lower = rest.toLowerCase();
  for (const [index, word] of words.entries()) {
    for (const spelling of [word.toLowerCase(), word.slice(0, 3).toLowerCase()]) {
      if (!lower.startsWith(spelling)) continue;
      found.set(key, index + 1);
      return at + spelling.length;
    }
  }
  return null;
}

function readZone(rest: string, at: number, found: Map<string, number>): number | null {
  const named = /^(UTC|GMT|Z)/.exec(rest);
  const signed = /^([+-])(\d{2}):?(\d{2})?/.exec(named ? rest.slice(named[0].length) : rest);
  if (!named && !signed) return null;
  if (signed) {
    const minutes = Number(signed[2]) * 60 + Number(signed[3] ?? 0);
    found.set('zone', signed[1] === '-' ? -minutes : minutes);
  }
  return at + (named?.[0].length ?? 0) + (signed?.[0].length ?? 0);
}

function assemble(found: ReadonlyMap<string, number>): number {
  const year = found.get('y') ?? 1970;
  const month = found.get('M') ?? 1;
  const day = found.get('d') ?? 1;
  const half = found.get('a');
  const twelve = found.get('h') ?? found.get('K');
  const hour = twelve !== undefined ? (twelve % 12) + (half ?? 0) : (found.get('H') ?? found.get('k') ?? 0) % 24;
  const minute = (found.get('m') ?? 0) - (found.get('zone') ?? 0);
  const monthStart = toEpochDay({ year: year + Math.floor((month - 1) / 12), month: ((month + 11) % 12) + 1, day: 1 });
  const days =
    found.has('D') && !found.has('M')
      ? toEpochDay({ year, month: 1, day: 1 }) + found.get('D')! - 1
      : monthStart + day - 1;
  return days * DAY_MS + hour * 3_600_000 + minute * 60_000 + (found.get('s') ?? 0) * 1_000 + (found.get('S') ?? 0);
}

/** True when the date exists in the calendar. */
export const existsInCalendar = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= lengthOfMonth(year, month);
