import pg from 'pg';
import { describe, expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { eventually, startTestApplication, type TestApplication } from '../../testing/start-test-application.ts';

const trigger = (source: string, more: object = {}) => ({ type: 'webhook', enabled: true, source, ...more });
const save = (app: TestApplication, name: string, triggers: object[], more: object = {}) =>
  app.send('POST', '/pipelines', {
    application: 'hooks',
    name,
    triggers,
    stages: [{ type: 'wait', waitTime: 0 }],
    ...more,
  });
const executions = async (app: TestApplication, eventId: string) =>
  (await app.send('GET', `/applications/hooks/executions/search?eventId=${eventId}`)).body;

describe('webhooks', () => {
  appTest('start what is saved a moment ago, with parameters and payload', async ({ app }) => {
    await save(app, 'first', [trigger('fresh')], { parameterConfig: [{ name: 'version', default: '1' }] });
    const { body, status } = await app.send('POST', '/webhooks/webhook/fresh', {
      parameters: { version: '2' },
      ref: 'main',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      eventProcessed: true,
      eventId: body.deliveryId,
      matched: [{ application: 'hooks', pipeline: 'first' }],
    });
    const execution = (await app.send('GET', `/pipelines/${body.matched[0].executionId}`)).body;
    expect(execution.trigger).toMatchObject({
      type: 'webhook',
      source: 'fresh',
      user: '[anonymous]',
      eventId: body.eventId,
      parameters: { version: '2' },
      payload: { ref: 'main' },
    });
    const delivery = (await app.send('GET', body.statusUrl)).body;
    expect(delivery).toMatchObject({
      id: body.deliveryId,
      source: 'fresh',
      payload: { ref: 'main' },
      status: 'JUDGED',
      matched: body.matched,
    });
  });

  appTest('say for each pipeline that listens why it was not started', async ({ app }) => {
    await save(app, 'strict', [trigger('why', { payloadConstraints: { env: '^prod$' } })]);
    await save(app, 'off', [trigger('why', { enabled: false })]);
    await save(app, 'disabled', [trigger('why')], { disabled: true });
    const { body } = await app.send('POST', '/webhooks/webhook/why', { env: 'nonprod' });
    const reasons = Object.fromEntries(
      body.matched.map((each: { pipeline: string; reason: string }) => [each.pipeline, each.reason]),
    );
    expect(reasons).toEqual({
      strict: 'payload env: expected contains a match of ^prod$, got nonprod',
      off: 'enabled: expected true, got false',
      disabled: 'the pipeline is disabled',
    });
    expect(body.matched.every((each: { executionId: unknown }) => each.executionId === null)).toBe(true);
    expect(await executions(app, body.eventId)).toEqual([]);
    expect((await app.send('GET', '/deliveries?source=why')).body).toMatchObject([
      { id: body.deliveryId, matched: expect.any(Array) },
    ]);
  });

  appTest('start a pipeline once, however many of its triggers match', async ({ app }) => {
    await save(app, 'twice', [trigger('both'), trigger('both')]);
    const { body } = await app.send('POST', '/webhooks/webhook/both', {});
    expect(body.matched).toHaveLength(1);
    expect(await executions(app, body.eventId)).toHaveLength(1);
  });

  appTest('sent again under the same id get the same answer and start nothing', async ({ app }) => {
    await save(app, 'again', [trigger('again')]);
    for (const header of ['idempotency-key', 'x-github-delivery']) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, () =>
          app.send('POST', '/webhooks/webhook/again', { n: 1 }, { [header]: `${header}-1` }),
        ),
      );
      const bodies = answers.map(({ body }) => JSON.stringify(body));
      expect(new Set(bodies).size).toBe(1);
      expect(await executions(app, answers[0]!.body.eventId)).toHaveLength(1);
    }
  });

  appTest('that lack a required parameter leave a failed execution that says so', async ({ app }) => {
    await save(app, 'needs', [trigger('needs')], { parameterConfig: [{ name: 'version', required: true }] });
    const { body } = await app.send('POST', '/webhooks/webhook/needs', {});
    expect(body.matched[0].reason).toContain('parameter "version" is required');
    const execution = (await app.send('GET', `/pipelines/${body.matched[0].executionId}`)).body;
    expect(execution).toMatchObject({ status: 'TERMINAL', cancellationReason: expect.stringContaining('version') });
  });

  appTest('stored by a process that died are finished by the next one, once', async ({ databaseUrl }) => {
    const first = await startTestApplication(databaseUrl);
    await save(first, 'left', [trigger('left')]);
    await first.stop();
    const pool = new pg.Client({ connectionString: databaseUrl });
    await pool.connect();
    await pool.query(
      `insert into delivery (id, kind, source, headers, payload, bytes, received_at) values ('00000000000000000000000001', 'webhook', 'left', '{}', '{"a":1}', 7, 1)`,
    );
    await pool.end();
    const second = await startTestApplication(databaseUrl);
    const judged = await eventually(
      async () => (await second.send('GET', '/deliveries/00000000000000000000000001')).body,
      (delivery) => delivery.status === 'JUDGED',
    );
    expect(judged.matched).toMatchObject([{ pipeline: 'left', executionId: expect.any(String) }]);
    expect(await executions(second, judged.id)).toHaveLength(1);
    await second.stop();
  });
});
