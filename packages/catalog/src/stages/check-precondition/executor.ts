import type { Stage } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { clusterRefsOf } from '../../clusters/place.ts';
import { again, executeStage, failed, seconds, succeeded, type TaskResult, type TaskRun } from '../../kit/index.ts';
import { checkPreconditionStage } from './definition.ts';

type Context = z.output<typeof checkPreconditionStage.context>;

const unmet = (message: string, expressionResult?: unknown): TaskResult =>
  failed(
    {
      code: 'precondition.not-met',
      message,
      advice: 'Restart the stage once the condition holds, or change the condition.',
    },
    expressionResult === undefined ? {} : { context: { expressionResult } },
  );

function checkExpression(context: Context): TaskResult {
  const result = context.expression;
  const holds = String(result).trim().toLowerCase() === 'true';
  if (holds) return succeeded(undefined, { expressionResult: result });
  return unmet(
    context.failureMessage || `The expression gave ${JSON.stringify(result) ?? 'nothing'}, not true.`,
    result ?? null,
  );
}

function checkStageStatus(context: Context, stages: readonly Stage[]): TaskResult {
  const { stageName, stageStatus } = context;
  const stage = stages.find((candidate) => candidate.name === stageName);
  if (!stage)
    return failed({
      code: 'precondition.no-such-stage',
      message: `The precondition looks at stage "${stageName ?? ''}", which this execution does not have.`,
      advice: 'Check the spelling of the stage name in the precondition.',
    });
  if (stage.status === stageStatus) return succeeded();
  return unmet(context.failureMessage || `Stage "${stage.name}" is ${stage.status}, not ${stageStatus ?? ''}.`);
}

const COMPARE = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '==': (a: number, b: number) => a === b,
  '>=': (a: number, b: number) => a >= b,
  '>': (a: number, b: number) => a > b,
} as const;

async function checkClusterSize(run: TaskRun<Context, 'serverGroups'>): Promise<TaskResult> {
  const { comparison, expected, onlyEnabledServerGroups, failureMessage } = run.context;
  for (const ref of clusterRefsOf(run.context)) {
    const groups = (await run.ports.serverGroups.list(ref)).filter((group) => !group.beingDeleted);
    const counted = onlyEnabledServerGroups ? groups.filter((group) => group.traffic !== 'disabled') : groups;
    if (!COMPARE[comparison](counted.length, expected))
      return unmet(
        failureMessage ||
          `Cluster ${ref.cluster} has ${counted.length} ${onlyEnabledServerGroups ? 'enabled ' : ''}server groups in ${ref.region}; expected ${comparison} ${expected}.`,
      );
  }
  return succeeded();
}

export const checkPrecondition = executeStage(checkPreconditionStage, {
  needs: ['serverGroups'],
  tasks: [
    {
      name: 'checkPrecondition',
      timeoutMs: seconds(90),
      async run(run) {
        const { preconditionType } = run.context;
        if (preconditionType === 'expression') return checkExpression(run.context);
        if (preconditionType === 'stageStatus') return checkStageStatus(run.context, run.stages);
        try {
          return await checkClusterSize(run);
        } catch (error) {
          // The cloud may be out of reach for a moment; after half a minute the trouble is told.
          if (run.now() - run.task.startTime > seconds(30)) throw error;
          return again(seconds(5), 'the cluster to be readable');
        }
      },
    },
  ],
});
