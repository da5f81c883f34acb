import { describe, expect, it } from 'vitest';
import { checkPipeline } from '../check-pipeline.ts';
import { applyFixes, formatFindings, readDocument } from '../document/index.ts';
import { examples } from './testing/files.ts';
import { createRandom, mutate, pick, type Random } from './testing/mutations.ts';
import { vocabulary } from './testing/told.ts';

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
