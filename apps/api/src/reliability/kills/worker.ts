import { once } from 'node:events';
import { stageExecutors } from '@gennaker/catalog/executors';
import { FakeGuards, FakeJudge } from '@gennaker/catalog/kit/in-memory';
import pg from 'pg';
import { ChildPipelines, configuredMonitors, RecoveryRuns } from '../../child-pipelines/index.ts';
import { type AwsCloud, createAwsCloud } from '../../cloud/index.ts';
import { createRegistry, createUlids, Engine, type ExecutionStore, LocalFirstQueue } from '../../engine/index.ts';
import { OutgoingHttp } from '../../outgoing-http/index.ts';
import { PackerRuns } from '../../packer/index.ts';
import { Deployments } from '../../persistence/deployments.ts';
import { createExecutionStore, KEYED_CONNECTION } from '../../persistence/execution-store/index.ts';
import { Leases } from '../../persistence/leases.ts';
import { ACCOUNTS, KEYS } from '../../scenarios/shop.ts';
import { IdleClock } from './idle-clock.ts';
import { Doom, Mortal, tell } from './mortal.ts';
import { ALL_ENDED, type Go, type Home, type Turn } from './words.ts';

/** In real time; the test lets a dead worker's heartbeat grow old itself. */
const LEASE_MS = 120_000;
const CAPACITY = 8;

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const complain = (error: unknown): void => console.error(error);

/** Connects, says so, and works on all stories at once when it is told to, until it dies or nothing is left to do. */
export async function main(homes: readonly Home[]): Promise<void> {
  const pools = homes.map(
    ({ databaseUrl }) => new pg.Pool({ connectionString: databaseUrl, max: 3, options: KEYED_CONNECTION }),
  );
  await Promise.all(pools.map((pool) => pool.query('select 1')));
  process.send?.('ready');
  const [{ workerId, turns }] = (await once(process, 'message')) as [Go];
  const doom = new Doom(turns.filter((turn) => turn !== null).length);
  await Promise.all(
    turns.map(async (turn, story) => {
      if (!turn) return;
      await workOn({ story, workerId, home: homes[story]!, pool: pools[story]!, turn, doom });
      tell(story, ALL_ENDED);
      doom.ended();
    }),
  );
}

interface Beginning {
  readonly story: number;
  readonly workerId: string;
  readonly home: Home;
  readonly pool: pg.Pool;
  readonly turn: Turn;
  readonly doom: Doom;
}

async function workOn({ story, workerId, home, pool, turn, doom }: Beginning): Promise<void> {
  const clock = new IdleClock(turn.now);
  const mortal = new Mortal(story, turn.passed, clock, doom);
  const rows = createExecutionStore(pool, { leaseTtlMs: LEASE_MS });
  await rows.heartbeat(workerId, LEASE_MS, []);
  const cloud = createAwsCloud({
    accounts: ACCOUNTS,
    endpoint: home.awsUrl,
    credentials: KEYS,
    clock,
    random: () => 0.5,
    around: mortal.around,
  });
  const queue: LocalFirstQueue = new LocalFirstQueue({
    // What is due later is found in the rows.
    queue: { wake: async () => undefined },
    clock,
    handle: (message) => engine.handle(message),
    capacity: CAPACITY,
    problem: complain,
  });
  const engine = makeEngine({ workerId, clock, mortal, cloud, pool, rows, queue });
  await workToTheEnd({ home, clock, rows, engine, queue });
}

interface Parts {
  readonly workerId: string;
  readonly clock: IdleClock;
  readonly mortal: Mortal;
  readonly cloud: AwsCloud;
  readonly pool: pg.Pool;
  readonly rows: ExecutionStore;
  readonly queue: LocalFirstQueue;
}

function makeEngine({ workerId, clock, mortal, cloud, pool, rows, queue }: Parts): Engine {
  const engine: Engine = new Engine({
    store: mortal.store(rows),
    queue,
    clock,
    ids: createUlids(clock),
    registry: createRegistry(Object.values(stageExecutors)),
    ports: {
      serverGroups: cloud.serverGroups,
      scaling: cloud.scaling,
      instances: cloud.instances,
      images: cloud.images,
      packer: new PackerRuns({ program: null, environmentOf: async () => ({}), logger: quiet }),
      leases: mortal.leases(new Leases(pool, clock.now)),
      guards: new FakeGuards(),
      loadBalancers: cloud.loadBalancers,
      stacks: cloud.stacks,
      securityGroups: cloud.securityGroups,
      traces: cloud.traces,
      http: new OutgoingHttp({ allowedHosts: [] }),
      pipelines: new ChildPipelines(() => engine, { find: async () => null, byId: async () => null }),
      recoveries: new RecoveryRuns(() => engine),
      deployments: mortal.reads(new Deployments(pool)),
      monitors: configuredMonitors([]),
      metrics: cloud.metrics,
      judge: new FakeJudge(),
    },
    listener: { committed: () => undefined },
    logger: quiet,
    workerId,
    windowTimeZone: 'UTC',
  });
  return engine;
}

interface Work {
  readonly home: Home;
  readonly clock: IdleClock;
  readonly rows: ExecutionStore;
  readonly engine: Engine;
  readonly queue: LocalFirstQueue;
}

/** Whenever it only waits, time jumps to what is next: in this process, or in the rows. */
async function workToTheEnd({ home, clock, rows, engine, queue }: Work): Promise<void> {
  for (;;) {
    await clock.idle();
    const [due] = await rows.overdue(Number.MAX_SAFE_INTEGER, 1, engine.asker());
    const next = Math.min(clock.next, due?.at ?? Number.POSITIVE_INFINITY);
    if (!Number.isFinite(next) && engine.held().size === 0) return;
    if (!Number.isFinite(next)) throw new Error(`nothing is due, but ${[...engine.held().keys()]} is at work`);
    if (next > clock.now()) await advance(home.awsUrl, next - clock.now());
    clock.set(next);
    if (due && due.at <= clock.now()) await queue.wake([due]);
  }
}

/** AWS goes on in time before anybody here does. */
async function advance(awsUrl: string, ms: number): Promise<void> {
  const answer = await fetch(`${awsUrl}/_sandbox/clock`, { method: 'POST', body: JSON.stringify({ advance: ms }) });
  if (!answer.ok) throw new Error(`the clock of the local AWS did not go on: ${await answer.text()}`);
}
