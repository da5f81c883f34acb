import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import * as z from 'zod';
import { WholeScriptAdapter } from './whole-script-adapter.ts';

/** The compiler's ES2023 library leaves this global out. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ readonly instance: { readonly exports: object } }>;
};

let instantiated: Promise<void> | null = null;

const startSchema = z.object({ __wbindgen_start: z.custom<() => void>((value) => typeof value === 'function') });

/**
 * Runs some work with Prisma's schema engine, compiled to WebAssembly, on a database. The engine takes tens of
 * megabytes that the process never gives back, so prefer a short-lived one. `schema` is the text of the Prisma schema.
 */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  schema: { readonly path: string; readonly content: string },
  work: (engine: engine.SchemaEngine) => Promise<T>,
): Promise<T> {
  instantiated ??= instantiate();
  await instantiated;
  const pool = new pg.Pool({ connectionString: databaseUrl });
  pool.on('error', () => {});
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(new WholeScriptAdapter(pool));
    const options = { datamodels: [[schema.path, schema.content]] satisfies [string, string][] };
    return await work(await engine.SchemaEngine.new(options, () => {}, adapter));
  } finally {
    await pool.end();
  }
}

/**
 * Node 20 cannot import WebAssembly modules as the package does, so the two halves are joined by hand: once, because the
 * package keeps its one instance in a global variable.
 */
async function instantiate(): Promise<void> {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const bytes = await readFile(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...engine } });
  engine.__wbg_set_wasm(instance.exports);
  startSchema.parse(instance.exports).__wbindgen_start();
}
