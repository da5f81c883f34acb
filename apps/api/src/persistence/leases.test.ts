import { leasesContract } from '@gennaker/catalog/kit/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { createTestDatabase } from '../testing/index.ts';
import { Leases } from './index.ts';

describe('on rows in Postgres', () => {
  let pool: pg.Pool;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 4 });
    pool.on('error', () => undefined);
    drop = () => database.drop();
  });

  afterAll(async () => {
    await pool.end();
    await drop();
  });

  leasesContract('the table', async () => {
    await pool.query('delete from lease');
    let now = 1_700_000_000_000;
    return {
      leases: new Leases(pool, () => now),
      pass: (ms) => {
        now += ms;
      },
    };
  });
});
