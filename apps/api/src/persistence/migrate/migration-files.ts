import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A migration as it lies in `prisma/migrations/<name>/migration.sql`. */
export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
}

/** The append-only list of migrations and the schema they lead to. */
export interface MigrationFiles {
  readonly folder: string;
  readonly lockfile: string | null;
  readonly migrations: readonly MigrationFile[];
  readonly schema: { readonly path: string; readonly content: string };
}

/** Reads a project's `prisma` folder; migrations are in the order of their names, which start with their date. */
export function readMigrationFiles(prismaFolder: string): MigrationFiles {
  const folder = join(prismaFolder, 'migrations');
  const lockfile = join(folder, 'migration_lock.toml');
  const schema = join(prismaFolder, 'schema.prisma');
  return {
    folder,
    lockfile: existsSync(lockfile) ? readFileSync(lockfile, 'utf8') : null,
    migrations: namesOf(folder).map((name) => ({
      name,
      sql: readFileSync(join(folder, name, 'migration.sql'), 'utf8'),
    })),
    schema: { path: schema, content: readFileSync(schema, 'utf8') },
  };
}

function namesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map((entry) => entry.name).sort();
}
