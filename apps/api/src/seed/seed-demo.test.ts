import { expect } from 'vitest';
import { appTest } from '../testing/app-test.ts';
import { seedDemo } from './seed-demo.ts';

appTest('the demo is set up once, and says how to try it', async ({ app }) => {
  const advice = await seedDemo(undefined, app);
  expect(advice).toContain(`${app.url}/webhooks/webhook/demo-web`);
  await seedDemo(undefined, app);
  const pipelines = (await app.send('GET', '/applications/demo/pipelineConfigs')).body;
  expect(pipelines.map((each: { name: string; version: number }) => [each.name, each.version])).toEqual([
    ['deploy-web', 1],
    ['release-api', 1],
    ['check-and-deploy', 1],
  ]);
  expect((await app.send('GET', '/applications/demo')).body.attributes).toMatchObject({ email: 'demo@example.com' });
});
