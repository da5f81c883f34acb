import { type Failure, isComplete, isFailure, type JsonObject } from '@gennaker/pipeline-dsl';
import {
  canceled,
  executeStage,
  failed,
  hours,
  seconds,
  succeeded,
  type TaskResult,
  waitFor,
} from '../../kit/index.ts';
import type { ChildState } from '../../kit/ports/index.ts';
import { monitorPipelineStage } from './definition.ts';

const nameOf = (one: ChildState): string => `${one.name} of ${one.application} (${one.executionId})`;

const gone = (executionIds: readonly string[]): Failure => ({
  code: 'monitor-pipeline.not-found',
  message: `There is no execution ${executionIds.join(', ')} to wait for.`,
  advice: 'Correct the ids, then restart the stage.',
});

const someFailed = (failures: readonly ChildState[]): Failure => ({
  code: 'monitor-pipeline.failed',
  message: `${failures.map((one) => `${nameOf(one)} ended ${one.status}`).join('; ')}.`,
  advice: 'Open those executions to see what failed.',
  details: {
    errors: failures.flatMap((one) =>
      one.failures.map(({ stageName, message }) => `${one.name}: ${stageName}: ${message}`),
    ),
  },
});

/** How each execution stands, with what failed in it. */
const statusesOf = (states: readonly ChildState[]): JsonObject =>
  Object.fromEntries(
    states.map(({ executionId, status, failures }) => [
      executionId,
      { status, ...(failures.length === 0 ? {} : { errors: failures.map(({ message }) => message) }) },
    ]),
  );

/** What the states come to; null while some must still be waited for. */
function verdictOf(states: readonly ChildState[], failFast: boolean): TaskResult | null {
  const executionStatuses = statusesOf(states);
  const ended = states.every(({ status }) => isComplete(status));
  const failures = states.filter(({ status }) => isFailure(status));
  if (failures.length > 0 && (ended || failFast))
    return failed(someFailed(failures), { outputs: { executionStatuses } });
  if (!ended) return null;
  if (states.some(({ status }) => status === 'CANCELED')) return canceled({ outputs: { executionStatuses } });
  const [only, ...others] = states;
  return succeeded({ ...(others.length === 0 ? only?.outputs : {}), executionStatuses });
}

export const monitorPipeline = executeStage(monitorPipelineStage, {
  needs: ['pipelines'],
  tasks: [
    {
      name: 'monitorPipeline',
      timeoutMs: hours(12),
      async run({ context, ports }) {
        const executionIds = [...new Set(context.executionIds)];
        const found = await Promise.all(executionIds.map((id) => ports.pipelines.read(id)));
        const missing = executionIds.filter((_, at) => found[at] === null);
        if (missing.length > 0) return failed(gone(missing));
        const states = found.flatMap((one) => (one ? [one] : []));
        const verdict = verdictOf(states, context.monitorBehavior === 'FailFast');
        if (verdict) return verdict;
        const open = states.filter(({ status }) => !isComplete(status));
        return waitFor(
          { kind: 'execution', reason: `${open.slice(0, 3).map(nameOf).join(', ')} to end` },
          { afterMs: seconds(15), outputs: { executionStatuses: statusesOf(states) } },
        );
      },
    },
  ],
});
