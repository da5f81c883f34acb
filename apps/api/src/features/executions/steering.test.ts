import { expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { eventually } from '../../testing/start-test-application.ts';

appTest('many executions are paused, resumed and canceled by a filter, after a look at which', async ({ app }) => {
  const job = [{ type: 'wait', name: 'Wait', waitTime: 3_600 }];
  for (const application of ['many', 'many', 'other'])
    await app.send('POST', '/tasks', { application, description: 'wait', job });
  const steer = (act: string, count?: number, application = 'many') =>
    app.send('POST', '/executions/steer', {
      act,
      filter: { application },
      ...(count === undefined ? {} : { count }),
      ...(act === 'cancel' ? { reason: 'outage' } : {}),
    });
  const fitting = (act: string, count: number, application?: string) =>
    eventually(
      () => steer(act, undefined, application),
      ({ body }) => body.count === count,
    );
  expect((await fitting('pause', 2)).body).toMatchObject({ done: false, skipped: [] });
  expect((await steer('pause', 1)).body.code).toBe('executions.other-count');
  expect((await steer('pause', 2)).body).toMatchObject({ count: 2, done: true, skipped: [] });
  await fitting('resume', 2);
  await steer('resume', 2);
  await fitting('pause', 2);
  const canceled = (await steer('cancel', 2)).body.executions as Array<{ id: string }>;
  await fitting('cancel', 0);
  for (const { id } of canceled)
    expect((await app.send('GET', `/tasks/${id}`)).body.execution).toMatchObject({ cancellationReason: 'outage' });
  await fitting('cancel', 1, 'other');
  expect((await steer('cancel', 1, 'other')).body.done).toBe(true);
});
