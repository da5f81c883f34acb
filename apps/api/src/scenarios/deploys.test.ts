import type { JsonObject } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import { readPipeline } from './files.ts';
import { IMAGES, shopScenario } from './shop.ts';
import { PipelineWorld } from './world.ts';

let world: PipelineWorld;
const given = async (...options: Parameters<typeof shopScenario>): Promise<void> => {
  world = await PipelineWorld.start(shopScenario(...options));
};
afterEach(() => world.stop());

const cluster = (more: JsonObject = {}): JsonObject => ({
  account: 'prod',
  application: 'shop',
  stack: 'web',
  region: 'us-east-1',
  imageId: IMAGES['2.0.0'],
  capacity: { min: 2, desired: 3, max: 6 },
  instanceType: 'm7g.large',
  targetGroups: ['web-tg'],
  securityGroups: ['sg-1'],
  subnetType: 'internal',
  healthCheckGracePeriod: 30,
  strategy: 'redblack',
  ...more,
});
const deploy = (more: JsonObject = {}): JsonObject => ({
  application: 'shop',
  name: 'Deploy',
  stages: [{ refId: '1', type: 'deploy', name: 'Deploy', clusters: [cluster(more)] }],
});
const bad = { imageId: IMAGES['3.0.0'] };

/** Nobody was unserved, every intent is settled, and the cloud holds nothing without an owner. */
async function thenAllIsAccountedFor(): Promise<void> {
  expect(world.sandbox.leaks()).toEqual([]);
  expect(world.sandbox.traffic().gaps).toEqual([]);
  expect((await world.ledger()).filter(({ state }) => state === 'intended')).toEqual([]);
}
async function thenTheOldServesAsBefore(): Promise<void> {
  const old = await world.group('shop-web-v001');
  expect(old).toMatchObject({
    traffic: 'enabled',
    capacity: { min: 2, desired: 3, max: 4 },
    suspendedProcesses: [],
    intendedCapacity: null,
  });
  expect(old?.instances.filter(({ health }) => health === 'Up')).toHaveLength(3);
}

describe('a good deploy', () => {
  it('red/black: the new group serves, the old one is kept out of traffic at its size', async () => {
    await given();
    const run = await (await world.startPipeline(deploy())).ended();
    expect(await run.failures()).toEqual([]);
    expect(await world.web()).toEqual(['shop-web-v001 disabled 0/3', 'shop-web-v002 enabled 3/3']);
    expect((await world.group('shop-web-v001'))?.capacity).toMatchObject({ min: 2, max: 4 });
    await thenAllIsAccountedFor();
  });

  it('red/black with a number to keep: older ones beyond it go', async () => {
    await given({ before: true });
    await (await world.startPipeline(deploy({ maxRemainingAsgs: 2 }))).ended();
    expect(await world.web()).toEqual(['shop-web-v001 disabled 0/3', 'shop-web-v002 enabled 3/3']);
    await thenAllIsAccountedFor();
  });

  it('highlander: only the new group is left', async () => {
    await given({ before: true });
    const run = await (await world.startPipeline(deploy({ strategy: 'highlander' }))).ended();
    expect(await run.failures()).toEqual([]);
    expect(await world.web()).toEqual(['shop-web-v002 enabled 3/3']);
    await thenAllIsAccountedFor();
  });

  it('without a strategy: both serve', async () => {
    await given();
    await (await world.startPipeline(deploy({ strategy: '' }))).ended();
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3', 'shop-web-v002 enabled 3/3']);
    await thenAllIsAccountedFor();
  });
});

describe('a bad image', () => {
  it('is told in one clear sentence, while the old group serves on and nothing is left', async () => {
    await given();
    const rollback = { rollback: { onFailure: true, destroyLatest: true } };
    const run = await (await world.startPipeline(deploy({ ...bad, ...rollback }))).ended();
    expect(await run.statuses()).toEqual({ Deploy: 'TERMINAL', execution: 'TERMINAL' });
    const [sentence, ...more] = await run.failures();
    expect(sentence).toMatch(/shop-web-v002.*(500|fail)/);
    expect(more).toEqual([]);
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3']);
    await thenTheOldServesAsBefore();
    await thenAllIsAccountedFor();
  });

  it('without a wish to destroy it, stays for a look, out of traffic', async () => {
    await given();
    await (await world.startPipeline(deploy({ ...bad, rollback: { onFailure: true } }))).ended();
    expect((await world.web())[1]).toMatch(/^shop-web-v002 disabled 0\//);
    await thenTheOldServesAsBefore();
    await thenAllIsAccountedFor();
  });

  it('without a wish to roll back, changes nothing else', async () => {
    await given();
    await (await world.startPipeline(deploy(bad))).ended();
    expect((await world.web())[0]).toBe('shop-web-v001 enabled 3/3');
    await thenTheOldServesAsBefore();
    await thenAllIsAccountedFor();
  });

  it('that does not exist is found out before anything is made', async () => {
    await given();
    const run = await (await world.startPipeline(deploy({ imageId: 'ami-0dead' }))).ended();
    expect(await run.failures()).toEqual(['Image ami-0dead does not exist in us-east-1 of account prod.']);
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3']);
    await thenTheOldServesAsBefore();
  });
});

describe('a bake that fails', () => {
  const baking = (more: JsonObject): JsonObject => ({
    application: 'shop',
    name: 'Bake',
    stages: [
      { type: 'bake', name: 'Bake', account: 'prod', baseOs: 'al2023', package: 'web=9', region: 'us-east-1', ...more },
      { type: 'deploy', name: 'Deploy', clusters: [cluster({ imageId: null })] },
    ],
  });

  it('tells the last lines of its log and leaves no machine', async () => {
    await given();
    const script = '#sandbox: rc=1 seconds=60 No match for argument: web-9';
    const run = await (await world.startPipeline(baking({ script }))).ended();
    expect(await run.statuses()).toEqual({ Bake: 'TERMINAL', Deploy: 'NOT_STARTED', execution: 'TERMINAL' });
    expect(await run.failures()).toEqual([
      'Baking web=9 in us-east-1 failed with exit code 1; the log ends: No match for argument: web-9.',
    ]);
    expect(world.bakingInstances()).toEqual([]);
    await thenAllIsAccountedFor();
  });

  it('names the base that it has looked for', async () => {
    await given({ baseImage: false });
    const run = await (await world.startPipeline(baking({}))).ended();
    expect(await run.failures()).toEqual([expect.stringContaining('one with the tag base-os=al2023')]);
  });

  it('canceled in the middle leaves no machine', async () => {
    await given();
    const run = await world.startPipeline(baking({ script: '#sandbox: seconds=600' }));
    await run.when('Bake in us-east-1', ({ wait }) => wait?.reason.includes('shut down') === true);
    expect(world.bakingInstances()).toHaveLength(1);
    await (await run.cancel()).ended();
    expect(await run.statuses()).toEqual({ Bake: 'CANCELED', Deploy: 'NOT_STARTED', execution: 'CANCELED' });
    expect(world.bakingInstances()).toEqual([]);
    await thenAllIsAccountedFor();
  });

  it('out of time leaves no machine', async () => {
    await given();
    const run = await world.startPipeline(baking({ script: '#sandbox: seconds=3000', stageTimeoutMs: 600_000 }));
    await run.ended();
    expect(await run.statuses()).toMatchObject({ Bake: 'TERMINAL', execution: 'TERMINAL' });
    expect(world.bakingInstances()).toEqual([]);
    await thenAllIsAccountedFor();
  });

  it('succeeding, is not repeated for the same content', async () => {
    await given();
    const bakeOnly = { ...baking({}), stages: [(baking({})['stages'] as JsonObject[])[0]] };
    const first = await (await world.startPipeline(bakeOnly)).ended();
    const second = await (await world.startPipeline(bakeOnly)).ended();
    const imageOf = async (run: typeof first) =>
      ((await run.stage('Bake')).outputs['deploymentDetails'] as Array<{ ami: string }>)[0]?.ami;
    expect(await imageOf(second)).toBe(await imageOf(first));
    expect((await second.stage('Bake in us-east-1')).outputs['previouslyBaked']).toBe(true);
    await thenAllIsAccountedFor();
  });
});

describe('a deploy canceled in the middle', () => {
  it('leaves the old group serving as before, and the new one to see', async () => {
    await given();
    const run = await world.startPipeline(deploy());
    await run.when('Deploy in us-east-1', ({ tasks }) => tasks.at(-1)?.status === 'RUNNING');
    await (await run.cancel()).ended();
    expect(await run.statuses()).toEqual({ Deploy: 'CANCELED', execution: 'CANCELED' });
    await thenTheOldServesAsBefore();
    await thenAllIsAccountedFor();
  });

  it('after the new group is up: somebody still serves', async () => {
    await given();
    const run = await world.startPipeline(deploy({ delayBeforeDisableSec: 600 }));
    await run.reached('Wait before disabling');
    await (await run.cancel()).ended();
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3', 'shop-web-v002 enabled 3/3']);
    await thenTheOldServesAsBefore();
    await thenAllIsAccountedFor();
  });
});

describe('a rollback after a red/black deploy', () => {
  it('puts the old group back into traffic, then takes the new one out', async () => {
    await given();
    await (await world.startPipeline(deploy({ scaleDown: true }))).ended();
    expect(await world.web()).toEqual(['shop-web-v001 disabled 0/0', 'shop-web-v002 enabled 3/3']);
    await world.pass(3_600_000);
    const run = await world.startFile('rollback-web.json');
    await run.ended();
    expect(await run.failures()).toEqual([]);
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3', 'shop-web-v002 disabled 0/3']);
    expect((await world.group('shop-web-v001'))?.capacity.min).toBe(2);
    await thenAllIsAccountedFor();
  });
});

describe('a pipeline stage whose child is canceled', () => {
  const parent = (flags: JsonObject): JsonObject => ({
    application: 'shop',
    name: 'Parent',
    stages: [
      { refId: 'P', type: 'pipeline', name: 'P', pipeline: 'Failure policies', ...flags },
      { refId: 'B', requisiteStageRefIds: ['P'], type: 'wait', name: 'B', waitTime: 1 },
    ],
  });

  it.each([
    ['halts everything', {}, { P: 'CANCELED', B: 'NOT_STARTED', execution: 'CANCELED' }],
    ['ignores it', { continuePipeline: true }, { P: 'FAILED_CONTINUE', B: 'SUCCEEDED', execution: 'SUCCEEDED' }],
    ['halts its branch', { failPipeline: false }, { P: 'STOPPED', B: 'NOT_STARTED', execution: 'SUCCEEDED' }],
  ])('%s', async (_what, flags, statuses) => {
    await given();
    const run = await world.startPipeline(parent(flags));
    await run.when('P', ({ wait }) => wait?.kind === 'execution');
    const [child] = await world.runsOf('Failure policies');
    await child?.reached('Halt the entire pipeline');
    await child?.cancel();
    await run.ended();
    expect(await run.statuses()).toEqual(statuses);
  });

  it('is canceled with its parent', async () => {
    await given();
    const run = await world.startPipeline(parent({}));
    await run.when('P', ({ wait }) => wait?.kind === 'execution');
    await (await run.cancel()).ended();
    const [child] = await world.runsOf('Failure policies');
    await child?.ended();
    expect((await child?.read())?.status).toBe('CANCELED');
    expect((await child?.read())?.cancellationReason).toContain('Stage "P" of shop: Parent');
  });

  it('is canceled when its parent runs out of time', async () => {
    await given();
    const run = await world.startPipeline(parent({ stageTimeoutMs: 60_000 }));
    await run.ended();
    expect(await run.statuses()).toMatchObject({ P: 'TERMINAL', execution: 'TERMINAL' });
    const [child] = await world.runsOf('Failure policies');
    await child?.ended();
    expect((await child?.read())?.status).toBe('CANCELED');
  });

  it('tells the parent which of its stages failed and why', async () => {
    await given();
    const run = await world.startPipeline(parent({ pipelineParameters: { failing: 'late' } }));
    await run.when('P', ({ wait }) => wait?.kind === 'execution');
    const [child] = await world.runsOf('Failure policies');
    await child?.judge('Halt the entire pipeline', 'continue');
    await run.ended();
    expect(await run.failures()).toEqual([
      expect.stringContaining(
        'Exception in child pipeline stage (Failure policies: Check precondition (expression)): The expression gave false',
      ),
    ]);
  });
});

it('a pipeline file that is no graph is refused at its start, with the reason', async () => {
  await given();
  const { stages, ...rest } = readPipeline('deploy-web.json');
  const broken = (stages as JsonObject[]).map((stage) =>
    stage['refId'] === '2' ? { ...stage, requisiteStageRefIds: ['9'] } : stage,
  );
  const run = await world.startPipeline({ ...rest, stages: broken }, { version: '1' });
  expect((await run.read()).cancellationReason).toContain('invalid stage relationships');
});

describe('a worker that dies while a bad deploy is undone', () => {
  it.each([6, 9, 12, 15, 18, 21, 24, 27])(
    'at call %i of the store: the old group serves as before and nothing is left',
    async (at) => {
      await given();
      const calls = world.workerDies(at, at % 2 === 1 ? 'before' : 'after');
      const rollback = { rollback: { onFailure: true, destroyLatest: true } };
      const run = await (await world.startPipeline(deploy({ ...bad, ...rollback }))).ended();
      expect(calls()).toBeGreaterThanOrEqual(at);
      expect(await run.statuses()).toEqual({ Deploy: 'TERMINAL', execution: 'TERMINAL' });
      expect(await run.failures()).toEqual([expect.stringContaining('shop-web-v002')]);
      expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3']);
      await thenTheOldServesAsBefore();
      await thenAllIsAccountedFor();
    },
  );
});

describe('a worker that dies', () => {
  const pipeline: JsonObject = {
    application: 'shop',
    name: 'Bake and deploy',
    stages: [
      { type: 'bake', name: 'Bake', account: 'prod', baseOs: 'al2023', package: 'web=9', region: 'us-east-1' },
      { type: 'deploy', name: 'Deploy', clusters: [cluster({ imageId: null })] },
    ],
  };
  /** Steps through the calls of a whole run; a run takes about so many. */
  const SAMPLES = [3, 5, 7, 9, 11, 13, 17, 21, 25, 30, 36, 44];

  it.each(SAMPLES)('at call %i of the store: another goes on, and nothing is made twice', async (at) => {
    await given();
    const calls = world.workerDies(at, at % 4 === 1 ? 'before' : 'after');
    const run = await (await world.startPipeline(pipeline)).ended();
    expect(calls()).toBeGreaterThanOrEqual(at);
    expect(await run.failures()).toEqual([]);
    expect(await world.web()).toEqual(['shop-web-v001 disabled 0/3', 'shop-web-v002 enabled 3/3']);
    expect(world.bakedImages()).toHaveLength(1);
    expect(world.bakingInstances()).toEqual([]);
    await thenAllIsAccountedFor();
  });
});
