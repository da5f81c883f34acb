import type { ExecutionEvent } from '@gennaker/pipeline-dsl';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { executionStoreContract } from '../../engine/testing/execution-store.contract.ts';
import { freezesContract } from '../../engine/testing/freezes.contract.ts';
import type { StoreUnderTest } from '../../engine/testing/harness.ts';
import { locksContract } from '../../engine/testing/locks.contract.ts';
import { createTestDatabase } from '../../testing/index.ts';
import { createExecutionStore, type EventRow, toEvent } from './index.ts';

describe('on rows in Postgres', () => {
  let pool: pg.Pool;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 4 });
    pool.on('error', () => undefined);
    drop = () => database.drop();
  });

  afterAll(async () => {
    await pool.end();
    await drop();
  });

  const makeStore = (): StoreUnderTest => ({
    store: createExecutionStore(pool, { leaseTtlMs: 60_000 }),
    events: async (id): Promise<ExecutionEvent[]> => {
      const { rows } = await pool.query<EventRow>(
        'select * from execution_event where execution_id = $1 order by sequence',
        [id],
      );
      return rows.map(toEvent);
    },
  });

  executionStoreContract(makeStore);
  locksContract(makeStore);
  freezesContract(makeStore);
});
