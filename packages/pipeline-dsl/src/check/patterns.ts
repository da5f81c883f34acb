import { RE2JS } from 're2js';

const LONGEST = 1_000;
const MOST_REPETITION = 20_000;

/** Why a regular expression of a user cannot be used; null when it can. */
export function patternProblem(pattern: string): string | null {
  if (pattern.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  if (repetition(pattern) > MOST_REPETITION) return 'it repeats too much';
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (thrown) {
    if (/\(\?<?[=!]/.test(pattern)) return 'look-ahead and look-behind are not supported';
    if (/\\[1-9]/.test(pattern)) return 'back-references are not supported';
    return (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 200);
  }
}

/** How much larger than its text a pattern gets by `{n}`; an upper bound, as if all of them were nested. */
function repetition(pattern: string): number {
  let product = 1;
  for (const [, least, most] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g))
    product *= Math.max(1, Number(least), Number(most || 0));
  return product;
}
