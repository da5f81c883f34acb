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

const ADMIN = { 'x-spinnaker-user': 'ada' };
const EMERGENCY = { 'x-spinnaker-user': 'eve' };

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
      ADMIN,
    );
    expect(made).toMatchObject({ status: 201, body: { target: 'shop', createdBy: 'ada', until: null, inForce: true } });
    expect((await app.send('GET', '/freezes')).body).toHaveLength(1);

    await app.send('POST', '/webhooks/webhook/shop-built', {});
    const [held] = await eventually(
      () => executionsOf(app),
      ([first]) => first?.wait?.kind === 'freeze',
    );
    expect(held?.wait?.reason).toBe('application shop to be unfrozen (frozen by ada until it is ended: stock-taking)');

    const refused = await app.send('POST', '/pipelines/shop/Ship%20it', {});
    expect(refused).toMatchObject({ status: 409, body: { code: 'freezes.frozen' } });
    expect(refused.body.message).toContain('application shop is frozen by ada until it is ended: stock-taking');
    const override = { overrideFreeze: 'prod is down' };
    const stranger = await app.send('POST', '/pipelines/shop/Ship%20it', override);
    expect(stranger).toMatchObject({ status: 403, body: { code: 'auth.missing-role' } });
    const urgent = await app.send('POST', '/pipelines/shop/Ship%20it', override, EMERGENCY);
    expect(urgent.status).toBe(202);
    await eventually(
      () => executionsOf(app),
      (all) => all.some(({ status, trigger }) => status === 'SUCCEEDED' && trigger.overrideFreeze === 'prod is down'),
    );

    const events = await app.send('GET', `/executions/${urgent.body.ref.split('/').at(-1)}/events`);
    expect(events.body[0].data).toMatchObject({
      trigger: { overrideFreeze: 'prod is down' },
      authentication: { user: 'eve' },
    });

    const id = made.body.id as string;
    const ended = await app.send('DELETE', `/freezes/${id}`, undefined, ADMIN);
    expect(ended).toMatchObject({ status: 200, body: { endedBy: 'ada', inForce: false } });
    await eventually(
      () => executionsOf(app),
      (all) => all.find((each) => each.id === held?.id)?.status === 'SUCCEEDED',
    );
    expect((await app.send('DELETE', `/freezes/${id}`, undefined, ADMIN)).body.code).toBe('freezes.over');
    expect((await app.send('GET', '/freezes')).body).toEqual([]);
    expect((await app.send('GET', '/freezes?all')).body).toHaveLength(1);
  });

  appTest('refuse ad-hoc operations in a frozen account, and none elsewhere', async ({ app }) => {
    const made = await app.send('POST', '/freezes', { scope: 'account', account: 'prod', reason: 'audit' }, ADMIN);
    const stage = {
      type: 'disableServerGroup',
      credentials: 'prod',
      region: 'us-east-1',
      serverGroupName: 'shop-v001',
    };
    const job = { application: 'shop', description: 'by hand', job: [stage] };
    expect((await app.send('POST', '/tasks', job)).body).toMatchObject({ code: 'freezes.frozen' });
    expect((await app.send('POST', '/tasks', { ...job, overrideFreeze: 'down' }, EMERGENCY)).status).toBe(200);
    const keepHouse = { type: 'createApplication', application: { name: 'shop', email: 'a@b.example' } };
    expect((await app.send('POST', '/tasks', { ...job, job: [keepHouse] })).status).toBe(200);
    await app.send('DELETE', `/freezes/${made.body.id}`, undefined, ADMIN);
  });

  appTest('that are to come hold nothing before, and need not begin', async ({ app }) => {
    const from = Date.now() + 3_600_000;
    const coming = { scope: 'application', application: 'shop', reason: 'sale', from, until: from + 1_000 };
    const made = await app.send('POST', '/freezes', coming, ADMIN);
    expect(made.body).toMatchObject({ from, until: from + 1_000, inForce: false });
    expect((await app.send('GET', '/freezes')).body).toEqual([]);
    await app.send('POST', '/pipelines', { ...PIPELINE, id: 'later', name: 'Later', triggers: [] });
    expect((await app.send('POST', '/pipelines/shop/Later', {})).status).toBe(202);
    const ended = await app.send('DELETE', `/freezes/${made.body.id}`, undefined, ADMIN);
    expect(ended).toMatchObject({ status: 200, body: { endedBy: 'ada', inForce: false } });
    const wrong = await app.send('POST', '/freezes', { ...coming, until: from - 1 }, ADMIN);
    expect(wrong.body.fields).toEqual([{ pointer: '/until', message: 'must be after `from`' }]);
  });

  appTest('are made and ended by those who have the role, and by nobody else', async ({ app }) => {
    for (const headers of [{}, EMERGENCY]) {
      const refused = await app.send('POST', '/freezes', { scope: 'global', reason: 'no role' }, headers);
      expect(refused).toMatchObject({ status: 403, body: { code: 'auth.missing-role' } });
      expect(refused.body.message).toContain('Only people with the role admin may freeze changes or end a freeze;');
      expect((await app.send('DELETE', '/freezes/nope', undefined, headers)).status).toBe(403);
    }
  });

  appTest('and guards are overridden by those who have the role, whatever starts the change', async ({ app }) => {
    const job = [{ type: 'disableServerGroup', overrideTrafficGuards: 'because' }];
    const rollback = { overrideTrafficGuards: 'because' };
    for (const [path, body] of [
      ['/tasks', { application: 'shop', job }],
      ['/applications/shop/tasks', { job }],
      ['/applications/shop/clusters/prod/shop-web/rollback', rollback],
      ['/pipelines/start', { application: 'shop', name: 'x', stages: [], trigger: { overrideFreeze: 'because' } }],
    ] as const) {
      const refused = await app.send('POST', path, body);
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'auth.missing-role']);
    }
  });

  appTest('are refused by the field that is wrong', async ({ app }) => {
    const post = async (body: object) => (await app.send('POST', '/freezes', body, ADMIN)).body;
    expect((await post({ scope: 'global', reason: ' ' })).fields[0].pointer).toBe('/reason');
    expect((await post({ scope: 'account', reason: 'x' })).fields[0].pointer).toBe('/account');
    expect((await post({ scope: 'global', reason: 'x', until: 1 })).fields[0].pointer).toBe('/until');
    expect((await app.send('DELETE', '/freezes/nope', undefined, ADMIN)).status).toBe(404);
  });
});
