import { isComplete, isJsonObject, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import { cancelStage } from './handlers/cancel-stage.ts';
import { endExecution } from './handlers/complete-execution.ts';
import { endStage } from './handlers/complete-stage.ts';
import type { Signal } from './ports.ts';
import { ignoreFailure, restartFrom } from './restart.ts';
import type { ExecutionRun } from './run.ts';

const textOf = (body: JsonObject, key: string): string | null => (typeof body[key] === 'string' ? body[key] : null);

/** Acts on one signal; one that no longer applies is consumed without effect. Answers the stage to look at again. */
export function applySignal(run: ExecutionRun, signal: Signal): string | null {
  run.consume(signal.id);
  const stage = signal.stageId === null ? undefined : run.find(signal.stageId);
  switch (signal.kind) {
    case 'cancel':
      cancel(run, signal);
      return null;
    case 'pause':
      pause(run, signal.user);
      return null;
    case 'resume':
      resume(run, signal.user);
      return null;
    case 'restart':
      if (stage)
        restartFrom(run, stage, signal.user, isJsonObject(signal.body['context']) ? signal.body['context'] : {});
      return null;
    case 'ignore':
      if (stage) ignoreFailure(run, stage, signal.user, textOf(signal.body, 'reason') ?? '');
      return null;
    case 'skip':
      if (stage) skipByHand(run, stage, signal);
      return null;
    case 'patch':
      if (stage) patch(run, stage, signal);
      return stage?.id ?? null;
    case 'wake':
      if (stage?.status === 'RUNNING') stage.dueAt = null;
      return stage?.id ?? null;
  }
}

function cancel(run: ExecutionRun, signal: Signal): void {
  const { execution } = run;
  if (isComplete(execution.status) || execution.canceled) return;
  run.record({
    type: 'execution.cancelRequested',
    data: {
      canceled: true,
      canceledBy: signal.user,
      cancellationReason: textOf(signal.body, 'reason'),
      supersededBy: textOf(signal.body, 'supersededBy'),
      wait: null,
    },
  });
  if (execution.status === 'NOT_STARTED') return endExecution(run, 'CANCELED');
  if (execution.status === 'PAUSED') run.record({ type: 'execution.resumed', data: { status: 'RUNNING', wait: null } });
  for (const stage of run.topLevel()) {
    if (stage.status === 'RUNNING' || stage.status === 'PAUSED') run.push({ do: 'cancelStage', stageId: stage.id });
  }
  run.push({ do: 'completeExecution' });
}

function pause(run: ExecutionRun, user: string): void {
  const { execution } = run;
  if (execution.status !== 'RUNNING') return;
  const now = run.now();
  const earlier = execution.paused;
  run.record({
    type: 'execution.paused',
    data: {
      status: 'PAUSED',
      wait: { kind: 'person', reason: `${user} to resume it`, since: now },
      paused: {
        pausedBy: user,
        pauseTime: now,
        resumedBy: null,
        resumeTime: null,
        pausedMs: earlier?.pausedMs ?? 0,
        intervals: [...(earlier?.intervals ?? []), { from: now, to: null }],
      },
    },
  });
  for (const stage of execution.stages) if (stage.status === 'RUNNING') freeze(run, stage);
}

function freeze(run: ExecutionRun, stage: Stage): void {
  for (const task of stage.tasks) if (task.status === 'RUNNING') run.changeTask(stage, task.id, { status: 'PAUSED' });
  run.record({ type: 'stage.paused', stageId: stage.id, data: { status: 'PAUSED' } });
}

function resume(run: ExecutionRun, user: string): void {
  const { execution } = run;
  if (execution.status !== 'PAUSED' || !execution.paused) return;
  const now = run.now();
  const { pauseTime, pausedMs, intervals = [] } = execution.paused;
  run.record({
    type: 'execution.resumed',
    data: {
      status: 'RUNNING',
      wait: null,
      paused: {
        ...execution.paused,
        resumedBy: user,
        resumeTime: now,
        pausedMs: pausedMs + (now - pauseTime),
        intervals: intervals.map((pause) => (pause.to === null ? { ...pause, to: now } : pause)),
      },
    },
  });
  for (const stage of execution.stages) {
    if (stage.status !== 'PAUSED') continue;
    for (const task of stage.tasks) if (task.status === 'PAUSED') run.changeTask(stage, task.id, { status: 'RUNNING' });
    run.record({ type: 'stage.resumed', stageId: stage.id, data: { status: 'RUNNING' } });
    run.push({ do: 'continueStage', stageId: stage.id });
  }
  for (const stage of run.topLevel())
    if (stage.status === 'NOT_STARTED') run.push({ do: 'startStage', stageId: stage.id });
  run.push({ do: 'completeExecution' });
}

function patch(run: ExecutionRun, stage: Stage, signal: Signal): void {
  const changes = isJsonObject(signal.body['context']) ? signal.body['context'] : {};
  run.record({
    type: 'stage.signaled',
    stageId: stage.id,
    data: {
      contextPatch: { ...changes, lastModifiedBy: signal.user },
      lastModified: { user: signal.user, allowedAccounts: [], lastModifiedTime: signal.at },
      dueAt: null,
    },
  });
}

function skipByHand(run: ExecutionRun, stage: Stage, signal: Signal): void {
  if (stage.status !== 'RUNNING') return;
  patch(run, stage, {
    ...signal,
    body: {
      context: { manualSkip: true, skippedBecause: textOf(signal.body, 'reason') ?? `skipped by ${signal.user}` },
    },
  });
  for (const child of run.children(stage.id)) cancelStage(run, child.id);
  endStage(run, stage, 'SKIPPED');
}
