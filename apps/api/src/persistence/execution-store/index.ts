import type { Pool } from 'pg';
import type { ExecutionStore } from '../../engine/ports.ts';
import { type ExecutionStoreOptions, PostgresStore } from './postgres-store.ts';

export { type EventRow, type ExecutionRow, toEvent, toExecution } from './rows.ts';

/**
 * Settings of connections whose statements find rows by their keys: one plan for all values, made of index lookups. A
 * plan made while tables are empty would read them whole, and stay in use long after they have grown.
 */
export const KEYED_CONNECTION = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** The execution store on rows in Postgres. The pool stays the caller's. */
export const createExecutionStore = (pool: Pool, options: ExecutionStoreOptions): ExecutionStore =>
  new PostgresStore(pool, options);
