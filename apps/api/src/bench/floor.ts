import type pg from 'pg';
import { inLanes, median, seconds } from './measure.ts';

/** What one transaction with one UPDATE and one INSERT for each stage costs on this machine. */
export interface Floor {
  readonly stagesPerSecond: number;
  readonly stageToStageMs: number;
}

/**
 * The bare loop over `pg`: `lanes` chains at once, each stage a transaction of its own with one UPDATE of its row and
 * one INSERT of an event, both prepared.
 */
export async function measureFloor(pool: pg.Pool, chains: number, length: number, lanes: number): Promise<Floor> {
  await pool.query(`create table if not exists bench_stage (id text primary key, status text not null, fence int not null);
    create table if not exists bench_event (id bigserial primary key, stage_id text not null, type text not null, data jsonb not null);
    truncate bench_stage; truncate bench_event`);
  await pool.query(
    `insert into bench_stage select c || '.' || s, 'NOT_STARTED', 1 from generate_series(0, $1::int - 1) c, generate_series(0, $2::int - 1) s`,
    [chains, length],
  );
  const step = async (client: pg.PoolClient, id: string): Promise<void> => {
    await client.query('begin');
    await client.query({
      name: 'update',
      text: `update bench_stage set status = 'SUCCEEDED', fence = fence + 1 where id = $1 and status = 'NOT_STARTED'`,
      values: [id],
    });
    await client.query({
      name: 'insert',
      text: 'insert into bench_event (stage_id, type, data) values ($1, $2, $3)',
      values: [id, 'stage.completed', { status: 'SUCCEEDED' }],
    });
    await client.query('commit');
  };
  const withClient = async (work: (client: pg.PoolClient) => Promise<void>): Promise<void> => {
    const client = await pool.connect();
    await work(client).finally(() => client.release());
  };
  const spent = await seconds(() =>
    inLanes(chains, lanes, (chain) =>
      withClient(async (client) => {
        for (let stage = 0; stage < length; stage += 1) await step(client, `${chain}.${stage}`);
      }),
    ),
  );
  await pool.query(`update bench_stage set status = 'NOT_STARTED'`);
  const gaps: number[] = [];
  await withClient(async (client) => {
    for (let i = 0; i < 50 * length; i += 1) {
      const start = performance.now();
      await step(client, `${Math.floor(i / length)}.${i % length}`);
      gaps.push(performance.now() - start);
    }
  });
  return { stagesPerSecond: (chains * length) / spent, stageToStageMs: median(gaps) };
}
