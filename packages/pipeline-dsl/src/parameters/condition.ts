import { isJsonObject, type JsonObject } from '../json.ts';

type Comparator = '>' | '<' | '>=' | '<=' | '=' | '!=';
const COMPARATORS: ReadonlySet<string> = new Set<Comparator>(['>', '<', '>=', '<=', '=', '!=']);

/**
 * Is a parameter asked for, given the values of the others? One without a condition always is; a condition that cannot
 * be read counts as none. Numbers are compared as numbers, all else as text.
 */
export function isAskedFor(parameter: Readonly<JsonObject>, values: Readonly<JsonObject>): boolean {
  const { conditional, condition } = parameter;
  if (conditional !== true || !isJsonObject(condition)) return true;
  const { parameter: other, comparator, comparatorValue } = condition;
  if (typeof other !== 'string' || typeof comparator !== 'string' || !COMPARATORS.has(comparator)) return true;
  return compare(textOf(values[other]), comparator as Comparator, textOf(comparatorValue));
}

const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

function compare(a: string, comparator: Comparator, b: string): boolean {
  const numeric = isNumber(a) && isNumber(b);
  const order = numeric ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0;
  switch (comparator) {
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
  }
}

const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));
