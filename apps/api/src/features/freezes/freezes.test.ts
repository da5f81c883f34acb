import { describe, expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { eventually, type TestApplication } from '../../testing/start-test-application.ts';

const PIPELINE = {
  id: 'frozen-pipeline',
  application: 'shop',
  name: 'Ship it',
  triggers: [{ type: 'webhook', enabled: true, source: 'shop-built' }],
  stages: [{ refId: '1', type: 'wait', name: 'Wait', waitTime: 0 }],
};

const executionsOf = async (app: TestApplication) =>
  (await app.send('GET', '/applications/shop/pipelines')).body as Array<{
    id: string;
    status: string;
    wait: { kind: string; reason: string } | null;
    trigger: { overrideFreeze?: string };
  }>;

describe('freezes over HTTP', () => {
  appTest('hold what is triggered, refuse what is started by hand, and let go when they are ended', async ({ app }) => {
    await app.send('POST', '/pipelines', PIPELINE);
    const made = await app.send(
      'POST',
      '/freezes',
      { scope: 'application', application: 'shop', reason: 'stock-taking' },
      { 'x-spinnaker-user': 'eve' },
    );
    expect(made).toMatchObject({ status: 201, body: { target: 'shop', createdBy: 'eve', until: null, inForce: true } });
    expect((await app.send('GET', '/freezes')).body).toHaveLength(1);

    await app.send('POST', '/webhooks/webhook/shop-built', {});
    const [held] = await eventually(
      () => executionsOf(app),
      ([first]) => first?.wait?.kind === 'freeze',
    );
    expect(held?.wait?.reason).toBe('application shop to be unfrozen (frozen by eve until it is ended: stock-taking)');

    const refused = await app.send('POST', '/pipelines/shop/Ship%20it', {});
    expect(refused).toMatchObject({ status: 409, body: { code: 'freezes.frozen' } });
    expect(refused.body.message).toContain('application shop is frozen by eve until it is ended: stock-taking');
    const urgent = await app.send('POST', '/pipelines/shop/Ship%20it', { overrideFreeze: 'prod is down' });
    expect(urgent.status).toBe(202);
    await eventually(
      () => executionsOf(app),
      (all) => all.some(({ status, trigger }) => status === 'SUCCEEDED' && trigger.overrideFreeze === 'prod is down'),
    );

    const id = made.body.id as string;
    const ended = await app.send('DELETE', `/freezes/${id}`, undefined, { 'x-spinnaker-user': 'bob' });
    expect(ended).toMatchObject({ status: 200, body: { endedBy: 'bob', inForce: false } });
    await eventually(
      () => executionsOf(app),
      (all) => all.find((each) => each.id === held?.id)?.status === 'SUCCEEDED',
    );
    expect((await app.send('DELETE', `/freezes/${id}`)).body.code).toBe('freezes.over');
    expect((await app.send('GET', '/freezes')).body).toEqual([]);
    expect((await app.send('GET', '/freezes?all')).body).toHaveLength(1);
  });

  appTest('refuse ad-hoc operations in a frozen account, and none elsewhere', async ({ app }) => {
    const made = await app.send('POST', '/freezes', { scope: 'account', account: 'prod', reason: 'audit' });
    const stage = {
      type: 'disableServerGroup',
      credentials: 'prod',
      region: 'us-east-1',
      serverGroupName: 'shop-v001',
    };
    const job = { application: 'shop', description: 'by hand', job: [stage] };
    expect((await app.send('POST', '/tasks', job)).body).toMatchObject({ code: 'freezes.frozen' });
    expect((await app.send('POST', '/tasks', { ...job, overrideFreeze: 'down' })).status).toBe(200);
    const keepHouse = { type: 'createApplication', application: { name: 'shop', email: 'a@b.example' } };
    expect((await app.send('POST', '/tasks', { ...job, job: [keepHouse] })).status).toBe(200);
    await app.send('DELETE', `/freezes/${made.body.id}`);
  });

  appTest('are refused by the field that is wrong', async ({ app }) => {
    const post = async (body: object) => (await app.send('POST', '/freezes', body)).body;
    expect((await post({ scope: 'global', reason: ' ' })).fields[0].pointer).toBe('/reason');
    expect((await post({ scope: 'account', reason: 'x' })).fields[0].pointer).toBe('/account');
    expect((await post({ scope: 'global', reason: 'x', until: 1 })).fields[0].pointer).toBe('/until');
    expect((await app.send('DELETE', '/freezes/nope')).status).toBe(404);
  });
});
