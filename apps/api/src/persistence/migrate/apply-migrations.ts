import { createHash } from 'node:crypto';
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { type MigrationFiles, readMigrationFiles } from './migration-files.ts';

/** Ours; Prisma's own lock is taken and dropped by the engine inside. */
const lockKey = 72_707_370;

/** A migration could not be applied; the message says which and what the database answered. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

/**
 * Applies the migrations of `prismaFolder` that a database does not have yet and returns their names. History is kept
 * in Prisma's own table, so `prisma migrate deploy` goes on from the same point. Several processes may call it at once:
 * they take turns. The schema engine is loaded only when there is something to do: every start asks, few have to.
 */
export async function applyMigrations(databaseUrl: string, prismaFolder: string): Promise<readonly string[]> {
  const files = readMigrationFiles(prismaFolder);
  const lock = new pg.Client({ connectionString: databaseUrl, application_name: 'gennaker migrate' });
  lock.on('error', () => {});
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [lockKey]);
    const history = await readHistory(lock);
    if (isUpToDate(files, history)) return [];
    const [changed] = findChanged(files, history);
    if (changed !== undefined) throw new MigrationError(changedSince(changed));
    const interrupted = findInterrupted(files, history);
    return await applyWithEngine(databaseUrl, files, interrupted);
  } finally {
    await lock.end();
  }
}

/** A row of Prisma's table: a script that was begun, and what became of it. */
interface Begun {
  readonly name: string;
  /** SHA-256 of the script as it was then, in hexadecimal. */
  readonly checksum: string;
  readonly state: 'finished' | 'open' | 'rolledBack';
}

async function readHistory(client: pg.Client): Promise<readonly Begun[]> {
  const table = await client.query<{ present: boolean }>(
    `select to_regclass('_prisma_migrations') is not null as present`,
  );
  if (table.rows[0]?.present !== true) return [];
  const answer = await client.query<Begun>(
    `select migration_name as name, checksum,
       case when rolled_back_at is not null then 'rolledBack' when finished_at is null then 'open' else 'finished' end as state
     from _prisma_migrations`,
  );
  return answer.rows;
}

const checksumOf = (sql: string): string => createHash('sha256').update(sql).digest('hex');

/** Every script ran to its end as it is today, and none was left open. */
function isUpToDate({ migrations }: MigrationFiles, history: readonly Begun[]): boolean {
  const finished = new Set(
    history.filter(({ state }) => state === 'finished').map((row) => `${row.name} ${row.checksum}`),
  );
  return (
    history.every(({ state }) => state !== 'open') &&
    migrations.every(({ name, sql }) => finished.has(`${name} ${checksumOf(sql)}`))
  );
}

/** Migrations that ran to their end, but as other scripts than today's: the engine would take them for done. */
function findChanged({ migrations }: MigrationFiles, history: readonly Begun[]): readonly string[] {
  const finished = history.filter(({ state }) => state === 'finished');
  return migrations
    .filter(({ name, sql }) => {
      const scripts = finished.filter((row) => row.name === name).map(({ checksum }) => checksum);
      return scripts.length > 0 && !scripts.includes(checksumOf(sql));
    })
    .map(({ name }) => name);
}

const changedSince = (name: string): string =>
  `The database could not be brought up to date (migration ${name}): its script was changed after it had been applied to this database, so what it makes today may be missing. Put the script back as it was and write what is new as a further migration; a data folder that nobody needs can be removed instead.`;

/**
 * Migrations that began and never ended, because the process was ended or the statement failed. Postgres has taken all
 * of such a script back, so it can simply run again, unless the script controls transactions itself.
 */
function findInterrupted(files: MigrationFiles, history: readonly Begun[]): string[] {
  const names = new Set(history.filter(({ state }) => state === 'open').map(({ name }) => name));
  return [...names].filter((name) => files.migrations.some((file) => file.name === name && isOneTransaction(file.sql)));
}

function isOneTransaction(sql: string): boolean {
  return !/\b(commit|start\s+transaction|concurrently)\b/i.test(sql);
}

async function applyWithEngine(
  databaseUrl: string,
  files: MigrationFiles,
  interrupted: readonly string[],
): Promise<readonly string[]> {
  const { withSchemaEngine } = await import('./schema-engine.ts');
  try {
    return await withSchemaEngine(databaseUrl, files.schema, async (engine) => {
      for (const migrationName of interrupted) await engine.markMigrationRolledBack({ migrationName });
      const output = await engine.applyMigrations({
        migrationsList: toMigrationList(files),
        filters: { externalTables: [], externalEnums: [] },
      });
      return output.appliedMigrationNames;
    });
  } catch (error) {
    throw new MigrationError(sentenceOf(error), { cause: error });
  }
}

function toMigrationList(files: MigrationFiles): MigrationList {
  return {
    baseDir: files.folder,
    lockfile: { path: 'migration_lock.toml', content: files.lockfile },
    shadowDbInitScript: '',
    migrationDirectories: files.migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

/** The engine's message goes on with a trace of its own insides; only what comes before it is for people. */
function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const reason = text.split(/\n\s+0: /)[0] ?? text;
  const migration = /migration_name="([^"]+)"/.exec(text)?.[1];
  return `The database could not be brought up to date${migration === undefined ? '' : ` (migration ${migration})`}: ${reason.trim()}`;
}
