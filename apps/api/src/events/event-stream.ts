import type { EventLog } from './event-streams.ts';

/** The writing side of a response. */
export interface Sink {
  write(text: string): boolean;
  end(): void;
  once(event: 'drain' | 'close' | 'error', listener: (error?: Error) => void): unknown;
  readonly destroyed?: boolean;
}

export interface EventStreamOptions {
  readonly executionId: string;
  readonly after: number;
  readonly sink: Sink;
  readonly log: EventLog;
  readonly onEnd: (error: unknown) => void;
}

const PAGE = 500;

/**
 * One client's stream: a cursor over the rows. News only say that there is more to read, so that no event is left out
 * or sent twice. A client that does not read is waited for: nothing is gathered in memory.
 */
export class EventStream {
  private readonly options: EventStreamOptions;
  private cursor: number;
  private known = 0;
  private reading = false;
  private ended = false;

  constructor(options: EventStreamOptions) {
    this.options = options;
    this.cursor = options.after;
    const { sink } = options;
    sink.once('close', () => this.finish(null));
    sink.once('error', () => this.finish(null));
  }

  /** A client that claims to have seen more than there is holds another picture: it is told to fetch it anew. */
  begin(newest: number): void {
    this.options.sink.write('retry: 1000\n: open\n\n');
    if (this.cursor > newest) {
      this.options.sink.write('event: reset\ndata: {}\n\n');
      this.cursor = newest;
    }
    this.heardOf(newest);
  }

  heardOf(sequence: number): void {
    this.known = Math.max(this.known, sequence);
    if (!this.reading && !this.ended && this.known > this.cursor) void this.read();
  }

  beat(): void {
    if (this.ended || this.reading) return;
    this.options.sink.write(': beat\n\n');
    this.heardOf(Number.POSITIVE_INFINITY);
  }

  bye(): void {
    if (this.ended) return;
    this.options.sink.write('retry: 2000\nevent: bye\ndata: {}\n\n');
    this.options.sink.end();
    this.finish(null);
  }

  private async read(): Promise<void> {
    this.reading = true;
    try {
      while (!this.ended && this.known > this.cursor) {
        this.known = 0;
        const events = await this.options.log.eventsAfter(this.options.executionId, this.cursor, PAGE);
        if (events.length === PAGE) this.known = Number.POSITIVE_INFINITY;
        for (const event of events) {
          if (this.ended) return;
          this.cursor = event.sequence;
          const text = `id: ${event.sequence}\nevent: change\ndata: ${JSON.stringify(event)}\n\n`;
          if (!this.options.sink.write(text)) await this.drained();
        }
      }
    } catch (error) {
      this.options.sink.end();
      this.finish(error);
    } finally {
      this.reading = false;
    }
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      this.options.sink.once('drain', () => resolve());
      this.options.sink.once('close', () => resolve());
    });
  }

  private finish(error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.options.onEnd(error);
  }
}
