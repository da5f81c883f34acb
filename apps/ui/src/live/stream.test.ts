import type { ExecutionEvent } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { connectionWord } from './connection.ts';
import { openStream, retryDelay, type StreamOptions, type StreamTimers } from './stream.ts';

/** Timers that only run when told to. */
function handTimers() {
  const waiting: Array<{ run: () => void; ms: number; off: boolean }> = [];
  const timers: StreamTimers = {
    setTimeout: (run, ms) => {
      const entry = { run, ms, off: false };
      waiting.push(entry);
      return entry;
    },
    clearTimeout: (handle) => {
      if (handle) (handle as { off: boolean }).off = true;
    },
    random: () => 1,
  };
  const fire = (ms: number) => {
    for (const entry of waiting.splice(0)) if (!entry.off && entry.ms === ms) entry.run();
  };
  return { timers, fire };
}

/** A server whose answers the test writes. */
function fakeServer() {
  const requests: Array<{
    lastEventId: string;
    write: (text: string) => void;
    end: () => void;
    status: (code: number) => void;
    refuse: () => void;
  }> = [];
  const fetch = ((_url: string, init: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
      const body = new ReadableStream<Uint8Array>({
        start(own) {
          controller = own;
        },
      });
      init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      requests.push({
        lastEventId: new Headers(init.headers).get('last-event-id') ?? '',
        write: (text) => {
          resolve(new Response(body));
          controller?.enqueue(new TextEncoder().encode(text));
        },
        end: () => controller?.close(),
        status: (code) => resolve(new Response(null, { status: code })),
        refuse: () => reject(new Error('connection lost')),
      });
    })) as typeof globalThis.fetch;
  return { requests, fetch };
}

const line = (sequence: number) => {
  const event = { sequence, type: 'execution.paused', data: { status: 'PAUSED' }, executionId: 'e', at: 1 };
  return `id: ${sequence}\nevent: change\ndata: ${JSON.stringify(event)}\n\n`;
};

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise<void>((resolve) => setImmediate(resolve));
  if (!condition()) throw new Error('it did not come to that');
}

function open(extra: Partial<StreamOptions> = {}) {
  const server = fakeServer();
  const { timers, fire } = handTimers();
  const seen: ExecutionEvent[] = [];
  const live: boolean[] = [];
  const stream = openStream({
    url: '/executions/e/stream',
    lastSequence: () => seen.at(-1)?.sequence ?? 0,
    onEvent: (event) => seen.push(event),
    onReset: () => undefined,
    onLive: (now) => live.push(now),
    fetch: server.fetch,
    timers,
    ...extra,
  });
  return { ...server, fire, seen, live, stream };
}

describe('the event stream', () => {
  it('asks after what it holds, and after what it has heard when it reconnects', async () => {
    const { requests, seen, fire, stream, live } = open();
    await until(() => requests.length === 1);
    requests[0]!.write(line(1) + line(2));
    await until(() => seen.length === 2);
    requests[0]!.end();
    await until(() => live.at(-1) === false);
    fire(1_000);
    await until(() => requests.length === 2);
    expect(requests.map((request) => request.lastEventId)).toEqual(['0', '2']);
    stream.close();
  });

  it('reads events cut in the middle and passes over what is not an event', async () => {
    const { requests, seen, stream } = open();
    await until(() => requests.length === 1);
    const text = `: beat\n\ndata: nonsense\n\n${line(1)}`;
    requests[0]!.write(text.slice(0, 30));
    requests[0]!.write(text.slice(30));
    await until(() => seen.length === 1);
    stream.close();
  });

  it('asks for polling after three failures in a row and takes it back when events flow', async () => {
    const trouble: boolean[] = [];
    const { requests, fire, stream } = open({ onTrouble: (on) => trouble.push(on) });
    for (const ms of [1_000, 2_000, 4_000]) {
      const before = requests.length;
      await until(() => requests.length > 0 && requests.length >= before);
      requests.at(-1)!.refuse();
      await until(() => {
        fire(ms);
        return requests.length > before;
      });
    }
    requests.at(-1)!.write(line(1));
    await until(() => trouble.length === 2);
    expect(trouble).toEqual([true, false]);
    stream.close();
  });

  it('does not try again when it is refused', async () => {
    const refused: number[] = [];
    const { requests, fire } = open({ onRefused: (status) => refused.push(status) });
    await until(() => requests.length === 1);
    requests[0]!.status(403);
    await until(() => refused.length === 1);
    fire(1_000);
    expect(requests).toHaveLength(1);
  });

  it('lets the picture be fetched anew when the server cannot replay', async () => {
    let resets = 0;
    const { requests, stream } = open({
      onReset: () => {
        resets += 1;
      },
    });
    await until(() => requests.length === 1);
    requests[0]!.write('event: reset\ndata: {}\n\n');
    await until(() => resets === 1);
    stream.close();
  });

  it('waits longer after each failure, at most half a minute, then a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((failures) => retryDelay(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 60_000,
    ]);
    expect(retryDelay(3, 0)).toBe(0);
  });
});

describe('the connection dot', () => {
  it('stays calm for three seconds and says so after thirty', () => {
    const lost = { lostAt: 0, heardAt: 0, offline: false };
    expect([1_000, 4_000, 31_000].map((now) => connectionWord(lost, now))).toEqual([
      'Live',
      'Reconnecting…',
      'Not live',
    ]);
    expect(connectionWord({ ...lost, offline: true }, 0)).toBe('Offline');
  });
});
