import type { Life, Lives } from '@gennaker/catalog/executors';
import { createWorld, type World } from '@gennaker/catalog/kit/in-memory';
import { describe, expect, it } from 'vitest';
import { JANITOR_EVERY_MS, Janitor, type JanitorMode, type JanitorTurns } from './janitor.ts';

const PLACE = { account: 'prod', region: 'us-east-1' };
const OPERATION = { key: 'key-1', executionId: 'dead', stageId: 'stage-1' };
const HOURS = 3_600_000;

/** One row, as in the database. */
class MemoryTurns implements JanitorTurns {
  at: number | null = null;

  async ensure(at: number): Promise<void> {
    this.at ??= at;
  }

  async take(now: number, next: number): Promise<boolean> {
    if (this.at === null || this.at > now) return false;
    this.at = next;
    return true;
  }

  async stop(): Promise<void> {
    this.at = null;
  }
}

const spec = (name: string, size: number) => ({
  ...{ ...PLACE, name, imageId: 'ami-new', instanceType: 't3.micro', targetGroups: ['demo-web-tg'] },
  moniker: { app: 'demo', stack: 'web', detail: null, cluster: 'demo-web', sequence: 1 },
  capacity: { min: size, desired: size, max: size },
  ...{ securityGroups: [], healthCheckType: 'ELB' as const, healthCheckGracePeriodSeconds: 30, tags: {} },
  startDisabled: false,
});

/** A pin, an empty group, a machine past its time and a launch template without its group. */
async function litter(world: World): Promise<void> {
  const pinned = world.serverGroups.add({ name: 'demo-web-v000', capacity: { min: 3, desired: 3, max: 5 } });
  await world.serverGroups.setIntendedCapacity(pinned, { min: 1, desired: 3, max: 5 });
  await world.serverGroups.create(spec('demo-web-v001', 0), OPERATION);
  const machine = { ...PLACE, bakeKey: 'k1', baseImageId: 'ami-old', instanceType: 't3.micro', script: '' };
  await world.images.startBake({ ...machine, expiresTime: world.clock.now() + HOURS / 2 }, OPERATION);
  const owner = { executionId: 'dead', stageId: 'stage-1' };
  const template = { id: 'lt-1', name: 'demo-web-v002-1f2e', serverGroup: 'demo-web-v002' };
  world.traces.others.push({ kind: 'launchTemplate', ...PLACE, ...owner, ...template });
}

function janitorIn(world: World, mode: JanitorMode, life: Life = 'ended') {
  const told: string[] = [];
  const note = (message: string) => void told.push(message);
  const lives: Lives = {
    of: async (ids) => new Map(ids.map((id) => [id, life])),
    atWorkOn: async (_place, names) => new Map(names.map((name) => [name, life])),
  };
  const turns = new MemoryTurns();
  const accounts = [{ name: 'prod', regions: ['us-east-1'] }];
  const logger = { info: note, warn: note };
  const janitor = new Janitor({ mode, accounts, ports: world, lives, turns, clock: world.clock, logger });
  return { janitor, turns, told, starts: () => world.recoveries.starts };
}

const FOUND = ['unpin demo-web-v000', 'destroy demo-web-v001', 'terminate bake k1', 'sweep demo-web-v002'];

describe('the janitor', () => {
  it('tells what dead executions have left, by the marks that it carries', async () => {
    const world = createWorld();
    await litter(world);
    const { janitor } = janitorIn(world, 'report');
    expect((await janitor.look()).remains.map(({ action }) => action)).toEqual(['unpin', 'sweep']);
    world.clock.advance(2 * HOURS);
    const { remains, unread } = await janitor.look();
    expect(remains.map(({ action, name }) => `${action} ${name}`)).toEqual(FOUND);
    expect(remains.every(({ isOurs }) => isOurs)).toBe(true);
    expect(unread).toEqual([]);
  });

  it.each<[Life, number, boolean]>([
    ['live', 0, false],
    ['unknown', 4, false],
    ['ended', 4, true],
  ])('when those who left it are %s it finds %i things, and cleans up: %s', async (life, found, acts) => {
    const world = createWorld();
    await litter(world);
    const { janitor, turns, starts } = janitorIn(world, 'act', life);
    await janitor.begin();
    world.clock.advance(2 * HOURS);
    expect((await janitor.look()).remains.length).toBe(found);
    await janitor.keepHouse();
    expect(starts().length).toBe(acts ? found : 0);
    expect(turns.at).toBe(world.clock.now() + JANITOR_EVERY_MS);
  });

  it('starts an execution of its own for each thing, once an hour at most', async () => {
    const world = createWorld();
    await litter(world);
    const { janitor, turns, starts } = janitorIn(world, 'act');
    await janitor.begin();
    await janitor.keepHouse();
    expect(starts()).toEqual([]);
    world.clock.advance(2 * HOURS);
    await Promise.all([janitor.keepHouse(), janitor.keepHouse()]);
    expect(starts().map(({ application, name }) => [application, name])).toContainEqual([
      'demo',
      'Janitor: Give demo-web-v000 its least size of 1 back',
    ]);
    expect(starts().length).toBe(4);
    turns.at = world.clock.now();
    await janitor.keepHouse();
    expect(starts().length).toBe(4);
  });

  it('only tells unless it may act, and is silent when it is off', async () => {
    const world = createWorld();
    await litter(world);
    const report = janitorIn(world, 'report');
    await report.janitor.begin();
    world.clock.advance(2 * HOURS);
    await report.janitor.keepHouse();
    expect([report.told.length, report.starts()]).toEqual([4, []]);
    const off = janitorIn(world, 'off');
    off.turns.at = 0;
    await off.janitor.begin();
    await off.janitor.keepHouse();
    expect([off.turns.at, off.told]).toEqual([null, []]);
  });

  it('says where it could not look, and looks elsewhere all the same', async () => {
    const world = createWorld();
    await litter(world);
    world.traces.trouble.failNext('find', { code: 'aws.denied', message: 'You may not look.' });
    const { janitor } = janitorIn(world, 'report');
    expect((await janitor.look()).unread).toEqual([{ ...PLACE, why: 'You may not look.' }]);
  });

  it('leaves alone what was scaled down for a rollback, and what is young', async () => {
    const world = createWorld();
    const old = world.serverGroups.add({
      name: 'demo-web-v000',
      capacity: { min: 0, desired: 0, max: 0 },
      disabled: true,
    });
    await world.serverGroups.setIntendedCapacity(old, { min: 1, desired: 3, max: 5 });
    await world.serverGroups.create(spec('demo-web-v001', 0), OPERATION);
    const { janitor } = janitorIn(world, 'report');
    expect((await janitor.look()).remains).toEqual([]);
  });
});
