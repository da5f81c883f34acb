import { expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { eventually, type TestApplication } from '../../testing/start-test-application.ts';

const run = async (app: TestApplication, job: object) => {
  const started = await app.send('POST', '/tasks', { application: 'shop', description: 'by hand', job: [job] });
  if (started.status !== 200) return started;
  return eventually(
    () => app.send('GET', started.body.ref),
    ({ body }) => ['SUCCEEDED', 'TERMINAL'].includes(body.status),
  );
};

const saved = (trafficGuards: unknown) => ({
  type: 'updateApplication',
  application: { name: 'shop', email: 'a@b.example', trafficGuards },
});

appTest('an application keeps its cluster in traffic by a guard that it was saved with', async ({ app }) => {
  app.world.serverGroups.add({ name: 'shop-web-v001' });
  const place = { credentials: 'prod', region: 'us-east-1', serverGroupName: 'shop-web-v001' };
  await run(app, saved([{ account: 'prod', location: '*', stack: '*', detail: '*' }]));
  const refused = await run(app, { type: 'disableServerGroup', ...place, allowNoTraffic: true });
  expect(refused.body.status).toBe('TERMINAL');
  expect(JSON.stringify(refused.body)).toContain('traffic guard (prod, any region, any stack, any detail)');
  expect(app.world.serverGroups.picture('shop-web-v001')?.traffic).toBe('enabled');
});

appTest('guards that are not in order are refused by the field when the application is saved', async ({ app }) => {
  const wrong = async (guards: unknown) => (await run(app, saved(guards))).body.fields[0].pointer;
  expect(await wrong([{ location: '*' }])).toBe('/job/0/application/trafficGuards/0/account');
  expect(await wrong([{ account: 'prod', location: '*', minUp: 0 }])).toBe('/job/0/application/trafficGuards/0/minUp');
  expect(await wrong('all')).toBe('/job/0/application/trafficGuards');
});
