import pg from 'pg';
import { describe, expect } from 'vitest';
import { createTestDatabase, dbTest } from './index.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('dbTest', () => {
  dbTest('hands a test a database of its file', async ({ databaseUrl }) => {
    await query(databaseUrl, 'create table left_here (n int)');
    expect(await query(databaseUrl, 'select * from left_here')).toEqual([]);
  });

  dbTest('gives the tests of one file the same database', async ({ databaseUrl }) => {
    expect(await query(databaseUrl, 'select * from left_here')).toEqual([]);
  });
});

describe('createTestDatabase', () => {
  dbTest('makes databases that know nothing of each other', async ({ databaseUrl }) => {
    const other = await createTestDatabase();
    expect(await query(other.url, `select to_regclass('left_here') as t`)).toEqual([{ t: null }]);
    expect(other.url).not.toBe(databaseUrl);
    await other.drop();
  });

  dbTest('fails a test that leaks a connection, and removes the database all the same', async () => {
    const leaky = await createTestDatabase();
    const client = new pg.Client({ connectionString: leaky.url });
    client.on('error', () => {});
    await client.connect();
    await expect(leaky.drop(500)).rejects.toThrow('were left open');
    await expect(query(leaky.url, 'select 1')).rejects.toThrow('does not exist');
  });
});
