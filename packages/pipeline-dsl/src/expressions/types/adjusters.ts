import { evaluationError } from '../errors.ts';
import {
  type CalendarDay,
  dayOfWeek,
  floorMod,
  fromEpochDay,
  lengthOfMonth,
  plusMonths,
  toEpochDay,
} from './calendar.ts';
import { JavaConstant } from './constants.ts';
import { TemporalAdjuster } from './temporal.ts';
import type { Static, Statics } from './type-definition.ts';

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];

function weekday(value: unknown): number {
  if (value instanceof JavaConstant && value.typeName === 'DayOfWeek') return value.number;
  throw evaluationError('needs a day such as T(java.time.DayOfWeek).MONDAY');
}

const adjuster = (adjust: (date: CalendarDay) => CalendarDay): TemporalAdjuster => new TemporalAdjuster(adjust);
const shifted = (date: CalendarDay, days: number): CalendarDay => fromEpochDay(toEpochDay(date) + days);

/** Days to go from `date` to the wanted weekday; with `strict` at least one. */
function daysTo(date: CalendarDay, wanted: number, direction: 1 | -1, strict: boolean): number {
  const distance = floorMod((wanted - dayOfWeek(toEpochDay(date))) * direction, 7);
  return direction * (distance === 0 && strict ? 7 : distance);
}

const toward = (direction: 1 | -1, strict: boolean): Static => ({
  arity: one,
  run: (_self, [day]) => {
    const wanted = weekday(day);
    return adjuster((date) => shifted(date, daysTo(date, wanted, direction, strict)));
  },
});
const fixed = (adjust: (date: CalendarDay) => CalendarDay): Static => ({ arity: none, run: () => adjuster(adjust) });
const first = (date: CalendarDay): CalendarDay => ({ ...date, day: 1 });
const last = (date: CalendarDay): CalendarDay => ({ ...date, day: lengthOfMonth(date.year, date.month) });

/** Static methods of `TemporalAdjusters`. */
export const ADJUSTERS: Statics = new Map<string, Static>([
  ['firstDayOfMonth', fixed(first)],
  ['lastDayOfMonth', fixed(last)],
  ['firstDayOfNextMonth', fixed((date) => plusMonths(first(date), 1))],
  ['firstDayOfYear', fixed((date) => ({ year: date.year, month: 1, day: 1 }))],
  ['lastDayOfYear', fixed((date) => ({ year: date.year, month: 12, day: 31 }))],
  ['firstDayOfNextYear', fixed((date) => ({ year: date.year + 1, month: 1, day: 1 }))],
  ['next', toward(1, true)],
  ['nextOrSame', toward(1, false)],
  ['previous', toward(-1, true)],
  ['previousOrSame', toward(-1, false)],
  [
    'firstInMonth',
    {
      arity: one,
      run: (_self, [day]) => {
        const wanted = weekday(day);
        return adjuster((date) => shifted(first(date), daysTo(first(date), wanted, 1, false)));
      },
    },
  ],
  [
    'lastInMonth',
    {
      arity: one,
      run: (_self, [day]) => {
        const wanted = weekday(day);
        return adjuster((date) => shifted(last(date), daysTo(last(date), wanted, -1, false)));
      },
    },
  ],
]);
