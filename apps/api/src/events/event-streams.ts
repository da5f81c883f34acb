import type { ExecutionEvent } from '@gennaker/pipeline-dsl';
import type { EventHub } from './event-hub.ts';
import { EventStream, type Sink } from './event-stream.ts';

/** Where streams read events from: rows, in order. */
export interface EventLog {
  eventsAfter(executionId: string, sequence: number, limit: number): Promise<readonly ExecutionEvent[]>;
}

export interface EventStreamsOptions {
  readonly hub: EventHub;
  readonly log: EventLog;
  /** Hears why a stream had to be ended. */
  readonly problem: (message: string, error: unknown) => void;
  /** Between signs of life on a quiet stream, ms; each also looks for events whose news got lost. */
  readonly beatMs?: number;
}

const BEAT_MS = 15_000;

/** The open streams of this process, by execution. */
export class EventStreams {
  private readonly options: EventStreamsOptions;
  private readonly open_ = new Map<string, Set<EventStream>>();
  private readonly stopListening: () => void;
  private readonly timer: NodeJS.Timeout;

  constructor(options: EventStreamsOptions) {
    this.options = options;
    this.stopListening = options.hub.listen(({ executionId, sequence }) => {
      for (const stream of this.open_.get(executionId) ?? []) stream.heardOf(sequence);
    });
    this.timer = setInterval(() => this.each((stream) => stream.beat()), options.beatMs ?? BEAT_MS);
    this.timer.unref();
  }

  /** Streams what comes after `after` into `sink`; `newest` is the number of the newest event stored. */
  open(executionId: string, after: number, newest: number, sink: Sink): void {
    const streams = this.open_.get(executionId) ?? new Set();
    this.open_.set(executionId, streams);
    const stream = new EventStream({
      executionId,
      after,
      sink,
      log: this.options.log,
      onEnd: (error) => {
        streams.delete(stream);
        if (streams.size === 0 && this.open_.get(executionId) === streams) this.open_.delete(executionId);
        if (error !== null) this.options.problem('an event stream broke', error);
      },
    });
    streams.add(stream);
    stream.begin(newest);
  }

  /** Looks for events on every stream, when news may have been missed. */
  catchUp(): void {
    this.each((stream) => stream.heardOf(Number.POSITIVE_INFINITY));
  }

  count(): number {
    return [...this.open_.values()].reduce((sum, streams) => sum + streams.size, 0);
  }

  /** Says goodbye on every stream and ends it: clients come back to another process, or to this one restarted. */
  close(): void {
    clearInterval(this.timer);
    this.stopListening();
    this.each((stream) => stream.bye());
  }

  private each(act: (stream: EventStream) => void): void {
    for (const streams of [...this.open_.values()]) for (const stream of [...streams]) act(stream);
  }
}
