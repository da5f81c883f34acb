import { isComplete, type Status } from '@gennaker/pipeline-dsl';
import { admitKey } from '../messages.ts';
import type { ExecutionRun } from '../run.ts';
import { executionVerdict } from '../transitions.ts';

/**
 * Ends the execution when its top-level stages call for it. An end that is not a success first cancels what still
 * works; the execution ends when that has let go.
 */
export function completeExecution(run: ExecutionRun): void {
  const { execution } = run;
  if (isComplete(execution.status)) return;
  const verdict = execution.canceled ? 'CANCELED' : executionVerdict(run);
  if (verdict === 'RUNNING') return;
  const working = run.topLevel().filter((stage) => stage.status === 'RUNNING' || stage.status === 'PAUSED');
  if (working.length > 0) {
    for (const stage of working)
      if (stage.endsAs === null || stage.status === 'PAUSED') run.push({ do: 'cancelStage', stageId: stage.id });
    return;
  }
  endExecution(run, verdict);
}

/** Writes the end, lets the next waiting run go, and tells the stage that started this execution. */
export function endExecution(run: ExecutionRun, status: Status): void {
  const { execution } = run;
  run.record({
    type: 'execution.completed',
    data: { status, endTime: execution.startTime === null ? null : run.now(), wait: null },
  });
  const { pipelineConfigId } = execution;
  if (pipelineConfigId !== null && (execution.limitConcurrent || execution.maxConcurrentExecutions > 0)) {
    run.due({ key: admitKey(pipelineConfigId), message: { type: 'AdmitNext', pipelineConfigId }, at: run.now() });
  }
  run.tellParent();
}
