import { describe, expect } from 'vitest';
import { appTest } from '../testing/app-test.ts';
import { eventually, type TestApplication } from '../testing/start-test-application.ts';

const hold = { refId: '1', type: 'manualJudgment', name: 'Hold' };
const after = { refId: '2', requisiteStageRefIds: ['1'], type: 'wait', waitTime: 0, name: 'After' };

/** Saves a child that asks a person and a parent that runs it, starts the parent, and answers how to look at both. */
async function family(app: TestApplication, name: string, more: Record<string, unknown> = {}) {
  const child = `${name}-child`;
  await app.send('POST', '/pipelines', { application: 'family', name: child, stages: [hold] });
  const run = { refId: '1', type: 'pipeline', name: 'Run', application: 'family', pipeline: child, ...more };
  await app.send('POST', '/pipelines', { application: 'family', name, stages: [run, after] });
  const { ref } = (await app.send('POST', `/pipelines/family/${name}`, {}, { 'x-spinnaker-user': 'ana' })).body;
  const parent = async () => (await app.send('GET', ref)).body;
  const begun = await eventually(parent, (execution) => execution.stages[0].context.executionId !== undefined);
  const childRef = `/pipelines/${begun.stages[0].context.executionId}`;
  const childNow = async () => (await app.send('GET', childRef)).body;
  const judge = async (judgmentStatus: string) => {
    const waiting = await eventually(childNow, (execution) => execution.stages[0].wait !== null);
    await app.send('PATCH', `${childRef}/stages/${waiting.stages[0].id}`, { judgmentStatus });
  };
  const restartChild = async () => {
    const [stage] = (await childNow()).stages;
    return app.send('PUT', `${childRef}/stages/${stage.id}/restart`, {}, { 'x-spinnaker-user': 'ben' });
  };
  const countChildren = async () => {
    const { id } = (await app.send('GET', `/applications/family/pipelineConfigs/${child}`)).body;
    return (await app.send('GET', `/executions?pipelineConfigIds=${id}&limit=10`)).body.length;
  };
  return { parent, childNow, judge, restartChild, countChildren };
}

describe('a child restarted after its parent has ended', () => {
  appTest('is watched by the parent again, which goes on when it succeeds', async ({ app }) => {
    const { parent, judge, restartChild, countChildren } = await family(app, 'watched');
    await judge('stop');
    const failed = await eventually(parent, (execution) => execution.status === 'TERMINAL');
    expect(failed.stages[1].status).toBe('NOT_STARTED');

    expect((await restartChild()).status).toBe(200);
    const again = await eventually(parent, (execution) => execution.status === 'RUNNING');
    expect(again.stages[0].context.restartDetails.restartedBy).toBe('ben');
    await judge('continue');
    const ended = await eventually(parent, (execution) => execution.status === 'SUCCEEDED');
    expect(ended.stages[0].context.executionId).toBe(failed.stages[0].context.executionId);
    expect(ended.stages[1].status).toBe('SUCCEEDED');
    expect(await countChildren()).toBe(1);
  });

  appTest('starts a new one when the stage itself is restarted later', async ({ app }) => {
    const { parent, judge, restartChild, countChildren } = await family(app, 'anew');
    await judge('stop');
    await eventually(parent, (execution) => execution.status === 'TERMINAL');
    await restartChild();
    await judge('stop');
    const failed = await eventually(
      parent,
      (execution) => execution.status === 'TERMINAL' && execution.stages[0].attempt === 2,
    );
    await app.send('PUT', `/pipelines/${failed.id}/stages/${failed.stages[0].id}/restart`, {});
    await eventually(countChildren, (count) => count === 2);
  });

  appTest('leaves a parent alone that did not wait for it', async ({ app }) => {
    const { parent, childNow, judge, restartChild } = await family(app, 'unwatched', { waitForCompletion: false });
    await judge('stop');
    const ended = await eventually(parent, (execution) => execution.status === 'SUCCEEDED');
    await eventually(childNow, (execution) => execution.status === 'TERMINAL');
    await restartChild();
    await judge('continue');
    await eventually(childNow, (execution) => execution.status === 'SUCCEEDED');
    expect(await parent()).toEqual(ended);
  });
});
