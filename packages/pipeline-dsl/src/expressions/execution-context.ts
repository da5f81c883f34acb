import type { ExpressionContext, ExpressionExtension, ExpressionProviders, RootLookup } from './context.ts';
import { ExecutionModel, ExecutionObject, shareModel } from './execution-model.ts';
import type { Limits } from './limits.ts';
import type { ExecutionView, StageView } from './views.ts';

type Data = Readonly<Record<string, unknown>>;

/** Where time, randomness and the outside world come from. */
export interface ExpressionSurroundings {
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  uuid(): string;
  /** User the work runs as. */
  readonly user?: string | undefined;
  readonly providers?: ExpressionProviders | undefined;
  readonly extensions?: ReadonlyMap<string, ExpressionExtension> | undefined;
  readonly limits?: Partial<Limits> | undefined;
}

export interface ExecutionContextInput extends ExpressionSurroundings {
  readonly execution: ExecutionView;
  /** The stage whose context is looked up; without it, the outputs of all stages together. */
  readonly stage?: StageView | undefined;
}

export interface LaunchContextInput extends ExpressionSurroundings {
  readonly trigger: Data;
  readonly templateVariables?: Data | null | undefined;
}

/**
 * The context of a stage: its own keys, outputs of its ancestors nearest first, and the names every
 * execution has. `execution` and `trigger` always are those of the execution, so that no output can pose
 * as them. Costs nothing until an expression asks.
 */
export function executionContext(input: ExecutionContextInput): ExpressionContext {
  const model = new ExecutionModel(input.execution);
  const { stage } = input;
  const lower: RootLookup = stage ? stageLookup(stage, model) : mergedLookup(model);
  const root = withReserved(
    lower,
    input.execution.trigger,
    input.execution.templateVariables,
    new ExecutionObject(model),
  );
  const context: ExpressionContext = { ...surroundings(input), root, execution: input.execution, currentStage: stage };
  shareModel(context, model);
  return context;
}

/** The context in which a whole config is evaluated at launch; use it with `unknownMapKey: 'error'`. */
export function launchContext(input: LaunchContextInput): ExpressionContext {
  const nothing: RootLookup = { has: () => false, get: () => undefined, names: () => [] };
  return { ...surroundings(input), root: withReserved(nothing, input.trigger, input.templateVariables, undefined) };
}

function surroundings(input: ExpressionSurroundings): Omit<ExpressionContext, 'root'> {
  return {
    now: () => input.now(),
    random: () => input.random(),
    uuid: () => input.uuid(),
    user: input.user,
    providers: input.providers,
    extensions: input.extensions,
    limits: input.limits,
  };
}

function stageLookup(stage: StageView, model: ExecutionModel): RootLookup {
  const own = (name: string) => Object.hasOwn(stage.context, name);
  return {
    has: (name) => own(name) || model.ownerOf(stage, name) !== undefined,
    get: (name) => (own(name) ? stage.context[name] : model.ownerOf(stage, name)?.outputs[name]),
    names: () =>
      new Set([
        ...Object.keys(stage.context),
        ...model.ancestorsOf(stage).flatMap(({ outputs }) => Object.keys(outputs)),
      ]),
  };
}

function mergedLookup(model: ExecutionModel): RootLookup {
  return {
    has: (name) => Object.hasOwn(model.mergedOutputs(), name),
    get: (name) => (Object.hasOwn(model.mergedOutputs(), name) ? model.mergedOutputs()[name] : undefined),
    names: () => Object.keys(model.mergedOutputs()),
  };
}

function withReserved(
  lower: RootLookup,
  trigger: Data,
  variables: Data | null | undefined,
  execution: ExecutionObject | undefined,
): RootLookup {
  const reserved = new Map<string, () => unknown>([
    ['trigger', () => trigger],
    ['parameters', () => parametersOf(trigger, lower)],
    ['scmInfo', () => scmInfoOf(trigger, lower)],
  ]);
  if (execution) reserved.set('execution', () => execution);
  if (variables) reserved.set('templateVariables', () => variables);
  return {
    has: (name) => reserved.has(name) || lower.has(name),
    get: (name) => (reserved.has(name) ? reserved.get(name)!() : lower.get(name)),
    names: () => new Set([...(lower.names?.() ?? []), ...reserved.keys()]),
  };
}

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Data)[name] : undefined;

function parametersOf(trigger: Data, lower: RootLookup): unknown {
  const given = own(trigger, 'parameters');
  if (typeof given === 'object' && given !== null && Object.keys(given).length > 0) return given;
  return lower.has('parameters') ? lower.get('parameters') : {};
}

function scmInfoOf(trigger: Data, lower: RootLookup): unknown {
  const fromContext = lower.has('buildInfo') ? own(lower.get('buildInfo'), 'scm') : undefined;
  const list =
    Array.isArray(fromContext) && fromContext.length > 0 ? fromContext : own(own(trigger, 'buildInfo'), 'scm');
  if (!Array.isArray(list) || list.length === 0) return lower.has('scmInfo') ? lower.get('scmInfo') : null;
  const side = list.find((entry) => own(entry, 'branch') !== 'master' && own(entry, 'branch') !== 'develop');
  return side ?? list[0];
}
