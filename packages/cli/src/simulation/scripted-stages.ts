import { createRegistry, type StageRegistry } from '@gennaker/api/engine';
import { keptStageDefinitions } from '@gennaker/catalog/definitions';
import { stageExecutors } from '@gennaker/catalog/executors';
import {
  again,
  canceled,
  executeStage,
  failed,
  type PlanView,
  type PortName,
  type StageExecution,
  type StageExecutor,
  succeeded,
  type TaskDefinition,
  type TaskResult,
  type TaskRun,
  waitFor,
} from '@gennaker/catalog/kit';
import { defineStage, foreignProvider, isJsonObject, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { withPlainStrategy } from './kept-strategies.ts';
import { outcomeOf, type Script, type StageScript, stageScript } from './script.ts';
import type { CallingStage, ScriptedCloud } from './scripted-cloud.ts';

type Run = TaskRun<unknown, PortName>;
type View = PlanView<unknown>;

const DELAY = 'takeTheTimeScripted';
const END = 'endAsScripted';
const OUTPUTS = 'publishScriptedOutputs';

/** A stage type that this version does not run: it succeeds, or does what the script says. */
const standIn = executeStage(
  defineStage({
    type: 'simulated',
    version: 1,
    label: 'Simulated stage',
    description: 'Takes the place of a stage type that this version does not run.',
    group: 'Control',
    icon: 'circle-dashed',
    context: z.looseObject({}),
    outputs: z.looseObject({}),
  }),
  { needs: [], tasks: [] },
);

const installed = createRegistry(Object.values(stageExecutors), Object.values(keptStageDefinitions));

/** The executor that runs a type in production; null when this version has none. */
const realExecutor = (type: string, alias?: string): StageExecutor | null => installed.executor(type, alias);

/** The executor of a stage, its alias considered. */
export function executorOf({ type, context }: { type: string; context: JsonObject }): StageExecutor | null {
  const { alias } = context;
  return realExecutor(type, typeof alias === 'string' ? alias : undefined);
}

/** Why this version does not run a stage's type, or not on the cloud it names; null when it does. */
export function whyNotRun(stage: { type: string; context: JsonObject }): string | null {
  const executor = executorOf(stage);
  const foreign = executor && foreignProvider(executor.definition, stage.context);
  if (foreign) return `stages of this type are not carried out on ${foreign}; a server refuses them`;
  if (executor !== null) return null;
  const { alias } = stage.context;
  const why = installed.whyNotRun?.(stage.type, typeof alias === 'string' ? alias : undefined);
  return why ?? `no stage of type ${stage.type} is known`;
}

const MAKES_SERVER_GROUPS: ReadonlySet<string> = new Set(['deploy', 'createServerGroup', 'cloneServerGroup']);

/** Does the type act on server groups that are there already? */
export function actsOnExisting(type: string): boolean {
  const definition = realExecutor(type)?.definition;
  return definition?.changesTraffic === true && !MAKES_SERVER_GROUPS.has(definition.type);
}

/** Does the pipeline act on server groups without making one? */
export function actsWithoutDeploy(config: JsonObject): boolean {
  const stages = Array.isArray(config['stages']) ? config['stages'].filter(isJsonObject) : [];
  const types = stages.map((stage) => String(stage['type']));
  return types.some(actsOnExisting) && !types.some((type) => MAKES_SERVER_GROUPS.has(type));
}

/** Every stage type on its own code, with the scripted cloud behind it and the script's word above it. */
export function scriptedRegistry(script: Script, cloud: ScriptedCloud): StageRegistry {
  const made = new Map<StageExecutor, StageExecutor>();
  return {
    executor(type, alias) {
      const real = realExecutor(type, alias) ?? standIn;
      const wrapped = made.get(real) ?? wrap(real, script, cloud);
      made.set(real, wrapped);
      return wrapped;
    },
    gates: installed.gates,
  };
}

const scriptOf = (script: Script, view: View): StageScript | undefined => stageScript(script, view.stage);

function wrap(real: StageExecutor, script: Script, cloud: ScriptedCloud): StageExecutor {
  const { definition, execution } = real;
  const startsChildren = definition.type === 'pipeline';
  /** Does the script end the stage in place of its own tasks? A child pipeline is ended in the cloud. */
  const replaces = (view: View): boolean =>
    (outcomeOf(scriptOf(script, view)) !== undefined || isForeign(definition, view.context)) && !startsChildren;
  const unlessReplaced =
    <Answer>(plan: ((view: View) => readonly Answer[]) | undefined) =>
    (view: View): readonly Answer[] =>
      replaces(view) ? [] : (plan?.(withPlainStrategy(view)) ?? []);
  const scripted: StageExecution<unknown, PortName> = {
    needs: execution.needs,
    tasks: [
      { name: DELAY, timeoutMs: Number.MAX_SAFE_INTEGER, run: (run) => delay(run, scriptOf(script, run)) },
      ...execution.tasks.map((task) => withCloud(task, real, cloud)),
      { name: END, run: (run) => end(run, scriptOf(script, run)) },
      { name: OUTPUTS, run: (run) => succeeded(scriptOf(script, run)?.outputs) },
    ],
    choose: (view) =>
      chooseTasks(real, withPlainStrategy(view), scriptOf(script, view), replaces(view), startsChildren),
    before: unlessReplaced(execution.before),
    ...(execution.after ? { after: unlessReplaced(execution.after) } : {}),
    ...(execution.onFailure
      ? { onFailure: (view: View) => failureStages(execution, withPlainStrategy(view), replaces(view)) }
      : {}),
    ...(execution.onCancel ? { onCancel: (run: Run) => execution.onCancel!(through(run, real, cloud)) } : {}),
  };
  const { provider: _any, ...ofAnyCloud } = definition;
  return { definition: ofAnyCloud, execution: scripted };
}

const isForeign = (definition: StageExecutor['definition'], context: unknown): boolean =>
  isJsonObject(context) && foreignProvider(definition, context) !== null;

function chooseTasks(
  { execution, definition }: StageExecutor,
  view: View,
  scripted: StageScript | undefined,
  isReplaced: boolean,
  startsChildren: boolean,
): readonly string[] {
  const delay = scripted?.takes && !startsChildren && !definition.waitsForPeople ? [DELAY] : [];
  if (isReplaced && scripted?.outcome === 'skip') return [];
  if (isReplaced) return [...delay, END];
  const own = execution.choose?.(view) ?? execution.tasks.map((task) => task.name);
  const outputs = scripted?.outputs && !startsChildren ? [OUTPUTS] : [];
  const tasks = [...delay, ...own, ...outputs];
  return tasks.length > 0 || execution !== standIn.execution ? tasks : [END];
}

/** Clean-up of a stage that failed by script is planned too, where it can be without the stage's own work. */
function failureStages(execution: StageExecution<unknown, PortName>, view: View, isReplaced: boolean) {
  if (!execution.onFailure) return [];
  if (!isReplaced) return execution.onFailure(view);
  try {
    return execution.onFailure(view);
  } catch {
    return [];
  }
}

const withCloud = (
  task: TaskDefinition<unknown, PortName>,
  real: StageExecutor,
  cloud: ScriptedCloud,
): TaskDefinition<unknown, PortName> => ({ ...task, run: (run) => task.run(through(run, real, cloud)) });

/** The stages that planned it, nearest first. */
function plannersOf({ stage, stages }: View): CallingStage['plannedBy'] {
  const planners: Stage[] = [];
  for (let id = stage.parentStageId; id; ) {
    const planner = stages.find((one) => one.id === id);
    if (!planner) break;
    planners.push(planner);
    id = planner.parentStageId;
  }
  return planners;
}

/** The run with the cloud as this stage sees it; all else is asked of the run itself. */
function through(run: Run, { definition }: StageExecutor, cloud: ScriptedCloud): Run {
  const stage: CallingStage = {
    id: run.stage.id,
    refId: run.stage.refId,
    name: run.stage.name,
    plannedBy: plannersOf(run),
    actsOnExisting: actsOnExisting(definition.type),
    context: isJsonObject(run.context) ? run.context : {},
  };
  const view = withPlainStrategy(run);
  return {
    context: view.context,
    outputs: view.outputs,
    stage: view.stage,
    execution: view.execution,
    lookup: view.lookup,
    lookupAll: view.lookupAll,
    stages: view.stages,
    now: view.now,
    ports: cloud.portsFor(stage),
    operation: view.operation,
    task: view.task,
    get memory() {
      return run.memory;
    },
    remember: view.remember,
    intend: view.intend,
    get abort() {
      return run.abort;
    },
  };
}

function delay(run: Run, scripted: StageScript | undefined): TaskResult {
  const left = run.task.startTime + (scripted?.takes ?? 0) - run.now();
  return left <= 0 ? succeeded() : again(left, 'the time the script gives it', { kind: 'time' });
}

function end(run: Run, scripted: StageScript | undefined): TaskResult {
  const outputs: JsonObject = scripted?.outputs ?? {};
  switch (outcomeOf(scripted) ?? 'succeed') {
    case 'skip':
    case 'succeed':
      return succeeded(outputs);
    case 'cancel':
      return canceled({ outputs });
    case 'timeout':
      return waitFor({ kind: 'resource', reason: 'something that never comes' });
    case 'fail':
      return failed(
        {
          code: scripted?.code ?? 'simulation.failed',
          message: scripted?.error ?? `The script lets "${run.stage.name}" fail.`,
        },
        { outputs },
      );
  }
}
