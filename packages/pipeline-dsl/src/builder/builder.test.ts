import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineStage } from '../stage.ts';
import {
  allOf,
  anyOf,
  calc,
  compile,
  compileAll,
  deployedServerGroups,
  execution,
  expr,
  extra,
  is,
  isNot,
  judgment,
  not,
  pipeline,
  raw,
  type StageList,
  stageMakers,
  trigger,
  triggers,
} from './index.ts';

const image = z.looseObject({ imageId: z.string(), region: z.string() });
const find = defineStage({
  type: 'find',
  version: 1,
  label: 'Find',
  description: 'Finds.',
  group: 'Control',
  icon: 'search',
  context: z.looseObject({
    cluster: z.string().nullish(),
    images: z.unknown().optional(),
    waitTime: z.number().optional(),
  }),
  outputs: z.looseObject({ images: z.array(image).optional(), 'a.b': z.record(z.string(), z.string()).optional() }),
});
const name = defineStage({
  type: 'name',
  version: 1,
  label: 'Name',
  description: 'Names.',
  group: 'Control',
  icon: 'tag',
  context: z.looseObject({ values: z.array(z.looseObject({ key: z.string(), value: z.unknown() })) }),
  outputs: z.looseObject({}),
  evaluateInOrder: 'values',
});
const stages = stageMakers({ find, name }, { planned: {}, written: {} });

const stagesOf = (list: StageList, refIds: 'names' | 'numbers' | 'none' = 'names') =>
  compile(pipeline({ application: 'demo', name: 'try', refIds, stages: list })).stages;
const requisites = (list: StageList) =>
  Object.fromEntries(stagesOf(list).map(({ refId, requisiteStageRefIds }) => [refId, requisiteStageRefIds]));

describe('a pipeline in code', () => {
  it('is the JSON that people write by hand, with keys in a steady order', () => {
    const code = pipeline({
      application: 'demo',
      name: 'try',
      limitConcurrent: true,
      notifications: [],
      triggers: [triggers.webhook({ source: 'demo' }), { type: 'own', speed: 3 }],
      parameters: { version: { required: true }, size: { choices: ['small', 'large'] } },
      more: { unheardOf: [1] },
      stages: ({ version }) => [stages.find('Find image', { cluster: version, ...extra({ own: true }) })],
    });
    expect(JSON.stringify(compile(code), null, 1)).toBe(
      JSON.stringify(
        {
          application: 'demo',
          name: 'try',
          schema: '1',
          spelEvaluator: 'v4',
          limitConcurrent: true,
          parameterConfig: [
            { name: 'version', required: true },
            { name: 'size', hasOptions: true, options: [{ value: 'small' }, { value: 'large' }] },
          ],
          triggers: [
            { type: 'webhook', enabled: true, source: 'demo' },
            { type: 'own', speed: 3 },
          ],
          notifications: [],
          unheardOf: [1],
          stages: [
            {
              refId: 'find-image',
              requisiteStageRefIds: [],
              type: 'find',
              name: 'Find image',
              cluster: '${parameters.version}',
              own: true,
            },
          ],
        },
        null,
        1,
      ),
    );
  });

  it('leaves out what is said to be undefined', () => {
    const code = pipeline({ application: 'demo', name: 'try', schema: undefined, spelEvaluator: undefined });
    expect(compile(code)).toEqual({ application: 'demo', name: 'try' });
    expect(
      stagesOf([stages.find(null, { refId: undefined, requisiteStageRefIds: undefined, cluster: undefined })]),
    ).toEqual([{ type: 'find' }]);
  });

  it('may be one of a list, and nothing else', () => {
    const code = pipeline({ application: 'demo', name: 'try' });
    expect(compileAll([code, code])).toHaveLength(2);
    expect(() => compileAll(undefined)).toThrow('pipeline({ … }) or a list of such, but there is none');
    expect(() => compileAll([{}])).toThrow('it is of type object');
  });
});

describe('refIds', () => {
  it('come from names, are counted, or are left out', () => {
    const three = () => [stages.find('Find it', {}), stages.find('Find it', {}), stages.find(null, {})];
    expect(stagesOf(three()).map(({ refId }) => refId)).toEqual(['find-it', 'find-it-2', 'find']);
    expect(stagesOf(three(), 'numbers').map(({ refId }) => refId)).toEqual(['1', '2', '3']);
    expect(stagesOf(three(), 'none').map((stage) => Object.keys(stage))).toEqual([
      ['type', 'name'],
      ['type', 'name'],
      ['type'],
    ]);
  });

  it('step aside for given ones', () => {
    const list = [stages.find('Größe', {}), stages.find('B', { refId: 'grosse' }), stages.find('日本', { refId: 7 })];
    expect(stagesOf(list).map(({ refId }) => refId)).toEqual(['gro-e', 'grosse', 7]);
    expect(stagesOf([stages.find('A', {}), stages.find('B', { refId: 'a' })]).map(({ refId }) => refId)).toEqual([
      'a-2',
      'a',
    ]);
  });
});

describe('order', () => {
  it('follows .after, whose lists stand for the stages that end them', () => {
    const a = stages.find('A', {});
    const branches = [stages.find('B', {}).after(a), [stages.find('C', {}).after(a)]];
    const d = stages.find('D', {}).after(branches);
    const whole = stages.find('E', {}).after([a, branches, d]);
    expect(requisites([a, branches, d, whole])).toEqual({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'], e: ['d'] });
  });

  it('follows from what is read when nothing else is said', () => {
    const a = stages.find('A', {});
    const b = stages.find('B', { cluster: a.outputs.images[0].imageId });
    const c = stages.find('C', { cluster: expr`${a.outputs.images[0].region} ${b.context.cluster}` });
    const d = stages.find('D', {}).when(b.hasFailed);
    expect(requisites([a, b, c, d])).toEqual({ a: [], b: ['a'], c: ['b'], d: ['b'] });
  });

  it('refuses what cannot run, by name', () => {
    const a = stages.find('A', {});
    const reader = stages.find('B', { cluster: a.outputs.images[0].imageId });
    expect(() => stagesOf([reader])).toThrow('Stage "B" comes after Stage "A", which is not in the list of stages.');
    expect(() => stagesOf([a, a])).toThrow('Stage "A" is in the list of stages twice.');
    const c = stages.find('C', {});
    const e = stages.find('E', {}).after(c);
    c.after(e);
    expect(() => stagesOf([c, e])).toThrow('waits for itself');
    const beside = stages.find('F', { cluster: a.outputs.images[0].imageId }).after(stages.find('G', {}));
    expect(() => stagesOf([a, beside])).toThrow('Stage "F" comes after Stage "G", which is not in the list');
    const other = stages.find('H', {});
    const unaware = stages.find('I', { cluster: a.outputs.images[0].imageId }).after(other);
    expect(() => stagesOf([a, other, unaware])).toThrow('Stage "I" reads Stage "A" but does not come after it.');
  });
});

describe('references', () => {
  const read = (make: (a: ReturnType<typeof stages.find>) => unknown) => {
    const a = stages.find("It's A", {});
    return stagesOf([a, stages.find('B', { images: make(a) }).after(a)])[1]!['images'];
  };

  it('read outputs, context and status of a stage by its name', () => {
    expect(read((a) => a.outputs.images[0].imageId)).toBe("${#stage('It''s A').outputs.images[0].imageId}");
    expect(read((a) => a.outputs.images.at(12).region)).toBe("${#stage('It''s A').outputs.images[12].region}");
    expect(read((a) => a.outputs['a.b'].at('us-east-1'))).toBe("${#stage('It''s A').outputs['a.b']['us-east-1']}");
    expect(read((a) => a.context.cluster)).toBe("${#stage('It''s A').context.cluster}");
    expect(read((a) => a.status)).toBe("${#stage('It''s A').status.toString()}");
    expect(read((a) => judgment(a))).toBe("${#judgment('It''s A')}");
    expect(read(() => trigger.payload.at('git', 'refs', 0))).toBe('${trigger.payload.git.refs[0]}');
    expect(read(() => execution.authentication.user)).toBe('${execution.authentication.user}');
    expect(read(() => deployedServerGroups()[0].serverGroup)).toBe('${#deployedServerGroups()[0].serverGroup}');
  });

  it('name a stage by its refId where its name is not enough', () => {
    const a = stages.find('A', {});
    const twin = stages.find('A', {});
    const b = stages.find('B', { cluster: twin.context.cluster }).after(a, twin);
    expect(stagesOf([a, twin, b])[2]!['cluster']).toBe("${#stageByRefId('a-2').context.cluster}");
    const judged = stages.find('B', { cluster: judgment(twin) });
    expect(() => stagesOf([a, twin, judged])).toThrow('needs a name of its own');
  });

  it('read an output by its name alone where that leads to the stage', () => {
    expect(read((a) => a.nearest['a.b'].at('us-1'))).toBe("${#root['a.b']['us-1']}");
    const named = stages.name('Names', { values: [{ key: 'release', value: 1 }] });
    const reader = raw({ type: 'own', text: expr`release ${calc`release + 1`}` }).after(named);
    expect(stagesOf([named, reader])[1]!['text']).toBe('release ${release + 1}');
    const a = stages.find('A', {});
    const nearer = stages.find('Nearer', {}).after(a);
    const mistaken = stages.find('B', { cluster: a.nearest.images[0].imageId }).after(nearer);
    expect(() => stagesOf([a, nearer, mistaken])).toThrow(
      'Stage "Nearer" is nearer and publishes it too. Use .outputs.',
    );
    expect(() => read((stage) => ({ deep: stage.nearest.images }))).toThrow(
      'a field of the stage itself has that name',
    );
  });

  it('refuse to be ordinary text', () => {
    expect(() => `${String(trigger.user)}`).toThrow('Write expr`…`');
    expect(() => calc`${expr`a ${trigger.user}`} == 'a'`).toThrow('cannot be part of an expression');
  });

  it('are no part of what is known before a pipeline starts', () => {
    const a = stages.find('A', {});
    const code = pipeline({ application: 'demo', name: 'try', more: { x: a.outputs.images }, stages: [a] });
    expect(() => compile(code)).toThrow('only stages can read what another stage published');
  });
});

describe('texts and conditions', () => {
  const conditionOf = (condition: Parameters<ReturnType<typeof raw>['when']>[0]) =>
    (stagesOf([raw({ type: 'own' }).when(condition)])[0]!['stageEnabled'] as { expression: string }).expression;

  it('keep everything that is put into a text', () => {
    const text = expr`a ${1} \${kept} ${'b'} ${expr`[${trigger.user}]`}`;
    expect(stagesOf([raw({ type: 'own', text })])[0]!['text']).toBe('a 1 ${kept} b [${trigger.user}]');
  });

  it('bracket what needs it', () => {
    const one = is(trigger.user, "o'neil");
    const two = isNot(trigger.branch, 'main');
    expect(conditionOf(allOf(one, anyOf(two, one)))).toBe(
      "trigger.user == 'o''neil' && (trigger.branch != 'main' || trigger.user == 'o''neil')",
    );
    expect(conditionOf(anyOf(allOf(one, two), not(two)))).toBe(
      "trigger.user == 'o''neil' && trigger.branch != 'main' || !(trigger.branch != 'main')",
    );
    expect(conditionOf(is(calc`#toInt(${trigger.tag}) + ${2}`, 5))).toBe('(#toInt(trigger.tag) + 2) == 5');
    expect(conditionOf(calc`{'a'}.contains(${trigger.tag}) or ${['x', null]} == null`)).toBe(
      "{'a'}.contains(trigger.tag) or {'x', null} == null",
    );
    expect(conditionOf("#judgment('Keep it?') == 'keep'")).toBe("#judgment('Keep it?') == 'keep'");
  });

  it('name the field that holds no JSON', () => {
    expect(() => stagesOf([raw({ type: 'own', list: [1, { at: new Date(0) }] })])).toThrow(
      'Stage "own", "list", entry 2, "at": an object of a class is no JSON',
    );
    expect(() => stagesOf([raw({ type: 'own', number: Number.NaN })])).toThrow('"number": NaN is no JSON');
    expect(() => stagesOf([raw({ type: 'own', other: stages.find('A', {}) })])).toThrow(
      'did you mean one of its outputs?',
    );
  });
});

it('says in words what becomes of a failure', () => {
  const flags = (['halt pipeline', 'halt branch', 'halt branch, then fail', 'ignore'] as const).map((policy) => {
    const [stage] = stagesOf([raw({ type: 'own' }).onFailure(policy)]);
    return [stage!['failPipeline'], stage!['continuePipeline'], stage!['completeOtherBranchesThenFail']];
  });
  expect(flags).toEqual([
    [true, false, false],
    [false, false, false],
    [false, false, true],
    [false, true, false],
  ]);
});
