import { type Execution, type ExecutionPatch, isComplete } from '@gennaker/pipeline-dsl';
import type { Pool, PoolClient } from 'pg';
import { admitKey, driveKey, type Message } from '../../engine/messages.ts';
import type {
  Admission,
  AdmissionRule,
  Asker,
  Claimed,
  Commit,
  CommitOutcome,
  Due,
  ExecutionStore,
  Lease,
  LockAnswer,
  LockAsk,
  NewExecution,
  NewestFilter,
  NewSignal,
  Signal,
  StageRef,
} from '../../engine/ports.ts';
import { Group } from './group.ts';
import { freeLocks, takeLocks } from './locks.ts';
import { detailsOf, type ExecutionRow, toExecution, toMemories, toSignals } from './rows.ts';
import { commitStatement, INSERT_STAGES, newStageRows, STAGE_RECORD } from './write-commits.ts';

export interface ExecutionStoreOptions {
  /** How long after its last heartbeat a worker counts as alive, ms. */
  readonly leaseTtlMs: number;
}

const PARTS = `
  (select json_agg(s order by s.position, s.id) from stage s where s.execution_id = e.id) as stages,
  (select json_agg(t) from task t where t.execution_id = e.id) as tasks`;

/** Executions as rows in Postgres. Claims, starts and commits that come together go as one statement. */
export class PostgresStore implements ExecutionStore {
  private readonly pool: Pool;
  private readonly ttlMs: number;
  private readonly commits: Group<Commit, CommitOutcome>;
  private readonly claims: Group<{ id: string; workerId: string }, Claimed | null>;
  private readonly creations: Group<NewExecution, { id: string; created: boolean }>;
  private readonly newSignals: Group<NewSignal, boolean>;

  constructor(pool: Pool, options: ExecutionStoreOptions) {
    this.pool = pool;
    this.ttlMs = options.leaseTtlMs;
    this.commits = new Group((items) => this.commitAll(items), 2, 64);
    this.claims = new Group((items) => this.claimAll(items), 1, 64);
    this.creations = new Group((items) => this.createAll(items), 2, 64);
    this.newSignals = new Group((items) => this.signalAll(items), 1, 200);
  }

  create(execution: NewExecution): Promise<{ id: string; created: boolean }> {
    return this.creations.submit(execution);
  }

  claim(executionId: string, workerId: string): Promise<Claimed | null> {
    return this.claims.submit({ id: executionId, workerId });
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.commits.submit(commit);
  }

  signal(signal: NewSignal): Promise<boolean> {
    return this.newSignals.submit(signal);
  }

  async signals(lease: Lease): Promise<{ signals: readonly Signal[]; signalCount: number } | null> {
    const { rows } = await this.pool.query<Pick<ExecutionRow, 'signals' | 'unread'>>({
      name: 'signals',
      text: `select e.signals,
          (select json_agg(s order by s.id) from signal s where s.execution_id = e.id and s.consumed_at is null) as unread
        from execution e where e.id = $1 and e.fence = $2`,
      values: [lease.executionId, lease.fence],
    });
    const row = rows[0];
    return row ? { signals: toSignals(row.unread), signalCount: row.signals } : null;
  }

  async read(executionId: string): Promise<Execution | null> {
    const { rows } = await this.pool.query<ExecutionRow>({
      name: 'read',
      text: `select e.*, ${PARTS},
          (select json_agg(a order by a.attempt) from stage_attempt a where a.execution_id = e.id) as attempts
        from execution e where e.id = $1`,
      values: [executionId],
    });
    return rows[0] ? toExecution(rows[0]) : null;
  }

  async newestLaunched(pipelineConfigId: string, filter: NewestFilter = {}): Promise<Execution | null> {
    const { rows } = await this.pool.query<{ id: string }>({
      name: 'newest-launched',
      text: `select id from execution where pipeline_config_id = $1 and (status <> 'TERMINAL' or start_time is not null)
          and ($2::text[] is null or status = any($2)) and ($3::text is null or id <> $3)
        order by id desc limit 1`,
      values: [pipelineConfigId, filter.statuses ?? null, filter.except ?? null],
    });
    return rows[0] ? this.read(rows[0].id) : null;
  }

  async releaseCorrelation(executionId: string): Promise<void> {
    await this.pool.query('update execution set correlation_key = null where id = $1', [executionId]);
  }

  async commitStart(commit: Commit, rule: AdmissionRule): Promise<Admission> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      const admission = await startUnderLock(client, commit, rule);
      await client.query(admission.verdict === 'done' ? 'commit' : 'rollback');
      return admission;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  async admitNext(
    pipelineConfigId: string,
    at: number,
  ): Promise<{ next: readonly string[]; superseded: readonly string[] }> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      const answer = await admitUnderLock(client, pipelineConfigId, at);
      await client.query('commit');
      return answer;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  takeLocks(ask: LockAsk): Promise<LockAnswer> {
    return takeLocks(this.pool, ask);
  }

  freeLocks(stageId: string): Promise<readonly StageRef[]> {
    return freeLocks(this.pool, stageId);
  }

  async frozen(): Promise<ReadonlyArray<{ executionId: string; stageId: string | null }>> {
    const { rows } = await this.pool.query<{ executionId: string; stageId: string | null }>({
      name: 'frozen',
      text: `select e.id as "executionId", null as "stageId" from execution e
          where e.status = 'NOT_STARTED' and e.wait->>'kind' = 'freeze'
        union all select s.execution_id, s.id from execution e join stage s on s.execution_id = e.id
          where e.status in ('RUNNING', 'PAUSED') and s.status = 'RUNNING' and s.wait->>'kind' = 'freeze'`,
    });
    return rows;
  }

  async overdue(at: number, limit: number, asker?: Asker): Promise<readonly Due[]> {
    const { rows } = await this.pool.query<{ key: string; message: Message; at: string }>({
      name: 'overdue',
      text: `select d.key, d.message, d.at from due d
          left join execution e on e.id = d.message->>'executionId' and d.message->>'type' = 'DriveExecution'
          left join worker w on w.id = e.lease_owner and w.heartbeat_at > now() - $3 * interval '1 ms'
            and (w.id <> $4 or e.id = any($5))
        where d.at <= $1 and w.id is null order by d.at limit $2`,
      values: [at, limit, this.ttlMs, asker?.workerId ?? '', asker?.held ?? []],
    });
    return rows.map((row) => ({ ...row, at: Number(row.at) }));
  }

  async orphanedCancels(at: number, limit: number): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ id: string }>({
      name: 'orphaned-cancels',
      text: `select e.id from due d join execution e on e.id = d.message->>'executionId'
        where d.message->>'type' = 'DriveExecution' and d.at <= $1
          and not exists (select 1 from worker where heartbeat_at > now() - $3 * interval '1 ms')
          and e.status in ('NOT_STARTED', 'RUNNING', 'PAUSED')
          and (e.canceled or exists (
            select 1 from signal s where s.execution_id = e.id and s.kind = 'cancel' and s.consumed_at is null))
        order by d.at limit $2`,
      values: [at, limit, this.ttlMs],
    });
    return rows.map((row) => row.id);
  }

  async removeDue(key: string, at: number): Promise<void> {
    await this.pool.query({
      name: 'remove-due',
      text: 'delete from due where key = $1 and at <= $2',
      values: [key, at],
    });
  }

  async heartbeat(workerId: string, _ttlMs: number, held: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.pool.query<{ id: string; signals: number }>({
      name: 'heartbeat',
      text: `with beat as (
          insert into worker (id) values ($1) on conflict (id) do update set heartbeat_at = now())
        select id, signals from execution where id = any($2)`,
      values: [workerId, held],
    });
    return new Map(rows.map((row) => [row.id, row.signals]));
  }

  async retire(workerId: string): Promise<void> {
    await this.pool.query('delete from worker where id = $1', [workerId]);
    await this.pool.query(`delete from worker where heartbeat_at < now() - interval '1 day'`);
  }

  private async commitAll(commits: readonly Commit[]): Promise<readonly CommitOutcome[]> {
    const { rows } = await this.pool.query<{ id: string; released: boolean }>(commitStatement(commits));
    const held = new Map(rows.map((row) => [row.id, row.released]));
    return commits.map(({ lease, release }) => {
      const released = held.get(lease.executionId);
      if (released === undefined) return 'lost';
      return release && !released ? 'signaled' : 'done';
    });
  }

  private async claimAll(items: ReadonlyArray<{ id: string; workerId: string }>): Promise<Array<Claimed | null>> {
    const { rows } = await this.pool.query<ExecutionRow>({
      name: 'claim',
      text: `with e as (
          update execution x set fence = x.fence + 1, lease_owner = i.worker
          from unnest($1::text[], $2::text[]) as i(id, worker)
          where x.id = i.id and (x.lease_owner is null or x.lease_owner = i.worker or not exists (
            select 1 from worker w where w.id = x.lease_owner and w.heartbeat_at > now() - $3 * interval '1 ms'))
          returning x.*)
        select e.*, ${PARTS},
          (select json_agg(s order by s.id) from signal s where s.execution_id = e.id and s.consumed_at is null) as unread
        from e`,
      values: [items.map((item) => item.id), items.map((item) => item.workerId), this.ttlMs],
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return items.map(({ id, workerId }) => {
      const row = byId.get(id);
      return row?.lease_owner === workerId ? toClaimed(row) : null;
    });
  }

  private async createAll(items: readonly NewExecution[]): Promise<ReadonlyArray<{ id: string; created: boolean }>> {
    const { rows } = await this.pool.query<{ id: string }>(creationStatement(items));
    const created = new Set(rows.map((row) => row.id));
    const doubles = items.filter((item) => !created.has(item.execution.id)).map((item) => item.correlationKey);
    const known = doubles.length === 0 ? new Map<string, string>() : await this.byCorrelation(doubles);
    return items.map((item) => {
      if (created.has(item.execution.id)) return { id: item.execution.id, created: true };
      const id = known.get(item.correlationKey ?? '');
      if (id === undefined) throw new Error(`execution ${item.execution.id} was not stored`);
      return { id, created: false };
    });
  }

  private async byCorrelation(keys: readonly (string | null)[]): Promise<Map<string, string>> {
    const { rows } = await this.pool.query<{ id: string; correlation_key: string }>(
      'select id, correlation_key from execution where correlation_key = any($1)',
      [keys],
    );
    return new Map(rows.map((row) => [row.correlation_key, row.id]));
  }

  private async signalAll(items: readonly NewSignal[]): Promise<readonly boolean[]> {
    const results: boolean[] = [];
    const client = await this.pool.connect();
    try {
      const { rows } = await client.query<{ n: number }>(signalStatement(items));
      const taken = new Set(rows.map((row) => row.n));
      items.forEach((_item, i) => results.push(taken.has(i)));
    } finally {
      client.release();
    }
    return results;
  }
}

function toClaimed(row: ExecutionRow): Claimed {
  return {
    lease: { executionId: row.id, fence: row.fence },
    execution: toExecution(row),
    parentExecutionId: row.parent_execution_id,
    parentStageId: row.parent_stage_id,
    memories: toMemories(row),
    signals: toSignals(row.unread),
    signalCount: row.signals,
  };
}

/** Runs of limited pipelines that wait for a place; written so that the partial index serves. */
const WAITING = `status = 'NOT_STARTED' and (limit_concurrent or max_concurrent_executions > 0) and not exists (
  select 1 from signal s where s.execution_id = e.id and s.kind = 'cancel' and s.consumed_at is null)`;

async function lockAdmission(client: PoolClient, pipelineConfigId: string): Promise<void> {
  await client.query('insert into admission (pipeline_config_id) values ($1) on conflict do nothing', [
    pipelineConfigId,
  ]);
  await client.query('select 1 from admission where pipeline_config_id = $1 for update', [pipelineConfigId]);
}

async function startUnderLock(client: PoolClient, commit: Commit, rule: AdmissionRule): Promise<Admission> {
  const { executionId } = commit.lease;
  await lockAdmission(client, rule.pipelineConfigId);
  const { rows } = await client.query<{ id: string }>(
    `(select id, 0 as place from execution where pipeline_config_id = $1 and id <> $2 and status in ('RUNNING', 'PAUSED') order by id)
     union all
     (select id, 1 from execution e where pipeline_config_id = $1 and id < $2 and ${WAITING} order by id)
     order by place, id`,
    [rule.pipelineConfigId, executionId],
  );
  if (rows.length >= rule.limit) return { verdict: 'wait', ahead: rows.length, behind: rows.at(-1)!.id };
  const statement = commitStatement([commit]);
  const held = await client.query({ text: statement.text, values: statement.values });
  return { verdict: held.rows.length === 0 ? 'lost' : 'done' };
}

async function admitUnderLock(
  client: PoolClient,
  pipelineConfigId: string,
  at: number,
): Promise<{ next: string[]; superseded: string[] }> {
  await lockAdmission(client, pipelineConfigId);
  await client.query('delete from due where key = $1', [admitKey(pipelineConfigId)]);
  const { rows: waiting } = await client.query<{
    id: string;
    limit_concurrent: boolean;
    max_concurrent_executions: number;
    keep_waiting_pipelines: boolean;
  }>(
    `select id, limit_concurrent, max_concurrent_executions, keep_waiting_pipelines from execution e
     where pipeline_config_id = $1 and ${WAITING} order by id`,
    [pipelineConfigId],
  );
  const newest = waiting.at(-1);
  if (!newest) return { next: [], superseded: [] };
  const active = await client.query<{ n: number }>(
    `select count(*)::int as n from execution where pipeline_config_id = $1 and status in ('RUNNING', 'PAUSED')`,
    [pipelineConfigId],
  );
  const free = (newest.limit_concurrent ? 1 : newest.max_concurrent_executions) - active.rows[0]!.n;
  if (free <= 0) return { next: [], superseded: [] };
  const ids = waiting.map((row) => row.id);
  const next = newest.keep_waiting_pipelines ? ids.slice(0, free) : ids.slice(-free);
  const superseded = newest.keep_waiting_pipelines ? [] : ids.slice(0, Math.max(0, ids.length - free));
  const successor = next.at(-1)!;
  if (superseded.length > 0) {
    const body = { reason: `superseded by the newer run ${successor}`, supersededBy: successor };
    await client.query(
      signalStatement(
        superseded.map((executionId) => ({
          executionId,
          stageId: null,
          kind: 'cancel',
          body,
          user: 'gennaker',
          at,
          onceKey: null,
        })),
      ),
    );
  }
  await client.query(
    `insert into due (key, message, at)
     select 'drive.' || id, jsonb_build_object('type', 'DriveExecution', 'executionId', id), $2 from unnest($1::text[]) as id
     on conflict (key) do update set at = least(due.at, excluded.at)`,
    [next, at],
  );
  return { next, superseded };
}

/** Stores signals of known executions whose once-key is new, counts them, and makes their executions due. */
function signalStatement(items: readonly NewSignal[]) {
  const rows = items.map((item, n) => ({
    n,
    execution_id: item.executionId,
    stage_id: item.stageId,
    kind: item.kind,
    body: item.body,
    user: item.user,
    at: item.at,
    once_key: item.onceKey,
    key: driveKey(item.executionId),
  }));
  return {
    name: 'signal',
    text: `with i as (
        select distinct on (coalesce(once_key, n::text)) i.* from json_to_recordset($1::json) as i(n int, execution_id text,
          stage_id text, kind text, body jsonb, "user" text, at bigint, once_key text, key text)
        where exists (select 1 from execution e where e.id = i.execution_id) order by coalesce(once_key, n::text), n),
      stored as (
        insert into signal (execution_id, stage_id, kind, body, "user", at, once_key)
        select execution_id, stage_id, kind, body, "user", at, once_key from i order by n
        on conflict (once_key) do nothing returning execution_id, once_key),
      fresh as (
        select i.* from i where i.once_key is null or i.once_key in (select once_key from stored)),
      counted as (
        update execution e set signals = e.signals + f.n from (select execution_id, count(*)::int as n from fresh group by 1) f
        where e.id = f.execution_id),
      due_now as (
        insert into due (key, message, at)
        select f.key, jsonb_build_object('type', 'DriveExecution', 'executionId', f.execution_id), min(f.at) from fresh f group by f.key, f.execution_id
        on conflict (key) do update set at = least(due.at, excluded.at))
      select n from fresh`,
    values: [JSON.stringify(rows)],
  };
}

/** What the first event tells; whoever overrode a freeze, and why, is part of it. */
const createdPatch = ({ status, trigger, authentication }: Execution): ExecutionPatch =>
  trigger['overrideFreeze'] ? { status, trigger, authentication } : { status };

/** Stores executions with their stages, first event and wake-up; those whose correlation key is taken are left out. */
function creationStatement(items: readonly NewExecution[]) {
  const executions = items.map(({ execution, parentExecutionId, parentStageId, correlationKey }) => ({
    id: execution.id,
    rootId: execution.rootId,
    type: execution.type,
    application: execution.application,
    name: execution.name,
    pipelineConfigId: execution.pipelineConfigId,
    pipelineVersion: execution.pipelineVersion,
    status: execution.status,
    buildTime: execution.buildTime,
    startTimeExpiry: execution.startTimeExpiry,
    canceled: execution.canceled,
    canceledBy: execution.canceledBy,
    cancellationReason: execution.cancellationReason,
    limitConcurrent: execution.limitConcurrent,
    maxConcurrentExecutions: execution.maxConcurrentExecutions,
    keepWaitingPipelines: execution.keepWaitingPipelines,
    trigger: execution.trigger,
    details: detailsOf(execution),
    initialConfig: execution.initialConfig,
    parentExecutionId,
    parentStageId,
    correlationKey,
    key: driveKey(execution.id),
    open: !isComplete(execution.status),
    created: createdPatch(execution),
  }));
  const stages = items.flatMap(({ execution }) => newStageRows(execution.id, execution.stages));
  return {
    name: 'create',
    text: `with i as (
        select distinct on (coalesce("correlationKey", id)) * from jsonb_to_recordset($1::jsonb) as i(id text, "rootId" text,
          type text, application text, name text, "pipelineConfigId" text, "pipelineVersion" int, status text,
          "buildTime" bigint, "startTimeExpiry" bigint, canceled boolean, "canceledBy" text, "cancellationReason" text,
          "limitConcurrent" boolean, "maxConcurrentExecutions" int, "keepWaitingPipelines" boolean, trigger jsonb,
          details jsonb, "initialConfig" jsonb, "parentExecutionId" text, "parentStageId" text, "correlationKey" text,
          key text, open boolean, created jsonb)
        order by coalesce("correlationKey", id)),
      stored as (
        insert into execution (id, root_id, type, application, name, pipeline_config_id, pipeline_version, status,
          build_time, start_time_expiry, canceled, canceled_by, cancellation_reason, limit_concurrent,
          max_concurrent_executions, keep_waiting_pipelines, trigger, details, initial_config, parent_execution_id,
          parent_stage_id, correlation_key, sequence)
        select id, "rootId", type, application, name, "pipelineConfigId", "pipelineVersion", status, "buildTime",
          "startTimeExpiry", canceled, "canceledBy", "cancellationReason", "limitConcurrent", "maxConcurrentExecutions",
          "keepWaitingPipelines", trigger, details, "initialConfig", "parentExecutionId", "parentStageId",
          "correlationKey", 1 from i
        on conflict (correlation_key) do nothing returning id),
      new_stages as (${INSERT_STAGES} from jsonb_to_recordset($2::jsonb) as ${STAGE_RECORD} join stored h on h.id = i.execution_id),
      events as (
        insert into execution_event (execution_id, sequence, at, type, stage_id, data)
        select i.id, 1, i."buildTime", 'execution.created', null, i.created from i join stored using (id)),
      dues as (
        insert into due (key, message, at)
        select i.key, jsonb_build_object('type', 'DriveExecution', 'executionId', i.id), i."buildTime" from i join stored using (id) where i.open)
      select id from stored`,
    values: [JSON.stringify(executions), JSON.stringify(stages)],
  };
}
