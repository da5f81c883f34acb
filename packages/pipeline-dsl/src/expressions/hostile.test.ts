import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExpressions, evaluateTemplate, evaluateTree } from './index.ts';
import { contextOf, executionOf, stageContext, stageOf } from './testing/context.ts';

const execution = executionOf([
  stageOf('1', { outputs: { long: 'ab'.repeat(5_000), list: Array.from({ length: 2_000 }, (_, at) => at) } }),
]);
const context = stageContext(executionOf([...execution.stages, stageOf('2', { requisiteStageRefIds: ['1'] })]), '2');

const WORDS = [
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'globalThis',
  'process',
  'execution',
  'trigger',
  'stages',
  'context',
  'outputs',
  'long',
  'list',
  'class',
  'getClass',
  'T',
  'new',
  'matches',
  'and',
  'not',
  'null',
  'true',
  'call',
  'apply',
  'bind',
  'run',
  'model',
];
const BITS = [
  '.',
  '?.',
  '[',
  ']',
  '(',
  ')',
  '{',
  '}',
  '#',
  '+',
  '*',
  '^',
  '==',
  '<',
  '?',
  ':',
  '?:',
  '![',
  '?[',
  '^[',
  '$[',
  ',',
  "'",
  '"',
  '!',
  '-',
  '#this',
  '#root',
  "'a'",
  '"(a+)+$"',
  '9',
  '1e9',
  '.repeat(1000)',
  ".replaceAll('.', long)",
  '.![long]',
  '.![#root.list]',
  "#stage('Stage 1')",
  'T(Math).pow(9, 9)',
  ".split('')",
  '.getClass()',
  "['constructor']",
  "['__proto__']",
  'T(java.lang.Runtime)',
  'new java.lang.ProcessBuilder',
];
const expression = fc.array(
  fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...BITS), fc.string({ maxLength: 3 })),
  { maxLength: 25 },
);
const elapsed = (run: () => unknown): number => {
  const start = Date.now();
  run();
  return Date.now() - start;
};

function plainData(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every(plainData);
  if (typeof value !== 'object') return false;
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value as object).every(plainData);
}

describe('hostile input', () => {
  it('10,000 generated expressions neither escape nor hang', () => {
    const { evaluateTemplate: evaluate } = createExpressions({ cacheSize: 1 });
    fc.assert(
      fc.property(expression, (parts) => {
        const text = `\${${parts.join('')}}`;
        const { value, notes } = evaluate(text, context);
        if (!plainData(value)) throw new Error(`escaped: ${text}`);
        if (notes.length > 0 && value !== text && !String(value).includes('${')) throw new Error(`lost: ${text}`);
        // A busy machine may take a moment away; a hang shows every time.
        const slow = () => elapsed(() => evaluate(text, context)) > 50;
        if (slow() && slow() && slow() && slow()) throw new Error(`slow: ${text}`);
      }),
      { numRuns: 10_000 },
    );
  }, 120_000);

  it.each([
    'list.![list.![list.![#this]]]',
    'list.![long]',
    "long.replaceAll('.', long)",
    "long.replaceAll('', long)",
    "long.replace('', long)",
    'long * 100000',
    'long.repeat(99999)',
    "long matches '((a{1,100}){1,100}){1,100}'",
    "T(String).format('%99999999d', 1)",
    'T(String).join(long, list)',
    'list.![#readJson(#toJson(#root.list))]',
    'list.?[#root.list.contains(-1)]',
    'list.![T(java.time.LocalDate).now().plusYears(999999999)]',
    `${'('.repeat(4_000)}1${')'.repeat(4_000)}`,
    `${'!'.repeat(9_000)}true`,
    `1${'+1'.repeat(4_500)}`,
    `list${'[0]'.repeat(3_000)}`,
    `${'{'.repeat(4_900)}${'}'.repeat(4_900)}`,
    '9 ^ 99',
  ])('case %# ends quickly with an error', (text) => {
    const run = () => evaluateTemplate(`\${${text}}`, context);
    expect(run().notes).toMatchObject([{ level: 'ERROR' }]);
    expect(Math.min(elapsed(run), elapsed(run), elapsed(run))).toBeLessThan(150);
  });

  it.each([
    '__proto__',
    'constructor',
    "#root['__proto__']",
    "#root['constructor']",
    'trigger.constructor',
    "trigger['__proto__']",
    'toString',
    'hasOwnProperty',
  ])('%s is not found', (text) => {
    expect(evaluateTemplate(`\${${text}}`, context).notes).toMatchObject([{ level: 'INFO' }]);
  });

  it.each([
    "{'__proto__': 1}",
    '{__proto__: 1}',
    "'a'.constructor",
    'list.constructor',
    'list.map(1)',
    "'a'.constructor('x')",
    'true.constructor',
    '1.constructor',
  ])('%s is refused', (text) => {
    expect(evaluateTemplate(`\${${text}}`, context).notes).toMatchObject([{ level: 'ERROR' }]);
  });

  it('decides a pattern that makes backtracking engines hang', () => {
    const run = () => evaluateTemplate("${long matches '(((a|b)*)*)*c'}", context);
    expect(run()).toEqual({ value: false, notes: [] });
    expect(Math.min(elapsed(run), elapsed(run), elapsed(run))).toBeLessThan(150);
  });

  it('never reaches functions, getters of prototypes or symbols in data', () => {
    const data = contextOf({ f: () => 'called', s: Symbol('x'), o: Object.create({ inherited: 1 }) as unknown });
    expect(evaluateTemplate('${f}', data).notes).toMatchObject([{ level: 'INFO' }]);
    expect(evaluateTemplate('${f()}', data).notes).toMatchObject([{ level: 'ERROR' }]);
    expect(evaluateTemplate('${s}', data).notes).toMatchObject([{ level: 'INFO' }]);
    expect(evaluateTemplate('${o.inherited}', data).notes).toMatchObject([{ level: 'INFO' }]);
  });

  it('stays quick in an execution of 1,000 stages', () => {
    const stages = Array.from({ length: 1_000 }, (_, at) =>
      stageOf(String(at), at === 0 ? {} : { requisiteStageRefIds: [String(at - 1)] }),
    );
    const large = executionOf([
      stageOf('list', { outputs: { list: Array.from({ length: 1_000 }, () => 1) } }),
      ...stages,
    ]);
    const last = stageContext(
      { ...large, stages: [...large.stages, stageOf('end', { requisiteStageRefIds: ['999', 'list'] })] },
      'end',
    );
    for (const each of [
      'execution.stages.size()',
      '#root.zz ?: 1',
      "#stage('Stage 999').name",
      '#root.size()',
      'trigger == trigger',
    ]) {
      const run = () => evaluateTemplate(`\${list.![#root.list.![${each}]]}`, last);
      expect(run().notes[0]?.exceptionType).not.toBe('SpelParseException');
      expect(Math.min(elapsed(run), elapsed(run), elapsed(run)), each).toBeLessThan(150);
    }
  });

  it('keeps a stored __proto__ key from becoming a prototype', () => {
    const tree = JSON.parse('{"__proto__": {"polluted": "${n}"}, "${p}": 1}') as unknown;
    const { value } = evaluateTree(tree, contextOf({ n: 1, p: '__proto__' }));
    expect((value as { polluted?: unknown }).polluted).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('walks a very deep tree without failing', () => {
    let deep: unknown = '${n}';
    for (let at = 0; at < 5_000; at += 1) deep = [deep];
    expect(evaluateTree(deep, contextOf({ n: 1 })).value).toBe(deep);
  });
});
