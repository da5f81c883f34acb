import { isReady } from '@gennaker/pipeline-dsl/graph';
import type { ExecutionRun } from '../run.ts';

/**
 * Sets off the first stages of an execution that has been admitted and is RUNNING. One without a stage that can start
 * first has nothing to do and ends TERMINAL.
 */
export function startExecution(run: ExecutionRun): void {
  const graph = run.graph();
  const initial = run.topLevel().filter((stage) => stage.status === 'NOT_STARTED' && isReady(stage, graph));
  if (initial.length === 0) {
    run.push({ do: 'completeExecution' });
    return;
  }
  for (const stage of initial) run.push({ do: 'startStage', stageId: stage.id });
}
