/** Names looked at for a hint, and names shown. */
const MOST_LOOKED_AT = 500;
const MOST_SHOWN = 10;
const LONGEST_NAME = 100;

/** How many letters have to be put in, left out, changed or swapped with a neighbour to turn one word into the other. */
function distance(a: string, b: string): number {
  let earlier: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(before[j]! + 1, row[j - 1]! + 1, before[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, earlier[j - 2]! + 1);
      row.push(least);
    }
    earlier = before;
    before = row;
  }
  return before[b.length]!;
}

/** Names by how near they are to the wanted one, and the one that was probably meant. */
export interface Nearest {
  /** At most 10, nearest first. */
  readonly names: readonly string[];
  /** Null when none is near enough. */
  readonly suggestion: string | null;
}

/** What there is instead of a name that was not found. */
export function nearest(wanted: string, names: Iterable<string>): Nearest {
  const word = wanted.toLowerCase().slice(0, LONGEST_NAME);
  const ranked: Array<{ name: string; far: number }> = [];
  for (const name of names) {
    if (ranked.length >= MOST_LOOKED_AT) break;
    if (name.length <= LONGEST_NAME && !name.includes('${'))
      ranked.push({ name, far: distance(word, name.toLowerCase()) });
  }
  ranked.sort((a, b) => a.far - b.far);
  const first = ranked[0];
  const near = first !== undefined && first.far <= Math.max(1, Math.floor(word.length / 3));
  return { names: ranked.slice(0, MOST_SHOWN).map(({ name }) => name), suggestion: near ? first.name : null };
}
