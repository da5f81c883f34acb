import { isJsonObject, type Stage, type Status } from '@gennaker/pipeline-dsl';
import * as rules from '@gennaker/pipeline-dsl/graph';
import type { ExecutionRun } from './run.ts';

// The only place where the engine decides a status; the rules themselves are the language's.

/** What a failure of the stage becomes under its flags; `base` is CANCELED when a task itself said so. */
export const failureStatus = (stage: Stage, base: 'TERMINAL' | 'CANCELED' = 'TERMINAL'): Status =>
  rules.failureStatus(flagsOf(stage), base);

/** May the stage start: all requisites done, some still to come, or one of them (or one behind them) halted. */
export const upstreamVerdict = (run: ExecutionRun, stage: Stage): rules.UpstreamVerdict =>
  rules.upstreamVerdict(stage, run.graph());

/** Status a stage takes from its synthetic stages and tasks; RUNNING while some are still to come. */
export function stageVerdict(run: ExecutionRun, stage: Stage): Status {
  const summary = stage.context['expressionEvaluationSummary'];
  const verdict = rules.stageVerdict({
    flags: flagsOf(stage),
    tasks: stage.tasks.map((task) => task.status),
    synthetics: run.children(stage.id),
    planningFailed: stage.context['beforeStagePlanningFailed'] === true,
    expressionsFailed: isJsonObject(summary) && Object.keys(summary).length > 0,
  });
  return verdict === 'empty' ? 'SKIPPED' : verdict;
}

/** Status of the execution over its top-level stages; RUNNING while it goes on. */
export function executionVerdict(run: ExecutionRun): Status {
  const stages = run.topLevel();
  const verdict = rules.executionVerdict(stages.map(asTopLevel));
  if (verdict !== 'running') return verdict;
  const canGoOn = stages.some((stage) => stage.status !== 'NOT_STARTED' || stage.requisiteStageRefIds.length === 0);
  return canGoOn ? 'RUNNING' : 'TERMINAL';
}

/** A paused stage is still at work as far as the end of the execution is concerned. */
const asTopLevel = (stage: Stage) => ({
  refId: stage.refId,
  requisiteStageRefIds: stage.requisiteStageRefIds,
  status: stage.status === 'PAUSED' ? ('RUNNING' as const) : stage.status,
  completeOtherBranchesThenFail: stage.context['completeOtherBranchesThenFail'] === true,
});

const flag = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

const flagsOf = (stage: Stage): rules.FailureFlags => ({
  failPipeline: flag(stage.context['failPipeline']),
  continuePipeline: flag(stage.context['continuePipeline']),
  failOnFailedExpressions: flag(stage.context['failOnFailedExpressions']),
});
