import type { ExecutionEvent } from '@gennaker/pipeline-dsl';
import { createParser } from 'eventsource-parser';

/** Time and chance, handed in so that reconnecting can be tested without waiting. */
export interface StreamTimers {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
  random(): number;
}

export interface StreamOptions {
  readonly url: string;
  /** Sequence number of the picture held now; asked for before each connection. */
  readonly lastSequence: () => number;
  readonly onEvent: (event: ExecutionEvent) => void;
  /** The server cannot replay what was missed: fetch the picture anew. */
  readonly onReset: () => void;
  /** Data moves (true) or has stopped moving (false). */
  readonly onLive: (live: boolean) => void;
  /** Three failures in a row: the screen should poll until the stream works again. */
  readonly onTrouble?: (trouble: boolean) => void;
  /** The server refuses the stream (401, 403, 404); it is not tried again. */
  readonly onRefused?: (status: number) => void;
  /** Is there still something to wait for when the server ends the stream in good order? */
  readonly goesOn?: () => boolean;
  readonly fetch?: typeof globalThis.fetch;
  readonly timers?: StreamTimers;
}

const DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
const SILENCE_MS = 40_000;
const TROUBLE_AFTER = 3;
const TROUBLE_RETRY_MS = 60_000;

const systemTimers: StreamTimers = {
  setTimeout: (run, ms) => globalThis.setTimeout(run, ms),
  clearTimeout: (handle) => globalThis.clearTimeout(handle as number),
  random: () => Math.random(),
};

/** Ms until the next try after `failures` failures in a row: doubling with full jitter, then once a minute. */
export function retryDelay(failures: number, random: number): number {
  if (failures > TROUBLE_AFTER + 3) return TROUBLE_RETRY_MS;
  return Math.round((DELAYS_MS[Math.min(failures, DELAYS_MS.length) - 1] ?? 1_000) * random);
}

/** A stream of an execution's events that stays open. `nudge` tries at once; `close` ends it. */
export interface ExecutionStream {
  nudge(): void;
  close(): void;
}

/** Opens the stream and keeps it open until closed, refused, or ended with nothing to wait for. */
export function openStream(options: StreamOptions): ExecutionStream {
  const timers = options.timers ?? systemTimers;
  let failures = 0;
  let closed = false;
  let current: AbortController | null = null;
  let retry: unknown;

  const later = () => {
    failures += 1;
    options.onLive(false);
    if (failures === TROUBLE_AFTER) options.onTrouble?.(true);
    retry = timers.setTimeout(() => void connect(), retryDelay(failures, timers.random()));
  };

  const heard = () => {
    if (failures >= TROUBLE_AFTER) options.onTrouble?.(false);
    failures = 0;
    options.onLive(true);
  };

  const connect = async (): Promise<void> => {
    if (closed) return;
    const controller = new AbortController();
    current = controller;
    const end = await readOnce(options, controller, timers, heard);
    if (closed || current !== controller) return;
    current = null;
    if (end.kind === 'refused') options.onRefused?.(end.status);
    else if (end.kind === 'ended' && options.goesOn?.() === false) options.onLive(true);
    else later();
  };

  void connect();
  return {
    nudge() {
      if (closed || current) return;
      timers.clearTimeout(retry);
      void connect();
    },
    close() {
      closed = true;
      timers.clearTimeout(retry);
      current?.abort();
    },
  };
}

type StreamEnd = { kind: 'ended' } | { kind: 'lost' } | { kind: 'refused'; status: number };

/** One connection, from the request to its end. 40 s without a byte counts as the end. */
async function readOnce(
  options: StreamOptions,
  controller: AbortController,
  timers: StreamTimers,
  heard: () => void,
): Promise<StreamEnd> {
  let silence: unknown;
  const rearm = () => {
    timers.clearTimeout(silence);
    silence = timers.setTimeout(() => controller.abort(), SILENCE_MS);
  };
  rearm();
  try {
    const last = options.lastSequence();
    const headers = { accept: 'text/event-stream', 'last-event-id': String(last) };
    const response = await (options.fetch ?? globalThis.fetch)(options.url, { headers, signal: controller.signal });
    if ([401, 403, 404].includes(response.status)) return { kind: 'refused', status: response.status };
    if (!response.ok || !response.body) return { kind: 'lost' };
    heard();
    await readEvents(response.body, options, () => {
      rearm();
    });
    return { kind: 'ended' };
  } catch {
    return { kind: 'lost' };
  } finally {
    timers.clearTimeout(silence);
  }
}

async function readEvents(
  body: ReadableStream<Uint8Array>,
  options: StreamOptions,
  onBytes: () => void,
): Promise<void> {
  const parser = createParser({
    onEvent(message) {
      if (message.event === 'reset') return options.onReset();
      const event = readEvent(message.data);
      if (event) options.onEvent(event);
    },
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    parser.feed(decoder.decode(value, { stream: true }));
  }
}

/** Reads one event; anything that is not an event of ours is passed over. */
export function readEvent(text: string): ExecutionEvent | null {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== 'object' || value === null) return null;
    const { sequence, type, data } = value as { sequence?: unknown; type?: unknown; data?: unknown };
    if (typeof sequence !== 'number' || typeof type !== 'string' || typeof data !== 'object') return null;
    return value as ExecutionEvent;
  } catch {
    return null;
  }
}
