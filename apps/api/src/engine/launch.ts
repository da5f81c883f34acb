import {
  type Execution,
  type ExecutionType,
  isComplete,
  isJsonObject,
  type JsonObject,
  type Pipeline,
  STAGE_FRAME_KEYS,
  type Stage,
} from '@gennaker/pipeline-dsl';
import { checkGraph, linearizeIfNeeded } from '@gennaker/pipeline-dsl/graph';
import { evaluateConfig, withTemplateVariables } from './evaluation.ts';
import { type LaunchProblem, resolveInputs } from './launch-inputs.ts';
import type { Clock, ExecutionStore, Ids, NewExecution, ResolveDefinition } from './ports.ts';

/** What is to be run, by whom, because of what. */
export interface StartCommand {
  readonly type?: ExecutionType;
  /** The definition as stored (or sent); frozen into the execution. */
  readonly config: Pipeline | JsonObject;
  readonly application: string;
  readonly name: string;
  readonly pipelineConfigId: string | null;
  readonly pipelineVersion: number | null;
  readonly trigger: JsonObject;
  readonly user: string;
  readonly origin?: string;
  readonly description?: string | null;
  readonly parent?: { readonly executionId: string; readonly stageId: string; readonly rootId: string };
  /** Same key = same execution, however often it is started. */
  readonly correlationKey?: string;
  /** What a freeze does to the start: one that a person waits for is refused. Default: it waits for the end of the freeze. */
  readonly onFreeze?: 'refuse' | 'wait';
  /** Reason for starting, and changing things, in spite of freezes; kept in the trigger. */
  readonly overrideFreeze?: string | undefined;
  /** How long after the end of an execution its key still answers it, ms; later the key may start another. Default: for ever. */
  readonly correlationKeptMs?: number;
}

/** An execution ready to be stored. With problems it is TERMINAL already. */
export interface Launch {
  readonly prepared: NewExecution;
  readonly problems: readonly LaunchProblem[];
}

/** What came of a start. `failure` is the reason of an execution that was refused before it started. */
export interface Started {
  readonly id: string;
  /** False when an earlier start under the same key made the execution. */
  readonly created: boolean;
  readonly failure: string | null;
  /** Each reason by itself; empty when the execution was made by an earlier start. */
  readonly problems: readonly LaunchProblem[];
}

export interface LaunchSurroundings {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly store: ExecutionStore;
  readonly resolveDefinition?: ResolveDefinition | undefined;
}

const FAILED_ON_STARTUP = 'Failed on startup';

const limitOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.floor(value) : 0);

/**
 * The execution that a start makes. One whose inputs or graph are wrong is made too, already TERMINAL with the reason,
 * so that nobody wonders why nothing happened.
 */
export async function prepareLaunch(command: StartCommand, around: LaunchSurroundings): Promise<Launch> {
  const { clock, ids } = around;
  const id = ids.next();
  const asked = command.config as JsonObject;
  const definition = (await around.resolveDefinition?.(asked, command.trigger)) ?? asked;
  const inputs = await resolveInputs({ ...command, config: definition }, around.store);
  const trigger = withOverride(inputs.trigger, command.overrideFreeze);
  const at = { id, now: clock.now() };
  const { config, unresolved } = withTemplateVariables(definition, trigger, at);
  const evaluated = evaluateConfig(config, trigger, at);
  const execution: Execution = {
    id,
    rootId: command.parent?.rootId ?? inputs.rootId ?? id,
    type: command.type ?? 'PIPELINE',
    application: command.application,
    name: command.name,
    pipelineConfigId: command.pipelineConfigId,
    pipelineVersion: command.pipelineVersion,
    status: 'NOT_STARTED',
    buildTime: clock.now(),
    startTime: null,
    endTime: null,
    startTimeExpiry: typeof config['startTimeExpiry'] === 'number' ? config['startTimeExpiry'] : null,
    canceled: false,
    canceledBy: null,
    cancellationReason: null,
    supersededBy: null,
    paused: null,
    limitConcurrent: config['limitConcurrent'] === true,
    maxConcurrentExecutions: limitOf(config['maxConcurrentExecutions']),
    keepWaitingPipelines: config['keepWaitingPipelines'] === true,
    authentication: { user: command.user, allowedAccounts: [] },
    origin: command.origin ?? 'api',
    trigger,
    description: command.description ?? null,
    notifications: [...listOf(evaluated['notifications']), ...listOf(trigger['notifications'])],
    spelEvaluator: typeof config['spelEvaluator'] === 'string' ? config['spelEvaluator'] : null,
    ...(isJsonObject(config['templateVariables']) ? { templateVariables: config['templateVariables'] } : {}),
    ...(isJsonObject(config['source']) ? { source: config['source'] } : {}),
    initialConfig: config,
    stages: [],
    wait: null,
    sequence: 0,
  };
  const problems = [
    ...inputs.problems,
    ...configProblems(config),
    ...unresolved.map((message) => ({ about: 'template', message }) as const),
    ...buildStages(execution, { authored: config, evaluated }, ids),
  ];
  if (problems.length > 0) {
    Object.assign(execution, {
      status: 'TERMINAL',
      canceledBy: 'system',
      cancellationReason: `${FAILED_ON_STARTUP}: ${problems.map(({ message }) => message).join('; ')}`,
    });
  }
  return {
    problems,
    prepared: {
      execution,
      parentExecutionId: command.parent?.executionId ?? null,
      parentStageId: command.parent?.stageId ?? null,
      correlationKey: command.correlationKey ?? null,
    },
  };
}

/** Only who starts an execution may override freezes: what a trigger brings along does not count. */
function withOverride({ overrideFreeze: _sent, ...trigger }: JsonObject, reason: string | undefined): JsonObject {
  return reason ? { ...trigger, overrideFreeze: reason } : trigger;
}

/** Why an execution was refused before it started; null for one that was not. */
export function startupFailure(
  execution: Pick<Execution, 'status' | 'startTime' | 'cancellationReason'>,
): string | null {
  const refused = execution.status === 'TERMINAL' && execution.startTime === null;
  return refused ? (execution.cancellationReason ?? FAILED_ON_STARTUP) : null;
}

/** Stores the execution, unless its key answers another one: a key is let go `keptMs` after the end of its execution. */
export async function createOnce(
  prepared: NewExecution,
  { store, clock }: LaunchSurroundings,
  keptMs = Number.POSITIVE_INFINITY,
): Promise<{ id: string; created: boolean }> {
  const stored = await store.create(prepared);
  if (stored.created || keptMs === Number.POSITIVE_INFINITY) return stored;
  const earlier = await store.read(stored.id);
  if (!earlier || !isComplete(earlier.status)) return stored;
  if (clock.now() - (earlier.endTime ?? earlier.buildTime) < keptMs) return stored;
  await store.releaseCorrelation(stored.id);
  return store.create(prepared);
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function configProblems(config: JsonObject): LaunchProblem[] {
  const disabled =
    config['disabled'] === true
      ? [{ about: 'disabled', message: 'the pipeline is disabled; enable it to start it' } as const]
      : [];
  const errors = listOf(config['errors']).map((error) => (isJsonObject(error) ? error['message'] : error));
  return [
    ...disabled,
    ...errors.map((error) => ({ about: 'template', message: `its template: ${String(error)}` }) as const),
  ];
}

/** Adds the top-level stages; answers why they cannot run, if so. */
function buildStages(
  execution: Execution,
  { authored, evaluated }: Record<'authored' | 'evaluated', JsonObject>,
  ids: Ids,
): LaunchProblem[] {
  const stagesOf = (config: JsonObject) => linearizeIfNeeded(listOf(config['stages']).filter(isJsonObject));
  const stages = stagesOf(evaluated);
  execution.stages = stages.map((stage) => newStage(stage, ids));
  execution.initialConfig = { ...authored, stages: stagesOf(authored) };
  const untyped = execution.stages
    .filter(({ type }) => type === '')
    .map(({ name, refId }) => `stage ${name === '' ? refId : `"${name}"`} has no type`);
  const crossed = checkGraph(stages)
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => `invalid stage relationships: ${message}`);
  return [...untyped, ...crossed].map((message) => ({ about: 'stages', message }));
}

function newStage(authored: JsonObject, ids: Ids): Stage {
  const frame: ReadonlySet<string> = new Set(STAGE_FRAME_KEYS);
  const type = String(authored['type'] ?? '');
  return {
    id: ids.next(),
    refId: String(authored['refId']),
    type,
    name: typeof authored['name'] === 'string' && authored['name'] !== '' ? authored['name'] : type,
    status: 'NOT_STARTED',
    startTime: null,
    endTime: null,
    scheduledTime: null,
    startTimeExpiry: typeof authored['startTimeExpiry'] === 'number' ? authored['startTimeExpiry'] : null,
    context: Object.fromEntries(Object.entries(authored).filter(([key]) => !frame.has(key))),
    outputs: {},
    tasks: [],
    requisiteStageRefIds: (Array.isArray(authored['requisiteStageRefIds']) ? authored['requisiteStageRefIds'] : []).map(
      String,
    ),
    syntheticStageOwner: null,
    parentStageId: null,
    lastModified: null,
    attempt: 1,
    endsAs: null,
    wait: null,
    dueAt: null,
  };
}
