import type { Execution, ExecutionEvent, JsonObject, Status } from '@gennaker/pipeline-dsl';
import type { Pool } from 'pg';
import { type EventRow, type ExecutionRow, toEvent, toExecution } from './execution-store/index.ts';

export interface ListOptions {
  /** Stages with context, outputs and tasks, or the light form of lists. */
  readonly expand: boolean;
  readonly statuses?: readonly Status[];
}

export interface SearchFilter extends ListOptions {
  /** Absent = all. */
  readonly application?: string;
  readonly type?: Execution['type'];
  readonly pipelineName?: string;
  readonly triggerTypes?: readonly string[];
  readonly eventId?: string;
  /** Epoch ms, both inside. */
  readonly from?: number;
  readonly to?: number;
  readonly startIndex: number;
  readonly size: number;
  /** Oldest first. */
  readonly reverse?: boolean;
  /** Keeps executions whose trigger it accepts. Looks at the newest 20,000 that fit otherwise (oldest, if reversed). */
  readonly accepts?: (trigger: JsonObject) => boolean;
}

const SCAN_PAGE = 500;
const SCAN_PAGES = 40;

const COLUMNS = `e.id, e.root_id, e.type, e.application, e.name, e.pipeline_config_id, e.pipeline_version, e.status,
  e.build_time, e.start_time, e.end_time, e.start_time_expiry, e.canceled, e.canceled_by, e.cancellation_reason,
  e.superseded_by, e.paused, e.limit_concurrent, e.max_concurrent_executions, e.keep_waiting_pipelines, e.wait,
  e.details, e.parent_execution_id, e.parent_stage_id, e.sequence`;

const WHOLE = `${COLUMNS}, e.trigger, e.initial_config,
  (select json_agg(s order by s.position, s.id) from stage s where s.execution_id = e.id) as stages,
  (select json_agg(t) from task t where t.execution_id = e.id) as tasks,
  (select json_agg(a order by a.attempt) from stage_attempt a where a.execution_id = e.id) as attempts`;

/** Why a stage failed, as far as a row of a list can say it. */
const SHORT_FAILURE = `jsonb_build_object('exception', jsonb_build_object(
  'exceptionType', s.context#>'{exception,exceptionType}', 'operation', s.context#>'{exception,operation}',
  'details', jsonb_build_object('error', s.context#>'{exception,details,error}',
    'errors', s.context#>'{exception,details,errors}', 'errorCode', s.context#>'{exception,details,errorCode}')))`;

/** Lists leave out what makes rows heavy; a trigger's payload too when it is large. A failure keeps its reason. */
const LIGHT = `${COLUMNS},
  case when pg_column_size(e.trigger) < 4000 then e.trigger
    else e.trigger - '{payload,artifacts,expectedArtifacts,resolvedExpectedArtifacts,resolution}'::text[] end as trigger,
  (select json_agg(json_build_object('id', s.id, 'ref_id', s.ref_id, 'type', s.type, 'name', s.name, 'status', s.status,
      'start_time', s.start_time, 'end_time', s.end_time, 'scheduled_time', s.scheduled_time,
      'start_time_expiry', s.start_time_expiry,
      'context', case when s.context ? 'group' then jsonb_build_object('group', s.context->'group') else '{}' end
        || case when s.status = 'TERMINAL' and s.context ? 'exception' then ${SHORT_FAILURE} else '{}' end,
      'outputs', '{}'::jsonb, 'requisite_stage_ref_ids', s.requisite_stage_ref_ids,
      'synthetic_stage_owner', s.synthetic_stage_owner, 'parent_stage_id', s.parent_stage_id,
      'last_modified', s.last_modified, 'attempt', s.attempt, 'ends_as', s.ends_as, 'wait', s.wait, 'due_at', s.due_at)
    order by s.position, s.id) from stage s where s.execution_id = e.id) as stages`;

const columns = (expand: boolean): string => (expand ? WHOLE : LIGHT);

/** An effect on the cloud, recorded before the call. */
export interface LedgerRow {
  readonly kind: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly action: string;
  readonly state: string;
  readonly stageId: string;
  readonly before: JsonObject | null;
  /** Epoch ms. */
  readonly at: number;
}

/** A thing of the cloud, and the execution that has changed it. */
export interface ChangedThing extends Pick<LedgerRow, 'kind' | 'name' | 'account' | 'region'> {
  readonly executionId: string;
}

/** Says again, in the words of a partial index, what a list of statuses comes to: few of many executions are open. */
function indexHint(statuses: readonly Status[] | undefined): string[] {
  if (!statuses || statuses.length === 0) return [];
  if (statuses.every((status) => status === 'RUNNING' || status === 'PAUSED'))
    return [`e.status in ('RUNNING', 'PAUSED')`];
  return statuses.every((status) => status === 'NOT_STARTED') ? [`e.status = 'NOT_STARTED'`] : [];
}

/** What a filter asks of a row of executions. */
function conditionsOf(filter: SearchFilter): { conditions: string[]; values: unknown[] } {
  const values: unknown[] = [];
  const conditions: string[] = ['true'];
  const where = (condition: (slot: string) => string, value: unknown): void => {
    if (value !== undefined) conditions.push(condition(`$${values.push(value)}`));
  };
  where((slot) => `e.application = ${slot}`, filter.application);
  where((slot) => `e.type = ${slot}`, filter.type);
  where((slot) => `e.name = ${slot}`, filter.pipelineName);
  where((slot) => `e.status = any(${slot})`, filter.statuses);
  where((slot) => `e.trigger->>'type' = any(${slot})`, filter.triggerTypes);
  where((slot) => `e.trigger->>'eventId' = ${slot}`, filter.eventId);
  where((slot) => `e.build_time >= ${slot}`, filter.from);
  where((slot) => `e.build_time <= ${slot}`, filter.to);
  conditions.push(...indexHint(filter.statuses));
  return { conditions, values };
}

/** Reads of executions beyond one at a time. Writes are the engine's alone. */
export class ExecutionQueries {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** In the order of the given ids; unknown ones are left out. */
  async byIds(ids: readonly string[], options: ListOptions): Promise<readonly Execution[]> {
    const { rows } = await this.pool.query<ExecutionRow>(
      `select ${columns(options.expand)} from execution e
       where e.id = any($1) and ($2::text[] is null or e.status = any($2))
       order by array_position($1, e.id)`,
      [ids, options.statuses ?? null],
    );
    return rows.map(toExecution);
  }

  /** The newest `limit` of each pipeline, newest first. */
  async byPipelines(ids: readonly string[], limit: number, options: ListOptions): Promise<readonly Execution[]> {
    const { rows } = await this.pool.query<ExecutionRow>(
      `select ${columns(options.expand)} from unnest($1::text[]) as p(id) cross join lateral (
         select * from execution x where x.pipeline_config_id = p.id and ($2::text[] is null or x.status = any($2))
         order by x.id desc limit $3) e
       order by e.id desc`,
      [ids, options.statuses ?? null, limit],
    );
    return rows.map(toExecution);
  }

  /**
   * The newest `limit` of each pipeline of an application since `since` (epoch ms), or its last two when none is that new.
   * `pipelines` = at most that many pipelines, in the order of their list.
   */
  async ofApplication(
    application: string,
    query: ListOptions & { limit: number; since: number; pipelineName?: string; pipelines?: number },
  ): Promise<readonly Execution[]> {
    const { rows } = await this.pool.query<ExecutionRow>(
      `select ${columns(query.expand)} from (
         select id, application, name from pipeline q
         where q.application = $1 and ($5::text is null or q.name ilike '%' || $5 || '%')
         order by q.deleted_at is not null, q.position, q.name limit $6) p cross join lateral (
         select * from (
           select x.*, row_number() over (order by x.id desc) as place from execution x
           where x.pipeline_config_id = p.id and ($2::text[] is null or x.status = any($2))
           order by x.id desc limit $3) newest
         where newest.build_time >= $4 or newest.place <= 2) e
       order by e.id desc`,
      [
        application,
        query.statuses ?? null,
        query.limit,
        query.since,
        query.pipelineName ? query.pipelineName.replace(/[\\%_]/g, '\\$&') : null,
        query.pipelines ?? null,
      ],
    );
    return rows.map(toExecution);
  }

  /** Newest trigger time first, unless reversed. */
  async search(filter: SearchFilter): Promise<readonly Execution[]> {
    if (filter.accepts) return this.scan(filter, filter.accepts);
    const { conditions, values } = conditionsOf(filter);
    const order = filter.reverse ? 'asc' : 'desc';
    const { rows } = await this.pool.query<ExecutionRow>(
      `select ${columns(filter.expand)} from execution e where ${conditions.join(' and ')}
       order by e.id ${order} offset ${Math.trunc(filter.startIndex)} limit ${Math.trunc(filter.size)}`,
      values,
    );
    return rows.map(toExecution);
  }

  /** What rows cannot tell is told from their triggers, page by page. */
  private async scan(filter: SearchFilter, accepts: (trigger: JsonObject) => boolean): Promise<readonly Execution[]> {
    const wanted = Math.trunc(filter.startIndex) + Math.trunc(filter.size);
    const found: string[] = [];
    let last: string | null = null;
    for (let page = 0; page < SCAN_PAGES && found.length < wanted; page += 1) {
      const { conditions, values } = conditionsOf(filter);
      if (last !== null) conditions.push(`e.id ${filter.reverse ? '>' : '<'} $${values.push(last)}`);
      const { rows } = await this.pool.query<{ id: string; trigger: JsonObject }>(
        `select e.id, e.trigger from execution e where ${conditions.join(' and ')}
         order by e.id ${filter.reverse ? 'asc' : 'desc'} limit ${SCAN_PAGE}`,
        values,
      );
      found.push(...rows.filter(({ trigger }) => accepts(trigger)).map(({ id }) => id));
      if (rows.length < SCAN_PAGE) break;
      last = rows.at(-1)?.id ?? null;
    }
    return this.byIds(found.slice(Math.trunc(filter.startIndex), wanted), { expand: filter.expand });
  }

  /** Events after a sequence number, in order. */
  async eventsAfter(executionId: string, sequence: number, limit: number): Promise<readonly ExecutionEvent[]> {
    const { rows } = await this.pool.query<EventRow>({
      name: 'events-after',
      text: `select execution_id, sequence, at, type, stage_id, data from execution_event
        where execution_id = $1 and sequence > $2 order by sequence limit $3`,
      values: [executionId, sequence, limit],
    });
    return rows.map(toEvent);
  }

  /** Number of the newest event and the application; null when there is no such execution. */
  async head(executionId: string): Promise<{ sequence: number; status: Status; type: Execution['type'] } | null> {
    const { rows } = await this.pool.query<{ sequence: number; status: Status; type: Execution['type'] }>({
      name: 'execution-head',
      text: 'select sequence, status, type from execution where id = $1',
      values: [executionId],
    });
    return rows[0] ?? null;
  }

  /** Are there signals its worker has not acted on yet? */
  async hasUnreadSignals(executionId: string): Promise<boolean> {
    const { rows } = await this.pool.query({
      name: 'unread-signals',
      text: 'select 1 from signal where execution_id = $1 and consumed_at is null limit 1',
      values: [executionId],
    });
    return rows.length > 0;
  }

  async ledger(executionId: string): Promise<readonly LedgerRow[]> {
    const { rows } = await this.pool.query<LedgerRow & { at: string }>(
      `select kind, name, account, region, action, state, stage_id as "stageId", before, at from ledger
       where execution_id = $1 order by id`,
      [executionId],
    );
    return rows.map((row) => ({ ...row, at: Number(row.at) }));
  }

  /**
   * Other executions that have changed the same things since this one last did; what a clean-up gave back is none. The
   * newest of each thing.
   */
  async changedSince(executionId: string): Promise<readonly ChangedThing[]> {
    const { rows } = await this.pool.query<ChangedThing>(
      `with own as (
         select kind, account, region, name, max(id) as id from ledger where execution_id = $1
         group by kind, account, region, name)
       select distinct on (own.kind, own.account, own.region, own.name)
         own.kind, own.account, own.region, own.name, l.execution_id as "executionId"
         from own join ledger l on l.name = own.name and l.kind = own.kind and l.account = own.account
           and l.region = own.region and l.id > own.id and l.execution_id <> $1 and l.state <> 'absent'
         left join stage s on s.id = l.stage_id
        where coalesce(s.type, '') <> 'restoreSettings'
        order by own.kind, own.account, own.region, own.name, l.id desc`,
      [executionId],
    );
    return rows;
  }

  /** Settles entries that a call which was cut off has left intended. */
  async settleLedger(
    executionId: string,
    entries: ReadonlyArray<
      Pick<LedgerRow, 'kind' | 'account' | 'region' | 'name' | 'action'> & { readonly state: 'done' | 'absent' }
    >,
  ): Promise<void> {
    for (const { kind, account, region, name, action, state } of entries)
      await this.pool.query(
        `update ledger set state = $7 where execution_id = $1 and kind = $2 and account = $3 and region = $4 and name = $5
           and action = $6 and state = 'intended'`,
        [executionId, kind, account, region, name, action, state],
      );
  }

  /** Removes an ended execution with everything of it. False when it is unknown or has not ended. */
  async remove(executionId: string): Promise<boolean> {
    const { rows } = await this.pool.query(
      `with gone as (delete from execution where id = $1 and status in ('SUCCEEDED', 'TERMINAL', 'CANCELED') returning id),
         stages as (delete from stage where execution_id in (select id from gone)),
         tasks as (delete from task where execution_id in (select id from gone)),
         attempts as (delete from stage_attempt where execution_id in (select id from gone)),
         events as (delete from execution_event where execution_id in (select id from gone)),
         signals as (delete from signal where execution_id in (select id from gone)),
         dues as (delete from due where key in (select 'drive.' || id from gone))
       select id from gone`,
      [executionId],
    );
    return rows.length > 0;
  }
}
