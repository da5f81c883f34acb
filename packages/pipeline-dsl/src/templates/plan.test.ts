import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalTemplate, checkTemplateDocument, parseTemplateReference, planTemplate } from './index.ts';

const stage = (refId: string, ...requisiteStageRefIds: string[]) => ({
  refId,
  requisiteStageRefIds,
  type: 'wait',
  name: refId,
});

const template = (parts: Record<string, unknown> = {}) => ({
  schema: 'v2',
  id: 'deployTemplate',
  protect: false,
  metadata: { name: 'Deploy', description: 'Deploys', owner: 'team@example.com', scopes: ['global'] },
  variables: [{ name: 'timeout', type: 'int', defaultValue: 60 }],
  pipeline: { stages: [stage('a'), stage('b', 'a')] },
  ...parts,
});

const instance = (parts: Record<string, unknown> = {}) => ({
  schema: 'v2',
  type: 'templatedPipeline',
  application: 'shop',
  name: 'Deploy web',
  template: { type: 'front50/pipelineTemplate', reference: 'spinnaker://deployTemplate:stable' },
  ...parts,
});

function planned(given: unknown, made: unknown) {
  const plan = planTemplate(given, made);
  if ('errors' in plan) throw new Error(JSON.stringify(plan.errors));
  return plan.pipeline as Record<string, unknown> & { stages: Array<Record<string, unknown>> };
}

function refused(given: unknown, made: unknown) {
  const plan = planTemplate(given, made);
  if (!('errors' in plan)) throw new Error('it was planned');
  return plan.errors;
}

const edges = (pipeline: { stages: Array<Record<string, unknown>> }): Record<string, unknown> =>
  Object.fromEntries(pipeline.stages.map(({ refId, requisiteStageRefIds }) => [refId, requisiteStageRefIds]));

const declare = (...variables: Array<Record<string, unknown>>) => template({ variables });

describe('variables', () => {
  const valuesOf = (given: unknown, variables: Record<string, unknown> = {}) =>
    planned(given, instance({ variables }))['templateVariables'];

  it('are the defaults with the values of the instance over them', () => {
    expect(valuesOf(template())).toEqual({ timeout: 60 });
    expect(valuesOf(template(), { timeout: 90 })).toEqual({ timeout: 90 });
  });

  it('that the template does not declare are dropped', () => {
    expect(valuesOf(template(), { timeout: 1, other: 2 })).toEqual({ timeout: 1 });
  });

  it('without value and default are errors, unless nullable', () => {
    expect(refused(declare({ name: 'x', type: 'string' }), instance())).toMatchObject([{ pointer: '/variables/x' }]);
    expect(valuesOf(declare({ name: 'x', type: 'string', nullable: true }))).toEqual({ x: null });
  });

  it('must not be null, unless nullable', () => {
    const variable = { name: 'x', type: 'string', defaultValue: 'd' };
    expect(refused(declare(variable), instance({ variables: { x: null } }))).toMatchObject([
      { pointer: '/variables/x', message: 'The variable "x" must not be null; give it a value of type string.' },
    ]);
    expect(valuesOf(declare({ ...variable, nullable: true }), { x: null })).toEqual({ x: null });
  });

  it.each([
    ['int', [5, 5.0, -1, '${trigger.n}'], [5.5, '5', true, [], {}]],
    ['float', [5, 5.5], ['5', true]],
    ['bool', [true, false], ['true', 0]],
    ['string', ['', 'x'], [1, true, ['x']]],
    ['list', [[], [1]], ['a,b', {}]],
    ['object', [{}, [], 1, 'x', true], []],
  ] as Array<[string, unknown[], unknown[]]>)('of type %s', (type, good, bad) => {
    for (const x of good) expect(valuesOf(declare({ name: 'x', type }), { x })).toEqual({ x });
    for (const x of bad)
      expect(refused(declare({ name: 'x', type }), instance({ variables: { x } }))).toMatchObject([
        { pointer: '/variables/x' },
      ]);
  });

  it('are put together with their default, or taken out of it', () => {
    const list = { name: 'x', type: 'list', defaultValue: [1, 2] };
    expect(valuesOf(declare({ ...list, merge: true }), { x: [2, 3] })).toEqual({ x: [1, 2, 3] });
    expect(valuesOf(declare({ ...list, remove: true }), { x: [2] })).toEqual({ x: [1] });
    const object = { name: 'x', type: 'object', defaultValue: { a: 1, b: 2 } };
    expect(valuesOf(declare({ ...object, merge: true }), { x: { b: 3 } })).toEqual({ x: { a: 1, b: 3 } });
    expect(valuesOf(declare({ ...object, remove: true }), { x: { b: null } })).toEqual({ x: { a: 1 } });
  });

  it('read by a stage must be declared', () => {
    const reading = { ...stage('a'), waitTime: '${templateVariables.timeout}', note: "${templateVariables['nope']}" };
    expect(refused(template({ pipeline: { stages: [reading] } }), instance())).toMatchObject([
      { pointer: '/stages/0/note' },
    ]);
  });

  it('that are wrong are told once, not again where they are read', () => {
    const reading = { ...stage('a'), waitTime: '${templateVariables.timeout}' };
    expect(
      refused(template({ pipeline: { stages: [reading] } }), instance({ variables: { timeout: 'x' } })),
    ).toHaveLength(1);
  });

  it('stay expressions in stages, and are values everywhere else, of their own type', () => {
    const pipeline = {
      stages: [{ ...stage('a'), waitTime: '${templateVariables.timeout}' }],
      triggers: [{ type: 'webhook', enabled: true, source: 'web-${templateVariables.timeout}' }],
      maxConcurrentExecutions: '${templateVariables.timeout}',
      description: '${trigger.user} of ${templateVariables.timeout}',
    };
    expect(planned(template({ pipeline }), instance())).toMatchObject({
      stages: [{ waitTime: '${templateVariables.timeout}' }],
      triggers: [{ source: 'web-60' }],
      maxConcurrentExecutions: 60,
      description: '${trigger.user} of ${templateVariables.timeout}',
    });
  });
});

describe('the top level', () => {
  it('is the template’s, but the identity is the instance’s', () => {
    const pipeline = {
      stages: [stage('a')],
      name: 'theirs',
      application: 'theirs',
      id: 'theirs',
      disabled: true,
      limitConcurrent: true,
      expectedArtifacts: [{ id: '1' }],
      spelEvaluator: 'v4',
    };
    const made = planned(
      template({ pipeline }),
      instance({
        id: 'mine',
        disabled: false,
        limitConcurrent: false,
        keepWaitingPipelines: true,
        expectedArtifacts: [],
      }),
    );
    expect(made).toMatchObject({
      id: 'mine',
      application: 'shop',
      name: 'Deploy web',
      disabled: false,
      limitConcurrent: true,
      keepWaitingPipelines: true,
      expectedArtifacts: [{ id: '1' }],
      spelEvaluator: 'v4',
      source: { type: 'templatedPipeline', version: 'v2' },
    });
    for (const key of ['schema', 'type', 'template', 'variables', 'exclude', 'parameters'])
      expect(made).not.toHaveProperty(key);
  });

  it('inherits triggers, parameters and notifications, marked; equal ones once', () => {
    const pipeline = {
      stages: [],
      triggers: [
        { type: 'webhook', source: 'a' },
        { type: 'webhook', source: 'b' },
      ],
      parameterConfig: [{ name: 'tag', default: 'x' }, { name: 'kept' }],
      notifications: [{ type: 'slack', address: '#a' }],
    };
    const made = instance({
      triggers: [{ source: 'b', type: 'webhook' }, { type: 'cron' }, { type: 'git', inherited: true }],
      parameters: [{ name: 'tag', default: 'mine' }],
      notifications: [{ type: 'email', address: 'a@example.com' }],
    });
    expect(planned(template({ pipeline }), made)).toMatchObject({
      triggers: [
        { type: 'webhook', source: 'a', inherited: true },
        { type: 'webhook', source: 'b', inherited: true },
        { type: 'cron' },
      ],
      parameterConfig: [
        { name: 'kept', inherited: true },
        { name: 'tag', default: 'mine' },
      ],
      notifications: [{ type: 'slack', inherited: true }, { type: 'email' }],
    });
  });

  it('leaves out what the instance excludes', () => {
    const pipeline = {
      stages: [],
      triggers: [{ type: 'webhook' }],
      parameterConfig: [{ name: 'tag' }],
      notifications: [{ type: 'slack' }],
    };
    const made = instance({ exclude: ['triggers', 'parameters', 'notifications'], triggers: [{ type: 'cron' }] });
    expect(planned(template({ pipeline }), made)).toMatchObject({
      triggers: [{ type: 'cron' }],
      parameterConfig: [],
      notifications: [],
    });
  });
});

describe('stages', () => {
  const withStages = (...stages: unknown[]) => instance({ stages });
  const four = template({ pipeline: { stages: [stage('a'), stage('b', 'a'), stage('c', 'a'), stage('d', 'b', 'c')] } });

  it.each([
    ['first', { first: true }, { a: ['x'], b: ['a'], c: ['a'], d: ['b', 'c'], x: [] }],
    ['last', { last: true }, { a: [], b: ['a'], c: ['a'], d: ['b', 'c'], x: ['d'] }],
    ['before one', { before: ['d'] }, { a: [], b: ['a'], c: ['a'], d: ['x'], x: ['b', 'c'] }],
    ['before several', { before: ['b', 'c'] }, { a: [], b: ['x'], c: ['x'], d: ['b', 'c'], x: ['a'] }],
    ['after one', { after: ['b'] }, { a: [], b: ['a'], c: ['a'], d: ['c', 'x'], x: ['b'] }],
    ['after several', { after: ['b', 'c'] }, { a: [], b: ['a'], c: ['a'], d: ['x'], x: ['b', 'c'] }],
    ['after the last', { after: ['d'] }, { a: [], b: ['a'], c: ['a'], d: ['b', 'c'], x: ['d'] }],
  ])('are injected %s', (_name, inject, expected) => {
    const made = planned(four, withStages({ type: 'wait', refId: 'x', inject }));
    expect(edges(made)).toEqual(expected);
    expect(made.stages.at(-1)).not.toHaveProperty('inject');
  });

  it('of the template are injected before those of the instance', () => {
    const own = template({ pipeline: { stages: [{ type: 'wait', refId: 't', inject: { last: true } }, stage('a')] } });
    const made = planned(own, withStages({ type: 'wait', refId: 'x', inject: { last: true } }));
    expect(edges(made)).toEqual({ a: [], t: ['a'], x: ['t'] });
  });

  it('take the place of one with their refId, and keep its requisites when they name none', () => {
    const made = planned(four, withStages({ type: 'script', refId: 'b' }, stage('c', 'b')));
    expect(edges(made)).toEqual({ a: [], b: ['a'], c: ['b'], d: ['b', 'c'] });
    expect(made.stages[1]).toMatchObject({ type: 'script', refId: 'b' });
  });

  it('with requisites are added', () => {
    expect(edges(planned(four, withStages(stage('x', 'a'), stage('y', 'x'))))).toMatchObject({ x: ['a'], y: ['x'] });
  });

  it('without any place are left out with a warning', () => {
    const plan = planTemplate(four, withStages({ type: 'wait', refId: 'x' }));
    expect(plan).toMatchObject({ warnings: [{ pointer: '/stages/0' }] });
    expect('pipeline' in plan && plan.pipeline['stages']).toHaveLength(4);
  });

  it('of a template without refIds run one after another', () => {
    const linear = template({ pipeline: { stages: [{ type: 'wait' }, { type: 'wait' }] } });
    expect(edges(planned(linear, withStages({ type: 'wait', refId: 'x', inject: { last: true } })))).toEqual({
      0: [],
      1: ['0'],
      x: ['1'],
    });
  });

  it.each([
    ['an unknown target', [{ type: 'wait', refId: 'x', inject: { after: ['nope'] } }], '/stages/0/inject'],
    ['two places at once', [{ type: 'wait', refId: 'x', inject: { first: true, last: true } }], '/stages/0/inject'],
    ['no refId', [{ type: 'wait', inject: { last: true } }], '/stages/0'],
    ['a refId twice', [stage('x', 'a'), stage('x', 'a')], '/stages/0/refId'],
    ['an unknown requisite', [stage('x', 'nope')], '/stages/4/requisiteStageRefIds/0'],
    ['a cycle', [stage('a', 'd')], '/stages/0/requisiteStageRefIds'],
  ])('are refused for %s', (_name, stages, pointer) => {
    expect(refused(four, instance({ stages }))).toContainEqual(expect.objectContaining({ pointer }));
  });

  it('may not be brought to a protected template', () => {
    const safe = template({ protect: true });
    expect(refused(safe, withStages(stage('x', 'a')))).toMatchObject([{ pointer: '/stages' }]);
    expect(planned(safe, instance({ stages: [] })).stages).toHaveLength(2);
  });
});

describe('documents that are none', () => {
  it('are refused with the place', () => {
    expect(refused(template({ metadata: { name: 'x' } }), instance())).toContainEqual(
      expect.objectContaining({ pointer: '/template/metadata/scopes' }),
    );
    expect(refused(template(), instance({ application: undefined }))).toMatchObject([{ pointer: '/application' }]);
    expect(checkTemplateDocument(template({ id: 'a.b' }))).toMatchObject([{ pointer: '/id' }]);
    expect(checkTemplateDocument(template({ variables: [{ name: 'a-b', type: 'int' }] }))).toMatchObject([
      { pointer: '/variables/0/name' },
    ]);
    expect(checkTemplateDocument(template({ pipeline: { stages: [stage('a', 'b'), stage('b', 'a')] } }))).toMatchObject(
      [{ pointer: '/pipeline/stages/0/requisiteStageRefIds' }],
    );
    expect(checkTemplateDocument(template())).toEqual([]);
  });

  it('never throw', () => {
    const anything = fc.jsonValue({ maxDepth: 5 });
    const parts = fc.dictionary(
      fc.constantFrom('variables', 'pipeline', 'stages', 'triggers', 'exclude', 'metadata', 'protect', 'name'),
      anything,
      { maxKeys: 3 },
    );
    fc.assert(
      fc.property(anything, anything, parts, parts, (a, b, ofTemplate, ofInstance) => {
        planTemplate(a, b);
        planTemplate(template(ofTemplate), instance(ofInstance));
        checkTemplateDocument(a);
      }),
    );
  });
});

describe('placing, whatever the graph', () => {
  const graph = fc
    .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 8 })
    .map((rows) =>
      rows.map((targets, at) => stage(`s${at}`, ...new Set(at === 0 ? [] : targets.map((n) => `s${n % at}`)))),
    );
  const rule = (size: number) =>
    fc.oneof(
      fc.constant({ first: true }),
      fc.constant({ last: true }),
      fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 2 }).map((at) => ({ after: at.map((n) => `s${n}`) })),
      fc.nat(size - 1).map((n) => ({ before: [`s${n}`] })),
    );
  const chosen = graph.chain((stages) =>
    fc.tuple(fc.constant(stages), fc.array(rule(stages.length), { maxLength: 3 })),
  );

  it('keeps every stage once, keeps the order there was, and can be run or says why not', () => {
    fc.assert(
      fc.property(chosen, ([stages, rules]) => {
        const extra = rules.map((inject, at) => ({ type: 'wait', refId: `x${at}`, inject }));
        const plan = planTemplate(template({ pipeline: { stages } }), instance({ stages: extra }));
        if ('errors' in plan) {
          expect(plan.errors.every(({ message }) => /wait for each other/.test(message))).toBe(true);
          return;
        }
        const made = plan.pipeline['stages'] as Array<{ refId: string; requisiteStageRefIds: string[] }>;
        expect(made.map(({ refId }) => refId).sort()).toEqual([...stages, ...extra].map(({ refId }) => refId).sort());
        const before = ancestors(stages);
        const after = ancestors(made);
        for (const [refId, earlier] of before)
          for (const each of earlier) expect(after.get(refId), `${each} before ${refId}`).toContain(each);
      }),
    );
  });

  function ancestors(stages: ReadonlyArray<{ refId: string; requisiteStageRefIds: readonly string[] }>) {
    const byId = new Map(stages.map((each) => [each.refId, each]));
    const of = (refId: string, seen = new Set<string>()): Set<string> => {
      for (const each of byId.get(refId)?.requisiteStageRefIds ?? [])
        if (!seen.has(each)) {
          seen.add(each);
          of(each, seen);
        }
      return seen;
    };
    return new Map(stages.map(({ refId }) => [refId, of(refId)]));
  }
});

describe('references', () => {
  it.each([
    ['spinnaker://deploy', { id: 'deploy' }],
    ['spinnaker://deploy:stable', { id: 'deploy', tag: 'stable' }],
    [`spinnaker://deploy@sha256:${'AB'.repeat(32)}`, { id: 'deploy', digest: 'ab'.repeat(32) }],
  ])('%s', (text, expected) => {
    expect(parseTemplateReference(text)).toEqual(expected);
  });

  it.each(['', 'deploy', 'spinnaker://', 'spinnaker://a:b:c', 'spinnaker://a@sha256:12', 'http://a/b'])(
    'not %s',
    (text) => {
      expect(parseTemplateReference(text)).toHaveProperty('problem');
    },
  );
});

describe('the canonical spelling', () => {
  it('is the same whatever the order of keys, and without what the server adds', () => {
    const shuffled = Object.fromEntries(Object.entries(template()).reverse());
    expect(canonicalTemplate({ ...shuffled, digest: 'x', tag: 'stable', updateTs: '1' })).toBe(
      canonicalTemplate(template()),
    );
    expect(canonicalTemplate(template({ protect: true }))).not.toBe(canonicalTemplate(template()));
  });
});
