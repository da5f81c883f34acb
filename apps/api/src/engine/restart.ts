import { isComplete, isJsonObject, type JsonObject, STAGE_FRAME_KEYS, type Stage } from '@gennaker/pipeline-dsl';
import { restartClosure } from '@gennaker/pipeline-dsl/graph';
import type { ExecutionRun } from './run.ts';

/**
 * Runs a top-level stage, and what came after it, once more: each keeps its earlier attempt, takes its authored fields
 * from the frozen definition and goes back to NOT_STARTED. An ended execution opens again, under its pipeline's limit.
 * `context` is what the restarted stage is told beside.
 */
export function restartFrom(run: ExecutionRun, given: Stage, user: string, context: JsonObject = {}): void {
  const plan = restartClosure(given, run.graph());
  if (!plan.allowed) return;
  const { target } = plan;
  const ended = isComplete(run.execution.status);
  const previousException = target.context['exception'] ?? null;
  for (const stage of plan.reset) {
    reset(
      run,
      stage,
      stage === target
        ? { ...context, restartDetails: { restartedBy: user, restartTime: run.now(), previousException } }
        : {},
    );
  }
  if (ended) reopen(run, user);
  else run.push({ do: 'startStage', stageId: target.id });
}

/** Turns a failed top-level stage into an ignored failure, so that the pipeline goes on behind it. */
export function ignoreFailure(run: ExecutionRun, stage: Stage, user: string, reason: string): void {
  if (stage.parentStageId !== null || (stage.status !== 'TERMINAL' && stage.status !== 'STOPPED')) return;
  run.record({
    type: 'stage.updated',
    stageId: stage.id,
    data: { status: 'FAILED_CONTINUE', contextPatch: { ignoredFailure: { user, reason, at: run.now() } } },
  });
  if (isComplete(run.execution.status)) reopen(run, user);
  else for (const next of run.dependents(stage)) run.push({ do: 'startStage', stageId: next.id });
}

function reopen(run: ExecutionRun, user: string): void {
  for (const stage of run.topLevel())
    if (stage.status === 'CANCELED')
      reset(run, stage, { restartDetails: { restartedBy: user, restartTime: run.now() } });
  run.record({
    type: 'execution.restarted',
    data: {
      status: 'NOT_STARTED',
      startTime: null,
      endTime: null,
      canceled: false,
      canceledBy: null,
      cancellationReason: null,
      supersededBy: null,
      wait: null,
    },
  });
  run.tellParent();
}

function reset(run: ExecutionRun, stage: Stage, extra: JsonObject): void {
  if (stage.status !== 'NOT_STARTED') run.keepAttempt(stage);
  dropChildren(run, stage);
  for (const task of stage.tasks) run.forget(stage.id, task.id);
  const drop = new Set([
    'exception',
    'beforeStagePlanningFailed',
    'expressionEvaluationSummary',
    'lastModifiedBy',
    'skippedBecause',
    'manualSkip',
    'artifactResolution',
    'waitedForLeaseMs',
  ]);
  for (const key of run.around.registry.executor(stage.type)?.definition.clearOnRestart ?? []) drop.add(key);
  const kept = Object.fromEntries(Object.entries(stage.context).filter(([key]) => !drop.has(key)));
  run.record({
    type: 'stage.restarted',
    stageId: stage.id,
    data: {
      status: 'NOT_STARTED',
      startTime: null,
      endTime: null,
      tasks: [],
      context: { ...kept, ...authoredContext(run, stage), ...extra },
      outputs: withoutArtifacts(stage.outputs),
      lastModified: null,
      wait: null,
      dueAt: null,
      endsAs: null,
      attempt: stage.status === 'NOT_STARTED' ? stage.attempt : stage.attempt + 1,
    },
  });
}

/** What an earlier attempt produced must not pass for what this one does; all other outputs stay. */
function withoutArtifacts({ artifacts: _made, resolvedExpectedArtifacts: _bound, ...rest }: JsonObject): JsonObject {
  return rest;
}

function dropChildren(run: ExecutionRun, stage: Stage): void {
  for (const child of [...run.children(stage.id)]) {
    dropChildren(run, child);
    if (child.status !== 'NOT_STARTED') run.keepAttempt(child);
    run.record({ type: 'stage.dropped', stageId: child.id, data: {} });
  }
}

/** The stage's fields as authored, so that expressions are evaluated anew. */
function authoredContext(run: ExecutionRun, stage: Stage): JsonObject {
  const stages = run.execution.initialConfig['stages'];
  const authored = Array.isArray(stages)
    ? stages.find((entry) => isJsonObject(entry) && String(entry['refId']) === stage.refId)
    : undefined;
  if (!isJsonObject(authored)) return {};
  const frame: ReadonlySet<string> = new Set(STAGE_FRAME_KEYS);
  return Object.fromEntries(Object.entries(authored).filter(([key]) => !frame.has(key)));
}
