import { isComplete, isSuccessful } from '@gennaker/pipeline-dsl';
import { canceled, executeStage, failed, hours, seconds, succeeded, waitFor } from '../../kit/index.ts';
import { dependsOnExecutionStage } from './definition.ts';

export const dependsOnExecution = executeStage(dependsOnExecutionStage, {
  needs: ['pipelines'],
  tasks: [
    {
      name: 'dependsOnExecution',
      timeoutMs: hours(2),
      async run({ context, ports }) {
        const { executionId } = context;
        const other = await ports.pipelines.read(executionId);
        if (!other)
          return failed({
            code: 'depends-on-execution.not-found',
            message: `There is no execution ${executionId} to wait for.`,
            advice: 'Correct the id, then restart the stage.',
          });
        if (isSuccessful(other.status)) return succeeded();
        if (isComplete(other.status))
          return canceled({ context: { reason: `Execution ${executionId} (${other.name}) ended ${other.status}.` } });
        return waitFor(
          { kind: 'execution', reason: `execution ${executionId} of ${other.name} to end` },
          { afterMs: seconds(10) },
        );
      },
    },
  ],
});
