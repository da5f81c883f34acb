import { describe, expect, it } from 'vitest';
import { createWorld, runStage, type World } from '../../kit/testing/index.ts';
import { deleteCloudFormation } from '../delete-cloud-formation/executor.ts';
import { deleteCloudFormationChangeSet } from '../delete-cloud-formation-change-set/executor.ts';
import { deployCloudFormationStage } from './definition.ts';
import { deployCloudFormation } from './executor.ts';

const queue = (name: string) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName: name } });
const template = (...names: string[]) =>
  JSON.stringify({ Resources: Object.fromEntries(names.map((n) => [n, queue(n)])) });
const STACK = { credentials: 'prod', regions: ['us-east-1'], stackName: 'shop-queues' };
const REF = { account: 'prod', region: 'us-east-1', name: 'shop-queues' };
const DEPLOY = { ...STACK, templateBody: template('Orders'), parameters: { Size: 2 } };

const deploy = (world: World, context: object = DEPLOY, more = {}) =>
  runStage(deployCloudFormation, { world, context: { ...context }, ...more });

describe('deploying a stack', () => {
  it('creates it, waits, and publishes its outputs', async () => {
    const world = createWorld();
    const run = await deploy(world);
    expect(run.status).toBe('SUCCEEDED');
    expect(run.tasks.map(({ name }) => name)).toEqual(['deployCloudFormation', 'waitForCloudFormationCompletion']);
    expect(run.waits).toEqual(['stack shop-queues in us-east-1 (CREATE_IN_PROGRESS)']);
    expect(run.outputs).toMatchObject({
      ...{ stackName: 'shop-queues', stackStatus: 'CREATE_COMPLETE', outputs: { Size: '2' } },
      stacks: [{ region: 'us-east-1' }],
    });
    expect(run.ledger).toMatchObject([{ kind: 'stack', action: 'create', state: 'done' }]);
  });

  it('updates it, in all its regions, remembering what it was; no change counts as done', async () => {
    const world = createWorld();
    await deploy(world);
    expect((await deploy(world, DEPLOY, { id: 'stage-2' })).status).toBe('SUCCEEDED');
    const both = { ...DEPLOY, regions: ['us-east-1', 'eu-west-1'], parameters: { Size: 3 } };
    const run = await deploy(world, both, { id: 'stage-3' });
    expect(run.ledger).toMatchObject([
      { action: 'change', before: { parameters: { Size: '2' } } },
      { action: 'create' },
    ]);
    expect(world.stacks.changes).toEqual(['create shop-queues', 'update shop-queues', 'create shop-queues']);
  });

  it('waits for a change that somebody else makes', async () => {
    const world = createWorld();
    const other = { key: 'other', executionId: 'e', stageId: 's' };
    const spec = {
      ...REF,
      parameters: {},
      tags: {},
      capabilities: [],
      template: { kind: 'text', text: '{}' },
    } as const;
    await world.stacks.deploy(spec, other);
    const run = await deploy(world);
    expect(run.status).toBe('SUCCEEDED');
    expect(run.waits[0]).toBe('another change of stack shop-queues in us-east-1 to end');
  });

  it('names the first resource that failed, with code and request id', async () => {
    const world = createWorld();
    const reason = 'Bucket exists (Service: S3, Status Code: 409, Error Code: BucketAlreadyExists, Request ID: R-7)';
    const trouble = {
      resource: 'Raw',
      resourceType: 'AWS::S3::Bucket',
      physicalId: 'raw',
      status: 'CREATE_FAILED',
      reason,
    };
    world.stacks.nextTroubles.set('shop-queues', [trouble, { ...trouble, resource: 'Cold' }]);
    const { failure } = await deploy(world);
    expect(failure?.message).toBe(
      `Stack shop-queues could not be deployed in prod us-east-1 (ROLLBACK_COMPLETE). Raw (AWS::S3::Bucket) CREATE_FAILED: ${reason} 1 more failed.`,
    );
    expect(failure).toMatchObject({
      code: 'stack.failed',
      details: { resource: 'Raw', providerCode: 'BucketAlreadyExists', requestId: 'R-7' },
    });
  });

  it('an answer lost at any call begins nothing twice', async () => {
    const calm = createWorld();
    await deploy(calm);
    for (let lost = 1; lost <= calm.stacks.trouble.calls; lost++) {
      const world = createWorld();
      world.stacks.trouble.loseAnswerOf = lost;
      expect((await deploy(world)).status, `lost answer ${lost}`).toBe('SUCCEEDED');
      expect(world.stacks.changes, `lost answer ${lost}`).toEqual(['create shop-queues']);
    }
  });
});

describe('the template', () => {
  const bound = (artifact: object) => ({ resolvedExpectedArtifacts: [{ id: 'template', boundArtifact: artifact }] });
  const fromArtifact = async (artifact: object, world = createWorld()) => {
    const context = { ...STACK, source: 'artifact', stackArtifactId: 'template', parameters: {} };
    return { run: await deploy(world, context, { ancestors: [bound(artifact)] }), world };
  };

  it.each([
    ['text', template('Orders')],
    ['a list with one text', [template('Orders')]],
    ['an object', JSON.parse(template('Orders'))],
    ['a list with one object', [JSON.parse(template('Orders'))]],
  ])('may be %s', async (_what, templateBody) => {
    const world = createWorld();
    await deploy(world);
    await deploy(world, { ...DEPLOY, templateBody }, { id: 'stage-2' });
    expect(world.stacks.changes).toEqual(['create shop-queues']);
  });

  it('may be an artifact: embedded, behind an address, in S3, or written in the stage', async () => {
    const reference = Buffer.from(template('Orders')).toString('base64');
    expect((await fromArtifact({ type: 'embedded/base64', reference })).run.status).toBe('SUCCEEDED');
    const url = 'https://templates.example/queues.json';
    const world = createWorld();
    world.http.answer(`GET ${url}`, { body: template('Orders') });
    expect((await fromArtifact({ type: 'http/file', reference: url }, world)).run.status).toBe('SUCCEEDED');
    const inS3 = { type: 's3/object', reference: 's3://templates/queues.yaml' };
    expect((await fromArtifact(inS3)).run.status).toBe('SUCCEEDED');
    const byName = { type: 's3/object', name: 's3://templates/queues.yaml' };
    expect((await fromArtifact(byName)).run.status).toBe('SUCCEEDED');
    expect((await deploy(createWorld(), { ...STACK, stackArtifact: inS3 })).status).toBe('SUCCEEDED');
  });

  it.each([
    [{ ...STACK }, 'stack.no-template'],
    [{ ...STACK, templateBody: {} }, 'stack.no-template'],
    [{ ...STACK, source: 'artifact' }, 'stack.no-artifact'],
    [{ ...STACK, stackArtifactId: 'nobody' }, 'stack.no-artifact'],
    [{ ...STACK, stackArtifact: { type: 'docker/image', reference: 'nginx:1' } }, 'stack.artifact-unreadable'],
    [{ ...STACK, stackArtifact: { reference: 'https://templates.example/gone' } }, 'stack.artifact-unreadable'],
    [{ ...DEPLOY, isChangeSet: true }, 'stack.no-change-set'],
    [{ ...DEPLOY, regions: [] }, 'cluster.incomplete'],
  ])('%# is refused before anything is changed', async (context, code) => {
    const world = createWorld();
    world.http.answer('GET https://templates.example/gone', { status: 404 });
    expect((await deploy(world, context)).failure?.code).toBe(code);
    expect(world.stacks.changes).toEqual([]);
  });
});

describe('a change set', () => {
  const PLAN = { ...DEPLOY, isChangeSet: true, changeSetName: 'next', templateBody: template('Orders', 'Mails') };
  const changed = { ...PLAN, templateBody: JSON.stringify({ Resources: { Orders: queue('other') } }) };
  async function worldWithStack(): Promise<World> {
    const world = createWorld();
    await deploy(world);
    return world;
  }

  it('is planned and shown, and not carried out', async () => {
    const world = await worldWithStack();
    const run = await deploy(world, PLAN, { id: 'stage-2' });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.outputs['changeSets']).toMatchObject([
      { changeSetName: 'next', changes: [{ action: 'Add', resource: 'Mails', replacement: 'no' }] },
    ]);
    expect(world.stacks.changes).toEqual(['create shop-queues', 'change set next of shop-queues']);
  });

  it('is carried out when asked for, at once or in a later stage', async () => {
    const world = await worldWithStack();
    const at = await deploy(world, { ...PLAN, executeChangeSet: true }, { id: 'stage-2' });
    expect([at.status, at.outputs['stackStatus']]).toEqual(['SUCCEEDED', 'UPDATE_COMPLETE']);
    const other = await worldWithStack();
    await deploy(other, PLAN, { id: 'stage-2' });
    const apply = { ...STACK, isChangeSet: true, changeSetName: 'next', executeChangeSet: true };
    expect((await deploy(other, apply, { id: 'stage-3' })).outputs['stackStatus']).toBe('UPDATE_COMPLETE');
    const none = { ...apply, changeSetName: 'none' };
    expect((await deploy(other, none, { id: 'stage-4' })).failure?.code).toBe('stack.no-change-set');
  });

  it('without changes is removed, and the stage succeeds', async () => {
    const world = await worldWithStack();
    const same = { ...PLAN, templateBody: DEPLOY.templateBody, executeChangeSet: true };
    const run = await deploy(world, same, { id: 'stage-2' });
    expect([run.status, run.outputs['stackStatus']]).toEqual(['SUCCEEDED', 'CREATE_COMPLETE']);
    expect(await world.stacks.readChangeSet({ ...REF, changeSet: 'next' })).toBeNull();
  });

  describe('that would replace something', () => {
    const signal = (choice: string) => ({
      signals: [{ afterMs: 200_000, patch: { changeSetExecutionChoice: choice } }],
    });
    const play = async (context: object, more = {}) => {
      const world = await worldWithStack();
      world.stacks.replaced.add('Orders');
      const run = await deploy(world, { ...changed, executeChangeSet: true, ...context }, { id: 'stage-2', ...more });
      return { run, isExecuted: world.stacks.changes.includes('update shop-queues') };
    };

    it('asks a person, who may execute, skip or fail', async () => {
      const waiting = await play({});
      expect([waiting.run.status, waiting.run.waits.at(-1)]).toEqual([
        'RUNNING',
        'a person to decide whether to replace Orders',
      ]);
      const yes = await play({ actionOnReplacement: 'ask' }, signal('execute'));
      expect([yes.run.status, yes.isExecuted]).toEqual(['SUCCEEDED', true]);
      const leave = await play({}, signal('skip'));
      expect([leave.run.status, leave.isExecuted]).toEqual(['SUCCEEDED', false]);
      const no = await play({}, signal('fail'));
      expect([no.run.failure?.code, no.isExecuted]).toEqual(['stack.would-replace', false]);
    });

    it('skips or fails by itself when it is set to', async () => {
      const skipped = await play({ actionOnReplacement: 'skip' });
      expect([skipped.run.status, skipped.isExecuted]).toEqual(['SUCCEEDED', false]);
      const failedRun = await play({ actionOnReplacement: 'fail' });
      expect(failedRun.run.failure?.message).toContain('would replace Orders, and the stage is set to fail then');
    });

    it('takes only those three answers', () => {
      const [definition] = deployCloudFormationStage.signals ?? [];
      const target = { context: {}, trigger: {} } as never;
      const actor = { user: 'ann', roles: [] } as never;
      const decide = (choice: string) =>
        definition?.decide({ changeSetExecutionChoice: choice } as never, target, actor);
      expect(decide('Execute')).toEqual({ accept: { changeSetExecutionChoice: 'execute', lastModifiedBy: 'ann' } });
      expect(decide('maybe')).toMatchObject({ refuse: { status: 400, field: 'changeSetExecutionChoice' } });
    });
  });

  it('an answer lost at any call executes nothing twice', async () => {
    const calm = await worldWithStack();
    const before = calm.stacks.trouble.calls;
    await deploy(calm, { ...PLAN, executeChangeSet: true }, { id: 'stage-2' });
    for (let lost = before + 1; lost <= calm.stacks.trouble.calls; lost++) {
      const world = await worldWithStack();
      world.stacks.trouble.loseAnswerOf = lost;
      const run = await deploy(world, { ...PLAN, executeChangeSet: true }, { id: 'stage-2' });
      expect([run.status, world.stacks.changes.length], `lost answer ${lost}`).toEqual(['SUCCEEDED', 3]);
    }
  });

  it('is deleted by its own stage', async () => {
    const world = await worldWithStack();
    await deploy(world, PLAN, { id: 'stage-2' });
    const context = { ...STACK, changeSetName: 'next' };
    expect((await runStage(deleteCloudFormationChangeSet, { world, context })).status).toBe('SUCCEEDED');
    expect((await runStage(deleteCloudFormationChangeSet, { world, context, id: 's2' })).status).toBe('SUCCEEDED');
    expect(await world.stacks.readChangeSet({ ...REF, changeSet: 'next' })).toBeNull();
  });
});

describe('deleting a stack', () => {
  it('waits until it is gone; one that is not there counts as done', async () => {
    const world = createWorld();
    expect((await runStage(deleteCloudFormation, { world, context: STACK })).status).toBe('SKIPPED');
    await deploy(world);
    const run = await runStage(deleteCloudFormation, { world, context: STACK });
    expect([run.status, run.waits]).toEqual(['SUCCEEDED', ['stack shop-queues in us-east-1 to be gone']]);
    expect(await world.stacks.read(REF)).toBeNull();
  });

  it('names what could not be deleted', async () => {
    const world = createWorld();
    await deploy(world);
    const trouble = { resource: 'Raw', resourceType: 'AWS::S3::Bucket', physicalId: 'raw', status: 'DELETE_FAILED' };
    world.stacks.nextTroubles.set('shop-queues', [{ ...trouble, reason: 'The bucket is not empty' }]);
    const { failure } = await runStage(deleteCloudFormation, { world, context: STACK });
    expect(failure).toMatchObject({ code: 'stack.failed', message: expect.stringContaining('Raw (AWS::S3::Bucket)') });
  });

  it('an answer lost at any call still deletes it', async () => {
    for (let lost = 1; lost <= 4; lost++) {
      const world = createWorld();
      await deploy(world);
      world.stacks.trouble.loseAnswerOf = world.stacks.trouble.calls + lost;
      expect((await runStage(deleteCloudFormation, { world, context: STACK })).status).toBe('SUCCEEDED');
    }
  });
});
