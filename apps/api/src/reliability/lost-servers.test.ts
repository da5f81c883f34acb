import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isComplete } from '@gennaker/pipeline-dsl';
import { afterEach, expect, it } from 'vitest';
import { startWorld, type World } from '../bench/world.ts';
import { findProject } from '../config/index.ts';
import { toyRegistry } from '../engine/testing/toy-stages.ts';
import { startEmbeddedPostgres } from '../launcher/postgres/embedded-postgres.ts';
import { applyMigrations } from '../persistence/migrate/index.ts';
import { connectQueue } from '../queue/index.ts';
import { createTestDatabase, waitUntil } from '../testing/index.ts';

const cleanUp: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

const pipeline = {
  application: 'toy',
  name: 'toy',
  pipelineConfigId: null,
  pipelineVersion: 1,
  trigger: { type: 'manual' },
  user: 'ana',
  config: {
    stages: [
      { refId: 'A', type: 'sleep', name: 'A', requisiteStageRefIds: [], forSeconds: 0.4 },
      { refId: 'B', type: 'twoSteps', name: 'B', requisiteStageRefIds: ['A'] },
      { refId: 'C', type: 'sleep', name: 'C', requisiteStageRefIds: ['A'], forSeconds: 0.6 },
      { refId: 'D', type: 'sleep', name: 'D', requisiteStageRefIds: ['B', 'C'], forSeconds: 0.4 },
    ],
  },
};

async function startMany(world: World, count: number): Promise<string[]> {
  const started = await Promise.all(Array.from({ length: count }, () => world.engine.start(pipeline)));
  return started.map((execution) => execution.id);
}

async function statuses(world: World, ids: readonly string[]): Promise<string[]> {
  return Promise.all(ids.map(async (id) => (await world.store.read(id))?.status ?? 'unknown'));
}

async function open(databaseUrl: string): Promise<World> {
  const silent = (): void => undefined;
  const place = await connectQueue({ databaseUrl, redisUrl: null }, silent);
  const world = await startWorld({ databaseUrl, place, lanes: 16, registry: toyRegistry, problem: silent });
  cleanUp.push(
    () => world.stop(),
    () => place.close(),
  );
  return world;
}

it('the queue emptied in mid-run, again and again: all goes on from the rows', async () => {
  const database = await createTestDatabase();
  cleanUp.push(() => database.drop());
  const world = await open(database.url);
  const ids = await startMany(world, 25);
  await waitUntil(async () => {
    await world.emptyQueue();
    return (await statuses(world, ids)).filter((status) => status === 'RUNNING').length > 5;
  });
  await world.emptyQueue();
  await waitUntil(async () => (await statuses(world, ids)).every((status) => status === 'SUCCEEDED'), 120_000);
});

it('Postgres killed in mid-run and started again: all goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-restart-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres(folder, () => undefined);
  cleanUp.push(() => postgres.stop());
  await applyMigrations(postgres.url, join(findProject().root, 'prisma'));
  const world = await open(postgres.url);
  const ids = await startMany(world, 20);
  await waitUntil(async () => (await statuses(world, ids)).includes('RUNNING'));
  process.kill(Number(readFileSync(join(postgres.home, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
  await waitUntil(async () => {
    const now = await statuses(world, ids).catch(() => []);
    return now.length === ids.length && now.every((status) => isComplete(status as never));
  }, 150_000);
  expect(new Set(await statuses(world, ids))).toEqual(new Set(['SUCCEEDED']));
}, 200_000);
