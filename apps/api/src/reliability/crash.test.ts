import { demoScenario, type Sandbox, startSandbox } from '@gennaker/aws-sandbox';
import { stageExecutors } from '@gennaker/catalog/executors';
import type { Ports } from '@gennaker/catalog/kit';
import { type Execution, isComplete, type JsonObject } from '@gennaker/pipeline-dsl';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import { createRegistry } from '../engine/registry.ts';
import { createUlids } from '../engine/ulids.ts';
import { createExecutionStore } from '../persistence/execution-store/index.ts';
import { BullWorkQueue, connectQueue, openQueue } from '../queue/index.ts';
import { createTestDatabase, waitUntil } from '../testing/index.ts';
import { seeded } from './seeded.ts';
import { WorkerProcess } from './worker-process.ts';

const WORKERS = 2;
const DEPLOYS = 4;
/** A start costs two seconds of a core; the suite of `kills/` dies at every boundary, in lighter processes. */
const MAX_KILLS = 12;
/** On a slow machine fewer starts fit into the time that AWS takes. */
const LEAST_KILLS = 8;
/** Seconds that pass in the local AWS while one passes here: most of a deploy is waiting for machines. */
const AWS_SPEED = 4;
/** Only guards against hanging. */
const LIMIT_MS = 240_000;

const cleanUp: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

/** Deploys 1.0.0, then 2.0.0 red/black over it, then 3.0.0, which never becomes healthy and is taken back. */
function pipelineOf(stack: string): JsonObject {
  const find = (refId: string, version: string, requires: string[]) => ({
    refId,
    type: 'findImageFromTags',
    name: `Find ${version}`,
    requisiteStageRefIds: requires,
    cloudProvider: 'aws',
    credentials: 'sandbox',
    account: 'sandbox',
    regions: ['us-east-1'],
    packageName: 'demo-web',
    tags: { app: 'demo-web', version },
  });
  const deploy = (refId: string, requires: string[], more: JsonObject) => ({
    refId,
    type: 'deploy',
    name: `Deploy ${refId}`,
    requisiteStageRefIds: requires,
    ...more,
    clusters: [
      {
        account: 'sandbox',
        application: 'demo',
        stack,
        cloudProvider: 'aws',
        provider: 'aws',
        strategy: 'redblack',
        availabilityZones: { 'us-east-1': ['us-east-1a', 'us-east-1b'] },
        capacity: { min: 2, max: 2, desired: 2 },
        instanceType: 't3.micro',
        targetGroups: ['demo-web-tg'],
        securityGroups: ['sg-0e0e000000000000'],
        subnetType: 'internal',
        healthCheckType: 'ELB',
        healthCheckGracePeriod: 5,
        stableSeconds: 1,
        rollback: { onFailure: true, destroyLatest: true },
      },
    ],
  });
  return {
    stages: [
      find('f1', '1.0.0', []),
      deploy('d1', ['f1'], {}),
      find('f2', '2.0.0', ['d1']),
      deploy('d2', ['f2'], {}),
      find('f3', '3.0.0', ['d2']),
      deploy('d3', ['f3'], { continuePipeline: true, failPipeline: false }),
    ],
  };
}

async function openWorld() {
  const database = await createTestDatabase();
  cleanUp.push(() => database.drop());
  const sandbox = await startSandbox({ scenario: demoScenario, seed: 7, speed: AWS_SPEED });
  cleanUp.push(() => sandbox.stop());
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
  cleanUp.push(() => pool.end());
  const silent = (): void => undefined;
  const place = await connectQueue({ databaseUrl: database.url, redisUrl: null }, silent);
  const bull = openQueue(place, silent);
  cleanUp.push(() => bull.close());
  const clock = { now: () => Date.now() };
  const store = createExecutionStore(pool, { leaseTtlMs: 2_000 });
  const engine = new Engine({
    store,
    queue: new BullWorkQueue(bull, clock.now, silent),
    clock,
    ids: createUlids(clock),
    registry: createRegistry(Object.values(stageExecutors)),
    ports: {} as Ports,
    listener: { committed: silent },
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    workerId: 'starter',
    windowTimeZone: 'UTC',
  });
  const env = {
    DATABASE_URL: database.url,
    GENNAKER_AWS: 'real',
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'SANDBOXKEY',
    AWS_SECRET_ACCESS_KEY: 'sandbox-secret',
    GENNAKER_ACCOUNTS: '[{"name":"sandbox","regions":["us-east-1"]}]',
    GENNAKER_LEASE_MS: '2000',
    GENNAKER_SWEEP_MS: '500',
    GENNAKER_LOG: 'warn',
  };
  return { sandbox, pool, store, engine, env };
}

/** How often each mutating call took effect, by what it made or removed. */
function effects(sandbox: Sandbox): Map<string, number> {
  const counted = new Map<string, number>();
  for (const call of sandbox.calls()) {
    if (!call.applied) continue;
    const given = call.parameters as Record<string, unknown>;
    const name = given['AutoScalingGroupName'] ?? given['LaunchTemplateName'];
    if (!['CreateAutoScalingGroup', 'CreateLaunchTemplate', 'DeleteAutoScalingGroup'].includes(call.action)) continue;
    const key = `${call.action} ${String(name)}`;
    counted.set(key, (counted.get(key) ?? 0) + 1);
  }
  return counted;
}

it('workers killed at random moments change nothing in the end: every deploy ends rightly, each effect once', async () => {
  const seed = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 1e9));
  console.info(`crash suite: seed ${seed} (repeat with CRASH_SEED=${seed})`);
  const random = seeded(seed);
  const { sandbox, pool, store, engine, env } = await openWorld();
  const workers = Array.from({ length: WORKERS }, () => new WorkerProcess(env));
  cleanUp.push(() => Promise.all(workers.map((worker) => worker.kill())));

  const ids: string[] = [];
  for (let i = 0; i < DEPLOYS; i += 1) {
    const started = await engine.start({
      application: 'demo',
      name: `deploy c${i}`,
      pipelineConfigId: `crash-${i}`,
      pipelineVersion: 1,
      trigger: { type: 'manual' },
      user: 'ana',
      config: pipelineOf(`c${i}`),
    });
    ids.push(started.id);
  }
  const read = async (): Promise<Execution[]> => Promise.all(ids.map(async (id) => (await store.read(id))!));
  const allEnded = async (): Promise<boolean> => (await read()).every((execution) => isComplete(execution.status));

  // Most die at work; one that is still starting has little to lose, and on a slow machine all would die there.
  let kills = 0;
  for (const worker of workers) worker.start();
  while (kills < MAX_KILLS && !(await allEnded())) {
    const victim = workers[Math.floor(random() * workers.length)]!;
    if (random() < 0.8) await victim.ready();
    const next = Date.now() + random() * 1_500;
    await waitUntil(async () => Date.now() >= next || (await allEnded()), LIMIT_MS);
    await victim.kill();
    victim.start();
    kills += 1;
  }
  await waitUntil(allEnded, LIMIT_MS);
  console.info(`crash suite: ${kills} kills`);
  expect(kills).toBeGreaterThanOrEqual(LEAST_KILLS);

  for (const execution of await read()) {
    const told = JSON.stringify(
      execution.stages.map((stage) => [stage.name, stage.status, stage.context['exception']]),
    );
    expect(execution.status, `${told}\n${workers.map((worker) => worker.words).join('\n')}`).toBe('SUCCEEDED');
    const top = execution.stages.filter((stage) => stage.parentStageId === null);
    expect(Object.fromEntries(top.map((stage) => [stage.refId, stage.status]))).toEqual({
      f1: 'SUCCEEDED',
      d1: 'SUCCEEDED',
      f2: 'SUCCEEDED',
      d2: 'SUCCEEDED',
      f3: 'SUCCEEDED',
      d3: 'FAILED_CONTINUE',
    });
  }

  const counted = effects(sandbox);
  expect([...counted].filter(([, times]) => times !== 1)).toEqual([]);
  const made = [...counted.keys()]
    .filter((key) => key.startsWith('CreateAutoScalingGroup'))
    .map((key) => key.split(' ')[1]!);
  expect(made.sort()).toEqual(
    ids.flatMap((_id, i) => ['v000', 'v001', 'v002'].map((version) => `demo-c${i}-${version}`)).sort(),
  );
  const removed = [...counted.keys()]
    .filter((key) => key.startsWith('DeleteAutoScalingGroup'))
    .map((key) => key.split(' ')[1]!);
  expect(removed.sort()).toEqual(ids.map((_id, i) => `demo-c${i}-v002`).sort());

  const { rows: ledger } = await pool.query<{ name: string }>(
    `select distinct name from ledger where kind = 'serverGroup' and action = 'create' order by name`,
  );
  expect(ledger.map((row) => row.name)).toEqual(made.sort());
  // What follows the end, such as freeing a lock, is done a moment later; the house is kept for ever.
  const silent = async () => (await pool.query(`select * from due where message->>'type' <> 'KeepHouse'`)).rows;
  await waitUntil(async () => (await silent()).length === 0, LIMIT_MS).catch(() => undefined);
  expect(await silent()).toEqual([]);
  expect(sandbox.leaks()).toEqual([]);
}, 900_000);
