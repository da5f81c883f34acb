import { describe, expect, it } from 'vitest';
import { evaluateTemplate, evaluateTree } from './index.ts';
import { contextOf } from './testing/context.ts';

const root = { a: 'x', n: 3, m: { k: null, l: [1, 2, 3] }, e: '' };
const RAW = Symbol('raw');

/** Template, value (RAW: the text itself), level of the note. */
const VECTORS: ReadonlyArray<readonly [template: string, expected: unknown, level?: 'INFO' | 'ERROR']> = [
  ['${n}', 3],
  ['v${n}', 'v3'],
  [' ${n}', ' 3'],
  ['${a}-${zz}', 'x-${zz}', 'INFO'],
  ['${zz}', RAW, 'INFO'],
  ['${zz.b}', RAW, 'ERROR'],
  ['${zz?.b}', RAW, 'INFO'],
  ['${a}-${zz.b}', RAW, 'ERROR'],
  ["${e ?: 'd'}", 'd'],
  ['${m.l.?[#this > 1]}', [2, 3]],
  ['${m.l.![#this * 2]}', [2, 4, 6]],
  ["${m['l'][3]}", RAW, 'ERROR'],
  ["${'5' == 5}", false],
  ["${#toInt('5') == 5}", true],
  ["${a matches 'x.*'}", true],
  ["${n > 2 ? 'big' : 'small'}", 'big'],
  ['${T(java.lang.System).exit(0)}', RAW, 'ERROR'],
  ["${new java.io.File('/')}", RAW, 'ERROR'],
  ['${a.getClass()}', RAW, 'ERROR'],
  ["${#stage('none').status}", RAW, 'ERROR'],
  ['${ ${a} }', RAW, 'ERROR'],
];

describe('the published vectors', () => {
  it.each(VECTORS.map(([template, expected, level]) => ({ template, expected, level })))(
    '$template',
    ({ template, expected, level }) => {
      const { value, notes } = evaluateTemplate(template, contextOf(root));
      expect(value).toEqual(expected === RAW ? template : expected);
      expect(notes.map((note) => note.level)).toEqual(level ? [level] : []);
    },
  );

  it('evaluates keys of a map', () => {
    expect(evaluateTree({ '${a}': 1 }, contextOf(root)).value).toEqual({ x: 1 });
  });
});
