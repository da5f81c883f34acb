import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsSubset } from './json-subset.ts';

describe('holdsSubset', () => {
  it.each([
    ['equal texts without case', 'Main', 'main', true],
    ['a regular expression, in full', 'release-\\d+', 'release-12', true],
    ['a regular expression that fits a part only', '\\d+', 'release-12', false],
    ['a text that is no regular expression', 'a(', 'b(', false],
    ['a text for a number', '5', 5, false],
    ['equal numbers', 5, 5, true],
    ['a map with more keys', { a: 1 }, { a: 1, b: 2 }, true],
    ['a map that lacks a key', { a: null }, {}, false],
    ['an inherited key', { toString: null }, {}, false],
    ['nested maps', { a: { b: 'x.*' } }, { a: { b: 'xyz', c: 1 } }, true],
    ['list elements in any order', [2, 1], [1, 2, 3], true],
    ['two elements that only one fits', ['a.*', 'a.*'], ['ab', 'c'], false],
    ['elements that must make room for each other', ['a.*', 'ab'], ['ab', 'ac'], true],
    ['a list for a map', [], {}, false],
  ])('%s', (_name, asked, value, holds) => {
    expect(holdsSubset(asked, value)).toBe(holds);
  });

  it('holds every value within itself, and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (value, other) => {
        expect(holdsSubset(value, value)).toBe(true);
        holdsSubset(value, other);
      }),
    );
  });
});
