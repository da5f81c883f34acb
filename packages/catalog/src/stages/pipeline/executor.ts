import type * as z from 'zod';
import {
  canceled,
  executeStage,
  failed,
  hours,
  minutes,
  succeeded,
  type TaskResult,
  type TaskRun,
  waitFor,
} from '../../kit/index.ts';
import type { ChildState } from '../../kit/ports/index.ts';
import { pipelineStage } from './definition.ts';

type Context = z.output<typeof pipelineStage.context>;
type Run = TaskRun<Context, 'pipelines'>;

/** The child's end wakes this stage; this look is only for the case that the wake-up got lost. */
const SAFETY_LOOK_MS = minutes(3);

async function start(run: Run): Promise<TaskResult> {
  const { context, execution, stage } = run;
  const watched = context.executionId;
  if (watched && context['_skipPipelineRestart']) return succeeded();
  const child = await run.ports.pipelines.start({
    application: context.pipelineApplication || context.application || execution.application,
    pipeline: context.pipeline,
    parameters: context.pipelineParameters ?? {},
    parentExecutionId: execution.id,
    parentStageId: stage.id,
    correlationKey: run.operation().key,
  });
  await run.remember({ executionId: child.executionId });
  return succeeded(undefined, {
    executionId: child.executionId,
    executionName: child.name,
    ...(context.skippable ? { canManuallySkip: true } : {}),
  });
}

function childFailed(child: ChildState): TaskResult {
  const errors = child.failures.map(
    (failure) => `Exception in child pipeline stage (${child.name}: ${failure.stageName}): ${failure.message}`,
  );
  const first = child.failures[0];
  return failed(
    {
      code: 'pipeline.child-failed',
      message: errors[0] ?? `Pipeline ${child.name} of ${child.application} ended ${child.status}.`,
      advice: 'Open the execution of that pipeline to see what failed.',
      details: {
        errors: errors.length > 0 ? errors : [`Pipeline ${child.name} ended ${child.status}.`],
        source: {
          executionId: child.executionId,
          stageId: first?.stageId ?? null,
          stageName: first?.stageName ?? null,
          stageIndex: 0,
        },
      },
    },
    { context: { status: child.status } },
  );
}

async function watch(run: Run): Promise<TaskResult> {
  const executionId = run.context.executionId ?? '';
  const child = await run.ports.pipelines.read(executionId);
  if (!child)
    return failed({
      code: 'pipeline.child-vanished',
      message: `Execution ${executionId}, which this stage started, no longer exists.`,
      advice: 'Somebody deleted it. Restart the stage to run the pipeline again.',
    });
  const context = { status: child.status };
  if (child.status === 'SUCCEEDED')
    return succeeded(run.context.skipDownstreamOutput ? undefined : child.outputs, context);
  if (child.status === 'CANCELED') return canceled({ context });
  if (child.status === 'TERMINAL') return childFailed(child);
  return waitFor({ kind: 'execution', reason: `pipeline ${child.name} to end` }, { afterMs: SAFETY_LOOK_MS, context });
}

export const pipeline = executeStage(pipelineStage, {
  needs: ['pipelines'],
  choose: ({ context }) =>
    context.waitForCompletion === false ? ['startPipeline'] : ['startPipeline', 'monitorPipeline'],
  tasks: [
    { name: 'startPipeline', timeoutMs: minutes(10), run: start },
    { name: 'monitorPipeline', timeoutMs: hours(12), run: watch },
  ],
  async onCancel(run) {
    const executionId = run.context.executionId || run.memory['executionId'];
    if (typeof executionId !== 'string' || run.context.waitForCompletion === false) return;
    const { execution, stage } = run;
    await run.ports.pipelines.cancel(
      executionId,
      `Stage "${stage.name}" of ${execution.application}: ${execution.name} (${execution.id}), which started it, was canceled or has failed.`,
      execution.user,
    );
  },
});
