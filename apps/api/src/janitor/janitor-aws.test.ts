import { demoScenario } from '@gennaker/aws-sandbox';
import type { Lives } from '@gennaker/catalog/executors';
import type { RecoveryStart } from '@gennaker/catalog/kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SandboxWorld, startWorld } from '../cloud/aws/testing/sandbox-world.ts';
import { op, spec } from '../cloud/aws/testing/shop.ts';
import { BASE_IMAGE } from '../cloud/aws/testing/two-accounts.ts';
import { Janitor } from './janitor.ts';

const PLACE = { account: 'demo', region: 'us-east-1' };
const HOUR_MS = 3_600_000;
const ended: Lives = {
  of: async (ids) => new Map(ids.map((id) => [id, 'ended'])),
  atWorkOn: async (_place, names) => new Map(names.map((name) => [name, 'ended'])),
};

let world: SandboxWorld;
beforeAll(async () => {
  world = await startWorld({ scenario: demoScenario });
});
afterAll(() => world.stop());

it('finds in AWS what dead executions have left, hours later, and starts what cleans it up', async () => {
  const { cloud, clock } = world;
  const [served = ''] = Object.keys(world.sandbox.state().regions['123456789012/us-east-1']?.groups ?? {});
  const serving = await cloud.serverGroups.read({ ...PLACE, name: served });
  const { min, desired, max } = serving?.capacity ?? { min: 0, desired: 0, max: 0 };
  await cloud.serverGroups.setIntendedCapacity({ ...PLACE, name: served }, { min, desired, max }, op('remember'));
  await cloud.serverGroups.resize({ ...PLACE, name: served }, { min: desired, desired, max }, op('pin'));
  await cloud.serverGroups.create(spec({ capacity: { min: 0, desired: 0, max: 0 } }), op('create'));
  const bake = { ...PLACE, bakeKey: 'b'.repeat(64), baseImageId: BASE_IMAGE, instanceType: 't3.micro', script: '' };
  const machine = await cloud.images.startBake({ ...bake, expiresTime: clock.now() + HOUR_MS }, op('run'));
  const starts: RecoveryStart[] = [];
  const janitor = new Janitor({
    mode: 'act',
    accounts: [{ name: 'demo', regions: ['us-east-1'] }],
    ports: {
      ...cloud,
      recoveries: {
        start: async (recovery) => {
          starts.push(recovery);
          return { executionId: `e${starts.length}` };
        },
      },
    },
    lives: ended,
    turns: { ensure: async () => undefined, take: async () => true, stop: async () => undefined },
    clock,
    logger: { info: () => undefined, warn: () => undefined },
  });
  const young = await janitor.look();
  expect(young.remains.map(({ action }) => action)).toEqual(min < desired ? ['unpin'] : []);
  await world.pass(2 * HOUR_MS);
  await janitor.keepHouse();
  const wanted = ['destroy shop-web-v000', `terminate ${machine}`, ...(min < desired ? [`unpin ${served}`] : [])];
  const told = (await janitor.look()).remains.map(({ action, name, ids }) => `${action} ${ids?.[0] ?? name}`);
  expect([...told].sort()).toEqual([...wanted].sort());
  expect(starts.length).toBe(wanted.length);
});
