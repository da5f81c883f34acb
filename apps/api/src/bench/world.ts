import { executeStage, type Ports, succeeded, waitFor } from '@gennaker/catalog/kit';
import { defineStage } from '@gennaker/pipeline-dsl';
import pg from 'pg';
import * as z from 'zod';
import { Engine } from '../engine/engine.ts';
import { LocalFirstQueue } from '../engine/local-first-queue.ts';
import type { CommitListener, ExecutionStore, StageRegistry } from '../engine/ports.ts';
import { createUlids } from '../engine/ulids.ts';
import { WorkerLoop } from '../engine/worker.ts';
import { createExecutionStore, KEYED_CONNECTION } from '../persistence/execution-store/index.ts';
import { BullWorkQueue, messageOf, openQueue, openWorker, type QueueConnection } from '../queue/index.ts';

const open = z.looseObject({});
const toy = <T extends string>(type: T) =>
  defineStage({
    type,
    version: 1,
    label: type,
    description: 'A stage of the benchmark.',
    group: 'Control',
    icon: 'timer',
    context: open,
    outputs: open,
  });

const noop = executeStage(toy('noop'), { needs: [], tasks: [{ name: 'noop', instant: true, run: () => succeeded() }] });
const judge = executeStage(toy('judge'), {
  needs: [],
  tasks: [
    {
      name: 'judge',
      run: ({ context }) =>
        context['judgmentStatus'] === undefined ? waitFor({ kind: 'person', reason: 'a decision' }) : succeeded(),
    },
  ],
});

const clock = { now: () => Date.now() };

/** An engine with its worker, store and queue as the product composes them, with no-op stages. */
export interface World {
  readonly engine: Engine;
  readonly store: ExecutionStore;
  /** Loses every wake-up that is in the queue now. */
  emptyQueue(): Promise<void>;
  /** Called after each commit. */
  listen(listener: CommitListener['committed']): void;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly databaseUrl: string;
  readonly place: QueueConnection;
  /** Messages handled at once. */
  readonly lanes: number;
  readonly workerId?: string;
  /** Stage types beside the benchmark's own. */
  readonly registry?: StageRegistry;
  /** Hears of lost connections; default: the console. */
  readonly problem?: (error: unknown) => void;
}

/** Starts a world on the given database and queue. */
export async function startWorld({
  databaseUrl,
  place,
  lanes,
  workerId = 'bench',
  registry: more,
  problem = console.warn,
}: WorldOptions): Promise<World> {
  const quiet = { debug: () => undefined, info: () => undefined, warn: problem, error: problem };
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 8, options: KEYED_CONNECTION });
  pool.on('error', () => undefined);
  const store = createExecutionStore(pool, { leaseTtlMs: 4_000 });
  const bull = openQueue(place, quiet.warn);
  const queue: LocalFirstQueue = new LocalFirstQueue({
    queue: new BullWorkQueue(bull, clock.now, quiet.warn),
    clock,
    handle: (message) => engine.handle(message),
    capacity: lanes,
    problem,
  });
  let listener: CommitListener['committed'] = () => undefined;
  const registry: StageRegistry = {
    gates: [],
    executor: (type) => (type === 'noop' ? noop : type === 'judge' ? judge : (more?.executor(type) ?? null)),
  };
  const shared = { store, queue, clock, logger: quiet, workerId };
  const engine: Engine = new Engine({
    ...shared,
    ids: createUlids(clock),
    registry,
    ports: {} as Ports,
    listener: { committed: (commit) => listener(commit) },
    windowTimeZone: 'UTC',
  });
  const loop = new WorkerLoop({ ...shared, engine, leaseMs: 4_000, sweepMs: 1_500 });
  await loop.start();
  const worker = openWorker(place, async (job) => engine.handle(messageOf(job)), { concurrency: lanes }, quiet.warn);
  await worker.waitUntilReady();
  return {
    engine,
    store,
    emptyQueue: () => bull.drain(true),
    listen: (next) => {
      listener = next;
    },
    stop: async () => {
      queue.close();
      await worker.close();
      await loop.stop(5_000);
      await bull.close();
      await pool.end();
    },
  };
}
