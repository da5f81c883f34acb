import { isJsonObject, type Stage } from '@gennaker/pipeline-dsl';
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
  if (condition.run === false) return skip(run, stage, condition.reason, condition.error);
  const problem = planStage(run, stage);
  if (problem) failStage(run, stage, problem, 'plan');
  else run.push({ do: 'continueStage', stageId });
}

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
