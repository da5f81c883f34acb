import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTemplate, evaluateCondition, evaluateTemplate, evaluateTree, parseTemplate } from './index.ts';
import { contextOf, NOW } from './testing/context.ts';

const context = contextOf({ a: 'x', n: 3, list: [1, 2], map: { k: 'v' }, code: '${n}', 'odd key': 1 });

describe('templates', () => {
  it.each([
    ['a } b', 'a } b'],
    ['$a $ {n}', '$a $ {n}'],
    ['${n}${n}', '33'],
    ["${'}'}", '}'],
    ["${{a: {b: 1}}['a']['b']}", 1],
    ['[${list}]', '[1,2]'],
    ['${map} ', '{k=v} '],
    ['${ n }', 3],
    ['${5.0}', 5],
    ['v${5.0}', 'v5.0'],
  ])('%s', (text, value) => {
    expect(evaluateTemplate(text, context)).toEqual({ value, notes: [] });
  });

  it.each(['${', '${}', '${  }', '${n', 'a ${n} ${', "${'}", '${n]}', '${(n}'])(
    '%s is a syntax error and stays raw',
    (text) => {
      const { value, notes } = evaluateTemplate(text, context);
      expect(value).toBe(text);
      expect(notes).toMatchObject([{ level: 'ERROR', exceptionType: 'SpelParseException' }]);
      expect(checkTemplate(text)).toMatchObject([{ code: 'syntax', severity: 'error' }]);
    },
  );

  it('does not evaluate what came out of an evaluation', () => {
    expect(evaluateTemplate('${code}', context).value).toBe('${n}');
    expect(evaluateTemplate('a ${code}', context).value).toBe('a ${n}');
    const { value, dataWithMarkers, unresolved } = evaluateTree({ x: '${code}', y: '${n}' }, context);
    expect({ value, dataWithMarkers, unresolved }).toEqual({
      value: { x: '${n}', y: 3 },
      dataWithMarkers: ['/x'],
      unresolved: [],
    });
  });

  it('refuses an expression longer than 10,000 characters and takes one of 10,000', () => {
    const long = (length: number) => `\${'${'a'.repeat(length - 2)}'}`;
    expect(evaluateTemplate(long(10_000), context).value).toHaveLength(9_998);
    expect(evaluateTemplate(long(10_001), context).notes).toMatchObject([{ exceptionType: 'LimitExceeded' }]);
  });

  it('never puts an expression into a note', () => {
    const { notes } = evaluateTemplate('${ ${n} }', context);
    expect(notes[0]?.description).not.toContain('${');
  });

  it('leaves text without markers unchanged', () => {
    const plain = fc.string().filter((text) => !text.includes('${'));
    fc.assert(
      fc.property(plain, (text) => {
        expect(evaluateTemplate(text, context)).toEqual({ value: text, notes: [] });
      }),
    );
  });

  it('returns trees without markers as the very same object', () => {
    const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('${'));
    fc.assert(
      fc.property(json, (value) => {
        expect(evaluateTree(value, context)).toEqual({ value, notes: {}, unresolved: [], dataWithMarkers: [] });
        expect(evaluateTree(value, context).value).toBe(value);
      }),
    );
  });

  it('keeps parsed templates', () => {
    expect(parseTemplate('${a}-kept')).toBe(parseTemplate('${a}-kept'));
  });
});

describe('trees', () => {
  it('keeps the identity of subtrees without expressions', () => {
    const quiet = { deep: [{ plain: 'text' }] };
    const tree = { quiet, list: ['${n}', quiet], count: 1 };
    const result = evaluateTree(tree, context).value as { quiet: unknown; list: unknown[] };
    expect(result).toEqual({ quiet, list: [3, quiet], count: 1 });
    expect(result.quiet).toBe(quiet);
    expect(result.list[1]).toBe(quiet);
    expect(tree.list[0]).toBe('${n}');
  });

  it('evaluates keys and says where something stayed raw', () => {
    const { value, notes, unresolved } = evaluateTree(
      { 'k-${a}': { 'a/b': ['v ${nope}'] }, '${n}': '${map.k.z}' },
      context,
    );
    expect(value).toEqual({ 'k-x': { 'a/b': ['v ${nope}'] }, '3': '${map.k.z}' });
    expect(Object.keys(notes).sort()).toEqual(['map.k.z', 'nope']);
    expect(notes['nope']).toEqual([
      { level: 'INFO', description: 'Failed to evaluate nope: not found', exceptionType: '', timestamp: NOW },
    ]);
    expect(unresolved.map(({ pointer, expression }) => [pointer, expression]).sort()).toEqual([
      ['/${n}', 'map.k.z'],
      ['/k-${a}/a~1b/0', 'nope'],
    ]);
  });

  it('leaves skipped places alone', () => {
    const tree = { manifests: [{ a: '${n}' }], other: '${n}', rows: [{ key: '${a}', value: '${a}' }] };
    const skipKeys = (path: ReadonlyArray<string | number>) => path[0] === 'manifests' || path.at(-1) === 'key';
    expect(evaluateTree(tree, context, { skipKeys }).value).toEqual({
      manifests: [{ a: '${n}' }],
      other: 3,
      rows: [{ key: '${a}', value: 'x' }],
    });
  });

  it('takes an unknown key for an error when told so', () => {
    const launch = evaluateTree({ a: '${map.zz}', b: "${map['zz'] ?: 'd'}" }, context, { unknownMapKey: 'error' });
    expect(launch.value).toEqual({ a: '${map.zz}', b: 'd' });
    expect(launch.notes['map.zz']).toMatchObject([{ level: 'ERROR' }]);
    expect(evaluateTree({ a: '${map.zz}' }, context).notes['map.zz']).toMatchObject([{ level: 'INFO' }]);
  });

  it('stops when all expressions of a tree together do too much', () => {
    const limited = contextOf({ n: 1 }, { limits: { treeSteps: 50 } });
    const { value, unresolved } = evaluateTree(
      Array.from({ length: 100 }, () => '${n}'),
      limited,
    );
    expect((value as unknown[]).filter((item) => item === 1).length).toBeLessThan(50);
    expect(unresolved.length).toBeGreaterThan(50);
  });
});

describe('conditions', () => {
  it.each([
    ['n == 3', 'true'],
    ['n == 4', 'false'],
    ["'TRUE'", 'true'],
    ['${n == 3}', 'true'],
    ["'maybe'", 'not-boolean'],
    ['n', 'not-boolean'],
    ['maybe', 'failed'],
    ['n ==', 'failed'],
    ['', 'failed'],
  ])('%s is %s', (expression, outcome) => {
    expect(evaluateCondition(expression, context).outcome).toBe(outcome);
  });
});

describe('checking without evaluating', () => {
  it.each([
    ['plain', []],
    ['${a} ${b.c}', []],
    ['a ${#nope(1)} b', [{ code: 'unknown-function', start: 4, end: 9 }]],
    ['${#ext_fn(1)}', []],
    ['${#toInt()}', [{ code: 'wrong-arguments', start: 2, end: 8 }]],
    ['${T(java.lang.System).exit(0)}', [{ code: 'type-not-allowed' }]],
    [
      "${a ? 'x'.sie() : 1 + true}",
      [
        { code: 'wrong-type', start: 18, end: 26 },
        { code: 'wrong-type', start: 6, end: 15 },
      ],
    ],
    ["${#toInt('1') - 'x'.length() > 1 and #stageExists('a')}", []],
    ["${'a' < 1}", [{ code: 'wrong-type', start: 2, end: 9, message: expect.stringContaining('no order') }]],
    ['${1 ? 2 : 3}', [{ code: 'wrong-type', start: 2, end: 11 }]],
    ["${'yes' ? 2 : 3}", []],
    ["${'a-b'.split('-').size}", [{ code: 'wrong-type', message: expect.stringContaining('Write size()') }]],
    ["${'x'.toUppercase()}", [{ code: 'wrong-type', message: expect.stringContaining("'toUpperCase'") }]],
    ["${'x'.substring()}", [{ code: 'wrong-type', message: expect.stringContaining('1 to 2 arguments') }]],
    ['${{1} * 2}', [{ code: 'wrong-type' }]],
    ["${-'x'}", [{ code: 'wrong-type' }]],
    ["${'x' - 1}", []],
    ["${a - 'x'}", []],
    ['${a < b and !c}', []],
    ['${!5}', [{ code: 'wrong-type' }]],
    ['${a matches 5}', [{ code: 'wrong-type' }]],
    ['${a between 5}', [{ code: 'wrong-type' }]],
    ['${5.![#this]}', [{ code: 'wrong-type' }]],
    ['${null.x}', [{ code: 'wrong-type' }]],
    ['${null?.x}', []],
    ['${#toInnt(1)}', [{ code: 'unknown-function', message: expect.stringContaining("'#toInt'") }]],
    ['ab ${a +}', [{ code: 'syntax', start: 8 }]],
  ])('%s', (text, findings) => {
    expect(checkTemplate(text)).toMatchObject(findings);
    expect(checkTemplate(text)).toHaveLength(findings.length);
  });
});
