import type { JsonObject } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import { IMAGES } from './shop.ts';
import { PipelineWorld } from './world.ts';

let world: PipelineWorld;
afterEach(() => world.stop());

const baking: JsonObject = {
  application: 'shop',
  name: 'Bake',
  stages: [{ type: 'bake', name: 'Bake', account: 'prod', baseOs: 'al2023', package: 'web=9', region: 'us-east-1' }],
};

const deploying: JsonObject = {
  application: 'shop',
  name: 'Deploy',
  stages: [
    {
      type: 'deploy',
      name: 'Deploy',
      clusters: [
        {
          account: 'prod',
          stack: 'web',
          region: 'us-east-1',
          imageId: IMAGES['2.0.0'],
          capacity: { min: 3, desired: 3, max: 6 },
          instanceType: 'm7g.large',
          targetGroups: ['web-tg'],
          securityGroups: ['sg-1'],
          subnetType: 'internal',
        },
      ],
    },
  ],
};

describe('a cancel that meets a call to the cloud in flight', () => {
  it.each(['RunInstances', 'CreateImage'])('of %s, whose answer never comes: no machine is left', async (action) => {
    world = await PipelineWorld.start();
    world.sandbox.faults.add({ match: { action }, effect: { kind: 'blackhole', side: 'after' }, times: 1 });
    const run = await world.startPipeline(baking);
    const going = run.ended();
    // Real time: the call hangs on a real connection.
    await expect
      .poll(() => world.sandbox.calls().some((call) => call.action === action), { timeout: 30_000 })
      .toBe(true);
    await run.cancel();
    await going;
    expect(await run.statuses()).toEqual({ Bake: 'CANCELED', execution: 'CANCELED' });
    expect(world.bakingInstances()).toEqual([]);
    expect(world.sandbox.leaks()).toEqual([]);
  });

  it.each([
    ['CreateLaunchTemplate', []],
    ['CreateAutoScalingGroup', []],
    // It has its size by then: it is left for people to see.
    ['UpdateAutoScalingGroup', ['shop-web-v002 enabled 3/3']],
  ])('of %s: nothing half-made is left', async (action, left) => {
    world = await PipelineWorld.start();
    world.sandbox.faults.add({ match: { action }, effect: { kind: 'blackhole', side: 'after' }, times: 1 });
    const run = await world.startPipeline(deploying);
    const going = run.ended();
    await expect
      .poll(() => world.sandbox.calls().some((call) => call.action === action), { timeout: 30_000 })
      .toBe(true);
    await run.cancel();
    await going;
    await world.pass(60_000);
    expect(await run.statuses()).toEqual({ Deploy: 'CANCELED', execution: 'CANCELED' });
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3', ...left]);
    expect(world.sandbox.leaks()).toEqual([]);
  });
});
