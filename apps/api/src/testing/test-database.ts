import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { waitUntil } from '../launcher/processes.ts';

/** A database of a test's own on the run's temporary Postgres. */
export interface TestDatabase {
  readonly url: string;
  /**
   * Removes the database; throws when a connection to it stays open for `patienceMs`, because that is a leak of the code
   * under test.
   */
  drop(patienceMs?: number): Promise<void>;
}

/** A copy of the migrated, empty product database; takes a few hundredths of a second. */
export function createTestDatabase(): Promise<TestDatabase> {
  return create(new URL(inject('templateDatabaseUrl')).pathname.slice(1));
}

/** A database without any tables. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return create('template0');
}

async function create(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(`create database ${name} template ${pg.escapeIdentifier(template)}`);
  return { url: urlOf(name), drop: (patienceMs = 20_000) => drop(name, patienceMs) };
}

async function drop(name: string, patienceMs: number): Promise<void> {
  const leaks = await openConnections(name, patienceMs);
  await onServer(`drop database ${name} with (force)`);
  if (leaks.length > 0) {
    throw new Error(
      `Connections to the test database were left open (last statements: ${leaks.join(' | ')}); end every client and pool.`,
    );
  }
}

/** A pool that was just ended says goodbye a little later, so only what stays is a leak. */
async function openConnections(name: string, patienceMs: number): Promise<string[]> {
  let open: string[] = [];
  await waitUntil(
    async () => {
      const rows = await onServer(`select query from pg_stat_activity where datname = '${name}'`);
      open = rows.map((row) => row.query);
      return open.length === 0;
    },
    { timeoutMs: patienceMs, intervalMs: 50 },
  );
  return open;
}

async function onServer(sql: string): Promise<{ query: string }[]> {
  const client = new pg.Client({ connectionString: urlOf('postgres') });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<{ query: string }>(sql)).rows;
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject('templateDatabaseUrl'));
  url.pathname = `/${database}`;
  return url.href;
}
