import { isComplete, isDoneGoOn, isHalt, type Status } from '../status.ts';
import type { Graph, GraphStage } from './graph-stage.ts';
import { allDownstreamOf, topLevelOf } from './order.ts';

/** The flags of a stage that say what its failure means for the pipeline. */
export interface FailureFlags {
  /** Absent or null counts as true. */
  readonly failPipeline?: boolean | null | undefined;
  readonly continuePipeline?: boolean | null | undefined;
  readonly completeOtherBranchesThenFail?: boolean | null | undefined;
  readonly failOnFailedExpressions?: boolean | null | undefined;
}

/** What a failing stage ends as; `base` takes the place of TERMINAL (CANCELED for canceled work). */
export function failureStatus(flags: FailureFlags, base: 'TERMINAL' | 'CANCELED' = 'TERMINAL'): Status {
  if (flags.continuePipeline === true) return 'FAILED_CONTINUE';
  return flags.failPipeline === false ? 'STOPPED' : base;
}

export type UpstreamVerdict = 'ready' | 'waiting' | 'blocked';
type StatusOf<S> = (stage: S) => Status;

/**
 * May a stage start? `blocked`: something it needs ended in a way that never lets it start, directly or
 * behind stages that did not start; `ready`: all requisites ended such that it goes on.
 *
 * `statusOf` lets one index serve while statuses change. A requisite that does not exist keeps it waiting.
 */
export function upstreamVerdict<S extends GraphStage>(
  stage: S,
  graph: Graph<S>,
  statusOf: StatusOf<S> = (each) => each.status,
): UpstreamVerdict {
  if (isReady(stage, graph, statusOf)) return 'ready';
  return isBlocked(stage, graph, statusOf) ? 'blocked' : 'waiting';
}

/** May a stage start now: do all its requisites exist, and have they ended such that it goes on? */
export function isReady<S extends GraphStage>(
  stage: S,
  graph: Graph<S>,
  statusOf: StatusOf<S> = (each) => each.status,
): boolean {
  return (
    graph.upstreamOf(stage).every((requisite) => isDoneGoOn(statusOf(requisite))) &&
    stage.requisiteStageRefIds.every((refId) => graph.byRef.has(refId))
  );
}

function isBlocked<S extends GraphStage>(stage: S, graph: Graph<S>, statusOf: StatusOf<S>): boolean {
  const seen = new Set<S>([stage]);
  for (const each of seen) {
    for (const upstream of graph.upstreamOf(each)) {
      const status = statusOf(upstream);
      if (isHalt(status)) return true;
      if (status === 'NOT_STARTED') seen.add(upstream);
    }
  }
  return false;
}

/** A top-level stage as the end of an execution reads it. */
export interface TopLevelStage {
  readonly refId: string;
  readonly requisiteStageRefIds: readonly string[];
  readonly status: Status;
  readonly completeOtherBranchesThenFail?: boolean | null | undefined;
}

export type ExecutionVerdict = 'SUCCEEDED' | 'TERMINAL' | 'CANCELED' | 'running';

/** How an execution with these top-level stages ends, or `running`. Without stages it is TERMINAL. */
export function executionVerdict(stages: readonly TopLevelStage[]): ExecutionVerdict {
  if (stages.length === 0) return 'TERMINAL';
  if (stages.every(({ status }) => isDoneGoOn(status))) return 'SUCCEEDED';
  if (stages.some(({ status }) => status === 'TERMINAL')) return 'TERMINAL';
  if (stages.some(({ status }) => status === 'CANCELED')) return 'CANCELED';
  const stopped = stages.filter(({ status }) => status === 'STOPPED');
  if (stopped.length === 0 || branchesLeft(stages)) return 'running';
  return stopped.some((stage) => stage.completeOtherBranchesThenFail === true) ? 'TERMINAL' : 'SUCCEEDED';
}

function branchesLeft(stages: readonly TopLevelStage[]): boolean {
  const done = new Set(stages.filter(({ status }) => isDoneGoOn(status)).map(({ refId }) => refId));
  return stages.some(
    ({ status, requisiteStageRefIds }) =>
      status === 'RUNNING' || (status === 'NOT_STARTED' && requisiteStageRefIds.every((refId) => done.has(refId))),
  );
}

/** The parts a stage's own status follows from. */
export interface StageParts {
  readonly flags: FailureFlags;
  readonly tasks: readonly Status[];
  readonly synthetics: ReadonlyArray<Pick<GraphStage, 'status' | 'syntheticStageOwner'>>;
  /** Building tasks or before-stages failed. */
  readonly planningFailed?: boolean | undefined;
  /** An expression of the stage failed or was not found. */
  readonly expressionsFailed?: boolean | undefined;
}

/** `empty`: neither tasks nor synthetic stages; SKIPPED unless after-stages get planned. */
export type StageVerdict = Status | 'empty';

/** The status that follows from the parts of a stage; RUNNING while after-stages are to run. */
export function stageVerdict(parts: StageParts): StageVerdict {
  if (parts.flags.failOnFailedExpressions === true && parts.expressionsFailed) return 'TERMINAL';
  const statuses = new Set<Status>([...parts.synthetics.map(({ status }) => status), ...parts.tasks]);
  if (parts.planningFailed) statuses.add(failureStatus(parts.flags));
  if (statuses.size === 0) return 'empty';
  if (statuses.has('TERMINAL')) return failureStatus(parts.flags);
  for (const status of ['STOPPED', 'CANCELED', 'FAILED_CONTINUE'] as const) if (statuses.has(status)) return status;
  if ([...statuses].every((status) => status === 'SUCCEEDED' || status === 'SKIPPED')) return 'SUCCEEDED';
  const afterToRun = parts.synthetics.some(
    ({ status, syntheticStageOwner }) => syntheticStageOwner === 'STAGE_AFTER' && status === 'NOT_STARTED',
  );
  return afterToRun ? 'RUNNING' : 'TERMINAL';
}

/** What a restart from a stage does. */
export interface RestartPlan<S> {
  /** The top-level stage that is restarted. */
  readonly target: S;
  /** False while the target runs: the restart is refused. */
  readonly allowed: boolean;
  /** The target and every complete top-level stage behind it: back to NOT_STARTED, tasks dropped. */
  readonly reset: readonly S[];
  /** Synthetic stages of those, at any depth: removed. */
  readonly remove: readonly S[];
}

/** Works out which stages a restart from `stage` resets; parallel branches are not among them. */
export function restartClosure<S extends GraphStage>(stage: S, graph: Graph<S>): RestartPlan<S> {
  const target = topLevelOf(stage, graph);
  const reset = [target, ...allDownstreamOf(target, graph).filter(({ status }) => isComplete(status))];
  const owned = new Set<S>(reset);
  for (const each of owned) for (const synthetic of graph.syntheticsOf(each)) owned.add(synthetic);
  const allowed = isComplete(target.status) || target.status === 'NOT_STARTED';
  return { target, allowed, reset, remove: [...owned].slice(reset.length) };
}
