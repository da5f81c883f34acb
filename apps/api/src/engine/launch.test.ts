import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { Harness } from './testing/harness.ts';

const pass = { refId: '1', type: 'work', name: 'pass' };
const web = (version: string) => ({ type: 'docker/image', name: 'web', version });
const expected = (more: JsonObject = {}): JsonObject => ({
  id: 'e1',
  displayName: 'web image',
  matchArtifact: { type: 'docker/image', name: 'web' },
  ...more,
});
const publishing = (...artifacts: JsonObject[]) => ({ ...pass, outputs: { artifacts } });

async function started(world: Harness, config: JsonObject, trigger: JsonObject = {}, stages: JsonObject[] = [pass]) {
  const id = await world.start(stages, { config, trigger });
  await world.settle();
  return world.read(id);
}

describe('the trigger of an execution', () => {
  it('has the fields that every trigger has, and keeps all others', async () => {
    const { trigger } = await started(new Harness(), {}, { correlationId: 'c', extra: { kept: true } });
    expect(trigger).toEqual({
      type: 'manual',
      user: 'ana',
      parameters: {},
      artifacts: [],
      notifications: [],
      rebake: false,
      dryRun: false,
      strategy: false,
      correlationId: 'c',
      extra: { kept: true },
      expectedArtifacts: [],
      resolvedExpectedArtifacts: [],
      resolution: { parameters: [], artifacts: [] },
    });
  });

  it('says of each parameter which rule supplied it', async () => {
    const config = { parameterConfig: [{ name: 'a', default: '1' }, { name: 'b', default: '2' }, { name: 'c' }] };
    const { trigger, status } = await started(new Harness(), config, { parameters: { a: null, d: 4 } });
    expect(status).toBe('SUCCEEDED');
    expect(trigger).toMatchObject({
      parameters: { a: null, b: '2', c: null, d: 4 },
      resolution: {
        parameters: [
          { name: 'a', rule: 'sent', configured: true },
          { name: 'b', rule: 'default', configured: true },
          { name: 'c', rule: 'none', configured: true },
          { name: 'd', rule: 'sent', configured: false },
        ],
      },
    });
  });

  it('cannot pretend to have been resolved already', async () => {
    const sent = { resolvedExpectedArtifacts: [expected({ boundArtifact: web('9') })], resolution: 'mine' };
    const { trigger } = await started(new Harness(), { expectedArtifacts: [expected()] }, sent);
    expect(trigger).toMatchObject({ resolvedExpectedArtifacts: [], resolution: { artifacts: [] } });
  });

  it('adds its notifications to those of the pipeline', async () => {
    const config = { notifications: [{ type: 'slack' }] };
    const { notifications } = await started(new Harness(), config, { notifications: [{ type: 'email' }] });
    expect(notifications).toEqual([{ type: 'slack' }, { type: 'email' }]);
  });

  it('takes facts and artifacts of the execution that it names as its parent', async () => {
    const world = new Harness();
    const parent = await started(world, {}, { artifacts: [web('1')] }, [publishing(web('2'))]);
    const child = await started(
      world,
      { expectedArtifacts: [expected({ matchArtifact: { version: '2' } })] },
      {
        type: 'pipeline',
        parentPipelineId: parent.id,
        expectedArtifactIds: ['e1'],
      },
    );
    expect(child).toMatchObject({ status: 'SUCCEEDED', rootId: parent.id });
    expect(child.trigger).toMatchObject({
      isPipeline: true,
      parentStatus: 'SUCCEEDED',
      parentPipelineName: parent.name,
      parentExecution: { id: parent.id, stages: [] },
      artifacts: [web('2'), web('1')],
      resolvedExpectedArtifacts: [{ id: 'e1', boundArtifact: web('2') }],
    });
  });
});

describe('expected artifacts at a start', () => {
  it('are bound to what was received, and the run says so', async () => {
    const config = { expectedArtifacts: [expected()] };
    const trigger = { artifacts: [web('7'), { type: 'other' }], expectedArtifactIds: ['e1'] };
    const execution = await started(new Harness(), config, trigger);
    expect(execution.status).toBe('SUCCEEDED');
    expect(execution.trigger).toMatchObject({
      artifacts: [web('7'), { type: 'other' }],
      expectedArtifacts: [{ id: 'e1', boundArtifact: web('7') }],
      resolvedExpectedArtifacts: [{ id: 'e1', boundArtifact: web('7') }],
      resolution: {
        artifacts: [
          {
            expectedArtifactId: 'e1',
            rule: 'received',
            artifact: web('7'),
            refusedCount: 1,
            refused: [{ from: 'received', artifact: { type: 'other' } }],
          },
        ],
      },
    });
  });

  it('that are not named by the trigger and have no fallback are left out', async () => {
    const { trigger, status } = await started(new Harness(), { expectedArtifacts: [expected()] });
    expect(status).toBe('SUCCEEDED');
    expect(trigger['resolvedExpectedArtifacts']).toEqual([]);
  });

  it('are bound to artifacts of the newest earlier execution: its stages first, later ones before earlier', async () => {
    const world = new Harness();
    const two = [publishing(web('2')), { ...publishing(web('3')), refId: '2', requisiteStageRefIds: ['1'] }];
    await started(world, {}, { artifacts: [web('0')] });
    const earlier = await started(world, {}, { artifacts: [web('1')] }, two);
    const config = { expectedArtifacts: [expected({ usePriorArtifact: true })] };
    const { trigger } = await started(world, config);
    expect(trigger).toMatchObject({
      artifacts: [web('3')],
      resolution: { artifacts: [{ rule: 'prior', executionId: earlier.id, artifact: web('3') }] },
    });
  });

  it('are not bound to an execution that was refused itself: the one before it counts', async () => {
    const world = new Harness();
    const earlier = await started(world, {}, { artifacts: [web('1')] });
    const refused = await started(world, { parameterConfig: [{ name: 'p', required: true }] });
    expect(refused.status).toBe('TERMINAL');
    const { trigger } = await started(world, { expectedArtifacts: [expected({ usePriorArtifact: true })] });
    expect(trigger).toMatchObject({ resolution: { artifacts: [{ rule: 'prior', executionId: earlier.id }] } });
  });

  it('are bound to their default last', async () => {
    const config = { expectedArtifacts: [expected({ useDefaultArtifact: true, defaultArtifact: web('stable') })] };
    const { trigger } = await started(new Harness(), config, { artifacts: [{ type: 'other' }] });
    expect(trigger).toMatchObject({
      artifacts: [{ type: 'other' }, web('stable')],
      resolution: { artifacts: [{ rule: 'default', artifact: web('stable') }] },
    });
  });
});

describe('a start is stored as failed, with the reason and what was resolved so far', () => {
  const cases: ReadonlyArray<[string, JsonObject, JsonObject, string, string | undefined]> = [
    [
      'when nothing fits an expected artifact',
      { expectedArtifacts: [expected()] },
      { expectedArtifactIds: ['e1'], artifacts: [{ type: 'docker/image', name: 'db' }] },
      'Failed on startup: Unmatched expected artifact "web image" (type docker/image, name web): none of 1 fits; nearest is docker/image db (name expected web, got db), and it has no default',
      '/artifacts',
    ],
    [
      'when too much fits an expected artifact',
      { expectedArtifacts: [expected()] },
      { expectedArtifactIds: ['e1'], artifacts: [web('1'), web('2')] },
      'Failed on startup: Expected artifact "web image" fits 2 of the received artifacts (docker/image web 1; docker/image web 2) and must fit one: ask for more in its match fields, or send fewer artifacts',
      '/artifacts',
    ],
    [
      'when an artifact cannot be read',
      {},
      { artifacts: [web('1'), 'web:2'] },
      'Failed on startup: artifact 2 of the trigger cannot be read: it must be an object whose type, name, version, location and reference are texts',
      '/artifacts/1',
    ],
    [
      'when a required parameter has no value',
      { parameterConfig: [{ name: 'a/b', required: true }] },
      {},
      'Failed on startup: parameter "a/b" is required and has no value',
      '/parameters/a~1b',
    ],
    [
      'when a parameter is not one of its options',
      { parameterConfig: [{ name: 'size', hasOptions: true, options: [{ value: 's' }, { value: 'm' }] }] },
      { parameters: { size: 'xl' } },
      'Failed on startup: parameter "size" is "xl", which is not one of s, m',
      '/parameters/size',
    ],
    [
      'when the pipeline is disabled',
      { disabled: true },
      {},
      'Failed on startup: the pipeline is disabled; enable it to start it',
      undefined,
    ],
    [
      'when its template has errors',
      { errors: [{ message: 'variable "x" has no value' }] },
      {},
      'Failed on startup: its template: variable "x" has no value',
      undefined,
    ],
  ];
  it.each(cases)('%s', async (_rule, config, trigger, reason, pointer) => {
    const world = new Harness();
    const command = {
      application: 'toy',
      name: 'toy',
      pipelineConfigId: 'p',
      pipelineVersion: 1,
      user: 'ana',
      trigger,
    };
    const outcome = await world.engine.start({ ...command, config: { ...config, stages: [pass] } });
    expect(outcome).toMatchObject({ created: true, failure: reason });
    expect(outcome.problems.map((problem) => problem.pointer)).toEqual([pointer]);
    await world.settle();
    expect(await world.read(outcome.id)).toMatchObject({
      status: 'TERMINAL',
      canceledBy: 'system',
      cancellationReason: reason,
      startTime: null,
      stages: [{ status: 'NOT_STARTED' }],
      trigger: { resolution: {} },
    });
  });

  it('for each of several reasons at once', async () => {
    const config = {
      disabled: true,
      parameterConfig: [{ name: 'p', required: true }],
      expectedArtifacts: [expected()],
    };
    const { cancellationReason } = await started(new Harness(), config, { expectedArtifactIds: ['e1'] }, [
      { refId: '1' },
    ]);
    expect(cancellationReason).toMatch(
      /^Failed on startup: parameter "p" .*; Unmatched .*; the pipeline is disabled.*; stage 1 has no type$/,
    );
  });

  it('and cannot be restarted around what was missing', async () => {
    const world = new Harness();
    const { id, stages } = await started(world, { parameterConfig: [{ name: 'p', required: true }] });
    await expect(world.engine.restartStage(id, stages[0]!.id, 'ana')).rejects.toMatchObject({
      status: 409,
      code: 'execution.never-started',
      message: expect.stringContaining('parameter "p" is required'),
    });
  });
});

describe('a plan', () => {
  const command = { application: 'toy', name: 'toy', pipelineConfigId: 'p', pipelineVersion: 1, user: 'ana' };

  it('is the definition as it would run, and stores nothing', async () => {
    const world = new Harness();
    const { config, problems } = await world.engine.plan({
      ...command,
      config: { stages: [{ type: 'work' }, { type: 'work' }], parameterConfig: [{ name: 'a', default: '1' }] },
      trigger: {},
    });
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      stages: [
        { refId: '0', requisiteStageRefIds: [] },
        { refId: '1', requisiteStageRefIds: ['0'] },
      ],
      trigger: { type: 'manual', parameters: { a: '1' } },
    });
    expect(await world.store.newestLaunched('p')).toBeNull();
  });

  it('says why it would be refused', async () => {
    const { problems } = await new Harness().engine.plan({
      ...command,
      config: { disabled: true, stages: [pass] },
      trigger: {},
    });
    expect(problems).toMatchObject([{ about: 'disabled' }]);
  });
});

describe('the key of a start', () => {
  const keyed = { correlationKey: 'k', correlationKeptMs: 60_000 };

  it('answers its execution while that runs, and for a while after its end; then it starts another', async () => {
    const world = new Harness();
    const stages = [{ ...pass, type: 'sleep', forSeconds: 10 }];
    const first = await world.start(stages, keyed);
    expect(await world.start(stages, keyed)).toBe(first);
    await world.settle();
    expect((await world.read(first)).status).toBe('SUCCEEDED');
    expect(await world.start(stages, keyed)).toBe(first);
    world.clock.advanceTo(world.clock.now() + 60_000);
    const second = await world.start(stages, keyed);
    expect(second).not.toBe(first);
    expect(await world.start(stages, keyed)).toBe(second);
  });

  it('answers for ever where nothing else is said', async () => {
    const world = new Harness();
    const first = await world.start([pass], { correlationKey: 'k' });
    await world.settle();
    world.clock.advanceTo(world.clock.now() + 1_000_000_000);
    expect(await world.start([pass], { correlationKey: 'k' })).toBe(first);
  });

  it('answers the reason again when the first start was refused', async () => {
    const world = new Harness();
    const command = {
      application: 'toy',
      name: 'toy',
      pipelineConfigId: 'p',
      pipelineVersion: 1,
      user: 'ana',
      trigger: {},
      config: { disabled: true, stages: [pass] },
      correlationKey: 'k',
    };
    const first = await world.engine.start(command);
    expect(await world.engine.start(command)).toMatchObject({ id: first.id, created: false, failure: first.failure });
  });
});

describe('what a stage produces', () => {
  const ends = async (world: Harness, stage: JsonObject) => {
    const execution = await started(world, {}, { artifacts: [web('0')] }, [{ ...pass, ...stage }]);
    return execution.stages[0]!;
  };

  it('is bound to what it expects of itself: the first that fits', async () => {
    const stage = await ends(new Harness(), {
      expectedArtifacts: [expected({ usePriorArtifact: true })],
      outputs: { artifacts: [{ type: 'other' }, web('1'), web('2')] },
    });
    expect(stage).toMatchObject({
      status: 'SUCCEEDED',
      outputs: {
        artifacts: [{ type: 'other' }, web('1'), web('2')],
        resolvedExpectedArtifacts: [{ id: 'e1', usePriorArtifact: true, boundArtifact: web('1') }],
      },
      context: { artifactResolution: [{ rule: 'received', refusedCount: 1 }] },
    });
  });

  it('is completed by the default, which later stages can use too', async () => {
    const stage = await ends(new Harness(), {
      expectedArtifacts: [expected({ useDefaultArtifact: true, defaultArtifact: web('stable') })],
      outputs: { artifacts: [] },
    });
    expect(stage.outputs).toMatchObject({
      artifacts: [web('stable')],
      resolvedExpectedArtifacts: [{ boundArtifact: web('stable') }],
    });
  });

  it('fails the stage when nothing fits, under its failure flags', async () => {
    const failing = { expectedArtifacts: [expected()], outputs: { artifacts: [{ type: 'docker/image', name: 'db' }] } };
    const stage = await ends(new Harness(), failing);
    expect(stage.status).toBe('TERMINAL');
    expect(stage.context['exception']).toMatchObject({
      exceptionType: 'engine.unmatched-artifact',
      details: {
        error:
          'Stage "pass" did not produce what it expects. Unmatched expected artifact "web image" (type docker/image, name web): none of 1 fits; nearest is docker/image db (name expected web, got db), and it has no default.',
      },
    });
    expect((await ends(new Harness(), { ...failing, continuePipeline: true })).status).toBe('FAILED_CONTINUE');
  });

  it('is not looked for where a stage publishes no artifacts', async () => {
    const stage = await ends(new Harness(), { expectedArtifacts: [expected()] });
    expect(stage.status).toBe('SUCCEEDED');
    expect(stage.outputs).not.toHaveProperty('resolvedExpectedArtifacts');
  });

  it('is bound anew in another attempt', async () => {
    const world = new Harness();
    const version = '${T(java.util.UUID).randomUUID().toString()}';
    const config = { expectedArtifacts: [expected()], outputs: { artifacts: [web(version)], other: 1 } };
    const { id, stages } = await started(world, {}, {}, [{ ...pass, ...config }]);
    await world.engine.restartStage(id, stages[0]!.id, 'ana');
    await world.settle();
    const stage = (await world.read(id)).stages[0]!;
    const [made] = stage.outputs['artifacts'] as [{ version: string }];
    expect(stage.outputs).toEqual({
      other: 1,
      artifacts: [made],
      resolvedExpectedArtifacts: [expect.objectContaining({ boundArtifact: made })],
    });
    expect(stage.attempts?.[0]?.outputs['artifacts']).not.toEqual([made]);
  });

  it('keeps what the stage has bound itself', async () => {
    const own = [expected({ boundArtifact: web('own') })];
    const stage = await ends(new Harness(), {
      expectedArtifacts: [expected()],
      outputs: { artifacts: [], resolvedExpectedArtifacts: own },
    });
    expect(stage).toMatchObject({ status: 'SUCCEEDED', outputs: { resolvedExpectedArtifacts: own } });
  });
});
