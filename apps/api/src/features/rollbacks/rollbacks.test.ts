import { describe, expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { eventually, type TestApplication } from '../../testing/start-test-application.ts';

const ROUTE = '/applications/goback/clusters/prod/goback-web/rollback';

function clusterOf(app: TestApplication): void {
  const { serverGroups } = app.world;
  for (const name of ['goback-web-v000', 'goback-web-v001', 'goback-web-v002']) serverGroups.remove(name);
  serverGroups.add({ name: 'goback-web-v000', capacity: { min: 1, desired: 2, max: 4 }, disabled: true });
  serverGroups.add({ name: 'goback-web-v001', capacity: { min: 1, desired: 3, max: 4 } });
}

describe('rolling a cluster back over HTTP', () => {
  appTest('shows what it would do, with image, age, size and health, before anyone confirms', async ({ app }) => {
    clusterOf(app);
    const { status, body } = await app.send('GET', ROUTE);
    expect(status).toBe(200);
    expect(body).toMatchObject({ application: 'goback', account: 'prod', cluster: 'goback-web' });
    expect(body.regions).toMatchObject([
      {
        region: 'us-east-1',
        from: 'goback-web-v001',
        to: 'goback-web-v000',
        skip: null,
        candidates: [
          { name: 'goback-web-v001', eligible: false, health: { up: 3, total: 3 }, traffic: 'enabled' },
          {
            name: 'goback-web-v000',
            chosen: true,
            image: { id: 'ami-old', exists: true },
            capacity: { min: 1, desired: 2, max: 4 },
            servingSize: { min: 3, desired: 3, max: 4 },
          },
        ],
      },
    ]);
    expect(body.regions[0].candidates[1].ageMs).toBeGreaterThan(0);
  });

  appTest('runs as an execution of its own, once for one key', async ({ app }) => {
    clusterOf(app);
    const key = { 'idempotency-key': 'once', 'x-spinnaker-user': 'ana' };
    const first = await app.send('POST', ROUTE, { reason: 'errors' }, key);
    const second = await app.send('POST', ROUTE, { reason: 'errors' }, key);
    expect([first.status, first.body.id]).toEqual([200, second.body.id]);
    await eventually(
      async () => app.world.serverGroups.picture('goback-web-v000'),
      (group) => group?.traffic !== 'disabled',
    );
    const { body } = await app.send('GET', first.body.ref);
    expect(body.execution.authentication.user).toBe('ana');
    expect(body.execution.stages[0]).toMatchObject({ type: 'rollbackCluster', context: { comments: 'errors' } });
    await app.send('PUT', `${first.body.ref}/cancel`);
  });

  appTest('a cluster that is nowhere is not found', async ({ app }) => {
    expect((await app.send('GET', '/applications/goback/clusters/prod/goback-nowhere/rollback')).status).toBe(404);
    expect((await app.send('POST', '/applications/goback/clusters/prod/goback-nowhere/rollback', {})).status).toBe(404);
  });
});
