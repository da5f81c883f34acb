import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonFaultAt } from './json-fault.ts';

it.each([
  ['{"a": 1,}', 8],
  ['{"a" 1}', 5],
  ['[1 2]', 3],
  ['[1,', 3],
  ['{"a": "b', 6],
  ['{"a": {"b": tru}}', 12],
  ['', 0],
  ['{} x', 3],
  ['{a: 1}', 1],
  ['[01]', 2],
])('%s breaks at %i', (text, at) => {
  expect(jsonFaultAt(text)).toBe(at);
});

it('finds nothing wrong before the end of a text that is JSON', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(jsonFaultAt(text)).toBe(text.length);
    }),
  );
});
