import { isComplete, type JsonObject } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import { eventQueueOf, openEventQueue } from '../cloud/aws/testing/event-queue.ts';
import { ACCOUNTS, IMAGES, STORE, shopScenario } from './shop.ts';
import { PipelineWorld } from './world.ts';

const [ACCOUNT = '', REGION = ''] = STORE.split('/');
const HEARING = ACCOUNTS.map((account) => ({ ...account, eventQueues: { [REGION]: eventQueueOf(ACCOUNT, REGION) } }));
const BOOT_SECONDS = 75;
const GROUP = 'shop-web-v002';

let world: PipelineWorld;
afterEach(() => world.stop());

const DEPLOY: JsonObject = {
  application: 'shop',
  name: 'Deploy',
  stages: [
    {
      refId: '1',
      type: 'deploy',
      name: 'Deploy',
      clusters: [
        {
          account: 'prod',
          application: 'shop',
          stack: 'web',
          region: REGION,
          imageId: IMAGES['2.0.0'],
          capacity: { min: 2, desired: 3, max: 6 },
          instanceType: 'm7g.large',
          targetGroups: ['web-tg'],
          securityGroups: ['sg-1'],
          subnetType: 'internal',
          strategy: 'redblack',
        },
      ],
    },
  ],
};

interface Story {
  readonly status: string;
  /** Calls about the deploy, those to the queue left out. */
  readonly calls: number;
  /** From the last instance being in service to the first look at the group, ms. */
  readonly lookAfterMs: number;
}

/** A red/black whose instances take more than a minute to boot, second by second. */
async function deploy(hears: 'nothing' | 'events' | 'a silent queue'): Promise<Story> {
  world = await PipelineWorld.start(shopScenario(), hears === 'nothing' ? ACCOUNTS : HEARING);
  if (hears !== 'nothing') openEventQueue(world.sandbox, ACCOUNT, REGION, hears === 'events');
  world.sandbox.faults.add({ match: { resource: GROUP }, effect: { kind: 'boot', seconds: BOOT_SECONDS } });
  const run = await world.startPipeline(DEPLOY);
  let inService: number | null = null;
  while (!isComplete((await run.read()).status)) {
    if (hears !== 'nothing') await world.hear();
    await world.pass(1_000);
    const members = Object.values(world.sandbox.state().regions[STORE]?.groups[GROUP]?.members ?? {});
    if (members.length === 3 && members.every(({ state }) => state === 'InService')) inService ??= world.clock.now();
  }
  const calls = world.sandbox.calls().filter(({ service }) => service !== 'sqs');
  const looks = calls.filter(
    ({ action, parameters }) => action === 'DescribeAutoScalingGroups' && JSON.stringify(parameters).includes(GROUP),
  );
  const first = looks.map(({ time }) => Date.parse(time)).find((at) => at >= (inService ?? Number.NaN) - 1_000);
  return {
    status: (await run.read()).status,
    calls: calls.length,
    lookAfterMs: (first ?? Number.NaN) - (inService ?? Number.NaN),
  };
}

describe('a deploy whose instances take a minute to boot', () => {
  it('looks less often, and sooner once they have, where AWS tells of instances', async () => {
    const without = await deploy('nothing');
    await world.stop();
    const told = await deploy('events');
    console.info(
      `without events: ${without.calls} calls, a look ${without.lookAfterMs} ms after the start; with them: ${told.calls} calls, ${told.lookAfterMs} ms`,
    );
    expect([without.status, told.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(told.calls).toBeLessThan(without.calls);
    expect(told.lookAfterMs).toBeLessThanOrEqual(1_000);
    expect(told.lookAfterMs).toBeLessThan(without.lookAfterMs);
  });

  it('ends all the same where a queue is named and no event ever comes', async () => {
    expect((await deploy('a silent queue')).status).toBe('SUCCEEDED');
  });
});
