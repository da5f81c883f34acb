import { exceptionOf, type Failure, type Stage, type TaskPatch } from '@gennaker/pipeline-dsl';
import type { ExecutionRun } from './run.ts';
import { failureStatus } from './transitions.ts';

/** Ends a stage that could not even be planned. */
export function failStage(run: ExecutionRun, stage: Stage, failure: Failure, operation: string): void {
  run.record({
    type: 'stage.started',
    stageId: stage.id,
    data: {
      status: 'RUNNING',
      startTime: stage.startTime ?? run.now(),
      contextPatch: { exception: exceptionOf(failure, operation, run.now()), beforeStagePlanningFailed: true },
    },
  });
  run.push({ do: 'completeStage', stageId: stage.id });
}

/** Ends a task by a failure; the stage takes its status from it, under its failure flags. */
export function failTask(run: ExecutionRun, stage: Stage, taskId: string, failure: Failure): void {
  const task = stage.tasks.find((candidate) => candidate.id === taskId);
  if (!task) return;
  const exception = exceptionOf(failure, task.name, run.now());
  run.record({
    type: 'stage.updated',
    stageId: stage.id,
    data: { contextPatch: { exception }, wait: null, dueAt: null },
  });
  endTask(run, stage, taskId, { status: failureStatus(stage), taskExceptionDetails: { exception } });
  run.push({ do: 'completeStage', stageId: stage.id });
}

export function endTask(run: ExecutionRun, stage: Stage, taskId: string, data: TaskPatch): void {
  run.changeTask(stage, taskId, { endTime: run.now(), ...data });
}
