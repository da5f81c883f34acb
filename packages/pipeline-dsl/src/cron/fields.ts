/** One field of a schedule: which numbers and names it takes, and which special signs. */
export interface CronField {
  readonly name: string;
  /** One of what it counts, as in "every 5 minutes". */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** Names of the numbers from `min` on. */
  readonly names: readonly string[];
  /** May hold `?`, `L`, `W`, `#`. */
  readonly day: 'of-month' | 'of-week' | null;
  /** May hold `H`, a number that follows from the trigger's id. */
  readonly hashed: boolean;
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

const field = (name: string, min: number, max: number, more: Partial<CronField> = {}): CronField => ({
  name,
  unit: name,
  min,
  max,
  names: [],
  day: null,
  hashed: false,
  ...more,
});

/** Second, minute, hour, day of month, month, day of week (1 = Sunday), year; in the order in which they are written. */
export const CRON_FIELDS: readonly CronField[] = [
  field('second', 0, 59, { hashed: true }),
  field('minute', 0, 59, { hashed: true }),
  field('hour', 0, 23, { hashed: true }),
  field('day of month', 1, 31, { day: 'of-month', unit: 'day' }),
  field('month', 1, 12, { names: MONTHS }),
  field('day of week', 1, 7, { names: DAYS, day: 'of-week', unit: 'day' }),
  field('year', 1970, 2099),
];

/** The number that a text stands for in a field; null when it stands for none. */
export function numberIn({ names, min, max }: CronField, text: string): number | null {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return min + named;
  if (!/^\d{1,4}$/.test(text)) return null;
  const number = Number(text);
  return number >= min && number <= max ? number : null;
}
