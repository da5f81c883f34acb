import {
  type Execution,
  type ExecutionType,
  isJsonObject,
  type JsonObject,
  type Pipeline,
  STAGE_FRAME_KEYS,
  type Stage,
} from '@gennaker/pipeline-dsl';
import { checkGraph, linearizeIfNeeded } from '@gennaker/pipeline-dsl/graph';
import { parameterProblems, resolveParameters } from './parameters.ts';
import type { Clock, Ids, NewExecution } from './ports.ts';

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
}

const limitOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.floor(value) : 0);

/**
 * The execution that a start makes. One whose inputs or graph are wrong is made too, already TERMINAL with the reason,
 * so that nobody wonders why nothing happened.
 */
export function prepareExecution(command: StartCommand, clock: Clock, ids: Ids): NewExecution {
  const id = ids.next();
  const config = command.config as JsonObject;
  const parameters = resolveParameters(config, command.trigger);
  const trigger = {
    type: 'manual',
    artifacts: [],
    ...command.trigger,
    user: command.trigger['user'] ?? command.user,
    parameters,
  };
  const execution: Execution = {
    id,
    rootId: command.parent?.rootId ?? id,
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
    notifications: Array.isArray(config['notifications']) ? config['notifications'] : [],
    spelEvaluator: typeof config['spelEvaluator'] === 'string' ? config['spelEvaluator'] : null,
    initialConfig: config,
    stages: [],
    wait: null,
    sequence: 0,
  };
  const problems = [
    ...parameterProblems(config, parameters).map((problem) => problem.message),
    ...buildStages(execution, config, ids),
  ];
  if (problems.length > 0) {
    Object.assign(execution, {
      status: 'TERMINAL',
      canceledBy: 'system',
      cancellationReason: `Failed on startup: ${problems.join('; ')}`,
    });
  }
  return {
    execution,
    parentExecutionId: command.parent?.executionId ?? null,
    parentStageId: command.parent?.stageId ?? null,
    correlationKey: command.correlationKey ?? null,
  };
}

/** Adds the top-level stages; answers why they cannot run, if so. */
function buildStages(execution: Execution, config: JsonObject, ids: Ids): string[] {
  const authored = (Array.isArray(config['stages']) ? config['stages'] : []).filter(isJsonObject);
  const stages = linearizeIfNeeded(authored);
  const problems = checkGraph(stages).filter((finding) => finding.severity === 'error');
  execution.stages = stages.map((stage) => newStage(stage, ids));
  execution.initialConfig = { ...config, stages };
  return problems.map((finding) => `invalid stage relationships: ${finding.message}`);
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
