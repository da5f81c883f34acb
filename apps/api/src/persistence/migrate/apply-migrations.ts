import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { type MigrationFiles, readMigrationFiles } from './migration-files.ts';
import { withSchemaEngine } from './schema-engine.ts';

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
 * they take turns.
 */
export async function applyMigrations(databaseUrl: string, prismaFolder: string): Promise<readonly string[]> {
  const files = readMigrationFiles(prismaFolder);
  const lock = new pg.Client({ connectionString: databaseUrl, application_name: 'gennaker migrate' });
  lock.on('error', () => {});
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [lockKey]);
    const interrupted = await findInterrupted(lock, files);
    return await applyWithEngine(databaseUrl, files, interrupted);
  } finally {
    await lock.end();
  }
}

/**
 * Migrations that began and never ended, because the process was ended or the statement failed. Postgres has taken all
 * of such a script back, so it can simply run again, unless the script controls transactions itself.
 */
async function findInterrupted(client: pg.Client, files: MigrationFiles): Promise<string[]> {
  const table = await client.query<{ present: boolean }>(
    `select to_regclass('_prisma_migrations') is not null as present`,
  );
  if (table.rows[0]?.present !== true) return [];
  const answer = await client.query<{ migration_name: string }>(
    'select distinct migration_name from _prisma_migrations where finished_at is null and rolled_back_at is null',
  );
  const names = answer.rows.map((row) => row.migration_name);
  return names.filter((name) => files.migrations.some((file) => file.name === name && isOneTransaction(file.sql)));
}

function isOneTransaction(sql: string): boolean {
  return !/\b(commit|start\s+transaction|concurrently)\b/i.test(sql);
}

async function applyWithEngine(
  databaseUrl: string,
  files: MigrationFiles,
  interrupted: readonly string[],
): Promise<readonly string[]> {
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
