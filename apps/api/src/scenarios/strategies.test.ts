import type { JsonObject } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import { IMAGES } from './shop.ts';
import { PipelineWorld } from './world.ts';

let world: PipelineWorld;
afterEach(() => world.stop());

async function deploying(more: JsonObject, ofTheStage: JsonObject = {}) {
  world = await PipelineWorld.start();
  const cluster = {
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
    ...more,
  };
  const stages = [{ refId: '1', type: 'deploy', name: 'Deploy', clusters: [cluster], ...ofTheStage }];
  return world.startPipeline({ application: 'shop', name: 'Deploy', stages });
}

const LISTENER = { account: 'prod', region: 'us-east-1', loadBalancer: 'shop-alb', port: 80 };
const sharesNow = async () =>
  (await world.cloud.loadBalancers.readShares(LISTENER))?.shares.map(
    ({ targetGroup, weight }) => `${targetGroup} ${weight}`,
  );

/** Nobody was unserved, every intent is settled, and the cloud holds nothing without an owner. */
async function thenAllIsAccountedFor(): Promise<void> {
  expect(world.sandbox.leaks()).toEqual([]);
  expect(world.sandbox.traffic().gaps).toEqual([]);
  expect((await world.ledger()).filter(({ state }) => state === 'intended')).toEqual([]);
}

/** The first server group has everything of before, and serves alone. */
async function thenTheOldServesAsBefore(): Promise<void> {
  expect((await world.web())[0]).toBe('shop-web-v001 enabled 3/3');
  expect(await world.group('shop-web-v001')).toMatchObject({
    capacity: { min: 2, desired: 3, max: 4 },
    suspendedProcesses: [],
    intendedCapacity: null,
  });
}

/** Goes on until executions that others started have ended. */
async function recovered(): Promise<void> {
  const [recovery] = await world.runsOf('Recover from canceled deploy of shop-web-v002');
  expect(recovery).toBeDefined();
  await recovery?.ended();
  expect(await recovery?.failures()).toEqual([]);
}

const ROLLING = { strategy: 'rollingredblack', targetPercentages: [34], delayBeforeCleanup: 30 };
const WEIGHTED = {
  strategy: 'weighted',
  targetGroups: ['web-tg', 'web-b-tg'],
  steps: [{ weight: 10 }, { weight: 50, afterSeconds: 60 }],
};

describe('rolling red/black on AWS', () => {
  it('moves traffic in parts', async () => {
    const run = await (await deploying(ROLLING)).ended();
    expect(await run.failures()).toEqual([]);
    expect(await world.web()).toEqual(['shop-web-v001 disabled 0/3', 'shop-web-v002 enabled 3/3']);
    expect(await world.group('shop-web-v001')).toMatchObject({
      capacity: { min: 2, desired: 3, max: 4 },
      intendedCapacity: null,
    });
    expect(await world.group('shop-web-v002')).toMatchObject({
      capacity: { min: 2, desired: 3, max: 4 },
      suspendedProcesses: [],
      intendedCapacity: null,
    });
    await thenAllIsAccountedFor();
  });

  it('goes back when the new server group never becomes healthy', async () => {
    const run = await (await deploying({ ...ROLLING, imageId: IMAGES['3.0.0'] })).ended();
    expect(await run.statuses()).toEqual({ Deploy: 'TERMINAL', execution: 'TERMINAL' });
    await thenTheOldServesAsBefore();
    expect((await world.group('shop-web-v002'))?.traffic).toBe('disabled');
    await thenAllIsAccountedFor();
  });

  it('out of time half way, it goes back all the same', async () => {
    const run = await (await deploying({ ...ROLLING, delayBeforeCleanup: 7_200 }, { stageTimeoutMs: 300_000 })).ended();
    expect(await run.statuses()).toEqual({ Deploy: 'TERMINAL', execution: 'TERMINAL' });
    await thenTheOldServesAsBefore();
    expect((await world.group('shop-web-v002'))?.traffic).toBe('disabled');
    await thenAllIsAccountedFor();
  });

  it('canceled between two parts, it goes back in an execution of its own', async () => {
    const run = await deploying(ROLLING);
    await run.reached('Grow shop-web-v002 to 100 %');
    await run.cancel();
    await run.ended();
    expect(await run.statuses()).toEqual({ Deploy: 'CANCELED', execution: 'CANCELED' });
    await recovered();
    await thenTheOldServesAsBefore();
    expect((await world.group('shop-web-v002'))?.traffic).toBe('disabled');
    await thenAllIsAccountedFor();
  });
});

describe('a weighted shift on AWS', () => {
  it('moves requests in steps to the second target group', async () => {
    const run = await (await deploying(WEIGHTED)).ended();
    expect(await run.failures()).toEqual([]);
    expect(await sharesNow()).toEqual(['web-tg 0', 'web-b-tg 100']);
    expect(await world.web()).toEqual(['shop-web-v001 disabled 0/3', 'shop-web-v002 enabled 3/3']);
    await thenAllIsAccountedFor();
  });

  it('canceled half way, it goes back to the listener as it was', async () => {
    const run = await deploying(WEIGHTED);
    const before = (await world.cloud.loadBalancers.readShares(LISTENER))?.actions;
    await run.reached('Wait before 50 %');
    await run.cancel();
    await run.ended();
    await recovered();
    expect((await world.cloud.loadBalancers.readShares(LISTENER))?.actions).toEqual(before);
    await thenTheOldServesAsBefore();
    expect((await world.group('shop-web-v002'))?.traffic).toBe('disabled');
    await thenAllIsAccountedFor();
  });
});

describe('a rollback on AWS', () => {
  it('goes back to the group that served when the current one was deployed, scaled to nothing since', async () => {
    const run = await (await deploying({ strategy: 'redblack', scaleDown: true })).ended();
    expect(await run.failures()).toEqual([]);
    expect(await world.web()).toEqual(['shop-web-v001 disabled 0/0', 'shop-web-v002 enabled 3/3']);
    const rollback = {
      type: 'rollbackCluster',
      name: 'Back',
      credentials: 'prod',
      cluster: 'shop-web',
      regions: ['us-east-1'],
    };
    const back = await (await world.startPipeline({ application: 'shop', name: 'Back', stages: [rollback] })).ended();
    expect(await back.failures()).toEqual([]);
    expect((await back.stage('Back')).context['rollbackPlan']).toMatchObject([
      {
        why: 'it served when shop-web-v002 was deployed',
        rollbackContext: { restoreServerGroupName: 'shop-web-v001' },
      },
    ]);
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3', 'shop-web-v002 disabled 0/3']);
    expect((await world.group('shop-web-v001'))?.capacity.min).toBe(2);
    await thenAllIsAccountedFor();
  });
});
