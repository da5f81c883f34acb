import pg from 'pg';
import type { EventHub, HeardCommit } from './event-hub.ts';

const CHANNEL = 'gennaker_events';
/** A notification may hold 8,000 bytes. */
const MAX_BYTES = 7_000;

export interface PostgresNoticesOptions {
  readonly pool: pg.Pool;
  readonly databaseUrl: string;
  readonly hub: EventHub;
  /** Called when news may have been missed: the connection was lost and is back. */
  readonly missed: () => void;
  readonly problem: (message: string, error: unknown) => void;
  /** Name of this process, so that it passes over its own news. */
  readonly processId: string;
  /** News of this long are sent together, ms. */
  readonly gatherMs?: number;
}

/**
 * News between processes through Postgres LISTEN/NOTIFY: what is committed here is told there, gathered, one number an
 * execution. Only news travel; events are read from rows.
 */
export class PostgresNotices {
  private readonly options: PostgresNoticesOptions;
  private gathered = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private client: pg.Client | null = null;
  private again: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(options: PostgresNoticesOptions) {
    this.options = options;
    options.hub.relayTo((heard) => this.gather(heard));
  }

  /** Hears of other processes' commits from now on; reconnects by itself. */
  async listen(): Promise<void> {
    if (this.stopped) return;
    const client = new pg.Client({ connectionString: this.options.databaseUrl, application_name: 'gennaker events' });
    this.client = client;
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, null));
    client.on('notification', ({ payload }) => this.hear(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      this.options.missed();
    } catch (error) {
      this.lost(client, error);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    if (this.again) clearTimeout(this.again);
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  private lost(client: pg.Client, error: unknown): void {
    if (this.stopped || this.client !== client) return;
    this.client = null;
    if (error) this.options.problem('the connection for news between processes was lost', error);
    void client.end().catch(() => undefined);
    this.again = setTimeout(() => void this.listen(), 1_000);
  }

  private hear(payload: string): void {
    const [from, ...entries] = payload.split(' ');
    if (from === this.options.processId) return;
    for (const entry of entries) {
      const [executionId = '', sequence] = entry.split(':');
      this.options.hub.tell({ executionId, sequence: Number(sequence) });
    }
  }

  private gather({ executionId, sequence }: HeardCommit): void {
    this.gathered.set(executionId, sequence);
    this.timer ??= setTimeout(() => void this.send(), this.options.gatherMs ?? 50);
  }

  private async send(): Promise<void> {
    this.timer = null;
    const entries = [...this.gathered].map(([id, sequence]) => `${id}:${sequence}`);
    this.gathered = new Map();
    try {
      await this.options.pool.query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [
        CHANNEL,
        this.pack(entries),
      ]);
    } catch (error) {
      if (!this.stopped) this.options.problem('news to other processes got lost; they look again by themselves', error);
    }
  }

  private pack(entries: readonly string[]): string[] {
    const payloads: string[] = [];
    let payload = this.options.processId;
    for (const entry of entries) {
      if (payload.length + entry.length + 1 > MAX_BYTES) {
        payloads.push(payload);
        payload = this.options.processId;
      }
      payload += ` ${entry}`;
    }
    return [...payloads, payload];
  }
}
