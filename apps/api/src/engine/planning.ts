import type { ExecutionFacts, PlanView, StageExecutor, SyntheticStage } from '@gennaker/catalog/kit';
import {
  type Failure,
  FailureError,
  foreignProvider,
  isJsonObject,
  type JsonObject,
  type Stage,
  type SyntheticStageOwner,
  type Task,
} from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { conditionOf, evaluateContext } from './evaluation.ts';
import { lookup, lookupAll } from './lookup.ts';
import type { ExecutionRun } from './run.ts';
import { keepTyped, typedContext } from './typed-contexts.ts';

/** Does the stage's own condition (or, for a synthetic one, its parents') let it run? */
export function decideCondition(
  run: ExecutionRun,
  stage: Stage,
): { run: true } | { run: false; reason: string; error?: string } {
  const enabled = stage.context['stageEnabled'];
  if (!isJsonObject(enabled) || String(enabled['type']).toLowerCase() !== 'expression') return { run: true };
  const expression = typeof enabled['expression'] === 'string' ? enabled['expression'].trim() : enabled['expression'];
  if (expression === undefined || expression === null || expression === '') return { run: true };
  const outcome = conditionOf(run, stage, String(expression));
  if (outcome.verdict === 'true') return { run: true };
  if (outcome.verdict === 'false') return { run: false, reason: `its condition is false: ${String(expression)}` };
  return { run: false, reason: `its condition could not be decided: ${outcome.problem}`, error: outcome.problem };
}

/**
 * Evaluates the context and builds tasks and before-stages; the stage is RUNNING afterwards, unless its expressions lack
 * an answer from outside. Answers a failure when it cannot be planned, and then nothing but the context has changed.
 */
export function planStage(run: ExecutionRun, stage: Stage): Failure | null {
  const startTime = run.now();
  const alias = typeof stage.context['alias'] === 'string' ? stage.context['alias'] : undefined;
  const executor = run.around.registry.executor(stage.type, alias);
  if (!executor) return noExecutor(stage, run.around.registry.whyNotRun?.(stage.type, alias) ?? null);
  const evaluated = evaluateContext(run, stage, executor.definition);
  if (run.answers.lacking(stage)) return null;
  stage.startTime = startTime;
  if (evaluated.unresolved && executor.definition.changesTheWorld) {
    run.record({ type: 'stage.updated', stageId: stage.id, data: { context: evaluated.context } });
    return evaluated.unresolved;
  }
  const provider = foreignProvider(executor.definition, evaluated.context);
  if (provider !== null) return wrongProvider(stage, provider, executor.definition.provider!);
  const parsed = executor.definition.context.safeParse(evaluated.context);
  if (!parsed.success) {
    run.record({ type: 'stage.updated', stageId: stage.id, data: { context: evaluated.context } });
    return invalidContext(stage, parsed.error);
  }
  keepTyped(evaluated.context, executor.definition, parsed.data);
  const view = planView(run, stage, parsed.data);
  try {
    const gates = gateStages(run, stage, evaluated.context);
    const before = [...gates, ...(executor.execution.before?.(view) ?? [])];
    const locks = executor.definition.locks?.(parsed.data, run.execution.application) ?? [];
    const tasks = buildTasks(executor, view, before.length + locks.length === 0 ? startTime : null);
    run.record({
      type: 'stage.started',
      stageId: stage.id,
      data: { status: 'RUNNING', startTime, tasks, ...(evaluated.changed ? { context: evaluated.context } : {}) },
    });
    addSynthetic(run, stage, before, 'STAGE_BEFORE', gates.length);
    return null;
  } catch (error) {
    return planningFailure(stage, error);
  }
}

/** A pipeline written for another cloud must never act on this one. */
const wrongProvider = (stage: Stage, named: string, own: string): Failure => ({
  code: 'engine.provider-not-run',
  message: `Stage "${stage.name}" is for ${named}; stages of type "${stage.type}" are carried out on ${own} only. Nothing was changed.`,
  advice: `Let a \`webhook\` stage call what deploys to ${named}, or set the cloud provider to ${own}.`,
});

/** Why a stage without an executor cannot start; `why` is what the registry says of a type that is kept. */
function noExecutor(stage: Stage, why: string | null): Failure {
  return why === null
    ? {
        code: 'engine.unknown-stage-type',
        message: `Stage "${stage.name}" has the type "${stage.type}", which this installation cannot run.`,
        advice: 'Remove the stage, or install what provides the type.',
      }
    : {
        code: 'engine.stage-type-not-run',
        message: `Stage "${stage.name}" has the type "${stage.type}", which is kept but not carried out here.`,
        advice: why,
      };
}

/** Plans what follows the tasks; nothing when the type has no after-stages. */
export function planAfterStages(run: ExecutionRun, stage: Stage): void {
  const executor = run.around.registry.executor(stage.type);
  const after = executor?.execution.after?.(parsedView(run, stage, executor));
  if (after) addSynthetic(run, stage, after, 'STAGE_AFTER');
}

/** Drops synthetic stages that never started and plans clean-up stages; answers those planned. */
export function planFailureStages(run: ExecutionRun, stage: Stage): Stage[] {
  const executor = run.around.registry.executor(stage.type);
  if (!executor?.execution.onFailure) return [];
  const view = parsedView(run, stage, executor);
  const planned = executor.execution.onFailure(view);
  if (planned.length === 0) return [];
  for (const child of [...run.children(stage.id)]) {
    if (child.status === 'NOT_STARTED') run.record({ type: 'stage.dropped', stageId: child.id, data: {} });
  }
  return addSynthetic(run, stage, planned, 'STAGE_AFTER');
}

/** What a stage sees of its execution; whose identity it runs with is found out only when asked. */
class Facts implements ExecutionFacts {
  readonly id: string;
  readonly application: string;
  readonly name: string;
  readonly pipelineConfigId: string | null;
  readonly trigger: JsonObject;
  readonly #run: ExecutionRun;
  readonly #stage: Stage;

  constructor(run: ExecutionRun, stage: Stage) {
    const { id, application, name, pipelineConfigId, trigger } = run.execution;
    this.id = id;
    this.application = application;
    this.name = name;
    this.pipelineConfigId = pipelineConfigId;
    this.trigger = trigger;
    this.#run = run;
    this.#stage = stage;
  }

  get user(): string {
    return actingUser(this.#run, this.#stage);
  }
}

/** What plan functions and tasks see of a stage. */
export function planView(run: ExecutionRun, stage: Stage, context: unknown): PlanView<unknown> {
  return {
    context,
    outputs: stage.outputs,
    stage: {
      id: stage.id,
      refId: stage.refId,
      type: stage.type,
      name: stage.name,
      attempt: stage.attempt,
      startTime: stage.startTime ?? run.now(),
      parentStageId: stage.parentStageId,
    },
    execution: new Facts(run, stage),
    lookup: (key) => lookup(run, stage, key),
    lookupAll: (key) => lookupAll(run, stage, key),
    stages: run.execution.stages,
    now: () => run.now(),
  };
}

/** Context as the definition types it; a stage already running keeps its raw context when the schema refuses it. */
export function parsedContext(stage: Stage, { definition }: StageExecutor): unknown {
  return typedContext(stage.context, definition);
}

function parsedView(run: ExecutionRun, stage: Stage, executor: StageExecutor): PlanView<unknown> {
  return planView(run, stage, parsedContext(stage, executor));
}

/** The judge of the nearest judgment that hands its identity on, else the execution's user. */
function actingUser(run: ExecutionRun, stage: Stage): string {
  const seen = new Set<string>();
  const queue = [run.root(stage)];
  for (let at = queue.shift(); at; at = queue.shift()) {
    if (seen.has(at.id)) continue;
    seen.add(at.id);
    if (at.context['propagateAuthenticationContext'] === true && at.status === 'SUCCEEDED' && at.lastModified)
      return at.lastModified.user;
    for (const refId of at.requisiteStageRefIds) {
      const requisite = run.byRef(refId);
      if (requisite) queue.push(requisite);
    }
  }
  return run.execution.authentication.user;
}

/** The stage's tasks; with nothing to run or to take before them the first one is RUNNING at once. */
function buildTasks(executor: StageExecutor, view: PlanView<unknown>, firstStartsAt: number | null): Task[] {
  const { execution } = executor;
  const names = execution.choose?.(view) ?? execution.tasks.map((task) => task.name);
  return names.map((name, i) => ({
    id: String(i + 1),
    name,
    implementingClass: `${executor.definition.type}.${name}`,
    status: i === 0 && firstStartsAt !== null ? 'RUNNING' : 'NOT_STARTED',
    startTime: i === 0 ? firstStartsAt : null,
    endTime: null,
    stageStart: i === 0,
    stageEnd: i === names.length - 1,
    loopStart: false,
    loopEnd: false,
  }));
}

/** What the stage waits for before anything of its own, in sequence. */
function gateStages(run: ExecutionRun, stage: Stage, context: JsonObject): SyntheticStage[] {
  const gates = run.around.registry.gates.filter(({ type, gates }) => type !== stage.type && context[gates!] === true);
  if (gates.length === 0) return [];
  const { stageTimeoutMs: _limit, alias: _alias, stageEnabled: _enabled, ...rest } = context;
  for (const gate of gates) delete rest[gate.gates!];
  const given = { ...rest, timezone: rest['timezone'] ?? run.around.windowTimeZone };
  return gates.map(({ type, label }, i) => ({
    key: `gate ${i}`,
    type,
    name: label,
    context: given,
    requires: i === 0 ? [] : [`gate ${i - 1}`],
  }));
}

function addSynthetic(
  run: ExecutionRun,
  parent: Stage,
  planned: readonly SyntheticStage[],
  owner: SyntheticStageOwner,
  gates = 0,
): Stage[] {
  const mark = owner === 'STAGE_BEFORE' ? '<' : '>';
  const taken = run.children(parent.id).filter((child) => child.syntheticStageOwner === owner).length;
  const lastGate = planned[gates - 1];
  const first = gates > 0 ? 1 - gates : 1;
  const refs = new Map(planned.map((spec, i) => [spec.key, `${parent.refId}${mark}${taken + i + first}`]));
  return planned.map((spec, i) => {
    const requires = spec.requires.map((key) => refs.get(key) ?? key);
    if (lastGate && i >= gates && requires.length === 0) requires.push(refs.get(lastGate.key)!);
    const stage: Stage = {
      id: run.around.ids.next(),
      refId: refs.get(spec.key)!,
      type: spec.type,
      name: spec.name,
      status: 'NOT_STARTED',
      startTime: null,
      endTime: null,
      scheduledTime: null,
      startTimeExpiry: null,
      context: spec.context,
      outputs: {},
      tasks: [],
      requisiteStageRefIds: requires,
      syntheticStageOwner: owner,
      parentStageId: parent.id,
      lastModified: null,
      attempt: parent.attempt,
      endsAs: null,
      wait: null,
      dueAt: null,
    };
    run.record({ type: 'stage.planned', stageId: stage.id, data: stage });
    return stage;
  });
}

function invalidContext(stage: Stage, error: z.ZodError): Failure {
  const problems = error.issues.slice(0, 10).map((issue) => `${issue.path.join('.') || 'stage'}: ${issue.message}`);
  return {
    code: 'engine.invalid-stage-input',
    message: `Stage "${stage.name}" cannot start: ${problems.join('; ')}.`,
    advice: 'Correct the fields of the stage and run again.',
    details: {
      fields: error.issues
        .slice(0, 10)
        .map((issue) => ({ pointer: `/${issue.path.join('/')}`, message: issue.message })),
    },
  };
}

function planningFailure(stage: Stage, error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return {
    code: 'engine.planning-failed',
    message: `Stage "${stage.name}" could not be planned: ${error instanceof Error ? error.message : String(error)}.`,
  };
}
