import type { JsonObject } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import type { Run } from './run.ts';
import { PipelineWorld } from './world.ts';

let world: PipelineWorld;
afterEach(() => world.stop());

const pipeline = (name: string, more: JsonObject = {}): JsonObject => ({
  application: 'shop',
  name,
  stages: [
    { type: 'bake', name: 'Bake', account: 'prod', baseOs: 'al2023', package: 'web=9', region: 'us-east-1', ...more },
  ],
});

const sent = (action: string): number => world.sandbox.calls().filter((call) => call.action === action).length;
const outputsOf = async (run: Run) => (await run.stage('Bake in us-east-1')).outputs;
const imageOf = async (run: Run) => ((await outputsOf(run))['deploymentDetails'] as Array<{ ami: string }>)[0]?.ami;

describe('two executions that bake the same content', () => {
  const startTwo = async (): Promise<[Run, Run]> => {
    world = await PipelineWorld.start();
    const one = await world.startPipeline(pipeline('One'));
    await one.when('Bake in us-east-1', ({ context }) => typeof context['bakeInstanceId'] === 'string');
    const two = await world.startPipeline(pipeline('Two'));
    await two.when('Bake in us-east-1', ({ wait }) => wait?.reason.includes('makes the same image') === true);
    return [one, two];
  };

  it('make one machine and one image, and the second says for whom it waits', async () => {
    const [one, two] = await startTwo();
    const { wait } = await two.stage('Bake in us-east-1');
    expect(wait?.reason).toContain(`by execution ${one.id} of shop`);
    await one.ended();
    await two.ended();
    expect([sent('RunInstances'), sent('CreateImage')]).toEqual([1, 1]);
    expect(await imageOf(two)).toBe(await imageOf(one));
    expect([(await outputsOf(one))['previouslyBaked'], (await outputsOf(two))['previouslyBaked']]).toEqual([
      false,
      true,
    ]);
    expect(world.bakingInstances()).toEqual([]);
  });

  it('lose nothing when the first is canceled: the second goes on with its machine', async () => {
    const [one, two] = await startTwo();
    const machines = world.bakingInstances();
    await one.cancel();
    await one.ended();
    expect(world.bakingInstances()).toEqual(machines);
    await two.ended();
    expect(await two.statuses()).toEqual({ Bake: 'SUCCEEDED', execution: 'SUCCEEDED' });
    expect([sent('RunInstances'), sent('CreateImage')]).toEqual([1, 1]);
    expect(world.bakingInstances()).toEqual([]);
    expect(world.sandbox.leaks()).toEqual([]);
  });

  it('leave nothing when both are canceled', async () => {
    const [one, two] = await startTwo();
    await one.cancel();
    await two.cancel();
    await one.ended();
    await two.ended();
    expect(world.bakingInstances()).toEqual([]);
    expect(world.bakedImages()).toEqual([]);
  });
});

describe('a bake that is canceled while its image is made', () => {
  it('leaves neither machine nor image', async () => {
    world = await PipelineWorld.start();
    const run = await world.startPipeline(pipeline('One'));
    await run.when('Bake in us-east-1', ({ context }) => typeof context['bakedImageId'] === 'string');
    await run.cancel();
    await run.ended();
    expect(world.bakingInstances()).toEqual([]);
    expect(world.bakedImages()).toEqual([]);
    const ledger = await world.ledger();
    expect(ledger.filter(({ state }) => state !== 'done')).toEqual([]);
  });
});

describe('what is baked', () => {
  it('is tagged by a later stage, and found by that tag in another pipeline', async () => {
    world = await PipelineWorld.start();
    const baking = pipeline('One');
    const [bake] = baking['stages'] as JsonObject[];
    const stages = [
      { ...bake, refId: '1' },
      { type: 'tagImage', name: 'Tag', refId: '2', requisiteStageRefIds: ['1'], tags: { proven: 'yes' } },
    ];
    const run = await (await world.startPipeline({ ...baking, stages })).ended();
    expect(await run.statuses()).toEqual({ Bake: 'SUCCEEDED', Tag: 'SUCCEEDED', execution: 'SUCCEEDED' });
    const find = { type: 'findImageFromTags', name: 'Find', packageName: 'web', regions: ['us-east-1'] };
    const finding = { application: 'shop', name: 'Two', stages: [{ ...find, tags: { proven: 'yes' } }] };
    const found = await (await world.startPipeline(finding)).ended();
    expect((await found.stage('Find')).outputs).toMatchObject({ amiDetails: [{ imageId: await imageOf(run) }] });
  });
});
