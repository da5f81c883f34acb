import { type Failure, isJsonObject, type Stage } from '@gennaker/pipeline-dsl';
import { failStage } from '../failing.ts';
import { decideCondition, planStage } from '../planning.ts';
import type { ExecutionRun } from '../run.ts';
import { upstreamVerdict } from '../transitions.ts';

/** Starts a stage whose requisites are done, skips it when its condition says so, or leaves it where it is. */
export function startStage(run: ExecutionRun, stageId: string): void {
  const stage = run.find(stageId);
  if (stage?.status !== 'NOT_STARTED' || run.execution.canceled || run.execution.status !== 'RUNNING') return;
  if (stage.parentStageId !== null && run.stage(stage.parentStageId).status !== 'RUNNING') return;
  const verdict = upstreamVerdict(run, stage);
  if (verdict === 'blocked' && stage.parentStageId === null) run.push({ do: 'completeExecution' });
  if (verdict !== 'ready') return;
  if (stage.startTimeExpiry !== null && stage.startTimeExpiry < run.now())
    return skip(run, stage, 'its latest start time has passed');
  const condition = decideCondition(run, stage);
  if (run.answers.lacking(stage)) return;
  if (condition.run === false) {
    if (condition.error !== undefined && stage.context['failOnFailedExpressions'] === true)
      return failStage(run, stage, undecided(stage, condition.error), 'stageEnabled');
    return skip(run, stage, condition.reason, condition.error);
  }
  const problem = planStage(run, stage);
  if (run.answers.lacking(stage)) return;
  run.answers.forget(stage);
  if (problem) failStage(run, stage, problem, 'plan');
  else run.push({ do: 'continueStage', stageId });
}

const undecided = (stage: Stage, problem: string): Failure => ({
  code: 'engine.undecided-condition',
  message: `Stage "${stage.name}" was not started: its condition could not be decided (${problem}).`,
  advice: 'Correct the condition, or let the stage be skipped by turning off "fail on failed expressions".',
});

function skip(run: ExecutionRun, stage: Stage, reason: string, error?: string): void {
  const enabled = isJsonObject(stage.context['stageEnabled']) ? stage.context['stageEnabled'] : {};
  run.record({
    type: 'stage.completed',
    stageId: stage.id,
    data: {
      status: 'SKIPPED',
      endTime: run.now(),
      contextPatch: { skippedBecause: reason, ...(error === undefined ? {} : { stageEnabled: { ...enabled, error } }) },
    },
  });
  afterSkip(run, stage);
}

function afterSkip(run: ExecutionRun, stage: Stage): void {
  const dependents = run.dependents(stage);
  for (const next of dependents) run.push({ do: 'startStage', stageId: next.id });
  if (dependents.length > 0) return;
  if (stage.parentStageId !== null) run.push({ do: 'continueStage', stageId: stage.parentStageId });
  else run.push({ do: 'completeExecution' });
}
