import pg from 'pg';
import { afterAll, expect } from 'vitest';
import { dbTest } from '../testing/db-test.ts';
import { ExecutionQueries } from './execution-queries.ts';

let pool: pg.Pool | undefined;
afterAll(() => pool?.end());

dbTest('tells who has changed a thing since an execution, but not who gave it back', async ({ databaseUrl }) => {
  pool ??= new pg.Pool({ connectionString: databaseUrl, max: 2 });
  const queries = new ExecutionQueries(pool);
  const enter = (executionId: string, name: string, { state = 'done', stageId = 's', kind = 'loadBalancer' } = {}) =>
    pool?.query(
      `insert into ledger (execution_id, stage_id, operation_key, kind, account, region, name, action, state, at)
       values ($1, $2, $3, $4, 'prod', 'us-east-1', $5, 'change', $6, 1)`,
      [executionId, stageId, `${executionId}/${kind}/${name}`, kind, name, state],
    );
  const stage = (id: string, executionId: string, type: string) =>
    pool?.query(
      `insert into stage (id, execution_id, position, ref_id, type, name, status, context, outputs,
         requisite_stage_ref_ids, attempt)
       values ($1, $2, 0, '1', $3, $3, 'SUCCEEDED', '{}', '{}', '{}', 1)`,
      [id, executionId, type],
    );
  await stage('clean', 'cleaning', 'restoreSettings');
  await enter('earlier', 'alb-1');
  for (const name of ['alb-1', 'alb-2', 'alb-3', 'alb-4']) await enter('own', name);
  await enter('later', 'alb-1');
  await enter('newest', 'alb-1');
  await enter('later', 'alb-2', { kind: 'targetGroup' });
  await enter('later', 'alb-3', { state: 'absent' });
  await enter('cleaning', 'alb-4', { stageId: 'clean' });
  const place = { kind: 'loadBalancer', account: 'prod', region: 'us-east-1' };
  expect(await queries.changedSince('own')).toEqual([{ ...place, name: 'alb-1', executionId: 'newest' }]);
  expect(await queries.changedSince('newest')).toEqual([]);
});
