import { isComplete, isDoneGoOn, isHalt, type Stage, type Status } from '@gennaker/pipeline-dsl';
import { withExpressionErrors } from '../evaluation.ts';
import { planFailureStages } from '../planning.ts';
import type { ExecutionRun } from '../run.ts';
import { stageVerdict } from '../transitions.ts';

/** Ends a stage with the status its parts call for, after its clean-up stages and before what follows. */
export function completeStage(run: ExecutionRun, stageId: string): void {
  const stage = run.find(stageId);
  if (stage?.status !== 'RUNNING') return;
  const verdict = stage.endsAs ?? stageVerdict(run, stage);
  if (verdict === 'RUNNING') return;
  const failed = verdict === 'TERMINAL' || verdict === 'STOPPED' || verdict === 'FAILED_CONTINUE';
  if (stage.endsAs === null && failed && beginCleanUp(run, stage, verdict)) return;
  if (stage.endsAs === null && verdict === 'CANCELED' && letsGo(run, stage))
    return run.push({ do: 'cancelStage', stageId });
  // With a hook the driver ends it, once the hook has let go of the outside world.
  if (stage.endsAs !== null && hasHook(run, stage)) return;
  endStage(run, stage, verdict);
}

const hasHook = (run: ExecutionRun, stage: Stage): boolean =>
  run.around.registry.executor(stage.type)?.execution.onCancel !== undefined;

/** Has it begun something that its hook has to let go of? */
const letsGo = (run: ExecutionRun, stage: Stage): boolean =>
  hasHook(run, stage) && stage.tasks.some((task) => task.startTime !== null);

/** Cancels children still at work and plans clean-up stages; true when the end has to wait for them, or for the hook. */
function beginCleanUp(run: ExecutionRun, stage: Stage, verdict: Status): boolean {
  const working = run.children(stage.id).filter((child) => child.status === 'RUNNING' || child.status === 'PAUSED');
  const planned = planFailureStages(run, stage);
  if (working.length === 0 && planned.length === 0 && !letsGo(run, stage)) return false;
  run.record({ type: 'stage.updated', stageId: stage.id, data: { endsAs: verdict, wait: null, dueAt: null } });
  for (const child of working) run.push({ do: 'cancelStage', stageId: child.id });
  for (const child of planned)
    if (child.requisiteStageRefIds.length === 0) run.push({ do: 'startStage', stageId: child.id });
  return true;
}

/** Writes the end and sets off what comes next. */
export function endStage(run: ExecutionRun, stage: Stage, status: Status): void {
  for (const task of stage.tasks) {
    if (task.status === 'RUNNING' || task.status === 'PAUSED')
      run.changeTask(stage, task.id, { status: isHalt(status) ? 'CANCELED' : status, endTime: run.now() });
  }
  const exception = withExpressionErrors(stage);
  run.record({
    type: 'stage.completed',
    stageId: stage.id,
    data: {
      status,
      endTime: run.now(),
      wait: null,
      dueAt: null,
      endsAs: null,
      ...(exception ? { contextPatch: { exception } } : {}),
    },
  });
  run.freeLocks(stage);
  if (stage.parentStageId !== null) return followSynthetic(run, stage, run.stage(stage.parentStageId));
  if (isHalt(status)) run.push({ do: 'completeExecution' });
  else followTopLevel(run, stage);
}

function followTopLevel(run: ExecutionRun, stage: Stage): void {
  const dependents = run.dependents(stage);
  for (const next of dependents) run.push({ do: 'startStage', stageId: next.id });
  if (dependents.length === 0) run.push({ do: 'completeExecution' });
}

function followSynthetic(run: ExecutionRun, stage: Stage, parent: Stage): void {
  if (isComplete(parent.status)) return;
  const endsParent =
    isHalt(stage.status) ||
    (stage.status === 'FAILED_CONTINUE' && stage.context['allowSiblingStagesToContinueOnFailure'] !== true);
  if (parent.endsAs !== null) {
    if (isDoneGoOn(stage.status))
      for (const next of run.dependents(stage)) run.push({ do: 'startStage', stageId: next.id });
    else for (const next of run.dependents(stage)) run.record({ type: 'stage.dropped', stageId: next.id, data: {} });
    run.push({ do: 'continueStage', stageId: parent.id });
  } else if (endsParent) run.push({ do: 'completeStage', stageId: parent.id });
  else {
    for (const next of run.dependents(stage)) run.push({ do: 'startStage', stageId: next.id });
    run.push({ do: 'continueStage', stageId: parent.id });
  }
}
