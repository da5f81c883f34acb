import { RE2JS, RE2JSException } from 're2js';
import { isJsonObject } from './json.ts';

const LONGEST_PATTERN = 1_000;
const DEEPEST = 50;
/** Longer lists are not matched element by element. */
const LONGEST_LIST = 200;

/**
 * Does a value hold all that is asked for? Texts are equal without case, or match the asked one as a regular expression
 * in full; maps hold every asked key; of lists each asked element fits an element of its own; everything else is equal.
 */
export function holdsSubset(asked: unknown, value: unknown, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  if (typeof asked === 'string') return typeof value === 'string' && fitsText(asked, value);
  if (Array.isArray(asked)) return Array.isArray(value) && fitsList(asked, value, depth + 1);
  if (isJsonObject(asked))
    return (
      isJsonObject(value) &&
      Object.entries(asked).every(
        ([key, inner]) => Object.hasOwn(value, key) && holdsSubset(inner, value[key], depth + 1),
      )
    );
  return asked === value;
}

function fitsText(asked: string, text: string): boolean {
  if (asked.toLowerCase() === text.toLowerCase()) return true;
  if (asked.length > LONGEST_PATTERN) return false;
  try {
    return RE2JS.compile(asked).matcher(text).matches();
  } catch (error) {
    if (error instanceof RE2JSException) return false;
    throw error;
  }
}

/** Finds each asked element a partner of its own, moving earlier ones to another where needed. */
function fitsList(asked: readonly unknown[], list: readonly unknown[], depth: number): boolean {
  if (asked.length > list.length || list.length > LONGEST_LIST) return false;
  const partners = asked.map((each) => list.flatMap((item, at) => (holdsSubset(each, item, depth) ? [at] : [])));
  const taken = new Map<number, number>();
  const place = (who: number, tried: Set<number>): boolean =>
    partners[who]!.some((at) => {
      if (tried.has(at)) return false;
      tried.add(at);
      const holder = taken.get(at);
      if (holder !== undefined && !place(holder, tried)) return false;
      taken.set(at, who);
      return true;
    });
  return asked.every((_, who) => place(who, new Set()));
}
