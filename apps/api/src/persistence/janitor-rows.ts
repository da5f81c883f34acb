import type { Pool } from 'pg';

const KEY = 'keep-house';
const MESSAGE = { type: 'KeepHouse' } as const;

type Life = 'live' | 'ended' | 'unknown';
const NOT_ENDED = `('NOT_STARTED', 'RUNNING', 'PAUSED')`;

/** The janitor's next round as a row that is due, and what rows say of those who left marks in the cloud. */
export class JanitorRows {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async ensure(at: number): Promise<void> {
    await this.pool.query('insert into due (key, message, at) values ($1, $2, $3) on conflict (key) do nothing', [
      KEY,
      JSON.stringify(MESSAGE),
      at,
    ]);
  }

  async take(now: number, next: number): Promise<boolean> {
    const { rowCount } = await this.pool.query('update due set at = $3 where key = $1 and at <= $2', [KEY, now, next]);
    return rowCount === 1;
  }

  async stop(): Promise<void> {
    await this.pool.query('delete from due where key = $1', [KEY]);
  }

  /** Those that are not here are left out. */
  async of(executionIds: readonly string[]): Promise<ReadonlyMap<string, Life>> {
    const { rows } = await this.pool.query<{ id: string; live: boolean }>(
      `select id, status in ${NOT_ENDED} as live from execution where id = any($1)`,
      [executionIds],
    );
    return new Map(rows.map(({ id, live }) => [id, live ? 'live' : 'ended']));
  }

  /** Server groups that no execution here has made or changed are left out. */
  async atWorkOn(
    { account, region }: { readonly account: string; readonly region: string },
    serverGroups: readonly string[],
  ): Promise<ReadonlyMap<string, Life>> {
    const { rows } = await this.pool.query<{ name: string; live: boolean }>(
      `select l.name, bool_or(coalesce(e.status in ${NOT_ENDED}, false)) as live
         from ledger l left join execution e on e.id = l.execution_id
        where l.kind in ('serverGroup', 'scaling') and l.account = $1 and l.region = $2 and l.name = any($3)
        group by l.name`,
      [account, region, serverGroups],
    );
    return new Map(rows.map(({ name, live }) => [name, live ? 'live' : 'ended']));
  }
}
