import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmptyDatabase, type TestDatabase } from '../../testing/index.ts';
import { applyMigrations } from './apply-migrations.ts';

let prisma: string;
let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  prisma = mkdtempSync(join(tmpdir(), 'gennaker-migrate-'));
  writeFileSync(join(prisma, 'schema.prisma'), 'datasource db { provider = "postgresql" }\nmodel Toy { id Int @id }\n');
  database = await createEmptyDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterEach(async () => {
  await client.end();
  await database.drop();
  rmSync(prisma, { recursive: true });
});

function write(name: string, sql: string): void {
  mkdirSync(join(prisma, 'migrations', name), { recursive: true });
  writeFileSync(join(prisma, 'migrations', 'migration_lock.toml'), 'provider = "postgresql"\n');
  writeFileSync(join(prisma, 'migrations', name, 'migration.sql'), sql);
}

function apply(): Promise<readonly string[]> {
  return applyMigrations(database.url, prisma);
}

async function history(): Promise<string[]> {
  const answer = await client.query<{ line: string }>(
    `select migration_name || case when rolled_back_at is not null then ' rolled back' when finished_at is null then ' open' else '' end as line
     from _prisma_migrations order by started_at, migration_name`,
  );
  return answer.rows.map((row) => row.line);
}

describe('applyMigrations', () => {
  it('applies what is missing, in order of names, once', async () => {
    write('2_second', 'alter table toy add column name text;');
    write('1_first', 'create table toy (id int primary key);');
    expect(await apply()).toEqual(['1_first', '2_second']);
    write('3_third', 'alter table toy add column size int;');
    expect(await apply()).toEqual(['3_third']);
    expect(await apply()).toEqual([]);
    expect(await history()).toEqual(['1_first', '2_second', '3_third']);
  });

  it('sends a script as it is written, semicolons in strings and function bodies included', async () => {
    write(
      '1_function',
      `create function f() returns text language plpgsql as $$ begin return 'a;b'; end $$; -- done; really`,
    );
    await apply();
    expect((await client.query('select f()')).rows).toEqual([{ f: 'a;b' }]);
  });

  it('lets two processes that start at the same time take turns', async () => {
    write('1_first', 'create table toy (id int primary key);');
    const both = await Promise.all([apply(), apply()]);
    expect(both.flat()).toEqual(['1_first']);
  });

  it('takes a failed script back as a whole, names it, and runs it again once it is mended', async () => {
    write('1_first', 'create table toy (id int primary key); alter table missing add column x int;');
    await expect(apply()).rejects.toThrow(/could not be brought up to date \(migration 1_first\): .*missing/s);
    expect((await client.query(`select to_regclass('toy') as toy`)).rows).toEqual([{ toy: null }]);
    write('1_first', 'create table toy (id int primary key);');
    expect(await apply()).toEqual(['1_first']);
    expect(await history()).toEqual(['1_first rolled back', '1_first']);
  });

  it('names a script that was changed after it had been applied, and applies nothing', async () => {
    write('1_first', 'create table toy (id int primary key);');
    await apply();
    write('1_first', 'create table toy (id int primary key); create table other (id int);');
    write('2_second', 'alter table toy add column name text;');
    await expect(apply()).rejects.toThrow(/\(migration 1_first\): its script was changed after it had been applied/);
    expect(await history()).toEqual(['1_first']);
    write('1_first', 'create table toy (id int primary key);');
    expect(await apply()).toEqual(['2_second']);
  });

  it('does not guess about a failed script that controls transactions itself', async () => {
    write('1_first', 'create table toy (id int); commit; alter table missing add column x int;');
    await expect(apply()).rejects.toThrow('1_first');
    await expect(apply()).rejects.toThrow(/failed migrations.*1_first/s);
  });
});
