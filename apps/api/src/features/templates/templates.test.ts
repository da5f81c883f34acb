import { describe, expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { type Answered, eventually, type TestApplication } from '../../testing/start-test-application.ts';

const ended = ({ status }: Answered['body']): boolean => !['NOT_STARTED', 'RUNNING'].includes(status);
const stage = (refId: string, ...requisiteStageRefIds: string[]) => ({
  refId,
  requisiteStageRefIds,
  type: 'wait',
  name: refId,
  waitTime: 0,
});

const template = (id: string, parts: Record<string, unknown> = {}) => ({
  schema: 'v2',
  id,
  metadata: { name: id, description: 'For tests', owner: 'ana@example.com', scopes: ['global'] },
  variables: [{ name: 'word', type: 'string', defaultValue: 'default' }],
  pipeline: { stages: [stage('a')] },
  ...parts,
});

const instance = (name: string, reference: string, parts: Record<string, unknown> = {}) => ({
  schema: 'v2',
  type: 'templatedPipeline',
  application: 'made',
  name,
  template: { artifactAccount: 'any', type: 'front50/pipelineTemplate', reference: `spinnaker://${reference}` },
  variables: {},
  exclude: [],
  ...parts,
});

const create = (app: TestApplication, document: object, tag?: string) =>
  app.send('POST', `/v2/pipelineTemplates/create${tag ? `?tag=${tag}` : ''}`, document);
const update = (app: TestApplication, document: { id: string }, query = '') =>
  app.send('POST', `/v2/pipelineTemplates/update/${document.id}${query}`, document);
const find = async (app: TestApplication, id: string, query = '') =>
  (await app.send('GET', `/v2/pipelineTemplates/${id}${query}`)).body;
const save = (app: TestApplication, document: object) => app.send('POST', '/pipelines', document);
const stored = async (app: TestApplication, name: string) =>
  (await app.send('GET', `/applications/made/pipelineConfigs/${name}`)).body;

async function ran(app: TestApplication, name: string, trigger: object = {}) {
  const { ref } = (await app.send('POST', `/pipelines/made/${name}`, trigger)).body;
  return eventually(async () => (await app.send('GET', ref)).body, ended);
}

const value = (word: string) => ({
  refId: 'v',
  requisiteStageRefIds: [],
  type: 'evaluateVariables',
  name: 'v',
  variables: [{ key: 'said', value: word }],
});

describe('templates', () => {
  appTest('are kept by id, tag and digest; latest follows every save', async ({ app }) => {
    const first = template('kept');
    const second = template('kept', { protect: true });
    expect((await create(app, first, 'stable')).body.status).toBe('SUCCEEDED');
    const stable = await find(app, 'kept', '?tag=stable');
    expect(stable).toMatchObject({ ...first, tag: 'stable', digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await find(app, 'kept', '?tag=latest')).toMatchObject({ digest: stable.digest });
    expect(await find(app, 'kept')).toMatchObject({ digest: stable.digest });
    await update(app, second, '?tag=unstable');
    const unstable = await find(app, 'kept', '?tag=unstable');
    expect(unstable.digest).not.toBe(stable.digest);
    expect(await find(app, 'kept', '?tag=latest')).toMatchObject({ digest: unstable.digest });
    expect(await find(app, 'kept', '?tag=stable')).toMatchObject({ digest: stable.digest });
    expect(await find(app, 'kept', `?digest=${stable.digest}`)).toMatchObject(first);
    expect(await find(app, 'kept', `?digest=${stable.digest}&tag=stable`)).toMatchObject({ status: 400 });
    const { kept } = (await app.send('GET', '/v2/pipelineTemplates/versions')).body;
    expect(kept.map(({ tag }: { tag?: string }) => tag).filter(Boolean)).toEqual(['latest', 'stable', 'unstable']);
    expect(kept).toHaveLength(5);
    const list = (await app.send('GET', '/v2/pipelineTemplates')).body;
    expect(list.filter(({ id }: { id: string }) => id === 'kept')).toMatchObject([{ digest: unstable.digest }]);
    expect((await app.send('GET', '/v2/pipelineTemplates?scopes=nobody')).body).toEqual([]);
  });

  appTest.for([
    ['a dot in the id', template('a.b'), '', '/id'],
    ['no scopes', { ...template('a'), metadata: { name: 'x', description: '' } }, '', '/metadata/scopes'],
    ['another schema', template('a', { schema: '1' }), '', '/schema'],
    [
      'a variable of an unknown type',
      template('a', { variables: [{ name: 'x', type: 'date' }] }),
      '',
      '/variables/0/type',
    ],
    [
      'a default of another type',
      template('a', { variables: [{ name: 'x', type: 'int', defaultValue: 'y' }] }),
      '',
      '/variables/x',
    ],
    ['an unknown tag', template('a'), 'mine', '/query/tag'],
  ] as Array<[string, object, string, string]>)('are refused for %s', async ([, document, tag, pointer], { app }) => {
    expect((await create(app, document, tag)).body).toMatchObject({ status: 400, fields: [{ pointer }] });
  });

  appTest('are created once, updated under their own id, and must exist', async ({ app }) => {
    await create(app, template('once'));
    expect((await create(app, template('once'))).body).toMatchObject({ status: 400, fields: [{ pointer: '/id' }] });
    expect((await create(app, template('once'), 'test')).body.status).toBe('SUCCEEDED');
    const other = await app.send('POST', '/v2/pipelineTemplates/update/once', template('other'));
    expect(other.body).toMatchObject({ status: 400, fields: [{ pointer: '/id' }] });
    expect((await update(app, template('never'))).status).toBe(404);
    expect((await app.send('DELETE', '/v2/pipelineTemplates/never')).status).toBe(404);
    expect((await app.send('DELETE', '/v2/pipelineTemplates/once')).status).toBe(202);
    expect((await find(app, 'once')).status).toBe(404);
  });
});

describe('pipelines made from templates', () => {
  appTest('are refused when there is no such template, or it cannot make them', async ({ app }) => {
    await create(app, template('strict', { variables: [{ name: 'must', type: 'string' }] }));
    expect((await save(app, instance('No', 'nowhere:stable'))).body).toMatchObject({
      status: 400,
      fields: [{ pointer: '/template/reference' }],
    });
    expect((await save(app, instance('No', 'strict'))).body).toMatchObject({
      status: 400,
      fields: [{ pointer: '/variables/must' }],
    });
    const dry = await app.send('POST', '/pipelines?dryRun=true', instance('No', 'strict'));
    expect(dry.body.findings).toContainEqual(
      expect.objectContaining({ severity: 'error', pointer: '/variables/must' }),
    );
    expect((await stored(app, 'No')).status).toBe(404);
  });

  appTest('of another schema are kept, and refused when they are started', async ({ app }) => {
    const old = { type: 'templatedPipeline', application: 'made', name: 'Old', config: { schema: '1', pipeline: {} } };
    expect((await save(app, old)).status).toBe(200);
    expect(await stored(app, 'Old')).toMatchObject(old);
    expect((await app.send('POST', '/pipelines/made/Old', {})).body).toMatchObject({
      status: 400,
      message: expect.stringContaining('schema "v2"'),
    });
  });

  appTest('are stored as they are, and run what their template says when they start', async ({ app }) => {
    const saying = (word: string) => template('saying', { pipeline: { stages: [value(word)], limitConcurrent: true } });
    await create(app, saying('${templateVariables.word}'));
    const made = instance('Says', 'saying', {
      variables: { word: 'hello', undeclared: 1 },
      stages: [{ type: 'wait', name: 'w', refId: 'w', waitTime: 0, inject: { last: true } }],
    });
    expect((await save(app, made)).status).toBe(200);
    expect(await stored(app, 'Says')).toMatchObject(made);
    const first = await ran(app, 'Says');
    expect(first).toMatchObject({
      status: 'SUCCEEDED',
      templateVariables: { word: 'hello' },
      source: { type: 'templatedPipeline', version: 'v2' },
      limitConcurrent: true,
    });
    expect(first.stages.map(({ refId, outputs }: Answered['body']) => [refId, outputs.said])).toEqual([
      ['v', 'hello'],
      ['w', undefined],
    ]);
    await update(app, saying('${templateVariables.word} again'));
    expect((await ran(app, 'Says')).stages[0].outputs.said).toBe('hello again');
  });

  appTest('keep to their digest while tags move', async ({ app }) => {
    await create(app, template('pinned', { pipeline: { stages: [value('old')] } }));
    const { digest } = await find(app, 'pinned');
    await save(app, instance('Pinned', `pinned@sha256:${digest}`));
    await update(app, template('pinned', { pipeline: { stages: [value('new')] } }));
    expect((await ran(app, 'Pinned')).stages[0].outputs.said).toBe('old');
  });

  appTest('may read the trigger in their variables and in their reference', async ({ app }) => {
    const saying = (word: string) => ({
      pipeline: { stages: [value(word)], parameterConfig: [{ name: 'who', default: 'all' }] },
    });
    await create(app, template('reads', saying('hello ${templateVariables.word}')), 'stable');
    await create(app, template('reads', saying('goodbye ${templateVariables.word}')), 'test');
    const made = { variables: { word: '${trigger.parameters.who}' } };
    await save(app, instance('Reads', 'reads:stable', made));
    expect((await ran(app, 'Reads')).stages[0].outputs.said).toBe('hello all');
    expect((await ran(app, 'Reads', { parameters: { who: 'ben' } })).stages[0].outputs.said).toBe('hello ben');
    await save(app, instance('Chooses', 'reads:${trigger.parameters.tag}', made));
    const chosen = await ran(app, 'Chooses', { parameters: { tag: 'test' } });
    expect(chosen.stages[0].outputs.said).toBe('goodbye all');
    const lost = await app.send('POST', '/pipelines/made/Chooses', { parameters: { tag: 'nope' } });
    expect(lost.body).toMatchObject({ status: 400, message: expect.stringContaining('spinnaker://reads:nope') });
    await save(app, instance('Fails', 'reads:stable', { variables: { word: '${trigger.nope.nope}' } }));
    const failed = await app.send('POST', '/pipelines/made/Fails', {});
    expect(failed.body).toMatchObject({ status: 400, message: expect.stringContaining('variable word') });
  });

  appTest('are started by webhooks of their template, also after it changed', async ({ app }) => {
    const hooked = (source: string) => ({
      pipeline: { stages: [stage('a')], triggers: [{ type: 'webhook', enabled: true, source }] },
    });
    await create(app, template('hooked', hooked('hook-${templateVariables.word}')), 'stable');
    await save(app, instance('Hooked', 'hooked:stable', { variables: { word: 'one' } }));
    const deliver = async (source: string) =>
      (await app.send('POST', `/webhooks/webhook/${source}`, {})).body.matched.map(
        ({ pipeline }: { pipeline: string }) => pipeline,
      );
    expect(await deliver('hook-one')).toEqual(['Hooked']);
    expect(
      (await update(app, template('hooked', hooked('other-${templateVariables.word}')), '?tag=stable')).body,
    ).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect(await deliver('hook-one')).toEqual([]);
    expect(await deliver('other-one')).toEqual(['Hooked']);
    await save(app, { ...(await stored(app, 'Hooked')), exclude: ['triggers'] });
    expect(await deliver('other-one')).toEqual([]);
  });

  appTest('are looked at before their template changes or goes', async ({ app }) => {
    await create(app, template('used'), 'stable');
    await save(app, instance('Uses', 'used:stable'));
    const breaking = template('used', { variables: [{ name: 'fresh', type: 'string' }] });
    expect((await update(app, breaking, '?tag=stable')).body).toMatchObject({
      status: 400,
      message: expect.stringContaining('"Uses" of made'),
    });
    expect((await update(app, breaking, '?tag=test')).body.status).toBe('SUCCEEDED');
    expect((await update(app, breaking, '?tag=stable&skipPlanDependents=true')).body.status).toBe('SUCCEEDED');
    expect((await app.send('POST', '/pipelines/made/Uses', {})).body.message).toContain('fresh');
    const dependents = async (query = '') =>
      (await app.send('GET', `/v2/pipelineTemplates/used/dependents${query}`)).body.map(
        ({ name }: { name: string }) => name,
      );
    expect(await dependents()).toEqual(['Uses']);
    expect(await dependents('?tag=stable')).toEqual(['Uses']);
    expect(await dependents('?tag=test')).toEqual([]);
    const kept = (await app.send('DELETE', '/v2/pipelineTemplates/used')).body;
    expect(kept.status).toBe('TERMINAL');
    expect(JSON.stringify(kept.variables)).toContain('made from this template');
  });
});

describe('conversions', () => {
  appTest('of a pipeline to a template, which plans to the same', async ({ app }) => {
    await save(app, {
      application: 'made',
      name: 'Web app',
      stages: [stage('a'), stage('b', 'a')],
      limitConcurrent: true,
    });
    const { id } = await stored(app, 'Web%20app');
    const made = (await app.send('GET', `/pipelineConfigs/${id}/convertToTemplate`)).body;
    expect(made).toMatchObject({ schema: 'v2', id: 'made-Web-app', metadata: { name: 'Web app', scopes: ['made'] } });
    expect((await create(app, made)).body.status).toBe('SUCCEEDED');
    const planned = await app.send('POST', '/v2/pipelineTemplates/plan', instance('Again', 'made-Web-app'));
    expect(planned.body).toMatchObject({ limitConcurrent: true, stages: [stage('a'), stage('b', 'a')] });
    expect((await app.send('GET', '/pipelineConfigs/none/convertToTemplate')).status).toBe(404);
  });

  appTest('of an instance to a plain pipeline, which runs the same', async ({ app }) => {
    const pipeline = {
      stages: [value('${templateVariables.word}')],
      triggers: [{ type: 'webhook', enabled: true, source: 'plain' }],
    };
    await create(app, template('leaving', { pipeline }));
    await save(app, instance('Leaves', 'leaving', { variables: { word: 'bye' } }));
    const { id } = await stored(app, 'Leaves');
    const plain = (await app.send('POST', `/pipelineConfigs/${id}/convertToPlain`)).body;
    expect(plain).toMatchObject({ id, schema: '1', version: 2, triggers: [{ type: 'webhook', source: 'plain' }] });
    for (const key of ['template', 'type', 'variables', 'source']) expect(plain).not.toHaveProperty(key);
    expect(plain.triggers[0]).not.toHaveProperty('inherited');
    expect((await app.send('DELETE', '/v2/pipelineTemplates/leaving')).body.status).toBe('SUCCEEDED');
    expect((await ran(app, 'Leaves')).stages[0].outputs.said).toBe('bye');
    expect((await app.send('POST', `/pipelineConfigs/${id}/convertToPlain`)).status).toBe(409);
  });
});
