import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase } from '../testing/index.ts';
import { LiveWorkers } from './index.ts';

let pool: pg.Pool;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined);
  drop = () => database.drop();
});
afterAll(async () => {
  await pool.end();
  await drop();
});

it('counts workers whose heartbeat is fresh, and itself where none is', async () => {
  const workers = new LiveWorkers(pool, { ttlMs: 60_000, now: () => 0 });
  await workers.look();
  expect(workers.count()).toBe(1);
  await pool.query(`insert into worker (id) values ('a'), ('b'), ('c')`);
  await pool.query(`insert into worker (id, heartbeat_at) values ('dead', now() - interval '1 hour')`);
  await workers.look();
  expect(workers.count()).toBe(3);
});

it('keeps the last number while the database does not answer', async () => {
  const away = new pg.Pool({ connectionString: 'postgres://127.0.0.1:1/nothing', max: 1 });
  const workers = new LiveWorkers(away, { ttlMs: 60_000, now: () => 0 });
  await workers.look();
  expect(workers.count()).toBe(1);
  await away.end();
});
