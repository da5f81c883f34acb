import {
  createPostgresBackend,
  type Processor,
  Queue,
  type QueueOptions,
  runMigrations,
  setDefaultBackendFactory,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';

/** Where the queue lives. Redis (or Valkey) when an address is given, else the product's own Postgres. */
export interface QueuePlace {
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
}

/** Options that BullMQ's queues and workers, and its Nest module, take as `connection`. */
export interface QueueConnection {
  readonly connection: QueueOptions['connection'];
  /** How a worker's own connection is made; BullMQ wants one that blocks. */
  readonly workerConnection: QueueOptions['connection'];
  close(): Promise<void>;
}

export const QUEUE_NAME = 'wake-ups';

/** Prepares the queue's home: connections, and its tables when it is Postgres. `problem` hears of lost connections. */
export async function connectQueue(place: QueuePlace, problem: (error: Error) => void): Promise<QueueConnection> {
  return place.redisUrl === null ? onPostgres(place.databaseUrl, problem) : onRedis(place.redisUrl, problem);
}

async function onPostgres(databaseUrl: string, problem: (error: Error) => void): Promise<QueueConnection> {
  setDefaultBackendFactory(createPostgresBackend as unknown as Parameters<typeof setDefaultBackendFactory>[0]);
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', problem);
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
  const pool = { connectionString: databaseUrl, max: 4 } as unknown as QueueOptions['connection'];
  return { connection: pool, workerConnection: pool, close: async () => undefined };
}

async function onRedis(redisUrl: string, problem: (error: Error) => void): Promise<QueueConnection> {
  setDefaultBackendFactory();
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  connection.on('error', problem);
  return {
    connection,
    workerConnection: connection,
    close: async () => {
      await connection.quit().catch(() => connection.disconnect());
    },
  };
}

/** A queue without Nest, for tools and tests. */
export function openQueue(place: QueueConnection, problem: (error: Error) => void): Queue {
  const queue = new Queue(QUEUE_NAME, { connection: place.connection });
  queue.on('error', problem);
  return queue;
}

/** A worker without Nest, for tools and tests. */
export function openWorker(
  place: QueueConnection,
  process: Processor,
  options: Partial<WorkerOptions>,
  problem: (error: Error) => void,
): Worker {
  const worker = new Worker(QUEUE_NAME, process, { connection: place.workerConnection, ...options });
  worker.on('error', problem);
  return worker;
}
