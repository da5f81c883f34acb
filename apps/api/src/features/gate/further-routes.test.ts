import { describe, expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { type Answered, eventually, type TestApplication } from '../../testing/start-test-application.ts';

const pass = { refId: '1', requisiteStageRefIds: [], type: 'wait', name: 'Pass', waitTime: 0 };
const failing = {
  refId: '1',
  requisiteStageRefIds: [],
  type: 'checkPreconditions',
  name: 'Fails',
  preconditions: [{ type: 'expression', context: { expression: 'false' } }],
};
const ended = ({ status }: Answered['body']): boolean => !['NOT_STARTED', 'RUNNING'].includes(status);
const idsOf = (list: Array<{ id: string }>) => list.map(({ id }) => id);

async function saved(app: TestApplication, application: string, name: string, stages: object[]) {
  expect((await app.send('POST', '/pipelines', { application, name, stages })).status).toBe(200);
  return (await app.send('GET', `/applications/${application}/pipelineConfigs/${name}`)).body;
}

async function ran(app: TestApplication, application: string, name: string, trigger: object = {}) {
  const { ref } = (await app.send('POST', `/pipelines/${application}/${name}`, trigger)).body;
  return eventually(async () => (await app.send('GET', ref)).body, ended);
}

describe('search of executions', () => {
  appTest('by what the trigger must hold', async ({ app }) => {
    await saved(app, 'sought', 'web', [pass]);
    const first = await ran(app, 'sought', 'web', { parameters: { env: 'Prod', tags: ['a', 'b'] } });
    const second = await ran(app, 'sought', 'web', { parameters: { env: 'test', tags: ['b'] }, eventId: 'e2' });
    const search = async (asked: unknown, more = '') => {
      const trigger = Buffer.from(JSON.stringify(asked)).toString('base64');
      const query = `trigger=${encodeURIComponent(trigger)}${more}`;
      return idsOf((await app.send('GET', `/applications/sought/executions/search?${query}`)).body);
    };
    expect(await search({ parameters: { env: 'prod' } })).toEqual([first.id]);
    expect(await search({ parameters: { env: 't.st' } })).toEqual([second.id]);
    expect(await search({ parameters: { tags: ['b'] } })).toEqual([second.id, first.id]);
    expect(await search({ parameters: { tags: ['b'] } }, '&reverse=true&size=1')).toEqual([first.id]);
    expect(await search({ parameters: { tags: ['b'] } }, '&startIndex=1')).toEqual([first.id]);
    expect(await search({ parameters: { env: 'none' } })).toEqual([]);
    const bad = await app.send('GET', '/applications/sought/executions/search?trigger=%7B%7D');
    expect(bad.body).toMatchObject({ status: 400, fields: [{ pointer: '/query/trigger' }] });
  });

  appTest('by type, event, time, status and name, over one application or all', async ({ app }) => {
    await saved(app, 'sifted', 'web', [pass]);
    const first = await ran(app, 'sifted', 'web', { eventId: 'e1' });
    const second = await ran(app, 'sifted', 'web', { eventId: 'e2' });
    const search = async (query: string, application = 'sifted') =>
      idsOf((await app.send('GET', `/applications/${application}/executions/search?${query}`)).body);
    expect(await search('eventId=e1', '*')).toEqual([first.id]);
    expect(await search('triggerTypes=manual,cron')).toEqual([second.id, first.id]);
    expect(await search('triggerTypes=cron')).toEqual([]);
    expect(await search(`triggerTimeStartBoundary=${second.buildTime + 1}`)).toEqual([]);
    expect(await search(`triggerTimeEndBoundary=${second.buildTime}&reverse=true`)).toEqual([first.id, second.id]);
    expect(await search('statuses=SUCCEEDED&pipelineName=web&size=1')).toEqual([second.id]);
    const limited = await app.send('GET', '/applications/sifted/pipelines?limit=1&pipelineLimit=1');
    expect(idsOf(limited.body)).toEqual([second.id]);
  });
});

describe('failed stages', () => {
  appTest('are found in the execution that failed first, with their reason', async ({ app }) => {
    const child = await saved(app, 'broken', 'child', [failing]);
    const run = { refId: '1', type: 'pipeline', name: 'Run', application: 'broken', pipeline: child.id };
    await saved(app, 'broken', 'parent', [run]);
    const parent = await ran(app, 'broken', 'parent');
    expect(parent.status).toBe('TERMINAL');
    const query = `executionId=${parent.id}&deckOrigin=https://cd.example.com&limit=5`;
    const found = (await app.send('GET', `/executions/failedStages?${query}`)).body;
    expect(found).toMatchObject([
      { application: 'broken', pipelineName: 'child', status: 'TERMINAL', errors: [expect.any(String)] },
    ]);
    expect(found[0].url).toBe(`https://cd.example.com/apps/broken/executions/${found[0].executionId}`);
    expect(found[0].executionId).not.toBe(parent.id);
    expect((await app.send('GET', '/executions/failedStages?executionId=none')).status).toBe(404);
    expect((await app.send('GET', '/executions/failedStages')).body).toMatchObject({
      status: 400,
      fields: [{ pointer: '/query/executionId' }],
    });
  });
});

describe('starts in other spellings', () => {
  appTest('with the id of the event', async ({ app }) => {
    await saved(app, 'starts', 'web', [pass]);
    const started = await app.send('POST', '/pipelines/v2/starts/web', { type: 'manual', parameters: { a: 1 } });
    expect(started.status).toBe(202);
    const { ref, eventId } = started.body;
    expect((await app.send('GET', ref)).body.trigger).toMatchObject({ eventId, parameters: { a: 1 } });
    expect((await app.send('POST', '/pipelines/v2/starts/none', {})).status).toBe(404);
  });

  appTest('of a whole config, which need not be stored', async ({ app }) => {
    const config = { application: 'starts', name: 'unsaved', stages: [pass], trigger: { parameters: { a: 1 } } };
    const started = await app.send('POST', '/pipelines/start', config);
    expect(started.status).toBe(200);
    expect(await eventually(async () => (await app.send('GET', started.body.ref)).body, ended)).toMatchObject({
      status: 'SUCCEEDED',
      name: 'unsaved',
      pipelineConfigId: null,
      trigger: { type: 'manual', parameters: { a: 1 } },
    });
    const planned = await app.send('POST', '/pipelines/start', { ...config, plan: true });
    expect(planned.body).toMatchObject({
      name: 'unsaved',
      stages: [{ refId: '1' }],
      trigger: { parameters: { a: 1 } },
    });
    const refused = await app.send('POST', '/pipelines/start', { application: 'starts', stages: [pass] });
    expect(refused.body).toMatchObject({ status: 400, fields: [{ pointer: '/name' }] });
  });
});

describe('strategies', () => {
  appTest('are kept apart from pipelines, with versions, places and names', async ({ app }) => {
    const save = (document: object) =>
      app.send('POST', '/strategies', { application: 'plans', stages: [pass], ...document });
    const names = async () =>
      (await app.send('GET', '/applications/plans/strategyConfigs')).body.map(
        ({ name, index }: { name: string; index: number }) => [name, index],
      );
    expect(await save({ name: 'one', own: { kept: 1 } })).toMatchObject({ status: 200, body: undefined });
    await save({ name: 'two' });
    const one = (await app.send('GET', '/applications/plans/strategyConfigs/ONE')).body;
    expect(one).toMatchObject({ name: 'one', strategy: true, version: 1, own: { kept: 1 }, application: 'plans' });
    expect((await app.send('GET', '/applications/plans/pipelineConfigs')).body).toEqual([]);
    const changed = await app.send('PUT', `/strategies/${one.id}`, { ...one, description: 'changed' });
    expect(changed.body).toMatchObject({ id: one.id, version: 2, description: 'changed' });
    expect((await save({ ...one, description: 'late' })).body).toMatchObject({ status: 409, code: 'strategies.stale' });
    expect((await save({ name: 'TWO' })).body).toMatchObject({ status: 400, fields: [{ pointer: '/name' }] });
    expect((await save({ name: '' })).body).toMatchObject({ status: 400, fields: [{ pointer: '/name' }] });
    const two = (await app.send('GET', '/applications/plans/strategyConfigs/two')).body;
    await app.send('POST', '/actions/strategies/reorder', {
      application: 'plans',
      idsToIndices: { [one.id]: 1, [two.id]: 0 },
    });
    await app.send('POST', '/strategies/move', { application: 'plans', from: 'one', to: 'uno' });
    expect(await names()).toEqual([
      ['two', 0],
      ['uno', 1],
    ]);
    const history = (await app.send('GET', `/strategyConfigs/${one.id}/history?limit=2`)).body;
    expect(history.map(({ version, name }: { version: number; name: string }) => [version, name])).toEqual([
      [3, 'uno'],
      [2, 'one'],
    ]);
    expect((await app.send('GET', '/strategyConfigs')).body).toHaveLength(2);
    expect((await app.send('DELETE', '/strategies/plans/uno')).status).toBe(200);
    expect((await app.send('DELETE', '/strategies/plans/uno')).status).toBe(404);
    expect(await names()).toEqual([['two', 0]]);
  });
});

describe('tasks', () => {
  appTest('of an application, by status; canceled and deleted', async ({ app }) => {
    const hold = { type: 'manualJudgment', name: 'Hold' };
    const { ref } = (await app.send('POST', '/applications/chores/tasks', { description: 'held', job: [hold] })).body;
    const get = async () => (await app.send('GET', ref)).body;
    const { id } = await eventually(get, ({ status }) => status === 'RUNNING');
    const list = async (query: string) => idsOf((await app.send('GET', `/applications/chores/tasks?${query}`)).body);
    expect(await list('statuses=RUNNING,SUCCEEDED&limit=5&page=1')).toEqual([id]);
    expect(await list('statuses=SUCCEEDED')).toEqual([]);
    expect((await app.send('GET', '/applications/chores/tasks?statuses=NOPE')).status).toBe(400);
    expect((await app.send('DELETE', ref)).status).toBe(409);
    expect((await app.send('PUT', `/tasks/cancel?ids=${id}`)).status).toBe(200);
    await eventually(get, ended);
    expect((await app.send('DELETE', ref)).status).toBe(200);
    expect((await app.send('GET', ref)).status).toBe(404);
    const unknown = await app.send('POST', '/applications/chores/tasks', { job: [{ type: 'nope' }] });
    expect(unknown.body).toMatchObject({ status: 400, fields: [{ pointer: '/job/0/type' }] });
  });
});

describe('the rest', () => {
  appTest('lists of what cannot be set up are empty; search finds applications', async ({ app }) => {
    for (const path of ['/webhooks/preconfigured', '/jobs/preconfigured', '/pubsub/subscriptions'])
      expect(await app.send('GET', path)).toMatchObject({ status: 200, body: [] });
    await saved(app, 'findable', 'web', [pass]);
    const { body } = await app.send('GET', '/search?q=FIND&type=applications&pageSize=5');
    expect(body).toMatchObject([{ query: 'FIND', totalMatches: 1, results: [{ application: 'findable' }] }]);
  });

  appTest('a schedule is told in words, or why it is none', async ({ app }) => {
    const validate = (expression: string) =>
      app.send('GET', `/cron/validate?expression=${encodeURIComponent(expression)}`);
    expect((await validate('0 0 10 ? * MON-FRI')).body).toEqual({
      response: 'Cron expression is valid',
      description: 'At 10:00, on Monday through Friday',
    });
    expect((await validate('0 0 25 ? * *')).body).toMatchObject({
      status: 400,
      message: expect.stringContaining('hour'),
    });
    expect((await app.send('GET', '/cron/validate')).body).toMatchObject({
      status: 400,
      fields: [{ pointer: '/query/expression' }],
    });
  });

  appTest('an unknown address is a problem in JSON', async ({ app }) => {
    for (const [method, path] of [
      ['GET', '/clusters/none/of/these'],
      ['POST', '/v2/nothing'],
      ['DELETE', '/applications/x/unknown'],
    ] as const) {
      const answer = await app.send(method, path);
      expect(answer.type).toContain('application/json');
      expect(answer.body).toMatchObject({ status: 404, error: 'Not Found', code: 'request.no-such-address' });
    }
  });
});
