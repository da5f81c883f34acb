import { describeCron } from './describe-cron.ts';
import { CRON_FIELDS, type CronField, numberIn } from './fields.ts';

/** What a schedule means in words, or why it is none. */
export type CronCheck = { readonly description: string } | { readonly problem: string };

/**
 * Checks a schedule of 6 or 7 fields: second, minute, hour, day of month, month, day of week, and year. One of the two
 * day fields is `?`. Total: any text may be given.
 */
export function checkCron(expression: string): CronCheck {
  const texts = expression.trim().split(/\s+/);
  if (texts.length < 6 || texts.length > 7)
    return {
      problem: `A schedule has 6 or 7 fields (second, minute, hour, day of month, month, day of week, year); this one has ${expression.trim() === '' ? 0 : texts.length}.`,
    };
  for (const [at, text] of texts.entries()) {
    const problem = problemOf(CRON_FIELDS[at]!, text);
    if (problem !== null) return { problem };
  }
  if ((texts[3] === '?') === (texts[5] === '?'))
    return {
      problem: 'Exactly one of day of month and day of week must be "?"; write "?" for the one that does not matter.',
    };
  return { description: describeCron(texts) };
}

function problemOf(field: CronField, text: string): string | null {
  if (text === '?' && field.day !== null) return null;
  for (const part of text.split(',')) {
    const problem = partProblem(field, part);
    if (problem !== null) return `The ${field.name} is ${JSON.stringify(text.slice(0, 100))}: ${problem}.`;
  }
  return null;
}

function partProblem(field: CronField, part: string): string | null {
  if (part === '') return 'something is missing beside a comma';
  if (part === '?') return 'a question mark must stand alone, and in a field of days';
  if (field.day !== null && isSpecialDay(field, part)) return null;
  const [base = '', step, ...rest] = part.split('/');
  if (rest.length > 0) return `"${part}" has several slashes`;
  if (step !== undefined) {
    const most = field.name === 'year' ? 200 : field.max;
    if (!/^\d{1,3}$/.test(step) || Number(step) < 1 || Number(step) > most)
      return `"${step}" is no step; use a number from 1 to ${most}`;
    if (base === '') return null;
  }
  return base === '*' ? null : rangeProblem(field, base);
}

function rangeProblem(field: CronField, text: string): string | null {
  if (field.hashed && /^H(\(\d{1,2}-\d{1,2}\))?$/.test(text)) return hashProblem(field, text);
  const ends = text.split('-');
  if (ends.length > 2) return `"${text}" has several dashes`;
  const wrong = ends.find((end) => numberIn(field, end) === null);
  if (wrong === undefined) return null;
  const names = field.names.length > 0 ? ` or ${field.names[0]} to ${field.names.at(-1)}` : '';
  return `"${wrong}" is not one of ${field.min} to ${field.max}${names}`;
}

function hashProblem(field: CronField, text: string): string | null {
  const bounds = /\((\d+)-(\d+)\)/.exec(text);
  if (!bounds) return null;
  const [from, to] = [Number(bounds[1]), Number(bounds[2])];
  return from <= to && from >= field.min && to <= field.max
    ? null
    : `the bounds of "${text}" must lie between ${field.min} and ${field.max}, the smaller one first`;
}

/** `L`, `L-3`, `LW`, `15W` for days of the month; `L`, `6L`, `6#3` for days of the week. */
function isSpecialDay(field: CronField, part: string): boolean {
  if (field.day === 'of-month') {
    const offset = /^L-(\d{1,2})$/.exec(part);
    if (offset) return Number(offset[1]) <= 30;
    const nearest = /^(\d{1,2})W$/.exec(part);
    return part === 'L' || part === 'LW' || (nearest !== null && numberIn(field, nearest[1]!) !== null);
  }
  const last = /^(\w{1,3})L$/.exec(part);
  const nth = /^(\w{1,3})#([1-5])$/.exec(part);
  const day = last?.[1] ?? nth?.[1];
  return part === 'L' || (day !== undefined && numberIn(field, day) !== null);
}
