import { isJsonObject } from '../../json.ts';

/** Random numbers that are the same in every run. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  'true',
  -1,
  1e300,
  '',
  '${',
  '${parameters.x ? #stage("',
  "${#judgment('a')['b'].c}",
  '(((((',
  '__proto__',
  [],
  [[[]]],
  {},
  { toString: 1, valueOf: null },
  { type: {}, refId: {}, name: [] },
  [null, 5, 'x', { refId: null }],
  'x'.repeat(5_000),
];
const ODD_KEYS = ['__proto__', 'constructor', 'toString', '', 'a/b~c', 'stages', 'type', 'refId', 'length'];

export type Random = (below: number) => number;
export const pick = <Item>(random: Random, items: readonly Item[]): Item => items[random(items.length)]!;

/** All objects and lists of a document. */
function holdersOf(value: unknown): Array<unknown[] | Record<string, unknown>> {
  if (Array.isArray(value)) return [value, ...value.flatMap(holdersOf)];
  return isJsonObject(value) ? [value, ...Object.values(value).flatMap(holdersOf)] : [];
}

/** Changes a type, a key, a value or the structure somewhere. */
export function mutate(document: unknown, random: Random): void {
  const holders = holdersOf(document);
  const holder = pick(random, holders);
  const other: unknown = JSON.parse(JSON.stringify(random(2) === 0 ? pick(random, holders) : pick(random, ODD_VALUES)));
  if (Array.isArray(holder)) {
    const at = random(holder.length + 1);
    if (random(3) === 0) holder.splice(at, 1);
    else holder.splice(at, random(2), other);
    return;
  }
  const keys = Object.keys(holder);
  const key = keys.length > 0 ? pick(random, keys) : pick(random, ODD_KEYS);
  const action = random(4);
  if (action === 0) delete holder[key];
  else if (action === 1)
    Object.defineProperty(holder, misspelt(key, random), {
      value: other,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  else holder[key] = other;
}

function misspelt(key: string, random: Random): string {
  if (random(3) === 0) return pick(random, ODD_KEYS);
  const at = random(key.length + 1);
  return key.slice(0, at) + pick(random, ['', 'x', key.slice(0, 1)]) + key.slice(at + random(2));
}
