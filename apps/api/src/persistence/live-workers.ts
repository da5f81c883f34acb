import type { Pool } from 'pg';

const OLDEST_MS = 10_000;

/** How many workers live, at most ten seconds ago; one before anybody has looked. */
export class LiveWorkers {
  private readonly pool: Pool;
  private readonly options: { readonly ttlMs: number; readonly now: () => number };
  private known = 1;
  private lookedAt: number | null = null;

  constructor(pool: Pool, options: { readonly ttlMs: number; readonly now: () => number }) {
    this.pool = pool;
    this.options = options;
  }

  /** The number as last read, at least one; looks again behind the scenes. */
  count(): number {
    const now = this.options.now();
    if (this.lookedAt === null || now - this.lookedAt > OLDEST_MS) {
      this.lookedAt = now;
      void this.look();
    }
    return this.known;
  }

  /** Reads the number. While the database is away, the last one stands. */
  async look(): Promise<void> {
    try {
      const { rows } = await this.pool.query<{ workers: number }>(
        `select count(*)::int as workers from worker where heartbeat_at > now() - $1 * interval '1 ms'`,
        [this.options.ttlMs],
      );
      this.known = Math.max(1, rows[0]?.workers ?? 1);
    } catch {
      // Calls go on at the last known part.
    }
  }
}
