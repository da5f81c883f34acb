import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { type Engine, parameterProblems, resolveParameters } from '../../engine/index.ts';
import type { StoredPipeline } from '../../persistence/index.ts';
import { ProblemError } from '../http/problem.ts';
import { badRequest } from '../http/route.ts';

export interface StartRequest {
  readonly pipeline: StoredPipeline;
  /** A trigger, or `{trigger: {…}}` as newer clients send it. */
  readonly body: JsonObject;
  readonly user: string;
  readonly idempotencyKey: string | null;
}

/** Starts a stored pipeline by hand and answers the execution's id. What is missing is refused by name. */
export async function startPipeline(engine: Engine, request: StartRequest): Promise<string> {
  const { pipeline, body, user } = request;
  const wrapped = isJsonObject(body['trigger']);
  const sent = wrapped ? (body['trigger'] as JsonObject) : body;
  if (pipeline['disabled'] === true)
    throw new ProblemError(
      400,
      'pipelines.disabled',
      `Pipeline "${pipeline.name}" is disabled; enable it to start it.`,
    );
  checkTrigger(sent, wrapped ? '/trigger' : '');
  const trigger: JsonObject = { type: 'manual', ...sent, user: userOf(sent, user) };
  checkParameters(pipeline, trigger, wrapped ? '/trigger' : '');
  const { id, created, failure } = await engine.start({
    config: withNotifications(pipeline, trigger),
    application: pipeline.application,
    name: pipeline.name,
    pipelineConfigId: pipeline.id,
    pipelineVersion: pipeline.version,
    trigger,
    user: String(trigger['user']),
    ...correlationOf(request, trigger),
  });
  if (created && failure !== null)
    throw new ProblemError(400, 'executions.not-started', `${failure} (recorded as execution ${id})`);
  return id;
}

const userOf = (sent: JsonObject, user: string): unknown =>
  user === 'anonymous' && typeof sent['user'] === 'string' && sent['user'] !== '' ? sent['user'] : user;

function checkTrigger(trigger: JsonObject, prefix: string): void {
  const wrong: Array<{ pointer: string; message: string }> = [];
  const refuse = (field: string, message: string) => wrong.push({ pointer: `${prefix}/${field}`, message });
  const { type, parameters, artifacts, notifications } = trigger;
  if (type !== undefined && typeof type !== 'string') refuse('type', 'must be a text');
  if (parameters !== undefined && parameters !== null && !isJsonObject(parameters))
    refuse('parameters', 'must be an object');
  if (artifacts !== undefined && !Array.isArray(artifacts)) refuse('artifacts', 'must be a list');
  if (notifications !== undefined && !Array.isArray(notifications)) refuse('notifications', 'must be a list');
  if (wrong.length > 0) throw badRequest(wrong);
}

function checkParameters(pipeline: StoredPipeline, trigger: JsonObject, prefix: string): void {
  const problems = parameterProblems(pipeline, resolveParameters(pipeline, trigger));
  if (problems.length === 0) return;
  const fields = problems.map(({ name, message }) => ({
    pointer: `${prefix}/parameters/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    message,
  }));
  throw new ProblemError(400, 'executions.bad-parameter', `${problems.map(({ message }) => message).join('; ')}.`, {
    fields,
  });
}

function withNotifications(pipeline: StoredPipeline, trigger: JsonObject): JsonObject {
  const extra = Array.isArray(trigger['notifications']) ? trigger['notifications'] : [];
  if (extra.length === 0) return pipeline;
  const own = Array.isArray(pipeline['notifications']) ? pipeline['notifications'] : [];
  return { ...pipeline, notifications: [...own, ...extra] };
}

function correlationOf({ pipeline, idempotencyKey }: StartRequest, trigger: JsonObject): { correlationKey?: string } {
  const own = trigger['correlationId'];
  if (typeof own === 'string' && own !== '') return { correlationKey: `correlation.${pipeline.id}.${own}` };
  return idempotencyKey === null ? {} : { correlationKey: `start.${pipeline.id}.${idempotencyKey}` };
}
