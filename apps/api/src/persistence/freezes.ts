import { type Freeze, isInForce } from '@gennaker/pipeline-dsl';
import type { Pool } from 'pg';
import { THAW_KEY } from '../engine/messages.ts';
import type { Due, Freezes as FreezesPort } from '../engine/ports.ts';

/** How old an answer may be for whoever does not ask for a fresh one, ms. */
const KEPT_MS = 1_000;

interface Row {
  readonly id: string;
  readonly scope: Freeze['scope'];
  readonly target: string | null;
  readonly reason: string;
  readonly starts_at: string | null;
  readonly until: string | null;
  readonly exempt: Freeze['exempt'];
  readonly created_at: string;
  readonly created_by: string;
  readonly ended_at: string | null;
  readonly ended_by: string | null;
}

const timeOf = (value: string | null): number | null => (value === null ? null : Number(value));

const toFreeze = (row: Row): Freeze => ({
  id: row.id,
  scope: row.scope,
  target: row.target,
  reason: row.reason,
  from: Number(row.starts_at ?? row.created_at),
  until: timeOf(row.until),
  exempt: row.exempt,
  createdAt: Number(row.created_at),
  createdBy: row.created_by,
  endedAt: timeOf(row.ended_at),
  endedBy: row.ended_by,
});

/** Freezes as rows. One that was ended, or whose time is over, keeps its row. */
export class Freezes implements FreezesPort {
  private readonly pool: Pool;
  private readonly now: () => number;
  private kept: { readonly at: number; readonly answer: Promise<readonly Freeze[]> } | null = null;

  constructor(pool: Pool, now: () => number) {
    this.pool = pool;
    this.now = now;
  }

  inForce(fresh: boolean): Promise<readonly Freeze[]> {
    const at = this.now();
    if (!fresh && this.kept && at - this.kept.at < KEPT_MS) return this.kept.answer;
    const answer = this.read(at);
    this.kept = { at, answer };
    answer.catch(() => {
      this.kept = null;
    });
    return answer;
  }

  /** The newest freezes, ended ones included, newest first. */
  async list(limit: number): Promise<readonly Freeze[]> {
    const { rows } = await this.pool.query<Row>(
      'select * from change_freeze order by created_at desc, id desc limit $1',
      [limit],
    );
    return rows.map(toFreeze);
  }

  async find(id: string): Promise<Freeze | null> {
    const { rows } = await this.pool.query<Row>('select * from change_freeze where id = $1', [id]);
    return rows[0] ? toFreeze(rows[0]) : null;
  }

  async add(freeze: Freeze): Promise<void> {
    const { id, scope, target, reason, from, until, exempt, createdAt, createdBy } = freeze;
    await this.pool.query(
      `insert into change_freeze (id, scope, target, reason, starts_at, until, exempt, created_at, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, scope, target, reason, from, until, JSON.stringify(exempt), createdAt, createdBy],
    );
    this.kept = null;
  }

  /** Ends it, and makes due in the same statement that whatever it holds looks again. Null when it was over. */
  async end(id: string, user: string, at: number): Promise<Due | null> {
    const due = { key: THAW_KEY, message: { type: 'Thaw' }, at } as const;
    const { rowCount } = await this.pool.query(
      `with ended as (
         update change_freeze set ended_at = $3, ended_by = $2
         where id = $1 and ended_at is null and (until is null or until > $3) returning id)
       insert into due (key, message, at) select $4, $5, $3 from ended
       on conflict (key) do update set at = excluded.at`,
      [id, user, at, due.key, due.message],
    );
    this.kept = null;
    return rowCount ? due : null;
  }

  private async read(at: number): Promise<readonly Freeze[]> {
    const { rows } = await this.pool.query<Row>({
      name: 'freezes-in-force',
      text: `select * from change_freeze where ended_at is null and (until is null or until > $1)
             and (starts_at is null or starts_at <= $1)`,
      values: [at],
    });
    return rows.map(toFreeze).filter((freeze) => isInForce(freeze, at));
  }
}
