import { describe, expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { eventually, type TestApplication } from '../../testing/start-test-application.ts';
import { clientOf, isGood } from './client-calls.ts';

const pass = { refId: '1', requisiteStageRefIds: [], type: 'wait', name: 'Pass', waitTime: 0 };
const hold = { refId: '1', requisiteStageRefIds: [], type: 'manualJudgment', name: 'Hold' };
const ended = ({ status }: { status: string }) => !['NOT_STARTED', 'RUNNING'].includes(status);

const createApplication = (app: TestApplication, name: string) => {
  const client = clientOf(app);
  const job = { type: 'createApplication', application: { name, email: 'a@example.com' } };
  return client.call('POST', '/tasks', { application: name, description: `Create Application: ${name}`, job: [job] });
};

describe('application commands', () => {
  appTest('save: a task that ends well, with the application among its variables', async ({ app }) => {
    const client = clientOf(app);
    const application = {
      name: 'saved',
      email: 'ana@example.com',
      cloudProviders: 'aws',
      instancePort: 80,
      user: 'ana',
    };
    const created = await client.call('POST', '/tasks', {
      application: 'saved',
      description: 'Create Application: saved',
      job: [{ type: 'createApplication', application }],
    });
    expect(Object.keys(created.body)).toEqual(['ref']);
    const task = await client.finished(created);
    expect(isGood(task.status)).toBe(true);
    expect(task).toMatchObject({ name: 'Create Application: saved', application: 'saved', steps: expect.any(Array) });
    const variables = new Map(task.variables.map(({ key, value }: { key: string; value: unknown }) => [key, value]));
    expect(variables.get('application')).toMatchObject(application);
  });

  appTest('get: with and without expand, and 404 for none', async ({ app }) => {
    const client = clientOf(app);
    await client.finished(await createApplication(app, 'gotten'));
    for (const query of ['', '?expand=true', '?expand=false']) {
      const answer = await client.call('GET', `/applications/gotten${query}`);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ name: 'gotten', attributes: { name: 'gotten', email: 'a@example.com' } });
    }
    expect((await client.call('GET', '/applications/nowhere?expand=false')).status).toBe(404);
  });

  appTest('list, then delete: looked at first, gone afterwards with its pipelines and strategies', async ({ app }) => {
    const client = clientOf(app);
    await client.finished(await createApplication(app, 'doomed'));
    for (const kind of ['pipelines', 'strategies'])
      await client.call('POST', `/${kind}`, { application: 'doomed', name: 'Web', stages: [pass] });
    const names = (await client.call('GET', '/applications')).body.map(({ name }: { name: string }) => name);
    expect(names).toContain('doomed');
    expect((await client.call('GET', '/applications/doomed/history?limit=5')).body).toHaveLength(1);
    expect((await client.call('GET', '/applications/doomed?expand=false')).status).toBe(200);
    const job = [{ type: 'deleteApplication', application: { name: 'doomed' } }];
    const task = await client.finished(
      await client.call('POST', '/tasks', { application: 'doomed', description: 'Delete Application: doomed', job }),
    );
    expect(isGood(task.status)).toBe(true);
    expect((await client.call('GET', '/applications/doomed')).status).toBe(404);
    for (const list of ['pipelineConfigs', 'strategyConfigs'])
      expect((await client.call('GET', `/applications/doomed/${list}`)).body).toEqual([]);
  });

  appTest('a job that cannot be done ends TERMINAL with its reason', async ({ app }) => {
    const task = await clientOf(app).finished(await createApplication(app, 'no-dashes'));
    expect(task.status).toBe('TERMINAL');
    expect(JSON.stringify(task.variables)).toContain('applications.bad-name');
  });

  appTest('pipelines get, cancel and cancel-all', async ({ app }) => {
    const client = clientOf(app);
    await client.call('POST', '/pipelines', { application: 'running', name: 'Held', stages: [hold] });
    expect((await client.call('GET', '/applications/nowhere/pipelines?expand=false&statuses=RUNNING')).status).toBe(
      404,
    );
    const { ref } = (await client.call('POST', '/pipelines/running/Held', { type: 'manual' })).body;
    await eventually(
      async () => (await client.call('GET', ref)).body,
      ({ status }) => status === 'RUNNING',
    );
    const running = await client.call('GET', '/applications/running/pipelines?expand=false&statuses=RUNNING');
    expect(running.body.map(({ id }: { id: string }) => `/pipelines/${id}`)).toEqual([ref]);
    const canceled = await client.call(
      'PUT',
      `/applications/{application}/pipelines/${running.body[0].id}/cancel?reason=enough`,
    );
    expect(canceled.status).toBe(200);
    expect(await eventually(async () => (await client.call('GET', ref)).body, ended)).toMatchObject({
      status: 'CANCELED',
      canceledBy: 'ana',
      cancellationReason: 'enough',
    });
  });
});

describe('pipeline commands', () => {
  appTest('save: 404 = new, 200 = its id is sent; both answered 200 and empty', async ({ app }) => {
    const client = clientOf(app);
    const address = '/applications/saving/pipelineConfigs/Deploy%20web';
    expect((await client.call('GET', address)).status).toBe(404);
    const document = { application: 'saving', name: 'Deploy web', stages: [pass], triggers: [], somebodys: { own: 1 } };
    expect(await client.call('POST', '/pipelines', document)).toMatchObject({ status: 200, body: undefined });
    const { id } = (await client.call('GET', address)).body;
    const again = await client.call('POST', '/pipelines', { ...document, id, description: 'changed' });
    expect(again).toMatchObject({ status: 200, body: undefined });
    const got = await client.call('GET', address);
    expect(got.body).toMatchObject({ id, description: 'changed', somebodys: { own: 1 } });
    expect((await client.call('GET', '/applications/saving/pipelineConfigs')).body).toHaveLength(1);
    const history = (await client.call('GET', `/pipelineConfigs/${id}/history?limit=1`)).body;
    expect(history.map(({ version }: { version: number }) => version)).toEqual([2]);
  });

  appTest('save: a refusal is 400 with a message', async ({ app }) => {
    const answer = await clientOf(app).call('POST', '/pipelines', { application: 'saving', stages: [pass] });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        status: 400,
        error: 'Bad Request',
        message: expect.stringContaining('name'),
        timestamp: expect.any(Number),
      },
    });
  });

  appTest('execute: both forms of the body bring their parameters and artifacts, answered 202', async ({ app }) => {
    const client = clientOf(app);
    const parameterConfig = [{ name: 'tag', required: true, default: '' }];
    await client.call('POST', '/pipelines', { application: 'manual', name: 'Run it', stages: [pass], parameterConfig });
    const trigger = {
      type: 'manual',
      parameters: { tag: 'v1' },
      artifacts: [{ type: 'docker/image', name: 'web', version: 'v1', reference: 'web:v1' }],
    };
    for (const body of [trigger, { trigger }]) {
      const started = await client.call('POST', '/pipelines/manual/Run%20it', body);
      expect(started.status).toBe(202);
      expect(started.body.ref).toMatch(/^\/pipelines\/[0-9A-HJKMNP-TV-Z]{26}$/);
      const execution = await eventually(async () => (await client.call('GET', started.body.ref)).body, ended);
      expect(execution).toMatchObject({ status: 'SUCCEEDED', trigger: { ...trigger, user: 'ana' } });
    }
  });

  appTest('execute: 400 for a missing parameter, 404 for an unknown pipeline', async ({ app }) => {
    const client = clientOf(app);
    const parameterConfig = [{ name: 'tag', required: true }];
    await client.call('POST', '/pipelines', { application: 'manual', name: 'Asks', stages: [pass], parameterConfig });
    const missing = await client.call('POST', '/pipelines/manual/Asks', { trigger: { type: 'manual' } });
    expect(missing.status).toBe(400);
    expect(missing.body.message).toContain('tag');
    expect((await client.call('POST', '/pipelines/manual/None', { type: 'manual' })).status).toBe(404);
  });

  appTest('update --disabled, then delete', async ({ app }) => {
    const client = clientOf(app);
    await client.call('POST', '/pipelines', { application: 'updates', name: 'Web', stages: [pass] });
    const stored = (await client.call('GET', '/applications/updates/pipelineConfigs/Web')).body;
    expect((await client.call('POST', '/pipelines', { ...stored, disabled: true })).status).toBe(200);
    expect((await client.call('GET', '/applications/updates/pipelineConfigs/Web')).body.disabled).toBe(true);
    expect((await client.call('POST', '/pipelines/updates/Web', { type: 'manual' })).status).toBe(400);
    expect((await client.call('DELETE', '/pipelines/updates/Web')).status).toBe(200);
    expect((await client.call('GET', '/applications/updates/pipelineConfigs/Web')).status).toBe(404);
  });

  appTest('execution list by each of its switches, get, cancel', async ({ app }) => {
    const client = clientOf(app);
    await client.call('POST', '/pipelines', { application: 'listed', name: 'Held', stages: [hold] });
    const { id } = (await client.call('GET', '/applications/listed/pipelineConfigs/Held')).body;
    const { ref } = (await client.call('POST', '/pipelines/listed/Held', { type: 'manual' })).body;
    const executionId = ref.slice('/pipelines/'.length);
    await eventually(
      async () => (await client.call('GET', ref)).body,
      ({ status }) => status === 'RUNNING',
    );
    const count = async (statuses: string) =>
      (await client.call('GET', `/executions?pipelineConfigIds=${id}&limit=30${statuses}`)).body.length;
    expect(await count('')).toBe(1);
    expect(await count('&statuses=RUNNING')).toBe(1);
    expect(await count('&statuses=SUCCEEDED,STOPPED,SKIPPED')).toBe(0);
    expect(await count('&statuses=TERMINAL,STOPPED,FAILED_CONTINUE')).toBe(0);
    expect(await count('&statuses=CANCELED')).toBe(0);
    const got = await client.call('GET', `/executions?executionIds=${executionId}&limit=1`);
    expect(got.body).toMatchObject([{ id: executionId, application: 'listed', name: 'Held' }]);
    const canceled = await client.call('PUT', `/pipelines/${executionId}/cancel`);
    expect(canceled).toMatchObject({ status: 200, body: undefined });
    await eventually(async () => (await client.call('GET', ref)).body, ended);
    expect(await count('&statuses=CANCELED')).toBe(1);
  });
});

describe('pipeline template commands', () => {
  const template = {
    schema: 'v2',
    id: 'newSpelTemplate',
    protect: false,
    metadata: { name: 'Waits', description: 'Waits a while', owner: 'ana@example.com', scopes: ['global'] },
    variables: [{ name: 'seconds', type: 'int', defaultValue: 42, description: 'How long' }],
    pipeline: { stages: [{ ...pass, waitTime: '${templateVariables.seconds}' }], triggers: [], notifications: [] },
  };
  const instance = {
    schema: 'v2',
    type: 'templatedPipeline',
    application: 'patterned',
    name: 'Waits',
    template: {
      artifactAccount: 'front50ArtifactCredentials',
      type: 'front50/pipelineTemplate',
      reference: 'spinnaker://newSpelTemplate:stable',
    },
    variables: { seconds: 0 },
    exclude: [],
    triggers: [],
    parameters: [],
    notifications: [],
    stages: [],
  };

  appTest(
    'save with and without a tag: looked for, then created or updated, answered with a task that ended',
    async ({ app }) => {
      const client = clientOf(app);
      for (const query of ['', '?tag=stable']) {
        const address = `/v2/pipelineTemplates/newSpelTemplate${query}`;
        expect((await client.call('GET', address)).status).toBe(404);
        const created = await client.call('POST', `/v2/pipelineTemplates/create${query}`, template);
        expect(created.status).toBe(200);
        expect(isGood(created.body.status)).toBe(true);
        expect((await client.call('GET', `/tasks/${created.body.id}`)).body.status).toBe('SUCCEEDED');
        expect(await client.call('GET', address)).toMatchObject({ status: 200, body: template });
        const updated = await client.call('POST', `/v2/pipelineTemplates/update/newSpelTemplate${query}`, template);
        expect(updated.status).toBe(200);
        expect(isGood(updated.body.status)).toBe(true);
      }
    },
  );

  appTest('list, plan, save of an instance, execute, delete', async ({ app }) => {
    const client = clientOf(app);
    const list = await client.call('GET', '/v2/pipelineTemplates?scopes=global');
    expect(list).toMatchObject({ status: 200, body: [{ id: 'newSpelTemplate', metadata: template.metadata }] });
    const planned = await client.call('POST', '/v2/pipelineTemplates/plan', instance);
    expect(planned.status).toBe(200);
    expect(planned.body).toMatchObject({
      application: 'patterned',
      name: 'Waits',
      templateVariables: { seconds: 0 },
      stages: [{ refId: '1', type: 'wait' }],
    });
    const refused = await client.call('POST', '/v2/pipelineTemplates/plan', {
      ...instance,
      variables: { seconds: 'x' },
    });
    expect(refused).toMatchObject({
      status: 400,
      body: { errors: [{ severity: 'FATAL', message: expect.stringContaining('seconds') }] },
    });
    expect((await client.call('POST', '/pipelines', instance)).status).toBe(200);
    const { ref } = (await client.call('POST', '/pipelines/patterned/Waits', { type: 'manual' })).body;
    expect(await eventually(async () => (await client.call('GET', ref)).body, ended)).toMatchObject({
      status: 'SUCCEEDED',
      stages: [{ context: { waitTime: 0 } }],
      source: { type: 'templatedPipeline', version: 'v2' },
    });
    expect((await client.call('DELETE', '/v2/pipelineTemplates/newSpelTemplate?tag=stable')).body).toMatchObject({
      status: 'TERMINAL',
    });
    await client.call('DELETE', '/pipelines/patterned/Waits');
    const deleted = await client.call('DELETE', '/v2/pipelineTemplates/newSpelTemplate?tag=stable');
    expect(deleted.status).toBe(202);
    expect(isGood(deleted.body.status)).toBe(true);
    expect((await client.call('GET', '/v2/pipelineTemplates/newSpelTemplate?tag=stable')).status).toBe(404);
  });
});

describe('project commands', () => {
  appTest('save, list, get-pipelines, delete', async ({ app }) => {
    const client = clientOf(app);
    await client.call('POST', '/pipelines', { application: 'shown', name: 'Web', stages: [pass] });
    const pipeline = (await client.call('GET', '/applications/shown/pipelineConfigs/Web')).body;
    await client.call('POST', '/pipelines/shown/Web', { type: 'manual' });
    expect((await client.call('GET', '/projects/Storefront')).status).toBe(404);
    const save = async (project: object) => {
      const job = [{ type: 'upsertProject', project }];
      const body = { application: 'spinnaker', description: 'Create Project: Storefront', job };
      return client.finished(await client.call('POST', '/tasks', body));
    };
    const config = {
      applications: ['shown'],
      clusters: [{ account: 'prod', stack: '*', detail: '*', applications: null }],
      pipelineConfigs: [{ application: 'shown', pipelineConfigId: pipeline.id }],
    };
    expect(isGood((await save({ name: 'Storefront', email: 'a@example.com', config })).status)).toBe(true);
    const found = (await client.call('GET', '/projects/storefront')).body;
    expect(found).toMatchObject({ name: 'Storefront', email: 'a@example.com', config });
    expect((await save({ name: 'STOREFRONT', email: 'b@example.com', config })).status).toBe('SUCCEEDED');
    const list = (await client.call('GET', '/projects')).body;
    expect(list).toMatchObject([{ id: found.id, name: 'STOREFRONT', email: 'b@example.com' }]);
    const runs = (await client.call('GET', `/projects/${found.id}/pipelines?limit=5`)).body;
    expect(runs).toMatchObject([{ application: 'shown', name: 'Web' }]);
    expect((await client.call('GET', `/projects/${found.id}/clusters`)).body).toMatchObject([
      { account: 'prod', stack: '*', applications: [{ application: 'shown', clusters: [] }] },
    ]);
    const remove = [{ type: 'deleteProject', project: { id: found.id } }];
    const task = await client.finished(await client.call('POST', '/tasks', { application: 'spinnaker', job: remove }));
    expect(isGood(task.status)).toBe(true);
    expect((await client.call('GET', '/projects/Storefront')).status).toBe(404);
  });

  appTest('a project without a name is refused with the field', async ({ app }) => {
    const client = clientOf(app);
    const job = [{ type: 'upsertProject', project: { email: 'a@example.com' } }];
    const task = await client.finished(await client.call('POST', '/tasks', { application: 'spinnaker', job }));
    expect(task.status).toBe('TERMINAL');
    expect(JSON.stringify(task.variables)).toContain('project.name');
  });
});

describe('account commands', () => {
  appTest('list, get, whoami', async ({ app }) => {
    const client = clientOf(app);
    expect((await client.call('GET', '/credentials')).body).toMatchObject([{ name: 'prod', type: 'aws' }]);
    expect((await client.call('GET', '/credentials/prod')).body).toMatchObject({ name: 'prod', type: 'aws' });
    expect((await client.call('GET', '/credentials/none')).status).toBe(404);
    expect((await client.call('GET', '/auth/user')).body).toMatchObject({ username: 'ana', roles: [] });
  });
});

describe('canary config commands', () => {
  appTest('save, list, get, delete', async ({ app }) => {
    const client = clientOf(app);
    const config = {
      id: 'web-canary',
      name: 'web-canary',
      applications: ['shop'],
      metrics: [
        {
          name: 'errors',
          query: {
            type: 'cloudwatch',
            namespace: 'App',
            metricName: 'Errors',
            stat: 'Sum',
            dimensions: { Group: '${scope}' },
          },
          groups: ['all'],
          scopeName: 'default',
          analysisConfigurations: { canary: { direction: 'increase' } },
        },
      ],
      classifier: { groupWeights: { all: 100 } },
      judge: { name: 'NetflixACAJudge-v1.0', judgeConfigurations: {} },
      templates: {},
      configVersion: '1',
    };
    expect((await client.call('GET', '/v2/canaryConfig/web-canary')).status).toBe(404);
    const created = await client.call('POST', '/v2/canaryConfig', config);
    expect(created).toMatchObject({ status: 200, body: { canaryConfigId: 'web-canary' } });
    const got = await client.call('GET', '/v2/canaryConfig/web-canary?configurationAccountName=any');
    expect(got).toMatchObject({ status: 200, body: { ...config, updatedTimestamp: expect.any(Number) } });
    const changed = { ...got.body, description: 'of the shop' };
    expect((await client.call('PUT', '/v2/canaryConfig/web-canary', changed)).body).toEqual({
      canaryConfigId: 'web-canary',
    });
    expect((await client.call('GET', '/v2/canaryConfig?application=shop')).body).toMatchObject([
      { id: 'web-canary', name: 'web-canary', applications: ['shop'] },
    ]);
    expect((await client.call('GET', '/v2/canaryConfig?application=other')).body).toEqual([]);
    expect((await client.call('POST', '/v2/canaryConfig', config)).status).toBe(400);
    expect((await client.call('POST', '/v2/canaryConfig', { metrics: [] })).body).toMatchObject({
      status: 400,
      fields: [{ pointer: '/name' }],
    });
    const faulty = {
      ...config,
      metrics: [{ ...config.metrics[0], query: { type: 'cloudwatch', namespace: 'App' }, scopeName: undefined }],
      classifier: { groupWeights: { all: 90 } },
    };
    const refused = await client.call('PUT', '/v2/canaryConfig/web-canary', faulty);
    expect([refused.status, refused.body['code']]).toEqual([400, 'canary-configs.faulty']);
    expect(refused.body['fields'].map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['/metrics/0/scopeName', '/classifier/groupWeights']),
    );
    expect(JSON.stringify(refused.body['fields'])).toContain('/metrics/0/query');
    expect((await client.call('DELETE', '/v2/canaryConfig/web-canary')).status).toBe(200);
    expect((await client.call('GET', '/v2/canaryConfig/web-canary')).status).toBe(404);
  });

  appTest('retro: refused with each fault before anything is read', async ({ app }) => {
    const client = clientOf(app);
    const address = '/v2/canaries/canary?metricsAccountName=m&storageAccountName=s';
    const canaryConfig = {
      name: 'retro',
      applications: ['shop'],
      metrics: [
        {
          name: 'errors',
          query: { type: 'cloudwatch', namespace: 'App', metricName: 'Errors', stat: 'Sum' },
          groups: ['all'],
          scopeName: 'default',
          analysisConfigurations: { canary: { direction: 'increase' } },
        },
      ],
    };
    const side = { scope: 'web', location: 'us-east-1', start: '2001-01-01T00:00:00Z', end: '2999-01-01T00:00:00Z' };
    const scopes = { default: { controlScope: side, experimentScope: { ...side, end: '2001-01-01T01:00:00Z' } } };
    const start = (request: object, config: object = canaryConfig) =>
      client.call('POST', address, { canaryConfig: config, executionRequest: request });
    expect((await start({}, {})).status).toBe(400);
    expect((await client.call('POST', '/v2/canaries/canary/none?metricsAccountName=m', {})).status).toBe(404);
    const nothing = await start({ thresholds: { pass: 90, marginal: 50 }, scopes: {} });
    expect(nothing.body).toMatchObject({ status: 400, fields: [{ pointer: '/executionRequest/scopes/default' }] });
    const future = await start({ thresholds: { pass: 40, marginal: 50 }, scopes });
    expect(future.body['fields'].map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/executionRequest/scopes/default/controlScope/end',
      '/executionRequest/thresholds/marginal',
    ]);
    expect((await client.call('GET', '/v2/canaries/canary/none?storageAccountName=s')).status).toBe(404);
    expect((await client.call('GET', '/v2/canaries/metricSetPairList/none')).status).toBe(404);
    expect((await client.call('GET', '/v2/canaries/shop/executions?limit=5')).body).toEqual([]);
    expect((await client.call('GET', '/v2/canaries/judges')).body).toMatchObject([
      { name: 'NetflixACAJudge-v1.0' },
      { name: 'Gennaker-v1.0' },
    ]);
    expect((await client.call('GET', '/v2/canaries/credentials')).body).toMatchObject([
      { name: 'prod', type: 'cloudwatch', supportedTypes: ['METRICS_STORE'] },
      { name: 'gennaker', supportedTypes: ['CONFIGURATION_STORE', 'OBJECT_STORE'] },
    ]);
  });
});
