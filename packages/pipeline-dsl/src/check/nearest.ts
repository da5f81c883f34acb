/** Edits (insert, remove, replace, swap of neighbours) from one word to another; more than `most` count as `most + 1`. */
function distance(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    if (Math.min(...row) > most) return most + 1;
    before = last;
    last = row;
  }
  return last[to.length]!;
}

const LONGEST = 80;
const MOST_CANDIDATES = 3_000;

/** The candidate a word was probably meant to be; undefined when none is close. Equal but for letter case is closest. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length < 3 || word.length > LONGEST) return undefined;
  const lower = word.toLowerCase();
  let limit = word.length < 5 ? 1 : word.length < 9 ? 2 : 3;
  let best: string | undefined;
  let seen = 0;
  for (const candidate of candidates) {
    seen += 1;
    if (seen > MOST_CANDIDATES) break;
    if (candidate === word || candidate.length > LONGEST) continue;
    const edits = distance(lower, candidate.toLowerCase(), limit);
    if (edits > limit) continue;
    if (edits === 0) return candidate;
    best = candidate;
    limit = edits - 1;
    if (limit < 0) break;
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing. */
export const didYouMean = (meant: string | undefined): string =>
  meant === undefined ? '' : ` Did you mean "${meant}"?`;
