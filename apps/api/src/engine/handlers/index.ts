import type { ExecutionRun, Step } from '../run.ts';
import { cancelStage } from './cancel-stage.ts';
import { completeExecution } from './complete-execution.ts';
import { completeStage } from './complete-stage.ts';
import { continueStage } from './continue-stage.ts';
import { startExecution } from './start-execution.ts';
import { startStage } from './start-stage.ts';

/** Runs the handler of one step. */
export function handleStep(run: ExecutionRun, step: Step): void {
  switch (step.do) {
    case 'startExecution':
      return startExecution(run);
    case 'startStage':
      return startStage(run, step.stageId);
    case 'continueStage':
      return continueStage(run, step.stageId);
    case 'completeStage':
      return completeStage(run, step.stageId);
    case 'cancelStage':
      return cancelStage(run, step.stageId);
    case 'completeExecution':
      return completeExecution(run);
  }
}
