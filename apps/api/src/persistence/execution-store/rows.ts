import type { Execution, ExecutionEvent, JsonObject, Stage, Status, Task } from '@gennaker/pipeline-dsl';
import type { Signal, SignalKind } from '../../engine/ports.ts';

/** A stage's row as `to_jsonb` gives it. */
interface StageRow {
  id: string;
  ref_id: string;
  type: string;
  name: string;
  status: Status;
  start_time: number | null;
  end_time: number | null;
  scheduled_time: number | null;
  start_time_expiry: number | null;
  context: JsonObject;
  outputs: JsonObject;
  requisite_stage_ref_ids: string[];
  synthetic_stage_owner: Stage['syntheticStageOwner'];
  parent_stage_id: string | null;
  last_modified: Stage['lastModified'];
  attempt: number;
  ends_as: Status | null;
  wait: Stage['wait'];
  due_at: number | null;
}

interface TaskRow {
  stage_id: string;
  id: string;
  name: string;
  implementation: string;
  status: Status;
  start_time: number | null;
  end_time: number | null;
  loop_start: boolean;
  loop_end: boolean;
  exception: JsonObject | null;
  memory: JsonObject | null;
}

/** Columns of an execution as `pg` gives them: bigint as text, json parsed. */
export interface ExecutionRow {
  id: string;
  root_id: string;
  type: Execution['type'];
  application: string;
  name: string;
  pipeline_config_id: string | null;
  pipeline_version: number | null;
  status: Status;
  build_time: string;
  start_time: string | null;
  end_time: string | null;
  start_time_expiry: string | null;
  canceled: boolean;
  canceled_by: string | null;
  cancellation_reason: string | null;
  superseded_by: string | null;
  paused: Execution['paused'];
  limit_concurrent: boolean;
  max_concurrent_executions: number;
  keep_waiting_pipelines: boolean;
  wait: Execution['wait'];
  trigger: JsonObject;
  details: ExecutionDetails;
  initial_config?: JsonObject;
  parent_execution_id: string | null;
  parent_stage_id: string | null;
  sequence: number;
  fence: number;
  lease_owner: string | null;
  signals: number;
  stages: StageRow[] | null;
  tasks: TaskRow[] | null;
  attempts?: Array<{ stage_id: string; attempt: number; record: JsonObject }> | null;
  unread?: SignalRow[] | null;
}

interface SignalRow {
  id: number;
  execution_id: string;
  stage_id: string | null;
  kind: SignalKind;
  body: JsonObject;
  user: string;
  at: number;
  once_key: string | null;
}

/** Fields of an execution that never change after launch and are only read whole. */
export type ExecutionDetails = Pick<
  Execution,
  'authentication' | 'origin' | 'description' | 'notifications' | 'spelEvaluator' | 'templateVariables' | 'source'
>;

export const detailsOf = (execution: Execution): ExecutionDetails => ({
  authentication: execution.authentication,
  origin: execution.origin,
  description: execution.description,
  notifications: execution.notifications,
  spelEvaluator: execution.spelEvaluator,
  templateVariables: execution.templateVariables,
  source: execution.source,
});

const epoch = (text: string | null): number | null => (text === null ? null : Number(text));

/** Builds the picture from a row with its stages and tasks; without `initial_config` in the row that stays empty. */
export function toExecution(row: ExecutionRow): Execution {
  const { details } = row;
  return {
    id: row.id,
    rootId: row.root_id,
    type: row.type,
    application: row.application,
    name: row.name,
    pipelineConfigId: row.pipeline_config_id,
    pipelineVersion: row.pipeline_version,
    status: row.status,
    buildTime: Number(row.build_time),
    startTime: epoch(row.start_time),
    endTime: epoch(row.end_time),
    startTimeExpiry: epoch(row.start_time_expiry),
    canceled: row.canceled,
    canceledBy: row.canceled_by,
    cancellationReason: row.cancellation_reason,
    supersededBy: row.superseded_by,
    paused: row.paused,
    limitConcurrent: row.limit_concurrent,
    maxConcurrentExecutions: row.max_concurrent_executions,
    keepWaitingPipelines: row.keep_waiting_pipelines,
    authentication: details.authentication,
    origin: details.origin,
    trigger: row.trigger,
    description: details.description ?? null,
    notifications: details.notifications ?? [],
    spelEvaluator: details.spelEvaluator ?? null,
    ...(details.templateVariables ? { templateVariables: details.templateVariables } : {}),
    ...(details.source ? { source: details.source } : {}),
    initialConfig: row.initial_config ?? {},
    stages: toStages(row),
    wait: row.wait,
    sequence: row.sequence,
  };
}

function toStages(row: ExecutionRow): Stage[] {
  const tasks = new Map<string, Task[]>();
  for (const task of row.tasks ?? []) {
    const list = tasks.get(task.stage_id);
    if (list) list.push(toTask(task));
    else tasks.set(task.stage_id, [toTask(task)]);
  }
  return (row.stages ?? []).map((stage) => {
    const own = tasks.get(stage.id) ?? [];
    if (own.length > 1) own.sort((a, b) => Number(a.id) - Number(b.id));
    if (own.length > 0) {
      own[0]!.stageStart = true;
      own.at(-1)!.stageEnd = true;
    }
    const attempts = row.attempts?.filter((attempt) => attempt.stage_id === stage.id).map((attempt) => attempt.record);
    return { ...toStage(stage, own), ...(attempts?.length ? { attempts: attempts as never } : {}) };
  });
}

const toStage = (row: StageRow, tasks: Task[]): Stage => ({
  id: row.id,
  refId: row.ref_id,
  type: row.type,
  name: row.name,
  status: row.status,
  startTime: row.start_time,
  endTime: row.end_time,
  scheduledTime: row.scheduled_time,
  startTimeExpiry: row.start_time_expiry,
  context: row.context,
  outputs: row.outputs,
  tasks,
  requisiteStageRefIds: row.requisite_stage_ref_ids,
  syntheticStageOwner: row.synthetic_stage_owner,
  parentStageId: row.parent_stage_id,
  lastModified: row.last_modified,
  attempt: row.attempt,
  endsAs: row.ends_as,
  wait: row.wait,
  dueAt: row.due_at,
});

const toTask = (row: TaskRow): Task => ({
  id: row.id,
  name: row.name,
  implementingClass: row.implementation,
  status: row.status,
  startTime: row.start_time,
  endTime: row.end_time,
  stageStart: false,
  stageEnd: false,
  loopStart: row.loop_start,
  loopEnd: row.loop_end,
  ...(row.exception ? { taskExceptionDetails: row.exception } : {}),
});

/** What tasks remembered, by `stageId/taskId`. */
export function toMemories(row: ExecutionRow): Map<string, JsonObject> {
  return new Map(
    (row.tasks ?? []).flatMap((task) => (task.memory ? [[`${task.stage_id}/${task.id}`, task.memory] as const] : [])),
  );
}

export const toSignals = (rows: readonly SignalRow[] | null | undefined): Signal[] =>
  (rows ?? []).map((row) => ({
    id: String(row.id),
    executionId: row.execution_id,
    stageId: row.stage_id,
    kind: row.kind,
    body: row.body,
    user: row.user,
    at: Number(row.at),
    onceKey: row.once_key,
  }));

/** A row of the event log, `at` as text. */
export interface EventRow {
  execution_id: string;
  sequence: number;
  at: string | number;
  type: string;
  stage_id: string | null;
  data: JsonObject;
}

/** The event as it is streamed; a task's events carry the task's id in their data's `id`. */
export function toEvent(row: EventRow): ExecutionEvent {
  const { id: taskId, ...data } = row.data;
  const base = { executionId: row.execution_id, sequence: row.sequence, at: Number(row.at), type: row.type };
  if (row.type === 'task.changed') return { ...base, stageId: row.stage_id, taskId, data } as ExecutionEvent;
  return { ...base, ...(row.stage_id === null ? {} : { stageId: row.stage_id }), data: row.data } as ExecutionEvent;
}
