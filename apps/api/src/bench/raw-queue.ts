import { Queue, Worker } from 'bullmq';
import type { QueueConnection } from '../queue/index.ts';
import { median, until } from './measure.ts';

/** What BullMQ alone does on the same Postgres when each job adds the next. */
export interface RawQueue {
  readonly stagesPerSecond: number;
  readonly stageToStageMs: number;
  readonly addToActiveMs: number;
}

const quiet = (): void => undefined;
const FORGET = { removeOnComplete: true, removeOnFail: true } as const;

/** Chains of jobs: `chains` at once, then one at a time for the latencies. */
export async function measureRawQueue(
  place: QueueConnection,
  chains: number,
  length: number,
  lanes: number,
): Promise<RawQueue> {
  const queue = new Queue('bench-raw', { connection: place.connection });
  queue.on('error', quiet);
  const activeAt = new Map<string, number>();
  let done = 0;
  const worker = new Worker(
    'bench-raw',
    async (job) => {
      const { chain, stage } = job.data as { chain: number; stage: number };
      activeAt.set(`${chain}.${stage}`, performance.now());
      if (stage + 1 < length) await queue.add('stage', { chain, stage: stage + 1 }, FORGET);
      else done += 1;
    },
    { connection: place.workerConnection, concurrency: lanes },
  );
  worker.on('error', quiet);
  await worker.waitUntilReady();
  const start = performance.now();
  await queue.addBulk(
    Array.from({ length: chains }, (_, chain) => ({ name: 'stage', data: { chain, stage: 0 }, opts: FORGET })),
  );
  await until('the chains of jobs', () => done === chains);
  const stagesPerSecond = (chains * length) / ((performance.now() - start) / 1_000);
  const starts: number[] = [];
  const gaps: number[] = [];
  for (let i = 0; i < 100; i += 1) {
    const chain = chains + i;
    const before = done;
    const added = performance.now();
    await queue.add('stage', { chain, stage: 0 }, FORGET);
    await until('a chain of jobs', () => done > before);
    starts.push(activeAt.get(`${chain}.0`)! - added);
    for (let stage = 1; stage < length; stage += 1)
      gaps.push(activeAt.get(`${chain}.${stage}`)! - activeAt.get(`${chain}.${stage - 1}`)!);
  }
  await worker.close();
  await queue.close();
  return { stagesPerSecond, stageToStageMs: median(gaps), addToActiveMs: median(starts) };
}
