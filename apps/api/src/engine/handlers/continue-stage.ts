import { isComplete, isDoneGoOn, type Stage } from '@gennaker/pipeline-dsl';
import { isFrozen, needsClearance } from '../freezes.ts';
import { isDueForLocks, isGate, keysToTake } from '../locks.ts';
import { planAfterStages } from '../planning.ts';
import { currentTask, type ExecutionRun } from '../run.ts';

/**
 * Moves a RUNNING stage on: past freezes, the locks it declares, before-stages, then tasks one at a time, then after-stages, then its end.
 * A stage that cleans up after a failure ends when its clean-up stages have ended, however they did.
 */
export function continueStage(run: ExecutionRun, stageId: string): void {
  const stage = run.find(stageId);
  if (stage?.status !== 'RUNNING' || run.execution.status !== 'RUNNING') return;
  if (stage.endsAs !== null) {
    if (run.children(stageId).every((child) => isComplete(child.status))) run.push({ do: 'completeStage', stageId });
    return;
  }
  const before = run.children(stageId).filter((child) => child.syntheticStageOwner === 'STAGE_BEFORE');
  const asks = needsClearance(run, stage);
  const locks = asks ? [] : keysToTake(run, stage);
  if (asks || locks.length > 0) {
    const gates = before.filter((child) => isGate(run, child));
    if (startReady(run, gates)) return;
    if (asks) {
      if (!isFrozen(run, stage) && !isInLine(run, stage)) run.wantedClearance.add(stageId);
    } else if (!isInLine(run, stage)) run.wantedLocks.set(stageId, locks);
    return;
  }
  if (startReady(run, before)) return;
  const task = currentTask(stage);
  if (task) {
    if (task.status === 'NOT_STARTED') run.changeTask(stage, task.id, { status: 'RUNNING', startTime: run.now() });
    return;
  }
  if (!run.children(stageId).some((child) => child.syntheticStageOwner === 'STAGE_AFTER')) planAfterStages(run, stage);
  const after = run.children(stageId).filter((child) => child.syntheticStageOwner === 'STAGE_AFTER');
  if (startReady(run, after)) return;
  run.push({ do: 'completeStage', stageId });
}

const isInLine = (run: ExecutionRun, stage: Stage): boolean =>
  stage.wait?.kind === 'lease' && !isDueForLocks(run, stage);

/** Starts those that may start; true while any of them has not ended. */
function startReady(run: ExecutionRun, stages: readonly Stage[]): boolean {
  if (stages.every((stage) => isDoneGoOn(stage.status))) return false;
  for (const stage of stages) {
    const ready =
      stage.status === 'NOT_STARTED' &&
      stage.requisiteStageRefIds.every((ref) =>
        isDoneGoOn(stages.find((other) => other.refId === ref)?.status ?? 'NOT_STARTED'),
      );
    if (ready) run.push({ do: 'startStage', stageId: stage.id });
  }
  return true;
}
