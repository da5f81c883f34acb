import type { Status } from '@gennaker/pipeline-dsl';
import { matches, readArtifacts, readExpectedArtifacts } from '@gennaker/pipeline-dsl/artifacts';
import type * as z from 'zod';
import { executeStage, failed, minutes, succeeded, type TaskResult, type TaskRun } from '../../kit/index.ts';
import { findArtifactFromExecutionStage } from './definition.ts';

type Context = z.output<typeof findArtifactFromExecutionStage.context>;

/** Statuses that count, by the option that lets them. */
function statusesOf({ executionOptions }: Context): Status[] {
  const { successful, terminal, running } = executionOptions ?? {};
  return [
    ...((successful ?? true) ? (['SUCCEEDED'] as const) : []),
    ...(terminal ? (['TERMINAL'] as const) : []),
    ...(running ? (['RUNNING'] as const) : []),
  ];
}

async function find({ context, execution, stage, ports }: TaskRun<Context, 'pipelines'>): Promise<TaskResult> {
  const wanted = context.expectedArtifacts?.length ? context.expectedArtifacts : [context.expectedArtifact ?? null];
  const expected = readExpectedArtifacts(wanted);
  const application = context.application || execution.application;
  const statuses = statusesOf(context);
  const newest = await ports.pipelines.artifacts({
    application,
    pipeline: context.pipeline,
    statuses,
    asker: { executionId: execution.id, pipelineConfigId: execution.pipelineConfigId, refId: stage.refId },
  });
  if (!newest) {
    return failed({
      code: 'find-artifact-from-execution.no-execution',
      message: `Pipeline ${context.pipeline} of ${application} has no execution that is ${statuses.join(' or ') || 'allowed to count'}.`,
      advice: 'Run that pipeline first, or let more kinds of executions count.',
    });
  }
  const fitting = readArtifacts(newest.artifacts).artifacts.filter((artifact) =>
    expected.some(({ matchArtifact }) => matches(matchArtifact, artifact)),
  );
  return succeeded({ artifacts: fitting }, { foundInExecution: newest.executionId, expectedArtifacts: expected });
}

export const findArtifactFromExecution = executeStage(findArtifactFromExecutionStage, {
  needs: ['pipelines'],
  tasks: [{ name: 'findArtifactFromExecution', timeoutMs: minutes(10), run: find }],
});
