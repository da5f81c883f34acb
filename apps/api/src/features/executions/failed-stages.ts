import { type Execution, isJsonObject, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';

/** A stage that failed, with where to find it and why. Times are epoch ms. */
export interface FailedStage {
  readonly executionId: string;
  readonly application: string;
  readonly pipelineName: string;
  readonly stageId: string;
  readonly name: string;
  readonly type: string;
  readonly status: Stage['status'];
  readonly startTime: number | null;
  readonly endTime: number | null;
  /** Sentences that say why. */
  readonly errors: readonly string[];
  readonly exception: JsonObject | null;
  /** Page of the execution in the web UI. */
  readonly url: string;
}

interface Looking {
  readonly read: (executionId: string) => Promise<Execution | null>;
  readonly limit: number;
  /** Scheme and host of the web UI; relative addresses without it. */
  readonly origin?: string | undefined;
}

const FAILED: ReadonlySet<Stage['status']> = new Set(['TERMINAL', 'FAILED_CONTINUE', 'STOPPED']);
const DEEPEST = 20;
const MOST_EXECUTIONS = 100;

/**
 * Failed stages of an execution, latest first. A failed stage that started another execution is answered by the failed
 * stages of that one, where the cause is. Null when there is no such execution.
 */
export async function failedStagesOf(executionId: string, looking: Looking): Promise<readonly FailedStage[] | null> {
  const seen = new Set<string>();
  const collect = async (id: string, depth: number): Promise<FailedStage[] | null> => {
    if (seen.has(id) || seen.size >= MOST_EXECUTIONS || depth > DEEPEST) return [];
    seen.add(id);
    const execution = await looking.read(id);
    if (!execution) return null;
    const found: FailedStage[] = [];
    for (const stage of causesIn(execution.stages)) {
      const child = stage.context['executionId'];
      const deeper = typeof child === 'string' && child !== id ? await collect(child, depth + 1) : null;
      found.push(...(deeper && deeper.length > 0 ? deeper : [toFailed(execution, stage, looking.origin)]));
    }
    return found;
  };
  const found = await collect(executionId, 0);
  return found?.toSorted((a, b) => (b.endTime ?? 0) - (a.endTime ?? 0)).slice(0, looking.limit) ?? null;
}

/** Failed stages that did not fail merely because a stage planned by them did. */
function causesIn(stages: readonly Stage[]): Stage[] {
  const failed = stages.filter(({ status }) => FAILED.has(status));
  const parents = new Set(failed.map(({ parentStageId }) => parentStageId));
  return failed.filter(({ id }) => !parents.has(id));
}

function toFailed(execution: Execution, stage: Stage, origin: string | undefined): FailedStage {
  const exception = isJsonObject(stage.context['exception']) ? stage.context['exception'] : null;
  const path = `/apps/${encodeURIComponent(execution.application)}/executions/${execution.id}`;
  return {
    executionId: execution.id,
    application: execution.application,
    pipelineName: execution.name,
    stageId: stage.id,
    name: stage.name,
    type: stage.type,
    status: stage.status,
    startTime: stage.startTime,
    endTime: stage.endTime,
    errors: errorsOf(exception),
    exception,
    url: `${origin !== undefined && /^https?:\/\/[^/]+$/.test(origin) ? origin : ''}${path}`,
  };
}

function errorsOf(exception: JsonObject | null): string[] {
  const details = isJsonObject(exception?.['details']) ? exception['details'] : {};
  if (Array.isArray(details['errors']) && details['errors'].length > 0) return details['errors'].map(String);
  return typeof details['error'] === 'string' ? [details['error']] : [];
}
