import type { Stage } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { createWorld, runStage, type World } from '../../kit/testing/index.ts';
import { bakeInRegion } from '../bake-in-region/executor.ts';
import { bake } from './executor.ts';

const HERE = { account: 'prod', region: 'us-east-1', package: 'web=1.2.3', baseOs: 'al2023' };

function worldWithBase(): World {
  const world = createWorld();
  world.images.add({ id: 'ami-base1', tags: { 'base-os': 'al2023' }, createdTime: 1 });
  world.images.add({ id: 'ami-base2', tags: { 'base-os': 'al2023' }, createdTime: 2, architecture: 'arm64' });
  return world;
}

const play = (world = worldWithBase(), context = {}, more = {}) =>
  runStage(bakeInRegion, { world, context: { ...HERE, ...context }, ...more });

describe('baking in a region', () => {
  it('installs on the newest base, makes an image of the stopped machine and removes the machine', async () => {
    const world = worldWithBase();
    const run = await play(world);
    expect(run.status).toBe('SUCCEEDED');
    const [machine] = world.images.machines;
    expect(machine?.spec).toMatchObject({ baseImageId: 'ami-base2', instanceType: 't4g.small' });
    expect(machine?.spec.script).toContain("dnf -y install 'web-1.2.3'");
    expect(run.outputs['deploymentDetails']).toMatchObject([
      { region: 'us-east-1', ami: 'ami-baked-5', baseAmiId: 'ami-base2', package: 'web=1.2.3' },
    ]);
    const image = await world.images.find({ ...HERE, nameOrId: 'ami-baked-5' });
    expect(image).toMatchObject({
      tags: { app: 'demo', package: 'web', version: '1.2.3', 'cd:base-image': 'ami-base2' },
    });
    expect(image?.name).toMatch(/^web-1\.2\.3-arm64-20231114221320-[0-9a-f]{8}$/);
    expect(world.images.leftMachines).toEqual([]);
    expect(run.ledger.map(({ kind, action, state }) => [kind, action, state])).toEqual([
      ['instance', 'create', 'done'],
      ['image', 'create', 'done'],
      ['instance', 'remove', 'done'],
    ]);
  });

  it('an image of the same content is used again, unless a rebake is asked for', async () => {
    const world = worldWithBase();
    await play(world);
    const again = await play(world, {}, { id: 'stage-2' });
    expect(again.outputs).toMatchObject({ previouslyBaked: true, deploymentDetails: [{ ami: 'ami-baked-5' }] });
    expect(world.images.machines).toHaveLength(1);
    const rebaked = await play(world, { rebake: true }, { id: 'stage-3' });
    expect(rebaked.outputs['previouslyBaked']).toBe(false);
    const byTrigger = { execution: { trigger: { type: 'manual', rebake: true } }, id: 'stage-4' };
    expect((await play(world, {}, byTrigger)).outputs['previouslyBaked']).toBe(false);
    expect(world.images.machines).toHaveLength(3);
  });

  it('gives the script its variables, harmlessly', async () => {
    const world = worldWithBase();
    await play(world, { extendedAttributes: { CHANNEL: "it's; reboot", 'not a name': 'x', nested: {} } });
    const script = world.images.machines[0]?.spec.script ?? '';
    expect(script).toContain(`export CHANNEL='it'\\''s; reboot'`);
    expect(script).not.toContain('not a name');
  });

  it.each([
    ['another version', { package: 'web=1.2.4' }],
    ['another variable', { extendedAttributes: { channel: 'beta' } }],
    ['another script', { script: 'touch /etc/marker' }],
    ['another base', { baseAmi: 'ami-base1' }],
  ])('%s is another content', async (_what, change) => {
    const world = worldWithBase();
    await play(world);
    expect((await play(world, change, { id: 'stage-2' })).outputs['previouslyBaked']).toBe(false);
  });

  it('a script that fails tells its last lines, and leaves no machine', async () => {
    const world = worldWithBase();
    world.images.scriptEnd = { rc: 1, log: 'boot\nNo match for argument: nosuch\nError: Unable to find a match' };
    const run = await play(world);
    expect(run.failure).toMatchObject({
      code: 'bake.failed',
      message: expect.stringContaining('exit code 1; the log ends: boot | No match for argument: nosuch | Error'),
    });
    expect(world.images.leftMachines).toEqual([]);
    expect(world.images.images).toHaveLength(4);
  });

  it('a machine that stops without a result is no success', async () => {
    const world = worldWithBase();
    world.images.scriptEnd = null;
    const run = await play(world);
    expect(run.failure?.code).toBe('bake.no-result');
    expect(world.images.leftMachines).toEqual([]);
  });

  it('a cancel removes the machine', async () => {
    const world = worldWithBase();
    const run = await play(world, {}, { cancelAfterMs: 30_000 });
    expect(run.status).toBe('CANCELED');
    expect(world.images.machines).toHaveLength(1);
    expect(world.images.leftMachines).toEqual([]);
  });

  it('an answer lost at any call makes no second machine and no second image', async () => {
    const calls = worldWithBase();
    await play(calls);
    for (let lost = 1; lost <= calls.images.trouble.calls; lost++) {
      const world = worldWithBase();
      world.images.trouble.loseAnswerOf = lost;
      expect((await play(world)).status, `lost answer ${lost}`).toBe('SUCCEEDED');
      expect(world.images.machines, `lost answer ${lost}`).toHaveLength(1);
      expect(world.images.images, `lost answer ${lost}`).toHaveLength(5);
      expect(world.images.leftMachines).toEqual([]);
    }
  });

  it.each([
    [{ baseOs: 'noble' }, 'bake.base-not-found', 'base-os=noble, then one named noble'],
    [{ baseAmi: 'ami-none' }, 'bake.base-not-found', 'for the image ami-none'],
    [{ baseOs: null }, 'bake.no-base', 'neither a base system nor a base image'],
    [{ package: "web;'rm -rf /'" }, 'bake.package-name', 'is not the name of a package'],
    [{ script: 'é'.repeat(9_000) }, 'bake.script-too-long', 'can be given 16384'],
  ])('%o fails with %s', async (context, code, words) => {
    const run = await play(undefined, context);
    expect(run.failure).toMatchObject({ code, message: expect.stringContaining(words) });
  });
});

describe('bake', () => {
  const later = (clusters: unknown[]): Stage =>
    ({
      id: 'later',
      refId: '2',
      type: 'deploy',
      name: 'Deploy',
      requisiteStageRefIds: ['1'],
      parentStageId: null,
      syntheticStageOwner: null,
      context: { clusters },
      outputs: {},
    }) as unknown as Stage;
  const plan = async (context: object, clusters: unknown[] = []) =>
    runStage(bake, { context: { baseOs: 'al2023', ...context }, stages: [later(clusters)] });

  it('bakes each region at once, those of later deploy stages too, in the account they name', async () => {
    const clusters = [{ account: 'prod', availabilityZones: { 'us-east-1': [], 'eu-west-1': [] } }];
    const { before } = await plan({ regions: ['us-east-1'] }, clusters);
    expect(before.map(({ name, requires }) => [name, requires])).toEqual([
      ['Bake in us-east-1', []],
      ['Bake in eu-west-1', []],
    ]);
    expect(before[0]?.context).toMatchObject({ account: 'prod', region: 'us-east-1' });
    const alone = await plan({ regions: ['us-east-1'], skipRegionDetection: true }, clusters);
    expect(alone.before).toHaveLength(1);
  });

  it('leaves regions out that get a copy, and copies one of the images', async () => {
    const clusters = [{ account: 'prod', availabilityZones: { 'us-east-1': [], 'eu-west-1': [], 'us-west-2': [] } }];
    const { before } = await plan({ regions: ['us-east-1', 'us-west-2'], copyToRegions: ['eu-west-1'] }, clusters);
    expect(before.map(({ context }) => [context['region'], context['copyToRegions']])).toEqual([
      ['us-east-1', ['eu-west-1']],
      ['us-west-2', []],
    ]);
  });

  it('does not guess an account', async () => {
    const two = [
      { account: 'prod', region: 'us-east-1' },
      { account: 'staging', region: 'us-east-1' },
    ];
    expect((await plan({ region: 'us-east-1' }, two)).failure?.message).toContain('prod, staging');
    expect((await plan({ region: 'us-east-1' })).failure?.code).toBe('bake.no-account');
  });

  it('plays through with its children and leaves no machine', async () => {
    const world = worldWithBase();
    const run = await runStage(bake, {
      world,
      executors: stageExecutors,
      context: { account: 'prod', regions: ['us-east-1'], baseOs: 'al2023', package: 'web' },
    });
    expect(run.status).toBe('SUCCEEDED');
    expect(world.images.leftMachines).toEqual([]);
  });
});
