import type { Sandbox } from '@gennaker/aws-sandbox';
import type { Lives } from '@gennaker/catalog/executors';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { RecoveryRuns } from '../../child-pipelines/index.ts';
import { JANITOR_EVERY_MS, Janitor } from '../../janitor/index.ts';
import { objectsOf } from '../matrix/objects.ts';
import { settle } from '../matrix/stories.ts';
import { startSteppedSandbox } from '../matrix/world.ts';
import { shopScenario } from '../shop.ts';
import { CleaningWorld, settingsOf } from './cleaning.ts';

const PLACE = { account: 'prod', region: 'us-east-1' };
const SERVING = { ...PLACE, name: 'shop-web-v001' };
const BAKE_KEY = 'b'.repeat(64);
const op = (step: string) => ({ key: `op-${step}`, executionId: 'dead-1', stageId: 'stage-1' });

/** Everything that left a mark has ended here. */
const ended: Lives = {
  of: async (ids) => new Map(ids.map((id) => [id, 'ended'])),
  atWorkOn: async (_place, names) => new Map(names.map((name) => [name, 'ended'])),
};

let sandbox: Sandbox;
let world: CleaningWorld | undefined;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterEach(() => world?.stop());
afterAll(() => sandbox.stop());

const pictureNow = () => {
  const { groups, names } = objectsOf(sandbox.state());
  return { settings: settingsOf(sandbox.state()), groups, names: [...names].sort() };
};

/** A pin, a machine past its time, and a snapshot whose image another tool deregistered. */
async function litter({ cloud, world: { clock } }: CleaningWorld): Promise<void> {
  const { capacity } = (await cloud.serverGroups.read(SERVING))!;
  await cloud.serverGroups.setIntendedCapacity(SERVING, capacity, op('remember'));
  await cloud.serverGroups.resize(SERVING, { ...capacity, min: 3 }, op('pin'));
  const plan = { ...PLACE, bakeKey: BAKE_KEY, baseImageId: 'ami-00000000000ba5e0', instanceType: 'm7g.large' };
  const expiresTime = clock.now() + JANITOR_EVERY_MS / 2;
  const machine = await cloud.images.startBake({ ...plan, script: '', expiresTime }, op('run'));
  await clock.wait(120_000);
  await cloud.images.stopBake({ ...PLACE, id: machine }, true, op('stop'));
  await clock.wait(60_000);
  const wish = { ...PLACE, instanceId: machine, name: 'shop-web-9', description: 'web', bakeKey: BAKE_KEY, tags: {} };
  const ImageId = await cloud.images.createImage(wish, op('image'));
  await clock.wait(300_000);
  const call = { service: 'ec2', action: 'DeregisterImage', input: { ImageId } } as const;
  sandbox.do({ account: '210987654321', call });
}

it('the janitor starts clean-ups on AWS that leave nothing, each as an execution of its own', async () => {
  const now = new CleaningWorld(sandbox, { scenario: shopScenario(), prepare: settle });
  world = now;
  const before = pictureNow();
  await litter(now);
  let due = now.world.clock.now() + JANITOR_EVERY_MS;
  const janitor = new Janitor({
    mode: 'act',
    accounts: [{ name: 'prod', regions: ['us-east-1'] }],
    ports: { ...now.cloud, recoveries: new RecoveryRuns(() => now.world.engine) },
    lives: ended,
    turns: {
      ensure: async () => undefined,
      stop: async () => undefined,
      async take(at, next) {
        if (at < due) return false;
        due = next;
        return true;
      },
    },
    clock: now.world.clock,
    logger: { info: () => undefined, warn: () => undefined },
  });
  await janitor.keepHouse();
  expect(now.world.store.executions.size).toBe(0);
  await now.world.clock.wait(2 * JANITOR_EVERY_MS);
  const told = (await janitor.look()).remains.map(({ action }) => action);
  expect([...told].sort()).toEqual(['deleteSnapshot', 'terminate', 'unpin']);
  await janitor.keepHouse();
  await now.world.settle();
  const runs = await Promise.all([...now.world.store.executions.keys()].map((id) => now.world.read(id)));
  expect(runs.map(({ status, name }) => `${status} ${name.split(' ').slice(0, 2).join(' ')}`).sort()).toEqual([
    'SUCCEEDED Janitor: Delete',
    'SUCCEEDED Janitor: Give',
    'SUCCEEDED Janitor: Terminate',
  ]);
  await now.world.clock.wait(120_000);
  expect(pictureNow()).toEqual(before);
  expect((await janitor.look()).remains).toEqual([]);
});
