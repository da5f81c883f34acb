import { describe, expect } from 'vitest';
import { appTest } from '../testing/app-test.ts';
import { eventually, type TestApplication } from '../testing/start-test-application.ts';

const pass = { refId: '1', type: 'wait', name: 'pass', waitTime: 0 };
const web = (version: string) => ({ type: 'docker/image', name: 'web', version, reference: `web:${version}` });
const expected = (more: object = {}) => ({
  id: 'e1',
  displayName: 'web image',
  matchArtifact: { type: 'docker/image', name: 'web' },
  ...more,
});

const save = async (app: TestApplication, name: string, more: object = {}) => {
  const answer = await app.send('POST', '/pipelines', { application: 'inputs', name, stages: [pass], ...more });
  expect(answer.status).toBe(200);
  return (await app.send('GET', `/applications/inputs/pipelineConfigs/${name}`)).body.id as string;
};
const start = (app: TestApplication, name: string, body: object) =>
  app.send('POST', `/pipelines/inputs/${name}`, { type: 'manual', ...body });
const ended = (app: TestApplication, ref: string) =>
  eventually(
    async () => (await app.send('GET', ref)).body,
    (execution) => ['SUCCEEDED', 'TERMINAL', 'CANCELED'].includes(execution.status),
  );
const runsOf = async (app: TestApplication, id: string) =>
  (await app.send('GET', `/executions?pipelineConfigIds=${id}&limit=50`)).body;

describe('a start by hand', () => {
  appTest('shows which rule supplied each input, and takes from the run before what is not sent', async ({ app }) => {
    await save(app, 'shown', {
      expectedArtifacts: [expected({ usePriorArtifact: true })],
      parameterConfig: [{ name: 'size', default: 's', hasOptions: true, options: [{ value: 's' }, { value: 'm' }] }],
    });
    const sent = await start(app, 'shown', { artifacts: [{ ...web('7'), extra: 1 }], parameters: { size: 'm' } });
    expect(sent.status).toBe(202);
    const first = await ended(app, sent.body.ref);
    expect(first).toMatchObject({
      status: 'SUCCEEDED',
      trigger: {
        parameters: { size: 'm' },
        artifacts: [{ ...web('7'), metadata: { extra: 1 } }],
        resolvedExpectedArtifacts: [{ id: 'e1', boundArtifact: { version: '7' } }],
        resolution: {
          parameters: [{ name: 'size', rule: 'sent' }],
          artifacts: [{ expectedArtifactId: 'e1', displayName: 'web image', rule: 'received' }],
        },
      },
    });
    const bare = await start(app, 'shown', { artifacts: [{ type: 'docker/image', name: 'db' }] });
    expect((await ended(app, bare.body.ref)).trigger.resolution).toMatchObject({
      parameters: [{ name: 'size', rule: 'default' }],
      artifacts: [
        {
          rule: 'prior',
          executionId: first.id,
          artifact: { version: '7' },
          refused: [{ from: 'received', mismatches: [{ field: 'name', expected: 'web', actual: 'db' }] }],
        },
      ],
    });
  });

  appTest(
    'that cannot be supplied is refused by field, kept with its reason, and not restarted around it',
    async ({ app }) => {
      const id = await save(app, 'refused', {
        expectedArtifacts: [expected()],
        parameterConfig: [{ name: 'day', constraint: 'date' }],
      });
      const sent = await start(app, 'refused', { expectedArtifactIds: ['e1'], parameters: { day: 'today' } });
      expect(sent).toMatchObject({
        status: 400,
        body: {
          code: 'executions.bad-parameter',
          message: expect.stringContaining('Unmatched expected artifact "web image"'),
          fields: [{ pointer: '/parameters/day' }, { pointer: '/artifacts' }],
        },
      });
      const [kept] = await runsOf(app, id);
      expect(sent.body.message).toContain(kept.id);
      expect(kept).toMatchObject({ status: 'TERMINAL', canceledBy: 'system' });
      expect(kept.cancellationReason).toMatch(/^Failed on startup: parameter "day" is "today"/);
      const again = await app.send('PUT', `/pipelines/${kept.id}/stages/${kept.stages[0].id}/restart`, {});
      expect(again).toMatchObject({ status: 409, body: { code: 'execution.never-started' } });
    },
  );

  appTest('without a required parameter is refused and leaves nothing behind', async ({ app }) => {
    const id = await save(app, 'required', { parameterConfig: [{ name: 'version', required: true }] });
    const sent = await start(app, 'required', { parameters: { version: null } });
    expect(sent).toMatchObject({ status: 400, body: { fields: [{ pointer: '/parameters/version' }] } });
    expect(await runsOf(app, id)).toEqual([]);
  });

  appTest('of a disabled pipeline is refused and kept with its reason', async ({ app }) => {
    const id = await save(app, 'disabled', { disabled: true });
    expect(await start(app, 'disabled', {})).toMatchObject({ status: 400, body: { code: 'pipelines.disabled' } });
    expect(await runsOf(app, id)).toMatchObject([
      { status: 'TERMINAL', cancellationReason: 'Failed on startup: the pipeline is disabled; enable it to start it' },
    ]);
  });

  appTest('with "plan" answers what would run and starts nothing', async ({ app }) => {
    const id = await save(app, 'planned', { parameterConfig: [{ name: 'size', default: 's' }] });
    const plan = await start(app, 'planned', { plan: true });
    expect(plan.body).toMatchObject({
      id,
      stages: [{ refId: '1' }],
      trigger: { type: 'manual', parameters: { size: 's' } },
    });
    expect(plan.body.trigger).not.toHaveProperty('plan');
    expect(await runsOf(app, id)).toEqual([]);
  });

  appTest('under a correlation id answers the running execution', async ({ app }) => {
    await save(app, 'correlated');
    const once = await start(app, 'correlated', { correlationId: 'release-7' });
    expect((await start(app, 'correlated', { correlationId: 'release-7' })).body).toEqual(once.body);
    expect((await start(app, 'correlated', { correlationId: 'release-8' })).body).not.toEqual(once.body);
  });
});

describe('a webhook', () => {
  const hook = { type: 'webhook', enabled: true, source: 'images', expectedArtifactIds: ['e1'] };

  appTest('starts what expects one of its artifacts, and says of the others what they asked for', async ({ app }) => {
    await save(app, 'listens', { triggers: [hook], expectedArtifacts: [expected()] });
    await save(app, 'wants-more', {
      triggers: [hook],
      expectedArtifacts: [expected({ matchArtifact: { name: 'web', version: '8' } })],
    });
    const { body } = await app.send('POST', '/webhooks/webhook/images', { artifacts: [web('7')] });
    const outcome = Object.fromEntries(body.matched.map((each: { pipeline: string }) => [each.pipeline, each]));
    expect(outcome['wants-more']).toMatchObject({
      executionId: null,
      reason: 'artifact web image: expected name web, version 8, got docker/image web 7 (version expected 8, got 7)',
    });
    const execution = await ended(app, `/pipelines/${outcome['listens'].executionId}`);
    expect(execution).toMatchObject({
      status: 'SUCCEEDED',
      trigger: {
        type: 'webhook',
        artifacts: [web('7')],
        resolvedExpectedArtifacts: [{ id: 'e1', boundArtifact: web('7') }],
        resolution: { artifacts: [{ rule: 'received' }] },
      },
    });
  });

  appTest('whose artifacts are not clear leaves a failed execution that says so', async ({ app }) => {
    const id = await save(app, 'unclear', {
      triggers: [{ ...hook, source: 'unclear' }],
      expectedArtifacts: [expected()],
    });
    const { body } = await app.send('POST', '/webhooks/webhook/unclear', { artifacts: [web('7'), web('8')] });
    expect(body.matched[0].reason).toContain('fits 2 of the received artifacts');
    expect(await runsOf(app, id)).toMatchObject([{ id: body.matched[0].executionId, status: 'TERMINAL' }]);
  });
});

describe('a pipeline stage', () => {
  const produce = { refId: '1', type: 'webhook', name: 'build', url: 'https://ci.example.com/build', method: 'POST' };
  const run = (pipeline: string, more: object = {}) => ({
    refId: '2',
    requisiteStageRefIds: ['1'],
    type: 'pipeline',
    name: 'deploy it',
    application: 'inputs',
    pipeline,
    ...more,
  });
  const answering = (app: TestApplication, ...artifacts: object[]) =>
    app.world.http.answer('POST https://ci.example.com/build', { body: { artifacts } });

  appTest('hands on the artifacts of the stages before it, and binds those of the child', async ({ app }) => {
    answering(app, web('7'));
    const child = await save(app, 'child', {
      expectedArtifacts: [expected()],
      stages: [produce],
    });
    await save(app, 'parent', {
      stages: [
        { ...produce, expectedArtifacts: [expected({ id: 'built' })] },
        run(child, { expectedArtifacts: [expected({ id: 'deployed' })] }),
      ],
    });
    const sent = await start(app, 'parent', { artifacts: [{ type: 'git/repo', name: 'config' }] });
    const parent = await ended(app, sent.body.ref);
    expect(parent).toMatchObject({
      status: 'SUCCEEDED',
      stages: [
        { outputs: { resolvedExpectedArtifacts: [{ id: 'built', boundArtifact: web('7') }] } },
        { outputs: { resolvedExpectedArtifacts: [{ id: 'deployed', boundArtifact: web('7') }] } },
      ],
    });
    const { trigger } = await ended(app, `/pipelines/${parent.stages[1].context.executionId}`);
    expect(trigger).toMatchObject({
      type: 'pipeline',
      isPipeline: true,
      parentPipelineId: parent.id,
      parentPipelineName: 'parent',
      artifacts: [web('7'), { type: 'git/repo', name: 'config' }],
      resolvedExpectedArtifacts: [{ id: 'e1', boundArtifact: web('7') }],
      resolution: { artifacts: [{ rule: 'received', refusedCount: 1 }] },
    });
  });

  appTest('requires what the trigger of the child on this pipeline names', async ({ app }) => {
    const asker = await save(app, 'asker');
    const onAsker = { type: 'pipeline', enabled: true, application: 'inputs', pipeline: asker, status: ['successful'] };
    const asked = await save(app, 'asked', {
      expectedArtifacts: [expected()],
      triggers: [{ ...onAsker, expectedArtifactIds: ['e1'] }],
    });
    await save(app, 'asker', { id: asker, stages: [{ ...run(asked), requisiteStageRefIds: [] }] });
    const bare = await ended(app, (await start(app, 'asker', {})).body.ref);
    expect(bare.stages[0].context.exception.details.errors).toEqual([
      'Exception in child pipeline stage (asked): Failed on startup: Unmatched expected artifact "web image" (type docker/image, name web): no artifact was received, and it has no default',
    ]);
    const given = await ended(app, (await start(app, 'asker', { artifacts: [web('7')] })).body.ref);
    expect(given.status).toBe('SUCCEEDED');
  });

  appTest('fails with the reason when the child is refused', async ({ app }) => {
    answering(app, web('7'));
    const child = await save(app, 'strict-child', { parameterConfig: [{ name: 'version', required: true }] });
    await save(app, 'careless', { stages: [produce, run(child, { waitForCompletion: false })] });
    const parent = await ended(app, (await start(app, 'careless', {})).body.ref);
    expect(parent).toMatchObject({ status: 'TERMINAL', stages: [{ status: 'SUCCEEDED' }, { status: 'TERMINAL' }] });
    const { details } = parent.stages[1].context.exception;
    expect(details.errors).toEqual([
      'Exception in child pipeline stage (strict-child): Failed on startup: parameter "version" is required and has no value',
    ]);
    expect(await runsOf(app, child)).toMatchObject([{ id: details.source.executionId, status: 'TERMINAL' }]);
  });
});

describe('stages that deal in artifacts', () => {
  appTest('take them from another pipeline, make them of text, and bind what the trigger brought', async ({ app }) => {
    const built = await save(app, 'built', { stages: [pass] });
    await ended(app, (await start(app, 'built', { artifacts: [web('7')] })).body.ref);
    await save(app, 'stages', {
      stages: [
        { refId: '1', type: 'findArtifactFromExecution', name: 'find', pipeline: built, expectedArtifact: expected() },
        {
          refId: '2',
          type: 'evaluateArtifacts',
          name: 'text',
          artifactContents: [{ id: 'note', name: 'note.txt', contents: 'by ${trigger.user}' }],
        },
        {
          refId: '3',
          requisiteStageRefIds: ['1', '2'],
          type: 'bindArtifacts',
          name: 'bind',
          expectedArtifacts: [
            expected({ id: 'near' }),
            { id: 'sent', matchArtifact: { type: 'git/repo' } },
            { id: 'made', matchArtifact: { name: 'note.txt' } },
          ],
        },
      ].map((stage) => ({ requisiteStageRefIds: [], ...stage })),
    });
    const sent = await start(app, 'stages', { artifacts: [web('6'), { type: 'git/repo', name: 'config' }] });
    const { status, stages, trigger } = await ended(app, sent.body.ref);
    expect(status).toBe('SUCCEEDED');
    expect(stages[0].outputs.resolvedExpectedArtifacts).toMatchObject([{ id: 'e1', boundArtifact: web('7') }]);
    const note = { type: 'embedded/base64', reference: Buffer.from(`by ${trigger.user}`).toString('base64') };
    expect(stages[2].outputs.resolvedExpectedArtifacts).toMatchObject([
      { id: 'near', boundArtifact: web('7') },
      { id: 'sent', boundArtifact: { name: 'config' } },
      { id: 'made', boundArtifact: note },
    ]);
  });

  appTest('of the same pipeline do not find what they found themselves, nor their own execution', async ({ app }) => {
    const find = { refId: '1', type: 'findArtifactFromExecution', name: 'find', application: 'inputs' };
    const executionOptions = { successful: true, terminal: true, running: true };
    await save(app, 'self', {
      stages: [{ ...find, pipeline: 'self', executionOptions, expectedArtifacts: [expected()] }],
    });
    const first = await ended(app, (await start(app, 'self', { artifacts: [web('1')] })).body.ref);
    expect(first.stages[0].context.exception.details.error).toBe(
      'Pipeline self of inputs has no execution that is SUCCEEDED or TERMINAL or RUNNING.',
    );
    const second = await ended(app, (await start(app, 'self', {})).body.ref);
    expect(second.stages[0].outputs.artifacts).toEqual([web('1')]);
    const third = await ended(app, (await start(app, 'self', {})).body.ref);
    expect(third).toMatchObject({ status: 'TERMINAL' });
    expect(third.stages[0].context.exception.details.error).toContain('Unmatched expected artifact "web image"');
  });
});
