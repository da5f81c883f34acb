import pg from 'pg';
import { afterAll, describe, expect } from 'vitest';
import { dbTest } from '../testing/db-test.ts';
import { JanitorRows } from './janitor-rows.ts';

let pool: pg.Pool | undefined;
const rowsOf = (databaseUrl: string): JanitorRows => {
  pool ??= new pg.Pool({ connectionString: databaseUrl, max: 2 });
  return new JanitorRows(pool);
};
afterAll(() => pool?.end());

const PLACE = { account: 'prod', region: 'us-east-1' };

describe('the rows of the janitor', () => {
  dbTest('give a round that is due to one asker, and keep the next', async ({ databaseUrl }) => {
    const rows = rowsOf(databaseUrl);
    expect(await rows.take(1_000, 2_000)).toBe(false);
    await rows.ensure(1_000);
    await rows.ensure(5_000);
    expect(await rows.take(999, 2_000)).toBe(false);
    const taken = await Promise.all([1, 2, 3].map(() => rows.take(1_000, 2_000)));
    expect(taken.filter(Boolean).length).toBe(1);
    expect(await rows.take(2_000, 3_000)).toBe(true);
    await rows.stop();
    expect(await rows.take(9_000, 9_999)).toBe(false);
  });

  dbTest('tell who is at work on server groups, and nothing of those they do not know', async ({ databaseUrl }) => {
    const rows = rowsOf(databaseUrl);
    const intend = (executionId: string, name: string) =>
      pool?.query(
        `insert into ledger (execution_id, stage_id, operation_key, kind, account, region, name, action, state, at)
         values ($1, 's', $2, 'serverGroup', 'prod', 'us-east-1', $3, 'change', 'done', 1)`,
        [executionId, `${executionId}/${name}`, name],
      );
    const execute = (id: string, status: string) =>
      pool?.query(
        `insert into execution (id, root_id, type, application, name, status, build_time, trigger, initial_config, details)
         values ($1, $1, 'ORCHESTRATION', 'demo', 'demo', $2, 1, '{}', '{}', '{}')`,
        [id, status],
      );
    await execute('over', 'TERMINAL');
    await execute('going', 'RUNNING');
    for (const [execution, name] of [
      ['over', 'web-v000'],
      ['over', 'web-v001'],
      ['going', 'web-v001'],
      ['deleted', 'web-v002'],
    ] as const)
      await intend(execution, name);
    expect(await rows.of(['over', 'going', 'deleted'])).toEqual(
      new Map([
        ['over', 'ended'],
        ['going', 'live'],
      ]),
    );
    expect(await rows.atWorkOn(PLACE, ['web-v000', 'web-v001', 'web-v002', 'web-v003'])).toEqual(
      new Map([
        ['web-v000', 'ended'],
        ['web-v001', 'live'],
        ['web-v002', 'ended'],
      ]),
    );
  });
});
