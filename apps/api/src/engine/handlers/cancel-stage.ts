import { isComplete } from '@gennaker/pipeline-dsl';
import type { ExecutionRun } from '../run.ts';
import { endStage } from './complete-stage.ts';

/**
 * Ends a stage at work as CANCELED, its children first. With a cancel hook it stays RUNNING with `endsAs` set until
 * the hook has let go of the outside world; the driver runs the hook.
 */
export function cancelStage(run: ExecutionRun, stageId: string): void {
  const stage = run.find(stageId);
  if (!stage || isComplete(stage.status) || stage.status === 'NOT_STARTED') return;
  for (const child of run.children(stageId)) {
    if (child.status === 'NOT_STARTED') continue;
    cancelStage(run, child.id);
  }
  if (run.children(stageId).some((child) => child.status === 'RUNNING')) {
    if (stage.endsAs === null)
      run.record({
        type: 'stage.updated',
        stageId,
        data: { endsAs: 'CANCELED', wait: null, dueAt: null, status: 'RUNNING' },
      });
    return;
  }
  const hook = run.around.registry.executor(stage.type)?.execution.onCancel;
  if (!hook) return endStage(run, stage, 'CANCELED');
  if (stage.endsAs === null || stage.status === 'PAUSED') {
    run.record({
      type: 'stage.updated',
      stageId,
      data: { endsAs: 'CANCELED', wait: null, dueAt: null, status: 'RUNNING' },
    });
  }
}
