import { describe, expect } from 'vitest';
import { dbTest } from './testing/index.ts';
import { eventually, startTestApplication } from './testing/start-test-application.ts';

const hold = { refId: '1', type: 'manualJudgment', name: 'Hold' };
const after = { refId: '2', requisiteStageRefIds: ['1'], type: 'wait', waitTime: 0, name: 'After' };

describe('roles', () => {
  dbTest('one process serves, another one works, and a third takes over from it', async ({ databaseUrl }) => {
    const api = await startTestApplication(databaseUrl, { role: 'api' });
    const first = await startTestApplication(databaseUrl, { role: 'worker' });
    await api.send('POST', '/pipelines', { application: 'roles', name: 'held', stages: [hold, after] });
    const { ref } = (await api.send('POST', '/pipelines/roles/held', {})).body;
    const get = async () => (await api.send('GET', ref)).body;
    const waiting = await eventually(get, (execution) => execution.stages[0].wait !== null);
    await first.stop();

    const second = await startTestApplication(databaseUrl, { role: 'worker' });
    const address = `${ref}/stages/${waiting.stages[0].id}`;
    const judged = await api.send('PATCH', address, { judgmentStatus: 'continue' });
    expect(judged.body.stages[0].context).toMatchObject({ judgmentStatus: 'continue' });
    await eventually(get, (execution) => execution.status === 'SUCCEEDED');
    await second.stop();
    await api.stop();
  });

  dbTest('a cancel takes effect although nobody works, before the start and in mid-run', async ({ databaseUrl }) => {
    const api = await startTestApplication(databaseUrl, { role: 'api' });
    await api.send('POST', '/pipelines', { application: 'roles', name: 'left', stages: [hold, after] });
    const start = async () => (await api.send('POST', '/pipelines/roles/left', {})).body.ref as string;
    const get = async (ref: string) => (await api.send('GET', ref)).body;
    const inMidRun = await start();
    const worker = await startTestApplication(databaseUrl, { role: 'worker' });
    await eventually(
      () => get(inMidRun),
      (execution) => execution.stages[0].wait !== null,
    );
    await worker.stop();

    const notStarted = await start();
    for (const ref of [inMidRun, notStarted]) await api.send('PUT', `${ref}/cancel?reason=wrong%20version`);
    for (const ref of [inMidRun, notStarted]) {
      const ended = await eventually(
        () => get(ref),
        (execution) => execution.status === 'CANCELED',
      );
      expect(ended.cancellationReason).toBe('wrong version');
    }
    expect((await get(inMidRun)).stages[0].status).toBe('CANCELED');
    await api.stop();
  });

  dbTest('what was started while nobody worked is done when somebody does', async ({ databaseUrl }) => {
    const api = await startTestApplication(databaseUrl, { role: 'api' });
    await api.send('POST', '/pipelines', {
      application: 'roles',
      name: 'later',
      stages: [{ ...after, requisiteStageRefIds: [] }],
    });
    const { ref } = (await api.send('POST', '/pipelines/roles/later', {})).body;
    expect((await api.send('GET', ref)).body.status).toBe('NOT_STARTED');
    const worker = await startTestApplication(databaseUrl, { role: 'worker' });
    await eventually(
      async () => (await api.send('GET', ref)).body,
      (execution) => execution.status === 'SUCCEEDED',
    );
    await worker.stop();
    await api.stop();
  });
});
