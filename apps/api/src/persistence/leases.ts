import {
  handOverLease,
  type LeaseAnswer,
  type LeaseHolder,
  type LeaseState,
  type LeaseStep,
  type Leases as LeasesPort,
  noteOnLease,
  releaseLease,
  takeLease,
} from '@gennaker/catalog/kit';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Pool, PoolClient } from 'pg';

/** What nobody has come back to for so long is forgotten. */
const FORGOTTEN_AFTER_MS = 7 * 24 * 3_600_000;

const NOBODY: LeaseState = { holder: null, since: 0, until: 0, note: {}, waiters: {} };

/** Leases as rows: each step reads and writes its row under the row's lock. */
export class Leases implements LeasesPort {
  private readonly pool: Pool;
  private readonly now: () => number;

  constructor(pool: Pool, now: () => number) {
    this.pool = pool;
    this.now = now;
  }

  take(key: string, asker: LeaseHolder): Promise<LeaseAnswer> {
    return this.step(key, (state) => takeLease(state, asker, this.now()));
  }

  note(key: string, holder: LeaseHolder, facts: JsonObject): Promise<boolean> {
    return this.step(key, (state) => noteOnLease(state, holder, facts));
  }

  handOver(key: string, holder: LeaseHolder): Promise<boolean> {
    return this.step(key, (state) => handOverLease(state, holder, this.now()));
  }

  async release(key: string, holder: LeaseHolder, facts?: JsonObject): Promise<JsonObject | null> {
    const left = await this.step(key, (state) => releaseLease(state, holder, this.now(), facts));
    await this.pool.query('delete from lease where until < $1', [this.now() - FORGOTTEN_AFTER_MS]);
    return left;
  }

  private async step<Answer>(key: string, change: (state: LeaseState | null) => LeaseStep<Answer>): Promise<Answer> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      const answer = await stepOf(client, key, change);
      await client.query('commit');
      return answer;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }
}

async function stepOf<Answer>(
  client: PoolClient,
  key: string,
  change: (state: LeaseState | null) => LeaseStep<Answer>,
): Promise<Answer> {
  // An empty row first: there must be something to lock.
  await client.query('insert into lease (key, state, until) values ($1, $2, 0) on conflict (key) do nothing', [
    key,
    NOBODY,
  ]);
  const { rows } = await client.query<{ state: LeaseState }>('select state from lease where key = $1 for update', [
    key,
  ]);
  const stored = rows[0]?.state ?? NOBODY;
  const { state, answer } = change(stored.holder === null && stored.until === 0 ? null : stored);
  if (state) await client.query('update lease set state = $2, until = $3 where key = $1', [key, state, state.until]);
  else await client.query('delete from lease where key = $1', [key]);
  return answer;
}
