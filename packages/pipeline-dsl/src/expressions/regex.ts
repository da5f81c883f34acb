import { RE2JS } from 're2js';
import type { Env } from './env.ts';
import { ExpressionError, evaluationError } from './errors.ts';

const LONGEST_PATTERN = 1_000;
/** Largest product of counted repetitions; bounds the size of the compiled pattern. */
const MOST_REPETITION = 20_000;
const CACHE_SIZE = 64;
const compiled = new Map<string, RE2JS>();

/** How much larger than its text a pattern gets by `{n}`; an upper bound, as if all of them were nested. */
function repetition(pattern: string): number {
  let product = 1;
  for (const [, least, most] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    product *= Math.max(1, Number(least), Number(most || 0));
  }
  return product;
}

function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  try {
    const regex = RE2JS.compile(pattern);
    if (compiled.size >= CACHE_SIZE) compiled.clear();
    compiled.set(pattern, regex);
    return regex;
  } catch (thrown) {
    throw evaluationError(`bad regular expression: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** A user's regular expression, paid for by the size of pattern and input. */
export function regexFor(pattern: string, input: string, env: Env): RE2JS {
  if (pattern.length > LONGEST_PATTERN) {
    throw new ExpressionError('LimitExceeded', `regular expression longer than ${LONGEST_PATTERN} characters`);
  }
  const times = repetition(pattern);
  if (times > MOST_REPETITION) throw new ExpressionError('LimitExceeded', 'regular expression repeats too much');
  const size = pattern.length * Math.min(times, 1_000);
  env.budget.spend(Math.ceil((size * (input.length + 10)) / 50) + Math.ceil(size / 4));
  return compile(pattern);
}
