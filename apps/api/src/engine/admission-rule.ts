import type { AdmissionRule } from './ports.ts';

/** The limit under which a run of its pipeline starts, if it has one. */
export function admissionRule(execution: {
  pipelineConfigId: string | null;
  limitConcurrent: boolean;
  maxConcurrentExecutions: number;
  keepWaitingPipelines: boolean;
}): AdmissionRule | null {
  const { pipelineConfigId } = execution;
  if (pipelineConfigId === null) return null;
  const limit = execution.limitConcurrent ? 1 : execution.maxConcurrentExecutions;
  return limit > 0 ? { pipelineConfigId, limit, keepNewest: !execution.keepWaitingPipelines } : null;
}
