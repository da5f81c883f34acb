import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExpressionContext } from './context.ts';
import { envOf, evaluateText } from './evaluate.ts';
import { checkTemplate, complete, createExpressions, DEFAULT_LIMITS, evaluateTemplate, evaluateTree } from './index.ts';
import { cutTemplate } from './template.ts';
import { contextOf, executionOf, stageContext, stageOf } from './testing/context.ts';
import { ESCAPES, hostileExpression } from './testing/hostile.ts';

const outputs = {
  long: 'ab'.repeat(5_000),
  list: Array.from({ length: 2_000 }, (_, at) => at),
  map: { k: 'v', nested: { deep: [1, { x: null }] } },
  text: 'Web-App ABC',
  n: 7,
  nothing: null,
  rows: [
    { id: 1, zone: 'a' },
    { id: 2, zone: 'b' },
  ],
};
const execution = executionOf([stageOf('1', { outputs })]);
const context = stageContext(executionOf([...execution.stages, stageOf('2', { requisiteStageRefIds: ['1'] })]), '2');

/** Steps that a text takes, with what it gives. */
function measured(text: string, where: ExpressionContext = context) {
  const env = envOf(where);
  const { value, noted, steps } = evaluateText(cutTemplate(text), env);
  return { value, notes: noted.map(({ note }) => note), steps };
}

/** One step more may be counted before the budget refuses: the largest one is a text as long as the limit. */
const MOST_STEPS = DEFAULT_LIMITS.steps;

function bounded(text: string, where?: ExpressionContext) {
  const result = measured(text, where);
  const stopped = result.notes.some(({ exceptionType }) => exceptionType === 'LimitExceeded');
  if (result.steps > MOST_STEPS && !stopped) throw new Error(`unbounded: ${text}`);
  return result;
}

function plainData(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every(plainData);
  if (typeof value !== 'object') return false;
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value as object).every(plainData);
}

/** Everything an evaluation promises, whatever the text. */
function keepsItsPromises(text: string): void {
  const { value, notes } = bounded(text);
  if (!plainData(value)) throw new Error(`escaped: ${text}`);
  if (JSON.stringify(value).length > 8 * DEFAULT_LIMITS.outputSize) throw new Error(`too large: ${text}`);
  if (notes.some(({ level }) => level === 'ERROR') && value !== text) throw new Error(`changed: ${text}`);
  if (notes.some(({ description }) => description.includes('${'))) throw new Error(`a note holds code: ${text}`);
  if (({} as { polluted?: unknown }).polluted !== undefined) throw new Error(`polluted: ${text}`);
}

describe('hostile input', () => {
  it('12,000 generated expressions neither escape, nor crash, nor pass their limits', () => {
    fc.assert(
      fc.property(hostileExpression, (expression) => keepsItsPromises(`\${${expression}}`)),
      { numRuns: 12_000, seed: 20_231_114, endOnFailure: true },
    );
  }, 120_000);

  it('3,000 of them inside longer texts, checked and completed as well', () => {
    const { evaluateTemplate: evaluate } = createExpressions({ cacheSize: 1 });
    fc.assert(
      fc.property(hostileExpression, hostileExpression, fc.nat(), (one, two, at) => {
        const text = `a ${'$'}{${one}} b ${'$'}{${two}}`;
        if (typeof evaluate(text, context).value !== 'string') throw new Error(`no text: ${text}`);
        for (const { start, end } of checkTemplate(text))
          if (start < 0 || end <= start) throw new Error(`a finding without place: ${text}`);
        complete(text, at % (text.length + 1), { context });
      }),
      { numRuns: 3_000, seed: 20_231_115, endOnFailure: true },
    );
  }, 120_000);

  it.each(ESCAPES)('%s leads nowhere', (expression) => keepsItsPromises(`\${${expression}}`));

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
  ])('case %# ends by its limits', (text) => {
    const { notes, steps } = measured(`\${${text}}`);
    expect(notes).toMatchObject([{ level: 'ERROR' }]);
    expect(steps).toBeLessThan(MOST_STEPS + DEFAULT_LIMITS.outputSize);
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
    const { value, notes, steps } = measured("${long matches '(((a|b)*)*)*c'}");
    expect({ value, notes }).toEqual({ value: false, notes: [] });
    expect(steps).toBeLessThan(10_000);
  });

  it('never reaches functions, getters of prototypes or symbols in data', () => {
    const data = contextOf({ f: () => 'called', s: Symbol('x'), o: Object.create({ inherited: 1 }) as unknown });
    expect(evaluateTemplate('${f}', data).notes).toMatchObject([{ level: 'INFO' }]);
    expect(evaluateTemplate('${f()}', data).notes).toMatchObject([{ level: 'ERROR' }]);
    expect(evaluateTemplate('${s}', data).notes).toMatchObject([{ level: 'INFO' }]);
    expect(evaluateTemplate('${o.inherited}', data).notes).toMatchObject([{ level: 'INFO' }]);
  });

  it('pays for each walk over an execution of 1,000 stages', () => {
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
      '#root.execution.stages.size()',
      '#root.zz ?: 1',
      "#stage('Stage 999').name",
      '#root.size()',
      '#root.trigger == #root.trigger',
    ]) {
      const { notes, steps } = measured(`\${list.![#root.list.![${each}]]}`, last);
      expect(notes).toMatchObject([{ exceptionType: 'LimitExceeded' }]);
      expect(steps).toBeLessThan(MOST_STEPS + 1_000);
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
