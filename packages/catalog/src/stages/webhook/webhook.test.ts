import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { webhook } from './executor.ts';

const URL = 'https://ci.test/jobs';
const play = (w: ReturnType<typeof createWorld>, context: JsonObject = {}, more = {}) =>
  runStage(webhook, { ...more, world: w, context: { url: URL, payload: { a: 1 }, ...context } });
const seen = (run: { context: JsonObject }) => run.context['webhook'] as JsonObject & { monitor?: JsonObject };

describe('webhook: the call', () => {
  it('sends JSON with the given headers and keeps the answer', async () => {
    const w = createWorld();
    w.http.answer(`POST ${URL}`, { body: { id: 7, artifacts: [{ type: 'x' }] } });
    const run = await play(w, { customHeaders: { 'X-Team': 'web', 'X-SPINNAKER-USER': 'no' } });
    expect(run.status).toBe('SUCCEEDED');
    expect(w.http.requests[0]).toMatchObject({
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'x-team': 'web' },
    });
    expect(w.http.requests[0]?.headers).not.toHaveProperty('x-spinnaker-user');
    expect(seen(run)).toMatchObject({ statusCodeValue: 200, statusCode: 'OK', body: { id: 7 } });
    expect(run.outputs['artifacts']).toEqual([{ type: 'x' }]);
  });

  it('tries again on 5xx and 429 with the same idempotency key', async () => {
    const w = createWorld();
    w.http.answer(`POST ${URL}`, { status: 503 }, { status: 429 }, { status: 201 });
    expect((await play(w)).status).toBe('SUCCEEDED');
    expect(new Set(w.http.requests.map(({ headers }) => headers?.['idempotency-key'])).size).toBe(1);
  });

  it.each([
    [504, {}],
    [404, {}],
    [503, { failFastStatusCodes: ['503'] }],
  ])('fails at once on %s', async (status, context) => {
    const w = createWorld();
    w.http.answer(`POST ${URL}`, { status, body: 'sorry' });
    const run = await play(w, context);
    expect(run.failure).toMatchObject({
      code: 'webhook.refused',
      details: { status, url: URL, responseBody: 'sorry' },
    });
    expect(w.http.requests).toHaveLength(1);
  });

  it('stops after the tries allowed for a status', async () => {
    const w = createWorld();
    w.http.answer(`POST ${URL}`, { status: 503 });
    await play(w, { retries: { '503': { maxAttempts: 3 } } });
    expect(w.http.requests).toHaveLength(3);
  });

  it('gives up after five minutes', async () => {
    const w = createWorld();
    w.http.answer(`POST ${URL}`, { status: 503 });
    const start = w.clock.now();
    const run = await play(w);
    expect(run.failure?.code).toBe('webhook.refused');
    expect(run.endTime - start).toBe(300_000);
  });

  it('repeats a timeout only when reading', async () => {
    const timeout = { code: 'http.timeout', message: 'Too slow.', retry: true };
    const post = createWorld();
    post.http.trouble.failNext('send', timeout);
    expect((await play(post)).failure?.code).toBe('http.timeout');
    const get = createWorld();
    get.http.trouble.failNext('send', timeout);
    get.http.answer(`GET ${URL}`, {});
    expect((await play(get, { method: 'GET' })).status).toBe('SUCCEEDED');
  });
});

describe('webhook: the wait for the end', () => {
  const rules = {
    waitForCompletion: true,
    statusJsonPath: '$.status',
    successStatuses: 'done, OK',
    terminalStatuses: 'broken',
    canceledStatuses: 'gone',
    progressJsonPath: '$.note',
  };

  it.each([
    ['Done', 'SUCCEEDED'],
    ['BROKEN', 'TERMINAL'],
    ['gone', 'CANCELED'],
  ])('the status %s ends it %s', async (status, result) => {
    const w = createWorld();
    w.http.answer(`POST ${URL}`, { headers: { location: '/jobs/7' } });
    w.http.answer(
      'GET https://ci.test/jobs/7',
      { body: { status: 'running', note: 'half' } },
      { status: 502 },
      { body: { status } },
    );
    const run = await play(w, { ...rules, statusUrlResolution: 'locationHeader' });
    expect(run.status).toBe(result);
    expect(seen(run).monitor).toMatchObject({ resolvedValue: status });
    expect(run.waits[0]).toContain('now running (half)');
  });

  it('takes a number for a percentage, and 100 for the end', async () => {
    const w = createWorld();
    w.http.answer(`POST ${URL}`, {});
    w.http.answer(`GET ${URL}`, { body: { percent: 40 } }, { body: { percent: 100 } });
    const run = await play(w, { waitForCompletion: true, statusJsonPath: '$.percent' });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.waits[0]).toContain('now 40');
  });

  it('finds the address to ask in the answer', async () => {
    const w = createWorld();
    w.http.answer(`POST ${URL}`, { body: { links: [{ self: 'https://ci.test/s' }] } });
    w.http.answer('GET https://ci.test/s', { body: { status: 'ok' } });
    const run = await play(w, {
      ...rules,
      statusUrlResolution: 'webhookResponse',
      statusUrlJsonPath: '$.links[0].self',
    });
    expect(run.status).toBe('SUCCEEDED');
    const lost = await play(w, { ...rules, statusUrlResolution: 'webhookResponse', statusUrlJsonPath: '$.nope' });
    expect(lost.failure?.code).toBe('webhook.no-status-address');
  });

  it('does not send its headers to another host that an answer named, nor keep cookies', async () => {
    const w = createWorld();
    w.http.answer(`POST ${URL}`, { headers: { location: 'https://elsewhere.test/s', 'set-cookie': 'hush' } });
    w.http.answer('GET https://elsewhere.test/s', { body: { status: 'ok' } });
    const customHeaders = { Authorization: 'Bearer hush' };
    const run = await play(w, { ...rules, statusUrlResolution: 'locationHeader', customHeaders });
    expect(w.http.requests.map(({ headers }) => headers?.['authorization'])).toEqual(['Bearer hush', undefined]);
    expect(JSON.stringify(seen(run))).not.toContain('hush');
  });

  it('fails when the polled answer has no status', async () => {
    const w = createWorld();
    w.http.answer(`GET ${URL}`, { body: {} });
    expect((await play(w, { ...rules, monitorOnly: true })).failure?.code).toBe('webhook.status-missing');
  });

  it('calls the cancel address when canceled', async () => {
    const w = createWorld();
    w.http.answer(`POST ${URL}`, {});
    w.http.answer(`GET ${URL}`, { body: { status: 'running' } });
    w.http.answer('DELETE https://ci.test/jobs/7', {});
    const run = await play(
      w,
      { ...rules, cancelEndpoint: 'https://ci.test/jobs/7', cancelMethod: 'DELETE' },
      { cancelAfterMs: 15_000 },
    );
    expect(run.status).toBe('CANCELED');
    expect(w.http.requests.at(-1)?.method).toBe('DELETE');
  });
});
