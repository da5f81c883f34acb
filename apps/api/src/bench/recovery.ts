import pg from 'pg';
import { until } from './measure.ts';
import { ready, startProduct } from './product.ts';

export interface Recovery {
  /** From the start of the new process until the first event after the crash, s. */
  readonly fromStartSeconds: number;
  /** From the moment the new process has announced itself as a worker, s. */
  readonly fromUpSeconds: number;
}

/** SIGKILL of the only process with executions in mid-run; how soon the next one carries on. */
export async function measureRecovery(databaseUrl: string): Promise<Recovery> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  const env = { DATABASE_URL: databaseUrl, GENNAKER_AWS: 'real', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
  const first = await startProduct('start.js', [], env);
  await ready(first);
  const wait = (refId: string, requires: string[]) => ({
    refId,
    type: 'wait',
    name: refId,
    waitTime: 1,
    requisiteStageRefIds: requires,
  });
  const chain = Array.from({ length: 20 }, (_, i) => wait(String(i), i === 0 ? [] : [String(i - 1)]));
  const post = (path: string, body: unknown) =>
    fetch(first.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await post('/tasks', {
    application: 'bench',
    description: 'x',
    job: [{ type: 'createApplication', application: { name: 'bench', email: 'bench@example.com' } }],
  });
  await post('/pipelines', { application: 'bench', name: 'chain of waits', stages: chain });
  for (let i = 0; i < 10; i += 1) await post('/pipelines/bench/chain%20of%20waits', { type: 'manual' });
  const events = async (): Promise<number> =>
    Number((await pool.query(`select count(*) from execution_event`)).rows[0].count);
  const enough = (await events()) + 60;
  await until('the waits to be under way', async () => (await events()) > enough, 30_000);
  await first.kill();
  const before = await events();
  const workers = async (): Promise<number> =>
    Number((await pool.query(`select count(*) from worker where started_at > $1`, [killedAt])).rows[0].count);
  const killedAt = new Date();
  const started = performance.now();
  const second = await startProduct('start.js', [], env);
  await until('the new worker', async () => (await workers()) > 0, 60_000);
  const up = performance.now();
  await until('the first event after the crash', async () => (await events()) > before, 60_000);
  const resumed = performance.now();
  await second.stop();
  await pool.end();
  return { fromStartSeconds: (resumed - started) / 1_000, fromUpSeconds: (resumed - up) / 1_000 };
}
