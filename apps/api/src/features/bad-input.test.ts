import { randomBytes } from 'node:crypto';
import { describe, expect } from 'vitest';
import { appTest } from '../testing/app-test.ts';

const wait = (refId: string, ...requisiteStageRefIds: string[]) => ({
  type: 'wait',
  waitTime: 0,
  refId,
  requisiteStageRefIds,
});
const pipeline = (...stages: unknown[]) => ({ application: 'bad', name: 'bad', stages });

/** What is sent, which status and code it is answered with, and where the fault is said to be. */
const table: Array<[string, string, string, unknown, number, string, string | undefined]> = [
  ['JSON that stops', 'POST', '/pipelines', '{"name": "x", ', 400, 'request.bad-json', ''],
  ['JSON with a bare word', 'POST', '/pipelines', '{\n "name": oops}', 400, 'request.bad-json', ''],
  ['a key named __proto__', 'POST', '/pipelines', '{"__proto__": {}}', 400, 'request.bad-json', undefined],
  ['300 nested lists', 'POST', '/pipelines', '['.repeat(300) + ']'.repeat(300), 400, 'request.too-deep', undefined],
  ['a null character', 'POST', '/pipelines', '{"name": "a\\u0000"}', 400, 'request.bad-text', '/name'],
  ['half a surrogate pair', 'POST', '/pipelines', '{"a": ["\\ud800"]}', 400, 'request.bad-text', '/a/0'],
  ['a list as a pipeline', 'POST', '/pipelines', [], 400, 'request.bad-input', ''],
  ['nothing as a pipeline', 'POST', '/pipelines', '', 400, 'pipelines.invalid', '/name'],
  [
    'a number as application',
    'POST',
    '/pipelines',
    { application: 5, name: 'x' },
    400,
    'pipelines.invalid',
    '/application',
  ],
  [
    'text as stages',
    'POST',
    '/pipelines',
    { application: 'a', name: 'x', stages: 'x' },
    400,
    'pipelines.invalid',
    '/stages',
  ],
  ['a stage without type', 'POST', '/pipelines', pipeline({ refId: '1' }), 400, 'pipelines.invalid', '/stages/0/type'],
  [
    'a cycle',
    'POST',
    '/pipelines',
    pipeline(wait('1', '2'), wait('2', '1')),
    400,
    'pipelines.invalid',
    '/stages/0/requisiteStageRefIds',
  ],
  [
    'an unknown requisite',
    'POST',
    '/pipelines',
    pipeline(wait('1'), wait('2', '9')),
    400,
    'pipelines.invalid',
    '/stages/1/requisiteStageRefIds/0',
  ],
  [
    'one refId twice',
    'POST',
    '/pipelines',
    pipeline(wait('1'), wait('1')),
    400,
    'pipelines.invalid',
    '/stages/1/refId',
  ],
  ['5 MB', 'POST', '/pipelines', `"${'a'.repeat(5_000_000)}"`, 413, 'request.too-large', undefined],
  ['an unknown pipeline to save', 'PUT', '/pipelines/none', pipeline(), 404, 'pipelines.not-found', undefined],
  ['an unknown pipeline to start', 'POST', '/pipelines/bad/none', {}, 404, 'pipelines.not-found', undefined],
  ['an unknown pipeline to delete', 'DELETE', '/pipelines/bad/none', undefined, 404, 'pipelines.not-found', undefined],
  ['an unknown execution', 'GET', '/pipelines/none', undefined, 404, 'executions.not-found', undefined],
  ['an unknown execution to cancel', 'PUT', '/pipelines/none/cancel', undefined, 404, 'execution.not-found', undefined],
  ['an unknown execution to delete', 'DELETE', '/pipelines/none', undefined, 404, 'executions.not-found', undefined],
  [
    'a stage of an unknown execution',
    'PATCH',
    '/pipelines/none/stages/none',
    {},
    404,
    'execution.not-found',
    undefined,
  ],
  [
    'the stream of an unknown execution',
    'GET',
    '/executions/none/stream',
    undefined,
    404,
    'executions.not-found',
    undefined,
  ],
  [
    'events of an unknown execution',
    'GET',
    '/executions/none/events',
    undefined,
    404,
    'executions.not-found',
    undefined,
  ],
  ['an unknown task', 'GET', '/tasks/none', undefined, 404, 'tasks.not-found', undefined],
  ['an unknown delivery', 'GET', '/deliveries/none', undefined, 404, 'deliveries.not-found', undefined],
  ['an unknown application', 'GET', '/applications/none', undefined, 404, 'applications.not-found', undefined],
  ['an unknown address', 'GET', '/nothing/here', undefined, 404, 'request.no-such-address', undefined],
  ['an address with a broken escape', 'GET', '/pipelines/%zz', undefined, 400, 'request.refused', undefined],
  [
    'a null character in an address',
    'GET',
    '/applications/a%00',
    undefined,
    400,
    'request.bad-input',
    '/path/application',
  ],
  [
    'text as a limit',
    'GET',
    '/executions?pipelineConfigIds=x&limit=abc',
    undefined,
    400,
    'request.bad-input',
    '/query/limit',
  ],
  [
    'a word that is no status',
    'GET',
    '/executions?pipelineConfigIds=x&statuses=FOO',
    undefined,
    400,
    'request.bad-input',
    '/query/statuses',
  ],
  ['neither ids nor pipelines', 'GET', '/executions', undefined, 400, 'request.bad-input', '/query'],
  ['a task without jobs', 'POST', '/tasks', { application: 'a', job: [] }, 400, 'request.bad-input', '/job'],
  [
    'a task of an unknown kind',
    'POST',
    '/tasks',
    { application: 'a', job: [{ type: 'nope' }] },
    400,
    'request.bad-input',
    '/job/0/type',
  ],
  ['a list as a webhook', 'POST', '/webhooks/webhook/x', [1], 400, 'request.bad-input', ''],
];

describe('bad input is refused by name and place, and never a defect', () => {
  for (const [what, method, path, body, status, code, pointer] of table) {
    appTest(`${what}: ${status}`, async ({ app }) => {
      const answer = await app.send(method, path, body);
      expect(answer.body).toMatchObject({ status, code, message: expect.any(String) });
      expect(answer.status).toBe(status);
      expect(answer.type).toContain('application/json');
      if (pointer !== undefined)
        expect(answer.body.fields.map((field: { pointer: string }) => field.pointer)).toContain(pointer);
    });
  }

  appTest("values that no row can hold are the sender's to mend, not defects", async ({ app }) => {
    await app.send('POST', '/pipelines', { application: 'bad', name: 'startable', stages: [wait('1')] });
    const correlationId = randomBytes(4_000).toString('hex');
    const long = await app.send('POST', '/pipelines/bad/startable', { correlationId });
    expect(long.body).toMatchObject({ status: 400, code: 'request.not-storable' });
    const far = await app.send('GET', '/applications/*/executions/search?triggerTimeStartBoundary=1e300');
    expect(far).toMatchObject({ status: 200, body: [] });
  });

  appTest('says the line and column at which JSON breaks', async ({ app }) => {
    const { body } = await app.send('POST', '/pipelines', '{\n "name": oops}');
    expect(body.message).toBe('The body is not JSON: it breaks at line 2, column 10 (position 11).');
  });

  appTest('echoes a request id, and makes one where none is given', async ({ app }) => {
    const given = await app.send('GET', '/pipelines/none', undefined, { 'x-spinnaker-request-id': 'abc-1' });
    expect(given.headers.get('x-spinnaker-request-id')).toBe('abc-1');
    expect(given.body.requestId).toBe('abc-1');
    expect((await app.send('GET', '/version')).headers.get('x-spinnaker-request-id')).toMatch(/^[\w-]{36}$/);
  });

  appTest('pages of other sites may not act through the browser of this machine', async ({ app }) => {
    const foreign = await app.send('POST', '/webhooks/webhook/x', {}, { origin: 'http://other.example' });
    expect(foreign.body).toMatchObject({ status: 403, code: 'request.foreign-origin' });
    const opaque = await app.send('POST', '/webhooks/webhook/x', {}, { origin: 'null' });
    expect(opaque.status).toBe(403);
    for (const origin of [app.url, 'http://localhost:5173']) {
      expect((await app.send('POST', '/webhooks/webhook/x', {}, { origin })).status).toBe(200);
    }
  });
});
