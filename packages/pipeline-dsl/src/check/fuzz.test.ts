import { describe, expect, it } from 'vitest';
import { checkPipeline } from '../check-pipeline.ts';
import { applyFixes, formatFindings, readDocument } from '../document/index.ts';
import { isJsonObject } from '../json.ts';
import { examples } from './testing/files.ts';
import { vocabulary } from './testing/told.ts';

/** Random numbers that are the same in every run. */
function createRandom(seed: number): (below: number) => number {
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

type Random = (below: number) => number;
const pick = <Item>(random: Random, items: readonly Item[]): Item => items[random(items.length)]!;

/** All objects and lists of a document. */
function holdersOf(value: unknown): Array<unknown[] | Record<string, unknown>> {
  if (Array.isArray(value)) return [value, ...value.flatMap(holdersOf)];
  return isJsonObject(value) ? [value, ...Object.values(value).flatMap(holdersOf)] : [];
}

/** Changes a type, a key, a value or the structure somewhere. */
function mutate(document: unknown, random: Random): void {
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

function mutateText(text: string, random: Random): string {
  let mutated = text;
  for (let times = random(4) + 1; times > 0; times -= 1) {
    const at = random(mutated.length + 1);
    const end = at + random(random(10) === 0 ? 500 : 4);
    const put = pick(random, [
      '',
      '"',
      '{',
      '}',
      '[',
      ',',
      ':',
      '\\',
      '\\u12',
      '//',
      '#',
      '\t',
      '\n',
      "'",
      '1e',
      '&a ',
      '*a',
      '<<',
      '-',
      '\u0000',
      '\ud800',
      '${',
    ]);
    mutated = mutated.slice(0, at) + put + mutated.slice(end);
  }
  return mutated;
}

describe('whatever is given', () => {
  it('there are examples to change', () => {
    expect(examples.length).toBeGreaterThan(3);
  });

  it.each([1, 2, 3, 4])('500 mutated pipelines are checked, and their fixes applied (seed %i)', (seed) => {
    const random = createRandom(seed);
    for (let run = 0; run < 500; run += 1) {
      const document: unknown = JSON.parse(pick(random, examples));
      for (let times = random(6) + 1; times > 0; times -= 1) mutate(document, random);
      const before = JSON.stringify(document);
      const findings = checkPipeline(document, vocabulary);
      expect(findings.length).toBeLessThanOrEqual(500);
      for (const { code, pointer, message } of findings) {
        expect(code).toMatch(/^[a-z]+\.[a-z-]+$/);
        expect(pointer).toMatch(/^(?:\/|$)/);
        expect(message).not.toBe('');
      }
      applyFixes(document, findings);
      expect(JSON.stringify(document)).toBe(before);
      const text = JSON.stringify(document, null, 1);
      formatFindings(findings, text, readDocument(text, { format: 'json' }).locate);
    }
  });

  it.each([
    ['json', 1_000],
    ['yaml', 400],
  ] as const)('as %s, %i mutated texts are read, or refused with a place', (format, runs) => {
    const random = createRandom(77);
    for (let run = 0; run < runs; run += 1) {
      const text = mutateText(pick(random, examples), random);
      const read = readDocument(text, { format });
      for (const finding of read.findings) {
        const { line, column, offset, endOffset } = read.locate(finding.pointer);
        expect([line > 0, column > 0, offset <= endOffset, endOffset <= text.length]).toEqual([true, true, true, true]);
      }
      if (format === 'json') expect(read.ok).toBe(isJson(text));
      if (read.ok) checkPipeline(read.value, vocabulary);
      else expect(read.findings).toMatchObject([{ severity: 'error' }]);
    }
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
