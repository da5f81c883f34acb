import { describe, expect } from 'vitest';
import { appTest } from '../testing/app-test.ts';
import { eventually, type TestApplication } from '../testing/start-test-application.ts';

const cluster = (application: string, more: Record<string, unknown>) => ({
  account: 'prod',
  application,
  stack: 'web',
  region: 'us-east-1',
  instanceType: 't3.micro',
  imageId: 'ami-new',
  capacity: { min: 1, desired: 2, max: 4 },
  targetGroups: ['web-tg'],
  stableSeconds: 0,
  ...more,
});

async function start(app: TestApplication, application: string, more: Record<string, unknown>): Promise<string> {
  const stages = [{ refId: '1', type: 'deploy', name: 'Deploy', clusters: [cluster(application, more)] }];
  await app.send('POST', '/pipelines', { application, name: 'go', stages });
  return (await app.send('POST', `/pipelines/${application}/go`, {}, { 'x-spinnaker-user': 'ana' })).body.ref;
}

describe('deploy strategies on the whole program', () => {
  appTest('custom runs a stored strategy pipeline, whose deploy stage makes the server group', async ({ app }) => {
    const application = 'ownway';
    Object.assign(app.world.serverGroups, { bootMs: 0, registerMs: 0 });
    await app.send('POST', '/strategies', {
      application,
      name: 'careful',
      stages: [{ refId: '1', type: 'deploy', name: 'Deploy', clusters: [] }],
    });
    const ref = await start(app, application, {
      strategy: 'custom',
      strategyApplication: application,
      strategyPipeline: 'careful',
    });
    const ended = await eventually(
      async () => (await app.send('GET', ref)).body,
      ({ status }) => status === 'SUCCEEDED' || status === 'TERMINAL',
    );
    expect(ended.status).toBe('SUCCEEDED');
    expect(app.world.serverGroups.picture('ownway-web-v000')).toMatchObject({
      traffic: 'enabled',
      image: { id: 'ami-new' },
    });
  });
});
