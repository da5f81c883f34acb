import type { Execution } from '@gennaker/pipeline-dsl';

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value as object).length === 0);

/** An ad-hoc execution in the form that clients poll. */
export function toTask(execution: Execution) {
  const variables = new Map<string, unknown>();
  for (const stage of execution.stages)
    for (const [key, value] of Object.entries(stage.context))
      if (!variables.has(key) || !isEmpty(value)) variables.set(key, value);
  return {
    id: execution.id,
    name: execution.description ?? execution.name,
    application: execution.application,
    status: execution.status,
    buildTime: execution.buildTime,
    startTime: execution.startTime,
    endTime: execution.endTime,
    variables: [...variables].map(([key, value]) => ({ key, value })),
    steps: execution.stages.flatMap((stage) => stage.tasks),
    execution,
  };
}
