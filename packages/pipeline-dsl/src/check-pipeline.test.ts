import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkPipeline } from './check-pipeline.ts';
import { defineStage } from './stage.ts';

const stageOf = (type: string, context: z.ZodType, more: object = {}) =>
  defineStage({
    type,
    version: 1,
    label: type,
    description: '',
    group: 'Control',
    icon: 'x',
    context,
    outputs: z.looseObject({}),
    ...more,
  });

const known = {
  stages: {
    toy: stageOf('toy', z.looseObject({ url: z.string().min(1), count: z.number().optional() }), {
      aliases: ['oldToy'],
    }),
    raw: stageOf('raw', z.looseObject({}), { rawFields: ['script'] }),
  },
};

const check = (more: object) => checkPipeline({ application: 'a', name: 'n', ...more }, known);
const stage = (more: object = {}) => ({ type: 'toy', url: 'x', refId: '1', requisiteStageRefIds: [], ...more });
const told = (more: object) => check(more).map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`);

describe('a pipeline', () => {
  it('without faults has no findings', () => {
    expect(check({ stages: [stage(), stage({ refId: '2', requisiteStageRefIds: ['1'] })] })).toEqual([]);
  });

  it('is refused when it is no pipeline, once for each spot', () => {
    expect(checkPipeline({ stages: 'x' }, known).map(({ severity, pointer }) => [severity, pointer])).toEqual([
      ['error', '/name'],
      ['error', '/application'],
      ['error', '/stages'],
    ]);
    expect(checkPipeline(null, known)).toHaveLength(1);
  });

  it('is refused when its stages cannot be put in order; the finding names the stage', () => {
    const found = check({ stages: [stage({ requisiteStageRefIds: ['9'] })] });
    expect(found).toMatchObject([
      { severity: 'error', code: 'graph.unknown-requisite', pointer: '/stages/0/requisiteStageRefIds/0', stage: '1' },
    ]);
  });

  it('with two parameters of one name is refused; a name that is a field of stages is a warning', () => {
    const parameterConfig = [{ name: 'a' }, { name: 'a' }, { name: 'region' }];
    expect(told({ parameterConfig })).toEqual([
      'error parameter.duplicate /parameterConfig/1/name',
      'warning parameter.reserved-name /parameterConfig/2/name',
    ]);
  });

  it('warns of a default that is not offered and of a webhook trigger without source', () => {
    const parameterConfig = [{ name: 'a', hasOptions: true, options: [{ value: 'x' }], default: 'y' }];
    expect(told({ parameterConfig, triggers: [{ type: 'webhook', enabled: true }] })).toEqual([
      'warning parameter.default-not-offered /parameterConfig/0/default',
      'warning trigger.no-source /triggers/0/source',
    ]);
  });
});

describe('a stage', () => {
  it('of an unknown type is a warning; older spellings and aliases are known', () => {
    expect(told({ stages: [{ type: 'nope' }] })).toEqual(['warning stage.unknown-type /stages/0/type']);
    expect(
      told({
        stages: [
          { type: 'oldToy', url: 'x' },
          { type: 'mine', alias: 'toy', url: 'x' },
        ],
      }),
    ).toEqual([]);
  });

  it('warns of missing and wrong fields, except where an expression will say', () => {
    expect(told({ stages: [{ type: 'toy' }, { type: 'toy', url: 'x', count: 'five' }] })).toEqual([
      'warning stage.missing-field /stages/0/url',
      'warning stage.bad-field /stages/1/count',
    ]);
    const parameterConfig = [{ name: 'n' }];
    expect(told({ parameterConfig, stages: [{ type: 'toy', url: 'x', count: '${parameters.n}' }] })).toEqual([]);
  });

  it('warns of expressions that do not parse and of parameters nobody configured, with position', () => {
    const found = check({
      stages: [stage({ url: 'a ${oops(', note: { deep: ['${parameters.nope} ${parameters["x"]}'] } })],
    });
    expect(found.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'expression.syntax /stages/0/url',
      'expression.unknown-parameter /stages/0/note/deep/0',
      'expression.unknown-parameter /stages/0/note/deep/0',
    ]);
    expect(found[0]?.message).toMatch(/^At character \d+: /);
  });

  it('keeps fields that are never evaluated out of it', () => {
    expect(check({ stages: [{ type: 'raw', script: 'echo ${HOME' }] })).toEqual([]);
  });
});

it('answers something for any JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (document, stages) => {
      expect(Array.isArray(checkPipeline(document, known))).toBe(true);
      expect(Array.isArray(check({ stages }))).toBe(true);
    }),
  );
});
