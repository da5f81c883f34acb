import { checkCron } from '../cron/check-cron.ts';
import { CRON_FIELDS, type CronField, numberIn } from '../cron/fields.ts';

export type CronVerdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'bad'; readonly message: string; readonly meant?: string }
  | { readonly kind: 'each-second' }
  | { readonly kind: 'never'; readonly message: string };

/** Judges a schedule: can it be read, and when it can, is it due too often or never. */
export function judgeCron(text: string): CronVerdict {
  const checked = checkCron(text);
  const fields = text.trim().split(/\s+/);
  if ('problem' in checked) {
    const meant = fields.length === 5 ? fromFive(fields) : undefined;
    return { kind: 'bad', message: checked.problem, ...(meant === undefined ? {} : { meant }) };
  }
  const [seconds, minutes, hours] = fields.map((field, at) => valuesOf(CRON_FIELDS[at]!, field));
  if (seconds?.size === 60 && minutes?.size === 60 && hours?.size === 24) return { kind: 'each-second' };
  return neverDue(fields) ?? { kind: 'good' };
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

/** The numbers a good field takes; of days that depend on the calendar, and of `?`, none. */
function valuesOf(field: CronField, text: string): ReadonlySet<number> {
  const values = new Set<number>();
  const size = field.max - field.min + 1;
  for (const part of text.split(',')) {
    const [base = '', stepText] = part.split('/');
    const [from, to] = boundsOf(field, base, stepText !== undefined);
    if (from === null || to === null) continue;
    const step = Number(stepText ?? 1);
    const last = to < from ? to + size : to;
    for (let value = from; value <= last; value += step) values.add(value > field.max ? value - size : value);
  }
  return values;
}

function boundsOf(field: CronField, base: string, isStepped: boolean): readonly [number | null, number | null] {
  if (base === '*' || base === '') return [field.min, field.max];
  if (field.hashed && base.startsWith('H')) return [field.min, field.min];
  const [from = '', to] = base.split('-');
  const start = numberIn(field, from);
  return [start, to === undefined ? (isStepped ? field.max : start) : numberIn(field, to)];
}

const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

function neverDue(fields: readonly string[]): CronVerdict | null {
  const [, , , days, months, , years] = CRON_FIELDS.map((field, at) =>
    fields[at] === undefined ? null : valuesOf(field, fields[at]),
  );
  if (!days || !months || days.size === 0 || /[LW]/.test(fields[3] ?? '')) return null;
  const first = Math.min(...days);
  if ([...months].every((month) => first > LENGTHS[month - 1]!))
    return { kind: 'never', message: `No month it names has a day ${first}.` };
  const isLeapDay = first === 29 && [...months].every((month) => month === 2);
  return isLeapDay && years && ![...years].some(isLeap)
    ? { kind: 'never', message: 'None of its years has a 29th of February.' }
    : null;
}
