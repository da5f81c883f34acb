import type { Pool, PoolClient } from 'pg';
import { decideLocks, type HeldLock, type LockAsker, type LockDecision, nextInLine } from '../../engine/lock-rules.ts';
import { freeLocksKey } from '../../engine/messages.ts';
import type { LockAnswer, LockAsk, LockHolder, StageRef } from '../../engine/ports.ts';

/** Asks are answered one after another, over all processes: this number is their turnstile. */
const TURNSTILE = 7_061_903;

const AT_WORK = `status in ('RUNNING', 'PAUSED')`;

/** Takes all the locks or none; see the port. */
export const takeLocks = (pool: Pool, ask: LockAsk): Promise<LockAnswer> =>
  alone(pool, async (client) => {
    const { executionId, stageId, keys, heirOf } = ask;
    const { held, line } = await living(client);
    const asker = { executionId, stageId, keys, lineage: await lineageOf(client, stageId) };
    const decision = decideLocks(held, line, asker, heirOf === null ? [] : await lineageOf(client, heirOf));
    await write(client, ask, asker, decision);
    if (decision.verdict === 'held') return { verdict: 'held' };
    const { verdict, key, wake, behind } = decision;
    return { verdict, key, wake, holder: await describe(client, behind) };
  });

/** Forgets what ended stages held, and answers who is next; see the port. */
export const freeLocks = (pool: Pool, stageId: string): Promise<readonly StageRef[]> =>
  alone(pool, async (client) => {
    await client.query('delete from due where key = $1', [freeLocksKey(stageId)]);
    const { held, line } = await living(client);
    return nextInLine(held, line);
  });

async function alone<Answer>(pool: Pool, act: (client: PoolClient) => Promise<Answer>): Promise<Answer> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [TURNSTILE]);
    const answer = await act(client);
    await client.query('commit');
    return answer;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** Locks and the line for them as the rows of their stages say; what ended is removed. */
async function living(client: PoolClient): Promise<{ held: HeldLock[]; line: LockAsker[] }> {
  for (const table of ['cluster_lock', 'cluster_lock_waiter'])
    await client.query(
      `delete from ${table} t where not exists (select 1 from stage s where s.id = t.stage_id and s.${AT_WORK})`,
    );
  const held = await client.query<{ key: string; execution_id: string; stage_id: string }>(
    'select * from cluster_lock',
  );
  const line = await client.query<{ execution_id: string; stage_id: string; keys: string[]; lineage: string[] }>(
    // What a freeze holds meanwhile stands in nobody's way.
    `select w.* from cluster_lock_waiter w join stage s on s.id = w.stage_id
     where s.status = 'RUNNING' and s.wait->>'kind' is distinct from 'freeze' order by w.place`,
  );
  const refOf = (row: { execution_id: string; stage_id: string }): StageRef => ({
    executionId: row.execution_id,
    stageId: row.stage_id,
  });
  return {
    held: held.rows.map((row) => ({ key: row.key, ...refOf(row) })),
    line: line.rows.map((row) => ({ ...refOf(row), keys: row.keys, lineage: row.lineage })),
  };
}

/** Top-level stages at work that the stage belongs to: its own, then those that started its execution. */
async function lineageOf(client: PoolClient, stageId: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `with recursive up(id, parent_stage_id, execution_id, depth) as (
       select id, parent_stage_id, execution_id, 0 from stage where id = $1 and ${AT_WORK}
       union all
       select p.id, p.parent_stage_id, p.execution_id, up.depth + 1
       from up join execution e on e.id = up.execution_id
         join stage p on p.id = coalesce(up.parent_stage_id, e.parent_stage_id)
       where p.${AT_WORK} and up.depth < 200)
     select id from up where parent_stage_id is null order by depth`,
    [stageId],
  );
  return rows.map((row) => row.id);
}

async function write(client: PoolClient, ask: LockAsk, asker: LockAsker, decision: LockDecision): Promise<void> {
  if (decision.verdict === 'wait') {
    await client.query(
      `insert into cluster_lock_waiter (stage_id, execution_id, keys, lineage, since) values ($1, $2, $3, $4, $5)
       on conflict (stage_id) do update set keys = excluded.keys, lineage = excluded.lineage`,
      [asker.stageId, asker.executionId, asker.keys, asker.lineage, ask.at],
    );
    return;
  }
  await client.query('delete from cluster_lock_waiter where stage_id = $1', [asker.stageId]);
  for (const { key, executionId, stageId } of decision.verdict === 'held' ? decision.taken : [])
    await client.query(
      `insert into cluster_lock (key, execution_id, stage_id, since) values ($1, $2, $3, $4)
       on conflict (key) do update set execution_id = excluded.execution_id, stage_id = excluded.stage_id,
         since = excluded.since`,
      [key, executionId, stageId, ask.at],
    );
}

async function describe(client: PoolClient, { executionId, stageId }: StageRef): Promise<LockHolder> {
  const { rows } = await client.query<{ stage: string; application: string; name: string }>(
    `select s.name as stage, e.application, e.name from stage s join execution e on e.id = s.execution_id
     where s.id = $1`,
    [stageId],
  );
  const { stage = '', application = '', name = '' } = rows[0] ?? {};
  return { executionId, stageId, stageName: stage, application, executionName: name };
}
