import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fractionOf } from './seed.ts';

it('a fraction depends on the text alone and stays below 1', () => {
  fc.assert(
    fc.property(fc.string(), (key) => {
      expect(fractionOf(key)).toBe(fractionOf(key));
      expect(fractionOf(key)).toBeGreaterThanOrEqual(0);
      expect(fractionOf(key)).toBeLessThan(1);
    }),
  );
});

it('keys that differ in their last character only are spread over the whole range', () => {
  const fractions = Array.from({ length: 200 }, (_, i) => fractionOf(`execution:stage:1:${i}`));
  const quarters = [0, 1, 2, 3].map((quarter) => fractions.filter((value) => Math.floor(value * 4) === quarter).length);
  for (const count of quarters) expect(count).toBeGreaterThan(25);
});
