import { describe, expect } from 'vitest';
import { appTest } from '../testing/app-test.ts';
import { type Answered, eventually, type TestApplication } from '../testing/start-test-application.ts';

const ended = (task: Answered['body']) => !['NOT_STARTED', 'RUNNING'].includes(task.status);

async function runTask(app: TestApplication, application: string, job: object) {
  const created = await app.send('POST', '/tasks', { application, description: 'a job', job: [job] });
  expect(created.status).toBe(200);
  expect(created.body.ref).toMatch(/^\/tasks\/\w{26}$/);
  return eventually(async () => (await app.send('GET', created.body.ref)).body, ended);
}

const save = (app: TestApplication, document: object, query = '') => app.send('POST', `/pipelines${query}`, document);
const config = (app: TestApplication, name: string) =>
  app.send('GET', `/applications/shop/pipelineConfigs/${encodeURIComponent(name)}`);

const hold = { refId: '1', requisiteStageRefIds: [], type: 'manualJudgment', name: 'Hold' };
const pass = { refId: '1', requisiteStageRefIds: [], type: 'wait', name: 'Pass', waitTime: 0 };

describe('what the command line client calls', () => {
  appTest('application save, get, list, delete', async ({ app }) => {
    const application = { name: 'brief', email: 'a@example.com', cloudProviders: 'aws', instancePort: 80 };
    const task = await runTask(app, 'brief', { type: 'createApplication', application });
    expect(task).toMatchObject({ status: 'SUCCEEDED', name: 'a job', application: 'brief' });
    expect(task.variables.find((each: { key: string }) => each.key === 'application').value).toMatchObject(application);

    await runTask(app, 'brief', { type: 'updateApplication', application: { name: 'brief', email: 'b@example.com' } });
    const got = await app.send('GET', '/applications/BRIEF?expand=false');
    expect(got.body).toMatchObject({ name: 'brief', attributes: { email: 'b@example.com', instancePort: 80 } });
    expect((await app.send('GET', '/applications')).body.map((each: { name: string }) => each.name)).toContain('brief');
    expect((await app.send('GET', '/applications/brief/history')).body).toHaveLength(2);

    expect(await runTask(app, 'brief', { type: 'deleteApplication', application: { name: 'brief' } })).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect((await app.send('GET', '/applications/brief')).status).toBe(404);
  });

  appTest('a name that is none fails the job with its reason', async ({ app }) => {
    const task = await runTask(app, 'x', {
      type: 'createApplication',
      application: { name: 'no-dashes', email: 'a@b.c' },
    });
    expect(task.status).toBe('TERMINAL');
    expect(JSON.stringify(task.variables)).toContain('applications.bad-name');
  });

  appTest('pipeline save, get, list, update, delete', async ({ app }) => {
    expect((await config(app, 'Web')).status).toBe(404);
    const created = await save(app, { application: 'shop', name: ' Web ', stages: [pass], unknown: { kept: [1] } });
    expect(created).toMatchObject({ status: 200, body: undefined });
    expect(created.type).toContain('application/json');
    const stored = (await config(app, 'web')).body;
    expect(stored).toMatchObject({
      name: 'Web',
      application: 'shop',
      version: 1,
      index: 0,
      unknown: { kept: [1] },
      lastModifiedBy: 'anonymous',
    });

    await save(app, { ...stored, disabled: true });
    expect((await config(app, 'Web')).body).toMatchObject({ id: stored.id, disabled: true, version: 2 });
    expect((await app.send('POST', '/pipelines/shop/Web', { type: 'manual' })).body).toMatchObject({
      status: 400,
      code: 'pipelines.disabled',
    });
    expect((await app.send('GET', '/applications/shop/pipelineConfigs')).body).toHaveLength(1);
    expect(
      (await app.send('GET', `/pipelineConfigs/${stored.id}/history`)).body.map(
        (each: { version: number }) => each.version,
      ),
    ).toEqual([2, 1]);

    expect((await app.send('DELETE', '/pipelines/shop/Web')).status).toBe(200);
    expect((await config(app, 'Web')).status).toBe(404);
    expect((await app.send('GET', `/pipelineConfigs/${stored.id}/history`)).body).toHaveLength(2);
  });

  appTest('pipeline execute with both generations of bodies', async ({ app }) => {
    const parameterConfig = [{ name: 'tag', required: true, default: '' }];
    await save(app, { application: 'shop', name: 'Run it', stages: [pass], parameterConfig });
    const missing = await app.send('POST', '/pipelines/shop/Run%20it', { type: 'manual' });
    expect(missing.body).toMatchObject({ status: 400, fields: [{ pointer: '/parameters/tag' }] });
    for (const body of [
      { type: 'manual', parameters: { tag: 'v1' } },
      { trigger: { type: 'manual', parameters: { tag: 'v1' } } },
    ]) {
      const started = await app.send('POST', '/pipelines/shop/run it', body, { 'x-spinnaker-user': 'ana' });
      expect(started.status).toBe(202);
      const execution = await eventually(async () => (await app.send('GET', started.body.ref)).body, ended);
      expect(execution).toMatchObject({
        status: 'SUCCEEDED',
        name: 'Run it',
        trigger: { type: 'manual', user: 'ana', parameters: { tag: 'v1' } },
      });
    }
  });

  appTest('execution list, get, cancel', async ({ app }) => {
    await save(app, { application: 'shop', name: 'Held', stages: [hold] });
    const { id } = (await config(app, 'Held')).body;
    const refs = await Promise.all(
      [1, 2].map(async () => (await app.send('POST', '/pipelines/shop/Held', {})).body.ref as string),
    );
    const ids = refs.map((ref) => ref.slice('/pipelines/'.length));
    for (const ref of refs)
      await eventually(
        async () => (await app.send('GET', ref)).body,
        (execution) => execution.stages[0].status === 'RUNNING',
      );

    const listed = await app.send('GET', `/executions?pipelineConfigIds=${id}&limit=10&statuses=RUNNING`);
    expect(listed.body.map((each: { id: string }) => each.id).sort()).toEqual([...ids].sort());
    expect((await app.send('GET', `/executions?executionIds=${ids[0]},none&limit=1`)).body).toMatchObject([
      { id: ids[0] },
    ]);

    expect((await app.send('PUT', `/pipelines/${ids[0]}/cancel?reason=enough`)).status).toBe(200);
    const canceled = await eventually(async () => (await app.send('GET', refs[0]!)).body, ended);
    expect(canceled).toMatchObject({ status: 'CANCELED', canceledBy: 'anonymous', cancellationReason: 'enough' });
    expect((await app.send('DELETE', refs[1]!)).status).toBe(409);
    expect((await app.send('PUT', `/applications/x/pipelines/${ids[1]}/cancel`)).status).toBe(200);
    await eventually(async () => (await app.send('GET', refs[1]!)).body, ended);
    expect((await app.send('DELETE', refs[1]!)).status).toBe(200);
    expect((await app.send('GET', refs[1]!)).status).toBe(404);
    const light = await app.send('GET', '/applications/shop/executions/search?pipelineName=Held&expand=false');
    expect(light.body).toMatchObject([{ id: ids[0], stages: [{ name: 'Hold', context: {}, outputs: {}, tasks: [] }] }]);
    expect((await app.send('GET', '/applications/shop/pipelines?pipelineNameFilter=eld')).body).toHaveLength(1);
  });

  appTest('a list says why an execution failed, and leaves out the rest of its stages', async ({ app }) => {
    const context = { expression: 'false', failureMessage: 'The budget is used up.' };
    const check = { ...pass, type: 'checkPreconditions', preconditions: [{ type: 'expression', context }] };
    await save(app, { application: 'shop', name: 'Checked', stages: [check] });
    const { ref } = (await app.send('POST', '/pipelines/shop/Checked', {})).body;
    await eventually(async () => (await app.send('GET', ref)).body, ended);
    const light = await app.send('GET', '/applications/shop/executions/search?pipelineName=Checked&expand=false');
    const contexts = light.body[0].stages.map((stage: { context: object }) => stage.context);
    expect(contexts).toContainEqual({
      exception: {
        exceptionType: 'precondition.not-met',
        operation: 'checkPrecondition',
        details: { error: 'The budget is used up.', errors: ['The budget is used up.'], errorCode: null },
      },
    });
    expect(contexts).toContainEqual({});
  });
});

describe('saving', () => {
  appTest('of two editors of one version the second is told', async ({ app }) => {
    await save(app, { application: 'shop', name: 'Shared', stages: [pass] });
    const base = (await config(app, 'Shared')).body;
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((description) => save(app, { ...base, description })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'pipelines.stale' });
    const { version: _unsent, ...timed } = (await config(app, 'Shared')).body;
    expect((await save(app, { ...timed, description: 'e', updateTs: '1' }, '?staleCheck=true')).status).toBe(409);
    expect((await save(app, { ...timed, description: 'e', updateTs: '1' })).status).toBe(200);
  });

  appTest('what is stored already makes no new version', async ({ app }) => {
    await save(app, { application: 'shop', name: 'Same', stages: [pass] });
    const first = (await config(app, 'Same')).body;
    const again = await app.send('PUT', `/pipelines/${first.id}`, first);
    expect(again.body).toEqual(first);
  });

  appTest('a name may be used once, whatever its case', async ({ app }) => {
    await save(app, { application: 'shop', name: 'Once', stages: [pass] });
    const double = await save(app, { application: 'shop', name: 'ONCE', stages: [pass] });
    expect(double.body).toMatchObject({
      status: 400,
      code: 'pipelines.duplicate-name',
      fields: [{ pointer: '/name' }],
    });
  });

  appTest('a dry run answers findings and stores nothing', async ({ app }) => {
    const answer = await save(
      app,
      { application: 'shop', name: 'Dry', stages: [{ ...pass, type: 'nope' }] },
      '?dryRun=true',
    );
    expect(answer.body.findings).toMatchObject([
      { severity: 'warning', code: 'stage.unknown-type', pointer: '/stages/0/type' },
    ]);
    expect((await config(app, 'Dry')).status).toBe(404);
  });

  appTest('move, reorder and bulk save', async ({ app }) => {
    const documents = ['one', 'two'].map((name) => ({ application: 'ordered', name, stages: [pass] }));
    const bulk = await app.send('POST', '/pipelines/bulksave', [...documents, { name: 'three' }]);
    expect(bulk.body).toMatchObject({ successful_pipelines: ['one', 'two'], failed_pipelines_count: 1 });
    const list = async () =>
      (await app.send('GET', '/applications/ordered/pipelineConfigs')).body as Array<{
        id: string;
        name: string;
        index: number;
      }>;
    const [one, two] = await list();
    await app.send('POST', '/actions/pipelines/reorder', {
      application: 'ordered',
      idsToIndices: { [one!.id]: 1, [two!.id]: 0 },
    });
    await app.send('POST', '/pipelines/move', { application: 'ordered', from: 'one', to: 'uno' });
    expect((await list()).map(({ id, name, index }) => [id, name, index])).toEqual([
      [two!.id, 'two', 0],
      [one!.id, 'uno', 1],
    ]);
  });
});

describe('steering', () => {
  async function held(app: TestApplication, name: string, stages: object[] = [hold]) {
    await save(app, { application: 'steer', name, stages });
    const { ref } = (await app.send('POST', `/pipelines/steer/${name}`, {})).body;
    return eventually(
      async () => (await app.send('GET', ref)).body,
      (execution) => execution.stages[0].wait !== null,
    );
  }

  appTest('a judgment shows in the answer; the second is refused', async ({ app }) => {
    const execution = await held(app, 'judged');
    const address = `/pipelines/${execution.id}/stages/${execution.stages[0].id}`;
    expect((await app.send('PATCH', address, { judgmentStatus: 'maybe' })).status).toBe(400);
    const judged = await app.send('PATCH', address, { judgmentStatus: 'continue' }, { 'x-spinnaker-user': 'ben' });
    expect(judged.body.stages[0]).toMatchObject({
      context: { judgmentStatus: 'continue', lastModifiedBy: 'ben' },
      lastModified: { user: 'ben' },
    });
    expect((await app.send('PATCH', address, { judgmentStatus: 'stop' })).status).toBe(409);
  });

  appTest('pause and resume, refused in the wrong state', async ({ app }) => {
    const { id } = await held(app, 'paused');
    expect((await app.send('PUT', `/pipelines/${id}/resume`)).status).toBe(409);
    expect((await app.send('PUT', `/pipelines/${id}/pause`)).status).toBe(200);
    expect((await app.send('GET', `/pipelines/${id}`)).body.status).toBe('PAUSED');
    expect((await app.send('PUT', `/pipelines/${id}/resume`)).status).toBe(200);
    expect((await app.send('GET', `/pipelines/${id}`)).body.status).toBe('RUNNING');
  });

  appTest('restart and ignore of a failed stage', async ({ app }) => {
    const failing = {
      refId: '1',
      type: 'checkPreconditions',
      name: 'Fails',
      preconditions: [{ type: 'expression', context: { expression: 'false' } }],
    };
    await save(app, { application: 'steer', name: 'failing', stages: [failing] });
    const { ref } = (await app.send('POST', '/pipelines/steer/failing', {})).body;
    const get = async () => (await app.send('GET', ref)).body;
    const top = (execution: { stages: Array<{ id: string; name: string; attempt: number; status: string }> }) =>
      execution.stages.find((stage) => stage.name === 'Fails')!;
    const failed = await eventually(get, ended);
    expect(failed.status).toBe('TERMINAL');
    const restarted = await app.send('PUT', `${ref}/stages/${top(failed).id}/restart`, {});
    expect(restarted.status).toBe(200);
    expect(top(restarted.body).attempt).toBe(2);
    await eventually(get, (execution) => ended(execution) && top(execution).status === 'TERMINAL');
    expect((await app.send('PUT', `${ref}/stages/${top(failed).id}/ignore`, {})).status).toBe(400);
    expect((await app.send('PUT', `${ref}/stages/${top(failed).id}/ignore`, { reason: 'known' })).status).toBe(200);
    expect(await eventually(get, ended)).toMatchObject({ status: 'SUCCEEDED' });
  });

  appTest('expressions are tried against an execution', async ({ app }) => {
    const { id } = await held(app, 'asked');
    const evaluate = (text: string) =>
      app.send('GET', `/pipelines/${id}/evaluateExpression?expression=${encodeURIComponent(text)}`);
    expect((await evaluate('${trigger.type} of ${execution.name}')).body).toEqual({ result: 'manual of asked' });
    expect((await evaluate('${nope.nope}')).body).toMatchObject({ detail: expect.anything() });
  });

  appTest('a child pipeline passes its outputs to its parent', async ({ app }) => {
    const variables = (value: string) => ({
      refId: '1',
      type: 'evaluateVariables',
      name: 'Vars',
      variables: [{ key: 'given', value }],
    });
    await save(app, { application: 'steer', name: 'child', stages: [variables('${parameters.word}')] });
    const child = (await app.send('GET', '/applications/steer/pipelineConfigs/child')).body;
    const run = {
      refId: '1',
      type: 'pipeline',
      name: 'Run',
      application: 'steer',
      pipeline: child.id,
      pipelineParameters: { word: 'hello' },
    };
    await save(app, { application: 'steer', name: 'parent', stages: [run] });
    const { ref } = (await app.send('POST', '/pipelines/steer/parent', {})).body;
    const parent = await eventually(async () => (await app.send('GET', ref)).body, ended);
    expect(parent).toMatchObject({ status: 'SUCCEEDED', stages: [{ outputs: { given: 'hello' } }] });
    const started = (await app.send('GET', `/pipelines/${parent.stages[0].context.executionId}`)).body;
    expect(started).toMatchObject({
      rootId: parent.id,
      trigger: { type: 'pipeline', parentExecution: { id: parent.id, name: 'parent' } },
    });
  });
});
