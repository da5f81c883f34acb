import type { ExecutionEvent } from '@gennaker/pipeline-dsl';
import { expect, it } from 'vitest';
import { EventStream, type Sink } from './event-stream.ts';

const eventOf = (sequence: number): ExecutionEvent =>
  ({ executionId: 'e', sequence, at: 0, type: 'stage.updated', stageId: 's', data: {} }) as ExecutionEvent;

/** A log that answers when told, so that news can come in the middle of a read. */
class SlowLog {
  newest = 0;
  readonly asked: Array<() => void> = [];

  eventsAfter(_id: string, after: number, limit: number): Promise<readonly ExecutionEvent[]> {
    const upTo = Math.min(this.newest, after + limit);
    const events = Array.from({ length: Math.max(0, upTo - after) }, (_, i) => eventOf(after + 1 + i));
    return new Promise((resolve) => this.asked.push(() => resolve(events)));
  }

  async answer(): Promise<void> {
    this.asked.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A client that reads or does not. */
class TestSink implements Sink {
  text = '';
  keepsUp = true;
  readonly waiting: Array<() => void> = [];
  ended = false;

  write(text: string): boolean {
    this.text += text;
    return this.keepsUp;
  }
  end(): void {
    this.ended = true;
  }
  once(event: string, listener: () => void): void {
    if (event === 'drain') this.waiting.push(listener);
  }
  ids(): number[] {
    return [...this.text.matchAll(/^id: (\d+)$/gm)].map((found) => Number(found[1]));
  }
  async drain(): Promise<void> {
    this.waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function open(after = 0) {
  const log = new SlowLog();
  const sink = new TestSink();
  const ends: unknown[] = [];
  const stream = new EventStream({ executionId: 'e', after, sink, log, onEnd: (error) => ends.push(error) });
  return { log, sink, stream, ends };
}

it('news that come while it reads are read next, and doubled news read nothing twice', async () => {
  const { log, sink, stream } = open();
  log.newest = 2;
  stream.begin(2);
  log.newest = 4;
  stream.heardOf(3);
  stream.heardOf(4);
  await log.answer();
  await log.answer();
  stream.heardOf(4);
  stream.heardOf(2);
  expect(sink.ids()).toEqual([1, 2, 3, 4]);
  expect(log.asked).toHaveLength(0);
});

it('a long history comes page by page, each event once', async () => {
  const { log, sink, stream } = open();
  log.newest = 1_200;
  stream.begin(1_200);
  for (let pages = 0; pages < 3; pages += 1) await log.answer();
  expect(sink.ids()).toEqual(Array.from({ length: 1_200 }, (_, i) => i + 1));
});

it('waits for a client that does not read', async () => {
  const { log, sink, stream } = open();
  log.newest = 3;
  sink.keepsUp = false;
  stream.begin(3);
  await log.answer();
  expect(sink.ids()).toEqual([1]);
  await sink.drain();
  expect(sink.ids()).toEqual([1, 2]);
});

it('a sign of life also looks for events whose news got lost', async () => {
  const { log, sink, stream } = open(1);
  log.newest = 1;
  stream.begin(1);
  log.newest = 2;
  stream.beat();
  await log.answer();
  expect(sink.text).toContain(': beat');
  expect(sink.ids()).toEqual([2]);
});

it('a log that fails ends the stream, so that the client comes back', async () => {
  const sink = new TestSink();
  const ends: unknown[] = [];
  const log = { eventsAfter: () => Promise.reject(new Error('away')) };
  new EventStream({ executionId: 'e', after: 0, sink, log, onEnd: (error) => ends.push(error) }).begin(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect([sink.ended, ends]).toEqual([true, [new Error('away')]]);
});
