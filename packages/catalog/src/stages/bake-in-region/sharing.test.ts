import type { JsonObject } from '@gennaker/pipeline-dsl';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, runStage, type StageRun, type World } from '../../kit/testing/index.ts';
import { bakeInRegion } from './executor.ts';

const HERE = { account: 'prod', region: 'us-east-1', package: 'web=1.2.3', baseOs: 'al2023' };

function worldWithBase(): World {
  const world = createWorld();
  world.images.add({ id: 'ami-base1', tags: { 'base-os': 'al2023' } });
  return world;
}

const play = (world: World, id: string, more: object = {}, context: object = {}): Promise<StageRun> =>
  runStage(bakeInRegion, { world, id, context: { ...HERE, ...context }, ...more });

const amiOf = (run: StageRun) => (run.outputs['deploymentDetails'] as Array<{ ami: string }> | undefined)?.[0]?.ami;

describe('two executions that bake the same', () => {
  /** What both make, decided beforehand: from then on their steps take turns, and always the same ones. */
  let context: JsonObject;
  beforeAll(async () => {
    const { bakePlan } = (await play(worldWithBase(), 'plan')).context;
    context = { bakePlan };
  });

  it('make one machine and one image; the other says for whom it waits, and takes it', async () => {
    const world = worldWithBase();
    const runs = await Promise.all([play(world, 'one', {}, context), play(world, 'two', {}, context)]);
    expect(runs.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(world.images.machines).toHaveLength(1);
    expect(new Set(runs.map(amiOf)).size).toBe(1);
    expect(runs.map(({ outputs }) => outputs['previouslyBaked']).sort()).toEqual([false, true]);
    const waited = runs.find(({ outputs }) => outputs['previouslyBaked'])?.waits[0];
    expect(waited).toMatch(
      /^the bake of web-1\.2\.3-\S+ by execution execution-1 of demo, which makes the same image$/,
    );
    expect(world.images.leftMachines).toEqual([]);
    expect(world.leases.held).toEqual([]);
  });

  it.each([5_000, 30_000, 75_000, 85_000])(
    'go on with what is there when one is canceled after %d ms',
    async (cancelAfterMs) => {
      const world = worldWithBase();
      const [canceled, other] = await Promise.all([
        play(world, 'one', { cancelAfterMs }, context),
        play(world, 'two', {}, context),
      ]);
      expect(canceled.status).toBe('CANCELED');
      expect(other.status).toBe('SUCCEEDED');
      expect(world.images.machines).toHaveLength(1);
      expect(world.images.images.filter(({ name }) => name.startsWith('web-'))).toHaveLength(1);
      expect(world.images.leftMachines).toEqual([]);
      expect(world.leases.held).toEqual([]);
    },
  );

  it('leave nothing when both are canceled', async () => {
    const world = worldWithBase();
    const [one, two] = await Promise.all([
      play(world, 'one', { cancelAfterMs: 30_000 }, context),
      play(world, 'two', { cancelAfterMs: 42_000 }, context),
    ]);
    expect([one.status, two.status]).toEqual(['CANCELED', 'CANCELED']);
    expect(world.images.leftMachines).toEqual([]);
    expect(world.leases.held).toEqual([]);
  });

  it('do not both fail on a machine that has failed: the second tries for itself', async () => {
    const world = worldWithBase();
    world.images.scriptEnd = { rc: 1, log: 'No match' };
    const startBake = world.images.startBake.bind(world.images);
    world.images.startBake = async (spec, operation) => {
      if (world.images.machines.length > 0) world.images.scriptEnd = { rc: 0, log: '' };
      return startBake(spec, operation);
    };
    const runs = await Promise.all([play(world, 'one', {}, context), play(world, 'two', {}, context)]);
    expect(runs.map(({ status }) => status).sort()).toEqual(['SUCCEEDED', 'TERMINAL']);
    expect(world.images.machines).toHaveLength(2);
    expect(world.images.leftMachines).toEqual([]);
  });

  it('both bake when each asks for a rebake, one after the other', async () => {
    const world = worldWithBase();
    const runs = await Promise.all([
      play(world, 'one', {}, { ...context, rebake: true }),
      play(world, 'two', {}, { ...context, rebake: true }),
    ]);
    expect(runs.map(({ outputs }) => outputs['previouslyBaked'])).toEqual([false, false]);
    expect(new Set(runs.map(amiOf)).size).toBe(2);
  });
});

describe('a bake whose lease was lost', () => {
  const somebody = { executionId: 'other', stageId: 'x', description: 'bake of web by somebody' };
  const leaseOf = (world: World) => world.leases.held[0] ?? '';

  it('takes the image that the other has made, and removes its own machine', async () => {
    const world = worldWithBase();
    // In the middle of the script another stage gets the lease, makes the image and lets go.
    world.clock.in(30_000, () => {
      const key = leaseOf(world);
      const [machine] = world.images.machines;
      const bakeKey = machine?.spec.bakeKey ?? '';
      void world.leases.release(key, { ...somebody, executionId: 'execution-1', stageId: 'one' });
      void world.leases.take(key, somebody);
      world.clock.in(60_000, () => {
        world.images.add({ id: 'ami-theirs', tags: { 'cd:bake-key': bakeKey } });
        void world.leases.release(key, somebody);
      });
    });
    const run = await play(world, 'one');
    expect(run.status).toBe('SUCCEEDED');
    expect(amiOf(run)).toBe('ami-theirs');
    expect(run.waits).toContain('the bake of web by somebody, which makes the same image');
    expect(world.images.leftMachines).toEqual([]);
  });
});

describe('the result of a bake', () => {
  it('is read from where the machine has left it, and the outputs say where', async () => {
    const world = worldWithBase();
    world.images.bucket = 'bakes';
    const run = await play(world, 'one');
    expect(run.outputs['log']).toMatch(/^s3:\/\/bakes\/bakes\/[0-9a-f]{64}\/\S+\.json$/);
    world.images.scriptEnd = { rc: 100, log: 'E: Unable to locate package web' };
    const failed = await play(world, 'two', {}, { rebake: true });
    expect(failed.failure).toMatchObject({
      code: 'bake.failed',
      message: expect.stringContaining('exit code 100; the log ends: E: Unable to locate package web'),
      details: { logLocation: expect.stringMatching(/^s3:/) },
    });
  });

  it('is not there when the machine has left none: that it stopped is no success', async () => {
    const world = worldWithBase();
    world.images.bucket = 'bakes';
    world.images.scriptEnd = null;
    expect((await play(world, 'one')).failure?.code).toBe('bake.no-result');
  });
});

describe('a script that is sent', () => {
  const worldWithAgent = (): World => {
    const world = worldWithBase();
    world.images.agentMs = 20_000;
    return world;
  };
  const PROFILE = { iamRole: 'bakery' };

  it('waits for the machine to answer, and stops the machine when it has ended', async () => {
    const world = worldWithAgent();
    const run = await play(world, 'one', {}, PROFILE);
    expect(run.status).toBe('SUCCEEDED');
    expect(world.images.machines[0]?.spec.script).toBe('');
    expect(run.outputs['log']).toMatch(/^command /);
    expect(run.waits.some((wait) => wait.includes('to take commands'))).toBe(true);
    expect(world.images.leftMachines).toEqual([]);
  });

  it('is given at the start where the machine has no profile', async () => {
    const world = worldWithAgent();
    await play(world, 'one', { cancelAfterMs: 5_000 });
    expect(world.images.machines[0]?.spec.script).toContain('shutdown -h now');
  });

  it.each([
    [{ rc: 100, log: 'E: no such package' }, 'failed with exit code 100; the log ends: E: no such package'],
    [null, 'did not end (Execution Timed Out)'],
  ])('that ends with %o fails the bake', async (end, words) => {
    const world = worldWithAgent();
    world.images.scriptEnd = end;
    const run = await play(world, 'one', {}, PROFILE);
    expect(run.failure).toMatchObject({ code: 'bake.failed', message: expect.stringContaining(words) });
    expect(world.images.leftMachines).toEqual([]);
  });

  it('nobody takes: the bake fails after five minutes', async () => {
    const world = worldWithAgent();
    world.images.agentMs = 3_600_000;
    expect((await play(world, 'one', {}, PROFILE)).failure?.code).toBe('bake.no-agent');
  });

  it('is sent once, however often an answer is lost', async () => {
    const calls = worldWithAgent();
    await play(calls, 'one', {}, PROFILE);
    for (let lost = 1; lost <= calls.images.trouble.calls; lost++) {
      const world = worldWithAgent();
      world.images.trouble.loseAnswerOf = lost;
      expect((await play(world, 'one', {}, PROFILE)).status, `lost answer ${lost}`).toBe('SUCCEEDED');
      expect(world.images.machines, `lost answer ${lost}`).toHaveLength(1);
    }
  });
});

describe('subnets', () => {
  it('are tried one after the other when they have no room', async () => {
    const world = worldWithBase();
    world.images.fullSubnets.add('subnet-a');
    const run = await play(world, 'one', {}, { subnetId: 'subnet-a, subnet-b' });
    expect(run.status).toBe('SUCCEEDED');
    expect(world.images.machines.map(({ spec }) => spec.subnetId)).toEqual(['subnet-b']);
    world.images.fullSubnets.add('subnet-b');
    const full = await play(world, 'two', {}, { subnetId: 'subnet-a, subnet-b', rebake: true });
    expect(full.failure?.code).toBe('aws.no-capacity');
  });
});

describe('copies and permissions', () => {
  it('follow the image: in each region, for each account, seen from there', async () => {
    const world = worldWithBase();
    const context = { copyToRegions: ['eu-west-1', 'us-east-1'], shareWithAccounts: ['staging', '222222222222'] };
    const run = await play(world, 'one', {}, context);
    expect(run.status).toBe('SUCCEEDED');
    const details = run.outputs['deploymentDetails'] as Array<{ region: string; ami: string }>;
    expect(details.map(({ region }) => region)).toEqual(['us-east-1', 'eu-west-1']);
    expect(run.outputs['artifacts']).toHaveLength(2);
    expect([...world.images.shares.keys()].sort()).toEqual(
      details.flatMap(({ ami }) => [`${ami}/222222222222`, `${ami}/staging`]).sort(),
    );
    expect(run.waits.some((wait) => wait.includes('to be seen from account staging'))).toBe(true);
    expect(run.ledger.filter(({ kind }) => kind === 'imagePermission')[0]?.before).toEqual({ sharedWith: [] });
  });

  it('are caught up for an image baked before, and made once however often an answer is lost', async () => {
    const plain = worldWithBase();
    await play(plain, 'one');
    const context = { copyToRegions: ['eu-west-1'], shareWithAccounts: ['staging'] };
    const again = await play(plain, 'two', {}, context);
    expect(again.outputs).toMatchObject({ previouslyBaked: true });
    expect(plain.images.images.filter(({ region }) => region === 'eu-west-1')).toHaveLength(1);
    const calls = worldWithBase();
    await play(calls, 'one', {}, context);
    for (let lost = 1; lost <= calls.images.trouble.calls; lost++) {
      const world = worldWithBase();
      world.images.trouble.loseAnswerOf = lost;
      expect((await play(world, 'one', {}, context)).status, `lost answer ${lost}`).toBe('SUCCEEDED');
      expect(world.images.images, `lost answer ${lost}`).toHaveLength(5);
    }
  });
});

describe('baking with Packer', () => {
  const PACKER = { templateFileName: 'web.pkr.hcl', baseOs: null };

  it('runs the template with the variables, and marks the image', async () => {
    const world = worldWithBase();
    const run = await play(world, 'one', {}, { ...PACKER, extendedAttributes: { channel: 'beta', nested: {} } });
    expect(run.status).toBe('SUCCEEDED');
    expect(world.packer.runs[0]?.spec).toMatchObject({
      template: 'web.pkr.hcl',
      variables: { region: 'us-east-1', packages: 'web=1.2.3', channel: 'beta' },
    });
    const image = await world.images.find({ ...HERE, nameOrId: 'ami-packer-1' });
    expect(image?.tags).toMatchObject({ package: 'web', version: '1.2.3' });
    const again = await play(world, 'two', {}, { ...PACKER, extendedAttributes: { channel: 'beta' } });
    expect(again.outputs['previouslyBaked']).toBe(false);
    const same = await play(world, 'three', {}, { ...PACKER, extendedAttributes: { channel: 'beta' } });
    expect(same.outputs).toMatchObject({ previouslyBaked: true, deploymentDetails: [{ ami: 'ami-packer-2' }] });
  });

  it('makes another image when the template has changed', async () => {
    const world = worldWithBase();
    world.packer.templates = { 'web.pkr.hcl': 'one' };
    await play(world, 'one', {}, PACKER);
    world.packer.templates = { 'web.pkr.hcl': 'two' };
    expect((await play(world, 'two', {}, PACKER)).outputs['previouslyBaked']).toBe(false);
  });

  it('is not needed for a template that only installs packages elsewhere', async () => {
    const world = worldWithBase();
    const run = await play(world, 'one', {}, { templateFileName: 'aws-ebs.json' });
    expect(run.status).toBe('SUCCEEDED');
    expect([world.packer.runs.length, world.images.machines.length]).toEqual([0, 1]);
    world.packer.templates = { 'web.pkr.hcl': 'one' };
    const missing = await play(world, 'two', {}, { templateFileName: 'own.json' });
    expect(missing.failure?.code).toBe('packer.no-template');
  });

  it('fails in Packer’s words', async () => {
    const world = worldWithBase();
    world.packer.end = { exitCode: 1, errors: ['amazon-ebs: no such vpc'] };
    const run = await play(world, 'one', {}, PACKER);
    expect(run.failure).toMatchObject({
      code: 'bake.packer-failed',
      message: expect.stringContaining('failed with exit code 1: amazon-ebs: no such vpc'),
    });
    expect(world.leases.held).toEqual([]);
  });

  it('begins once more when its worker has ended, and not for ever', async () => {
    const world = worldWithBase();
    world.clock.in(30_000, () => world.packer.forget());
    expect((await play(world, 'one', {}, PACKER)).status).toBe('SUCCEEDED');
    const unlucky = worldWithBase();
    for (const at of [30_000, 60_000]) unlucky.clock.in(at, () => unlucky.packer.forget());
    expect((await play(unlucky, 'one', {}, PACKER)).failure?.code).toBe('bake.packer-lost');
  });

  it('is stopped by a cancel', async () => {
    const world = worldWithBase();
    const run = await play(world, 'one', { cancelAfterMs: 30_000 }, PACKER);
    expect(run.status).toBe('CANCELED');
    expect(world.packer.runs.map(({ stopped }) => stopped)).toEqual([true]);
  });
});
