import { isJsonObject, type JsonObject, trafficGuardsToSave } from '@gennaker/pipeline-dsl';
import type { Engine, StageRegistry } from '../../engine/index.ts';
import { badRequest } from '../http/route.ts';

/** An ad-hoc list of stages to run one after another. */
export interface TaskRequest {
  readonly application: string;
  readonly description?: string | undefined;
  readonly job: readonly JsonObject[];
  readonly user: string;
  readonly idempotencyKey: string | null;
  /** Reason for starting in spite of freezes. */
  readonly overrideFreeze?: string | undefined;
}

/** Starts an ad-hoc run and answers its id. Jobs of unknown types are refused by place. */
export async function startTask(engine: Engine, registry: StageRegistry, request: TaskRequest): Promise<string> {
  const { application, description, job, user, idempotencyKey } = request;
  refuseUnknownTypes(registry, job);
  refuseBadGuards(job);
  const stages = job.map((each, at) => ({
    ...each,
    refId: String(at),
    requisiteStageRefIds: at === 0 ? [] : [String(at - 1)],
  }));
  const { id } = await engine.start({
    type: 'ORCHESTRATION',
    config: { application, name: description ?? '', stages },
    application,
    name: description ?? `${String(job[0]?.['type'])} in ${application}`,
    description: description ?? null,
    pipelineConfigId: null,
    pipelineVersion: null,
    trigger: { type: 'manual' },
    user,
    onFreeze: 'refuse',
    overrideFreeze: request.overrideFreeze,
    ...(idempotencyKey === null ? {} : { correlationKey: `task.${idempotencyKey}` }),
  });
  return id;
}

function refuseUnknownTypes(registry: StageRegistry, jobs: readonly JsonObject[]): void {
  const unknown = jobs.flatMap((job, at) => {
    const type = String(job['type']);
    const alias = typeof job['alias'] === 'string' ? job['alias'] : undefined;
    if (registry.executor(type, alias)) return [];
    return [
      { pointer: `/job/${at}/type`, message: `"${type.slice(0, 100)}" is no kind of job that this server knows` },
    ];
  });
  if (unknown.length > 0) throw badRequest(unknown);
}

/** What an application would keep of its traffic guards is refused at once, by the field: nobody would look at the task. */
function refuseBadGuards(jobs: readonly JsonObject[]): void {
  const bad = jobs.flatMap((job, at) => {
    const { application } = job;
    const parsed = trafficGuardsToSave.safeParse(isJsonObject(application) ? application['trafficGuards'] : undefined);
    return (parsed.error?.issues ?? []).map(({ path, message }) => ({
      pointer: ['', 'job', at, 'application', 'trafficGuards', ...path.map(String)].join('/'),
      message,
    }));
  });
  if (bad.length > 0) throw badRequest(bad);
}
