import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Due } from '../engine/ports.ts';
import { waitUntil } from '../testing/wait-until.ts';
import {
  BullWorkQueue,
  connectQueue,
  messageOf,
  openQueue,
  openWorker,
  type QueueConnection,
  type QueuePlace,
} from './index.ts';

const due = (executionId: string, at: number): Due => ({
  key: `drive.${executionId}`,
  message: { type: 'DriveExecution', executionId },
  at,
});

/** What a queue of wake-ups must do, wherever it lives. */
export function workQueueContract(name: string, findPlace: () => Promise<QueuePlace>): void {
  describe(name, () => {
    const arrived: Array<{ executionId: string; at: number }> = [];
    const problems: Error[] = [];
    let place: QueueConnection;
    let queue: BullWorkQueue;
    let newQueue: () => BullWorkQueue;
    let stop: () => Promise<void>;
    let empty: () => Promise<void>;
    let looks = 0;
    let hold: Promise<void> = Promise.resolve();

    beforeAll(async () => {
      place = await connectQueue(await findPlace(), (error) => problems.push(error));
      const bull = openQueue(place, (error) => problems.push(error));
      const worker = openWorker(
        place,
        async (job) => {
          const message = messageOf(job);
          if (message.type === 'DriveExecution') arrived.push({ executionId: message.executionId, at: Date.now() });
          if (message.type === 'LookForWork') looks += 1;
          await hold;
        },
        { concurrency: 1 },
        (error) => problems.push(error),
      );
      await worker.waitUntilReady();
      newQueue = () =>
        new BullWorkQueue(
          bull,
          () => Date.now(),
          (error) => problems.push(error),
        );
      queue = newQueue();
      empty = () => bull.drain(true);
      stop = async () => {
        await worker.close();
        await bull.close();
        await place.close();
      };
    });

    afterAll(() => stop());

    const arrivals = (executionId: string) => arrived.filter((entry) => entry.executionId === executionId);

    it('brings a due wake-up to a worker', async () => {
      await queue.wake([due('now', Date.now())]);
      await waitUntil(() => arrivals('now').length === 1);
    });

    it('brings the first of many, and one word to look for the others', async () => {
      // Jobs are counted by slices of time: one that has sent nothing yet has all of the first slice.
      await newQueue().wake(Array.from({ length: 50 }, (_, i) => due(`many-${i}`, Date.now())));
      const first = () => arrived.filter((entry) => entry.executionId.startsWith('many-'));
      await waitUntil(() => first().length === 4 && looks === 1);
      expect(first().map((entry) => entry.executionId)).toEqual(Array.from({ length: 4 }, (_, i) => `many-${i}`));
    });

    it('brings a doubled wake-up once while the first one waits', async () => {
      let release = (): void => undefined;
      hold = new Promise((resolve) => {
        release = resolve;
      });
      const at = Date.now();
      await queue.wake([due('blocker', at)]);
      await waitUntil(() => arrivals('blocker').length === 1);
      await queue.wake([due('doubled', at)]);
      await queue.wake([due('doubled', at)]);
      await queue.wake([due('after', at)]);
      release();
      hold = Promise.resolve();
      await waitUntil(() => arrivals('after').length === 1);
      expect(arrivals('doubled')).toHaveLength(1);
    });

    it('does not bring a wake-up before its time', async () => {
      const at = Date.now() + 300;
      await queue.wake([due('later', at)]);
      await waitUntil(() => arrivals('later').length === 1);
      expect(arrivals('later')[0]!.at).toBeGreaterThanOrEqual(at - 5);
    });

    it('takes the same wake-up again after it was done', async () => {
      const at = Date.now();
      await queue.wake([due('again', at)]);
      await waitUntil(() => arrivals('again').length === 1);
      await waitUntil(async () => {
        await queue.wake([due('again', at)]);
        return arrivals('again').length >= 2;
      });
    });

    it('forgets what it held when it is emptied, and goes on', async () => {
      await queue.wake([due('lost', Date.now() + 60)]);
      await new Promise((resolve) => setImmediate(resolve));
      await empty();
      await queue.wake([due('kept', Date.now() + 100)]);
      await waitUntil(() => arrivals('kept').length === 1);
    });

    it('leaves far-off wake-ups to the rows', async () => {
      await queue.wake([due('far', Date.now() + 3_600_000)]);
      await queue.wake([due('near', Date.now())]);
      await waitUntil(() => arrivals('near').length === 1);
      expect(arrivals('far')).toEqual([]);
      expect(problems).toEqual([]);
    });

    it('refuses a job of another shape', () => {
      expect(() => messageOf({ data: { type: 'DriveExecution' } })).toThrow();
    });
  });
}
