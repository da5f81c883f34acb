import type { Pool } from 'pg';
import type { ExecutionStore } from '../../engine/ports.ts';
import { type ExecutionStoreOptions, PostgresStore } from './postgres-store.ts';

export { type EventRow, type ExecutionRow, toEvent, toExecution } from './rows.ts';

/** The execution store on rows in Postgres. The pool stays the caller's. */
export const createExecutionStore = (pool: Pool, options: ExecutionStoreOptions): ExecutionStore =>
  new PostgresStore(pool, options);
