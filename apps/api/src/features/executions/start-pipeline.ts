import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { resolveParameters } from '@gennaker/pipeline-dsl/parameters';
import type { Engine, LaunchProblem, StartCommand } from '../../engine/index.ts';
import { ProblemError, type RefusedField } from '../http/problem.ts';
import { badRequest } from '../http/route.ts';

/** How long after the end of an execution its `correlationId` still answers it; later it starts another one. */
const CORRELATION_KEPT_MS = 10 * 60_000;

/** A definition to run: a stored one, or one as it was sent, whose `id` and `version` are null where it has none. */
export type StartablePipeline = JsonObject & {
  readonly id: string | null;
  readonly version: number | null;
  readonly name: string;
  readonly application: string;
};

export interface StartRequest {
  readonly pipeline: StartablePipeline;
  /** A trigger, or `{trigger: {…}}` as newer clients send it. */
  readonly body: JsonObject;
  readonly user: string;
  readonly idempotencyKey: string | null;
}

/**
 * Starts a stored pipeline by hand and answers the execution's id. A required parameter that is missing is refused
 * before anything is stored; what the engine refuses is stored as a failed execution, and the answer names it.
 */
export async function startPipeline(engine: Engine, request: StartRequest): Promise<string> {
  const { trigger, prefix } = triggerOf(request);
  refuseMissing(request.pipeline, trigger, prefix);
  const { id, failure, problems } = await engine.start(commandOf(request, trigger));
  if (failure !== null) throw refusal(`${failure} (recorded as execution ${id})`, problems, prefix);
  return id;
}

/** The definition as a start would run it, its trigger completed. Stores and starts nothing. */
export async function planPipeline(engine: Engine, request: StartRequest): Promise<JsonObject> {
  const { trigger, prefix } = triggerOf(request);
  const { config, problems } = await engine.plan(commandOf(request, trigger));
  if (problems.length === 0) return config;
  throw refusal(`It would not start: ${problems.map(({ message }) => message).join('; ')}`, problems, prefix);
}

function commandOf(request: StartRequest, trigger: JsonObject): StartCommand {
  const { pipeline } = request;
  return {
    config: pipeline,
    application: pipeline.application,
    name: pipeline.name,
    pipelineConfigId: pipeline.id,
    pipelineVersion: pipeline.version,
    trigger,
    user: String(trigger['user']),
    onFreeze: 'refuse',
    overrideFreeze: overrideOf(request.body, trigger),
    ...correlationOf(request, trigger),
  };
}

/** The sent trigger with its user, and where it lies in the body. */
function triggerOf({ body, user }: StartRequest): { trigger: JsonObject; prefix: string } {
  const wrapped = isJsonObject(body['trigger']);
  const sent = wrapped ? (body['trigger'] as JsonObject) : body;
  const prefix = wrapped ? '/trigger' : '';
  checkTrigger(sent, prefix);
  const { plan: _asked, ...fields } = sent;
  return { trigger: { type: 'manual', ...fields, user: userOf(sent, user) }, prefix };
}

function overrideOf(body: JsonObject, trigger: JsonObject): string | undefined {
  const reason = body['overrideFreeze'] ?? trigger['overrideFreeze'];
  return typeof reason === 'string' ? reason : undefined;
}

const userOf = (sent: JsonObject, user: string): unknown =>
  user === 'anonymous' && typeof sent['user'] === 'string' && sent['user'] !== '' ? sent['user'] : user;

function checkTrigger(trigger: JsonObject, prefix: string): void {
  const wrong: RefusedField[] = [];
  const refuse = (field: string, message: string) => wrong.push({ pointer: `${prefix}/${field}`, message });
  const { type, parameters, artifacts, notifications, expectedArtifactIds } = trigger;
  if (type !== undefined && typeof type !== 'string') refuse('type', 'must be a text');
  if (parameters !== undefined && parameters !== null && !isJsonObject(parameters))
    refuse('parameters', 'must be an object');
  if (artifacts !== undefined && !Array.isArray(artifacts)) refuse('artifacts', 'must be a list');
  if (notifications !== undefined && !Array.isArray(notifications)) refuse('notifications', 'must be a list');
  if (expectedArtifactIds !== undefined && expectedArtifactIds !== null && !Array.isArray(expectedArtifactIds))
    refuse('expectedArtifactIds', 'must be a list of ids');
  if (wrong.length > 0) throw badRequest(wrong);
}

/** A person or a script waits for the answer: what they forgot is told at once, and no execution is kept of it. */
function refuseMissing(pipeline: StartablePipeline, trigger: JsonObject, prefix: string): void {
  if (pipeline['disabled'] === true) return;
  const { values, sources } = resolveParameters(pipeline['parameterConfig'], trigger['parameters']);
  const missing = sources.flatMap(({ name, refused }): LaunchProblem[] => {
    const empty = values[name] === undefined || values[name] === null || values[name] === '';
    return refused === undefined || !empty
      ? []
      : [{ about: 'parameter', pointer: `/parameters/${escapePart(name)}`, message: refused }];
  });
  if (missing.length > 0) throw refusal(`${missing.map(({ message }) => message).join('; ')}.`, missing, prefix);
}

const escapePart = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

const CODES: Readonly<Partial<Record<LaunchProblem['about'], string>>> = {
  disabled: 'pipelines.disabled',
  parameter: 'executions.bad-parameter',
  artifact: 'executions.bad-artifact',
};

/** Problem 400; its code is that of the first reason. */
function refusal(message: string, problems: readonly LaunchProblem[], prefix: string): ProblemError {
  const about = problems.find((problem) => problem.about === 'disabled') ?? problems[0];
  const fields = problems.flatMap((problem) =>
    problem.pointer === undefined ? [] : [{ pointer: `${prefix}${problem.pointer}`, message: problem.message }],
  );
  const code = (about && CODES[about.about]) ?? 'executions.not-started';
  return new ProblemError(400, code, message, fields.length === 0 ? {} : { fields });
}

function correlationOf(
  { pipeline, idempotencyKey }: StartRequest,
  trigger: JsonObject,
): Pick<StartCommand, 'correlationKey' | 'correlationKeptMs'> {
  const own = trigger['correlationId'];
  if (typeof own === 'string' && own !== '')
    return { correlationKey: `correlation.${pipeline.id}.${own}`, correlationKeptMs: CORRELATION_KEPT_MS };
  return idempotencyKey === null ? {} : { correlationKey: `start.${pipeline.id}.${idempotencyKey}` };
}
