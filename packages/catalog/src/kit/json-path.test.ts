import { expect, it } from 'vitest';
import { parseJsonPath, readJsonPath } from './json-path.ts';

const document = { a: { b: [{ c: 1, 'x y': 2 }], "it's": 3 } };

it.each([
  ['$.a.b[0].c', 1],
  ["$.a.b[0]['c']", 1],
  ['$["a"].b[0]["x y"]', 2],
  ["$.a['it\\'s']", 3],
  ['a.b[0].c', 1],
  ['$', document],
  ['$.a.b[1].c', undefined],
  ['$.a.b.c', undefined],
  ['$.a.__proto__', undefined],
  ['$.a..b', undefined],
  ['$.a[', undefined],
])('%s reads %o', (path, value) => {
  expect(readJsonPath(document, path)).toEqual(value);
});

it('a path that cannot be read is null', () => {
  expect(parseJsonPath('$.a[?(@.b)]')).toBeNull();
  expect(parseJsonPath("$.a['b'][2]")).toEqual(['a', 'b', 2]);
});
