import type { TaskResult } from '@gennaker/catalog/kit';
import type { JsonObject, Stage, Task, Wait } from '@gennaker/pipeline-dsl';
import { endTask, failTask } from './failing.ts';
import { settleWhatSucceeded } from './open-intents.ts';
import { bindProducedArtifacts } from './produced-artifacts.ts';
import type { ExecutionRun } from './run.ts';
import type { RoundResult } from './task-run.ts';
import { failureStatus } from './transitions.ts';

/** Rounds that threw are tried again this often before the task fails. */
const MAX_OUTAGES = 12;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

export interface LandedRound {
  readonly stage: Stage;
  readonly task: Task;
  /** Epoch ms when the task's time is up. */
  readonly deadline: number;
  readonly result: RoundResult;
  /** A signal came meanwhile: do not wait before the next round. */
  readonly lookAgain: boolean;
  readonly aborted: boolean;
}

/** Writes what a round came to. A round whose task ended meanwhile (canceled, skipped) changes nothing. */
export function applyRound(run: ExecutionRun, landed: LandedRound): void {
  const { stage, task, result } = landed;
  const current = run.find(stage.id);
  const live = current?.tasks.find((candidate) => candidate.id === task.id);
  if (!current || !live || (live.status !== 'RUNNING' && live.status !== 'PAUSED') || current.endsAs !== null) return;
  switch (result.kind) {
    case 'again':
      return waitOn(run, current, landed, result);
    case 'done':
      write(run, current, result);
      settleWhatSucceeded(run, current.id, live.id);
      return taskDone(run, current, live, result.status);
    case 'failed':
      write(run, current, result);
      return failTask(run, current, live.id, result.failure);
    case 'threw':
      return landed.aborted ? lookAtOnce(current) : retryOrFail(run, current, live, landed);
  }
}

/** Ends a task whose time is up: a failure, or a success where the stage says so. */
export function timeOut(run: ExecutionRun, stage: Stage, task: Task, deadline: number): void {
  if (stage.context['markSuccessfulOnTimeout'] === true) return finish(run, stage, task, 'SUCCEEDED');
  const waited = stage.wait ? ` while waiting for ${stage.wait.reason}` : '';
  failTask(run, stage, task.id, {
    code: 'TimeoutException',
    message: `Stage "${stage.name}" ran out of time in ${task.name}${waited} (limit reached at ${new Date(deadline).toISOString()}).`,
    advice: 'Find out why it takes so long, or set a longer stageTimeoutMs, and restart the stage.',
  });
}

function write(run: ExecutionRun, stage: Stage, written: { context?: JsonObject; outputs?: JsonObject }): void {
  const { context, outputs } = written;
  if (!context && !outputs && stage.wait === null && stage.dueAt === null) return;
  const { stageTimeoutMs: _limit, ...published } = outputs ?? {};
  run.record({
    type: 'stage.updated',
    stageId: stage.id,
    data: {
      ...(context ? { contextPatch: context } : {}),
      ...(outputs ? { outputsPatch: published } : {}),
      wait: null,
      dueAt: null,
    },
  });
}

type DoneStatus = Extract<TaskResult, { kind: 'done' }>['status'];

/** The last task of a stage has to leave the artifacts that the stage expects of itself. */
function taskDone(run: ExecutionRun, stage: Stage, task: Task, status: DoneStatus): void {
  const failure =
    status === 'SUCCEEDED' && stage.tasks.at(-1)?.id === task.id ? bindProducedArtifacts(run, stage) : null;
  if (failure) failTask(run, stage, task.id, failure);
  else finish(run, stage, task, status);
}

function finish(run: ExecutionRun, stage: Stage, task: Task, status: DoneStatus): void {
  const ended = status === 'CANCELED' ? failureStatus(stage, 'CANCELED') : status;
  if (stage.wait !== null || stage.dueAt !== null)
    run.record({ type: 'stage.updated', stageId: stage.id, data: { wait: null, dueAt: null } });
  endTask(run, stage, task.id, { status: ended });
  const turned = status === 'CANCELED' || ended === 'STOPPED';
  run.push({ do: turned ? 'completeStage' : 'continueStage', stageId: stage.id });
}

function waitOn(
  run: ExecutionRun,
  stage: Stage,
  landed: LandedRound,
  result: Extract<TaskResult, { kind: 'again' }>,
): void {
  const now = run.now();
  const backoff = Number(stage.context['backoffPeriodMs']);
  const afterMs =
    result.afterMs === undefined ? undefined : Math.max(result.afterMs, Number.isFinite(backoff) ? backoff : 0);
  const dueAt = landed.lookAgain
    ? null
    : Math.min(landed.deadline, afterMs === undefined ? landed.deadline : now + afterMs);
  const same = stage.wait?.kind === result.wait.kind && stage.wait.reason === result.wait.reason;
  const wait: Wait = {
    ...result.wait,
    since: same ? stage.wait!.since : now,
    until: result.wait.until ?? landed.deadline,
  };
  forgetOutages(run, stage, landed.task);
  run.record({
    type: 'stage.waiting',
    stageId: stage.id,
    data: {
      wait,
      dueAt,
      ...(result.context ? { contextPatch: result.context } : {}),
      ...(result.outputs ? { outputsPatch: result.outputs } : {}),
    },
  });
}

const outagesOf = (run: ExecutionRun, stage: Stage, task: Task): number =>
  Number(run.memory(stage.id, task.id)['$outages'] ?? 0);

function forgetOutages(run: ExecutionRun, stage: Stage, task: Task): void {
  if (outagesOf(run, stage, task) > 0) run.remember(stage.id, task.id, { $outages: 0 });
}

function lookAtOnce(stage: Stage): void {
  stage.dueAt = null;
}

function retryOrFail(run: ExecutionRun, stage: Stage, task: Task, landed: LandedRound): void {
  const { result } = landed;
  if (result.kind !== 'threw') return;
  const outages = outagesOf(run, stage, task) + 1;
  if (!result.outage || outages > MAX_OUTAGES || run.now() >= landed.deadline)
    return failTask(run, stage, task.id, result.failure);
  run.remember(stage.id, task.id, { $outages: outages });
  const pause = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (outages - 1));
  run.record({
    type: 'stage.waiting',
    stageId: stage.id,
    data: {
      wait: {
        kind: 'retry',
        reason: `another try (${outages}): ${result.failure.message}`,
        since: run.now(),
        until: run.now() + pause,
      },
      dueAt: Math.min(landed.deadline, run.now() + pause),
    },
  });
}
