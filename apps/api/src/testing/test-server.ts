import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findProject } from '../config/index.ts';
import { type EmbeddedPostgres, startTemporaryPostgres } from '../launcher/postgres/embedded-postgres.ts';
import { applyMigrations } from '../persistence/migrate/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the template database: migrated, empty, never to be connected to while it is copied. */
    readonly templateDatabaseUrl: string;
  }
}

/** Vitest's global set-up: one temporary Postgres for the whole run, with one migrated database to copy. */
export default async function startTestServer(vitest: TestProject): Promise<() => Promise<void>> {
  const server = await startTemporaryPostgres();
  try {
    await applyMigrations(server.url, join(findProject().root, 'prisma'));
  } catch (error) {
    await server.stop();
    throw error;
  }
  vitest.provide('templateDatabaseUrl', server.url);
  return stopOnce(server);
}

function stopOnce(server: EmbeddedPostgres): () => Promise<void> {
  let stopped: Promise<void> | null = null;
  return () => {
    stopped ??= server.stop();
    return stopped;
  };
}
