import type { Stage, Task } from '@gennaker/pipeline-dsl';
import { driveKey } from '../../engine/messages.ts';
import type { Commit, Due } from '../../engine/ports.ts';

/** The parts of a statement that writes commits: name, rows, and the SQL that takes them as its json parameter. */
interface Part {
  readonly rows: unknown[];
  sql(parameter: string): string;
}

const executionRow = (commit: Commit) => {
  const { execution, lease, release } = commit;
  return {
    id: lease.executionId,
    fence: lease.fence,
    seq: commit.sequence,
    n: commit.events.length,
    updates: [...commit.stages.values()].filter((change) => change.was !== null).length,
    status: execution.status,
    start_time: execution.startTime,
    end_time: execution.endTime,
    canceled: execution.canceled,
    canceled_by: execution.canceledBy,
    cancellation_reason: execution.cancellationReason,
    superseded_by: execution.supersededBy,
    paused: execution.paused,
    wait: execution.wait,
    release: release !== null,
    signals: release?.signalCount ?? 0,
    due_at: release?.dueAt ?? null,
  };
};

const HELD = (parameter: string) => `
held as (
  update execution e set
    sequence = i.seq + i.n, status = i.status, start_time = i.start_time, end_time = i.end_time, canceled = i.canceled,
    canceled_by = i.canceled_by, cancellation_reason = i.cancellation_reason, superseded_by = i.superseded_by,
    paused = i.paused, wait = i.wait,
    lease_owner = case when i.release and e.signals = i.signals then null else e.lease_owner end
  from json_to_recordset(${parameter}::json) as i(
    id text, fence int, seq int, n int, updates int, status text, start_time bigint, end_time bigint, canceled boolean,
    canceled_by text, cancellation_reason text, superseded_by text, paused jsonb, wait jsonb, release boolean,
    signals int, due_at bigint)
  where e.id = i.id and e.fence = i.fence and e.sequence = i.seq
  returning e.id, i.updates, i.release, i.due_at, e.lease_owner is null as released
)`;

const stageRow = (stage: Stage, executionId: string, position: number) => ({
  id: stage.id,
  execution_id: executionId,
  position,
  ref_id: stage.refId,
  type: stage.type,
  name: stage.name,
  status: stage.status,
  start_time: stage.startTime,
  end_time: stage.endTime,
  scheduled_time: stage.scheduledTime,
  start_time_expiry: stage.startTimeExpiry,
  context: stage.context,
  outputs: stage.outputs,
  requisites: stage.requisiteStageRefIds,
  owner: stage.syntheticStageOwner,
  parent: stage.parentStageId,
  attempt: stage.attempt,
  ends_as: stage.endsAs,
  wait: stage.wait,
  due_at: stage.dueAt,
});

/** Columns and values for new stages, from records of `stageRow`. */
export const INSERT_STAGES = `
  insert into stage (id, execution_id, position, ref_id, type, name, status, start_time, end_time, scheduled_time,
    start_time_expiry, context, outputs, requisite_stage_ref_ids, synthetic_stage_owner, parent_stage_id, attempt,
    ends_as, wait, due_at)
  select i.id, i.execution_id, i.position, i.ref_id, i.type, i.name, i.status, i.start_time, i.end_time,
    i.scheduled_time, i.start_time_expiry, i.context, i.outputs, i.requisites, i.owner, i.parent, i.attempt, i.ends_as,
    i.wait, i.due_at`;
export const STAGE_RECORD = `i(id text, execution_id text, position int, ref_id text, type text, name text, status text,
    start_time bigint, end_time bigint, scheduled_time bigint, start_time_expiry bigint, context jsonb, outputs jsonb,
    requisites text[], owner text, parent text, attempt int, ends_as text, wait jsonb, due_at bigint)`;

/** Rows for the stages of a new execution. */
export const newStageRows = (executionId: string, stages: readonly Stage[]) =>
  stages.map((stage, i) => stageRow(stage, executionId, i));

function stageInserts(commits: readonly Commit[]): Part {
  const rows = commits.flatMap((commit) =>
    [...commit.stages.values()].flatMap((change) =>
      change.was === null && !change.dropped
        ? [stageRow(change.stage, commit.lease.executionId, commit.execution.stages.indexOf(change.stage))]
        : [],
    ),
  );
  return {
    rows,
    sql: (p) =>
      `new_stages as (${INSERT_STAGES} from json_to_recordset(${p}::json) as ${STAGE_RECORD} join held h on h.id = i.execution_id)`,
  };
}

function stageUpdates(commits: readonly Commit[]): Part {
  const rows = commits.flatMap((commit) =>
    [...commit.stages.values()].flatMap((change) =>
      change.was === null || change.dropped
        ? []
        : [
            {
              id: change.stage.id,
              execution_id: commit.lease.executionId,
              was: change.was,
              status: change.stage.status,
              start_time: change.stage.startTime,
              end_time: change.stage.endTime,
              scheduled_time: change.stage.scheduledTime,
              context: change.context ? change.stage.context : undefined,
              outputs: change.outputs ? change.stage.outputs : undefined,
              last_modified: change.stage.lastModified,
              attempt: change.stage.attempt,
              ends_as: change.stage.endsAs,
              wait: change.stage.wait,
              due_at: change.stage.dueAt,
            },
          ],
    ),
  );
  return {
    rows,
    sql: (p) => `changed as (
  update stage s set status = i.status, start_time = i.start_time, end_time = i.end_time,
    scheduled_time = i.scheduled_time, context = coalesce(i.context, s.context), outputs = coalesce(i.outputs, s.outputs),
    last_modified = i.last_modified, attempt = i.attempt, ends_as = i.ends_as, wait = i.wait, due_at = i.due_at
  from json_to_recordset(${p}::json) as i(id text, execution_id text, was text, status text, start_time bigint,
    end_time bigint, scheduled_time bigint, context jsonb, outputs jsonb, last_modified jsonb, attempt int, ends_as text,
    wait jsonb, due_at bigint) join held h on h.id = i.execution_id
  where s.id = i.id and s.status = i.was returning 1)`,
  };
}

function stageDrops(commits: readonly Commit[]): Part {
  const rows = commits.flatMap((commit) =>
    [...commit.stages.values()].flatMap((change) =>
      change.dropped ? [{ id: change.stage.id, execution_id: commit.lease.executionId, was: change.was }] : [],
    ),
  );
  const from = (p: string) =>
    `json_to_recordset(${p}::json) as i(id text, execution_id text, was text) join held h on h.id = i.execution_id`;
  return {
    rows,
    sql: (p) => `dropped as (delete from stage s using ${from(p)} where s.id = i.id and s.status = i.was returning 1),
dropped_tasks as (delete from task t using ${from(p)} where t.stage_id = i.id)`,
  };
}

function taskRow(commit: Commit, stage: Stage, task: Task) {
  return {
    stage_id: stage.id,
    id: task.id,
    execution_id: commit.lease.executionId,
    name: task.name,
    implementation: task.implementingClass,
    status: task.status,
    start_time: task.startTime,
    end_time: task.endTime,
    loop_start: task.loopStart,
    loop_end: task.loopEnd,
    exception: task.taskExceptionDetails ?? null,
    memory: commit.memories.get(`${stage.id}/${task.id}`),
  };
}

function taskRowsOf(commit: Commit): ReturnType<typeof taskRow>[] {
  const wanted = new Map<string, { stage: Stage; tasks: Set<string> | 'all' }>();
  for (const [id, change] of commit.stages) {
    if (!change.dropped && (change.tasks === 'all' || change.tasks.size > 0)) {
      wanted.set(id, { stage: change.stage, tasks: change.tasks === 'all' ? 'all' : new Set(change.tasks) });
    }
  }
  for (const key of commit.memories.keys()) {
    const [stageId, taskId] = key.split('/') as [string, string];
    const entry = wanted.get(stageId);
    if (entry) {
      if (entry.tasks !== 'all') entry.tasks.add(taskId);
      continue;
    }
    const stage = commit.execution.stages.find((candidate) => candidate.id === stageId);
    if (stage) wanted.set(stageId, { stage, tasks: new Set([taskId]) });
  }
  return [...wanted.values()].flatMap(({ stage, tasks }) =>
    stage.tasks.filter((task) => tasks === 'all' || tasks.has(task.id)).map((task) => taskRow(commit, stage, task)),
  );
}

function tasks(commits: readonly Commit[]): Part {
  return {
    rows: commits.flatMap(taskRowsOf),
    sql: (p) => `tasks as (
  insert into task as t (stage_id, id, execution_id, name, implementation, status, start_time, end_time, loop_start,
    loop_end, exception, memory)
  select i.stage_id, i.id, i.execution_id, i.name, i.implementation, i.status, i.start_time, i.end_time, i.loop_start,
    i.loop_end, i.exception, i.memory
  from json_to_recordset(${p}::json) as i(stage_id text, id text, execution_id text, name text, implementation text,
    status text, start_time bigint, end_time bigint, loop_start boolean, loop_end boolean, exception jsonb, memory jsonb)
  join held h on h.id = i.execution_id
  on conflict (stage_id, id) do update set name = excluded.name, implementation = excluded.implementation,
    status = excluded.status, start_time = excluded.start_time, end_time = excluded.end_time,
    exception = excluded.exception, memory = coalesce(excluded.memory, t.memory))`,
  };
}

/** A stage reset by a restart has no tasks any more. */
function emptied(commits: readonly Commit[]): Part {
  const rows = commits.flatMap((commit) =>
    [...commit.stages.values()].flatMap((change) =>
      change.tasks === 'all' && !change.dropped && change.was !== null && change.stage.tasks.length === 0
        ? [{ id: change.stage.id, execution_id: commit.lease.executionId }]
        : [],
    ),
  );
  return {
    rows,
    sql: (p) => `emptied as (delete from task t using json_to_recordset(${p}::json) as i(id text, execution_id text)
  join held h on h.id = i.execution_id where t.stage_id = i.id)`,
  };
}

function events(commits: readonly Commit[]): Part {
  const rows = commits.flatMap((commit) =>
    commit.events.map((event, i) => ({
      execution_id: commit.lease.executionId,
      sequence: commit.sequence + i + 1,
      at: commit.at,
      type: event.type,
      stage_id: 'stageId' in event ? event.stageId : null,
      data: 'taskId' in event ? { ...event.data, id: event.taskId } : event.data,
    })),
  );
  return {
    rows,
    sql: (p) => `events as (
  insert into execution_event (execution_id, sequence, at, type, stage_id, data)
  select i.execution_id, i.sequence, i.at, i.type, i.stage_id, i.data
  from json_to_recordset(${p}::json) as i(execution_id text, sequence int, at bigint, type text, stage_id text, data jsonb)
  join held h on h.id = i.execution_id)`,
  };
}

function attempts(commits: readonly Commit[]): Part {
  const rows = commits.flatMap((commit) =>
    commit.attempts.map((attempt) => ({
      ...attempt,
      stage_id: attempt.stageId,
      execution_id: commit.lease.executionId,
    })),
  );
  return {
    rows,
    sql: (p) => `attempts as (
  insert into stage_attempt (stage_id, attempt, execution_id, record)
  select i.stage_id, i.attempt, i.execution_id, i.record
  from json_to_recordset(${p}::json) as i(stage_id text, attempt int, execution_id text, record jsonb)
  join held h on h.id = i.execution_id on conflict do nothing)`,
  };
}

/** Within one batch the newest entry for an object wins: a statement may touch a row only once. */
function ledger(commits: readonly Commit[]): Part {
  const newest = new Map<string, unknown>();
  for (const commit of commits) {
    for (const entry of commit.ledger) {
      const row = {
        ...entry,
        execution_id: commit.lease.executionId,
        stage_id: entry.stageId,
        operation_key: entry.operationKey,
        before: entry.before ?? null,
        at: commit.at,
      };
      newest.set([entry.operationKey, entry.kind, entry.name, entry.action].join(' '), row);
    }
  }
  return {
    rows: [...newest.values()],
    sql: (p) => `ledger_rows as (
  insert into ledger (execution_id, stage_id, operation_key, kind, account, region, name, action, before, state, at)
  select i.execution_id, i.stage_id, i.operation_key, i.kind, i.account, i.region, i.name, i.action, i.before, i.state, i.at
  from json_to_recordset(${p}::json) as i(execution_id text, stage_id text, operation_key text, kind text, account text,
    region text, name text, action text, before jsonb, state text, at bigint)
  join held h on h.id = i.execution_id
  on conflict (operation_key, kind, name, action) do update set state = excluded.state, at = excluded.at)`,
  };
}

function consumed(commits: readonly Commit[]): Part {
  const rows = commits.flatMap((commit) =>
    commit.consumedSignals.map((id) => ({ id, execution_id: commit.lease.executionId, at: commit.at })),
  );
  return {
    rows,
    sql: (p) => `consumed as (update signal s set consumed_at = i.at
  from json_to_recordset(${p}::json) as i(id bigint, execution_id text, at bigint) join held h on h.id = i.execution_id
  where s.id = i.id)`,
  };
}

function dues(commits: readonly Commit[]): Part {
  const newest = new Map<string, unknown>();
  const add = (executionId: string, due: Due) => newest.set(due.key, { ...due, execution_id: executionId });
  for (const commit of commits) for (const due of commit.dues) add(commit.lease.executionId, due);
  return {
    rows: [...newest.values()],
    sql: (p) => `dues as (
  insert into due (key, message, at) select i.key, i.message, i.at
  from json_to_recordset(${p}::json) as i(execution_id text, key text, message jsonb, at bigint)
  join held h on h.id = i.execution_id
  on conflict (key) do update set message = excluded.message, at = excluded.at)`,
  };
}

/** A given-back execution's own wake-up: moved to its next time, or gone. */
function ownDues(commits: readonly Commit[]): Part {
  return {
    rows: commits
      .filter((commit) => commit.release)
      .map((commit) => ({ key: driveKey(commit.lease.executionId), id: commit.lease.executionId })),
    sql: (p) => `own_due as (
  insert into due (key, message, at)
  select i.key, jsonb_build_object('type', 'DriveExecution', 'executionId', i.id), h.due_at
  from json_to_recordset(${p}::json) as i(key text, id text) join held h on h.id = i.id
  where h.released and h.due_at is not null
  on conflict (key) do update set at = excluded.at),
own_gone as (
  delete from due d using json_to_recordset(${p}::json) as i(key text, id text) join held h on h.id = i.id
  where d.key = i.key and h.released and h.due_at is null)`,
  };
}

/** One statement that writes all the commits, each wholly or not at all. */
export function commitStatement(commits: readonly Commit[]): { name: string; text: string; values: string[] } {
  const all = {
    ins: stageInserts(commits),
    upd: stageUpdates(commits),
    del: stageDrops(commits),
    tsk: tasks(commits),
    emp: emptied(commits),
    evt: events(commits),
    att: attempts(commits),
    led: ledger(commits),
    sig: consumed(commits),
    due: dues(commits),
    own: ownDues(commits),
  };
  const used = Object.entries(all).filter(([, part]) => part.rows.length > 0);
  const values = [JSON.stringify(commits.map(executionRow)), ...used.map(([, part]) => JSON.stringify(part.rows))];
  const parts = used.map(([, part], i) => part.sql(`$${i + 2}`));
  const names = new Set(used.map(([name]) => name));
  const counted = [
    names.has('upd') ? '(select count(*) from changed)' : '0',
    names.has('del') ? '(select count(*) from dropped)' : '0',
  ].join(' + ');
  const text = `with ${[HELD('$1'), ...parts].join(',\n')}
select h.id, h.released,
  case when (${counted}) <> (select sum(updates) from held) then guard_broken('stage status') else 0 end as guarded
from held h`;
  return { name: `commit.${[...names].join('.')}`, text, values };
}
