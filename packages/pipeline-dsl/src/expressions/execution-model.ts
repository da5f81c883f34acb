import { ancestorsOf, type Graph, indexGraph, topologicalOrder } from '../graph/index.ts';
import type { ExpressionContext } from './context.ts';
import { helperError } from './errors.ts';
import { HostObject, LazyMap, type Method, setOwn } from './values.ts';
import type { ExecutionView, StageView } from './views.ts';

type Data = Readonly<Record<string, unknown>>;

/** What expressions see of one execution; everything is computed when first asked for. */
export class ExecutionModel {
  readonly view: ExecutionView;
  private graph: Graph<StageView> | undefined;
  private readonly ancestors = new Map<StageView, readonly StageView[]>();
  private readonly owners = new Map<StageView, Map<string, StageView | undefined>>();
  private merged: Data | undefined;
  private objects: readonly StageObject[] | undefined;

  constructor(view: ExecutionView) {
    this.view = view;
  }

  index(): Graph<StageView> {
    this.graph ??= indexGraph(this.view.stages);
    return this.graph;
  }

  /** Stages whose outputs a stage reads, nearest first; it reads its own as well. */
  ancestorsOf(stage: StageView): readonly StageView[] {
    const known = this.ancestors.get(stage);
    if (known) return known;
    // A stage handed in from elsewhere stands for the one with its id.
    const found = [stage, ...ancestorsOf(this.index().byId.get(stage.id) ?? stage, this.index())];
    this.ancestors.set(stage, found);
    return found;
  }

  /** Nearest ancestor whose outputs hold the key. */
  ownerOf(stage: StageView, key: string): StageView | undefined {
    let known = this.owners.get(stage);
    if (!known) {
      known = new Map();
      this.owners.set(stage, known);
    }
    if (!known.has(key))
      known.set(
        key,
        this.ancestorsOf(stage).find((ancestor) => Object.hasOwn(ancestor.outputs, key)),
      );
    return known.get(key);
  }

  stageObjects(): readonly StageObject[] {
    this.objects ??= this.view.stages.map((each) => new StageObject(each, this));
    return this.objects;
  }

  stage(nameOrId: string): StageView | undefined {
    return this.view.stages.find((stage) => stage.name === nameOrId || stage.id === nameOrId);
  }

  /** Outputs of all stages in topological order: later wins, lists are joined without doubles. */
  mergedOutputs(): Data {
    this.merged ??= mergeOutputs(topologicalOrder(this.index()));
    return this.merged;
  }
}

function mergeOutputs(stages: readonly StageView[]): Data {
  const merged: Record<string, unknown> = {};
  for (const { outputs } of stages) {
    for (const key of Object.keys(outputs)) {
      if (key === '__proto__') continue;
      const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
      merged[key] =
        Array.isArray(before) && Array.isArray(outputs[key]) ? distinct([...before, ...outputs[key]]) : outputs[key];
    }
  }
  return merged;
}

function distinct(items: readonly unknown[]): unknown[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

const models = new WeakMap<ExpressionContext, ExecutionModel>();

/** The model of a context's execution, built at most once per context. */
export function modelOf(context: ExpressionContext, functionName: string): ExecutionModel {
  const known = models.get(context);
  if (known) return known;
  if (!context.execution) throw helperError(`#${functionName} works inside an execution only`);
  const model = new ExecutionModel(context.execution);
  models.set(context, model);
  return model;
}

export function shareModel(context: ExpressionContext, model: ExecutionModel): void {
  models.set(context, model);
}

/** `getName()` and `isCanceled()` are the properties `name` and `canceled`. */
function getter(object: HostObject, name: string): Method<HostObject> | undefined {
  const found = /^(?:get|is)([A-Z])(\w*)$/.exec(name);
  const property = found ? found[1]!.toLowerCase() + found[2] : undefined;
  if (property === undefined || object.property(property) === undefined) return undefined;
  return { arity: [0, 0], run: () => object.property(property) };
}

const EXECUTION_FIELDS = [
  'id',
  'name',
  'application',
  'status',
  'type',
  'pipelineConfigId',
  'trigger',
  'authentication',
  'templateVariables',
  'buildTime',
  'startTime',
  'endTime',
  'canceled',
  'canceledBy',
  'cancellationReason',
  'limitConcurrent',
  'origin',
  'description',
  'paused',
  'notifications',
  'initialConfig',
] as const;
const STAGE_FIELDS = [
  'id',
  'refId',
  'type',
  'name',
  'status',
  'outputs',
  'requisiteStageRefIds',
  'parentStageId',
  'syntheticStageOwner',
  'startTime',
  'endTime',
  'lastModified',
] as const;

const fieldOf = <T extends object, K extends keyof T & string>(fields: readonly K[], view: T, name: string): unknown =>
  (fields as readonly string[]).includes(name) ? (view[name as K] ?? null) : undefined;

/** The execution as `execution` in expressions. */
export class ExecutionObject extends HostObject {
  readonly typeName = 'Execution';
  private readonly model: ExecutionModel;

  constructor(model: ExecutionModel) {
    super();
    this.model = model;
  }

  override property(name: string): unknown {
    if (name === 'stages') return this.model.stageObjects();
    if (name === 'context') return this.model.mergedOutputs();
    return fieldOf(EXECUTION_FIELDS, this.model.view, name);
  }

  override method(name: string): Method<HostObject> | undefined {
    if (name === 'stageByRef')
      return { arity: [1, 1], run: (_self, [refId]) => this.found((stage) => stage.refId === refId, refId) };
    if (name === 'stageById')
      return { arity: [1, 1], run: (_self, [id]) => this.found((stage) => stage.id === id, id) };
    return getter(this, name);
  }

  override members(): Iterable<string> {
    return ['stageByRef', 'stageById'];
  }

  override propertyNames(): Iterable<string> {
    return ['stages', 'context', ...EXECUTION_FIELDS];
  }

  private found(test: (stage: StageView) => boolean, wanted: unknown): StageObject {
    const stage = this.model.view.stages.find(test);
    if (!stage) throw helperError(`the execution has no stage '${String(wanted).slice(0, 100)}'`);
    return new StageObject(stage, this.model);
  }

  override equals(other: unknown): boolean {
    return other instanceof ExecutionObject && other.model.view.id === this.model.view.id;
  }

  text(): string {
    return `Execution ${this.model.view.id}`;
  }

  data(): unknown {
    const fields = EXECUTION_FIELDS.map((name) => [name, this.property(name)]);
    return { ...Object.fromEntries(fields), stages: this.property('stages') };
  }
}

/** A stage as expressions see it. */
export class StageObject extends HostObject {
  readonly typeName = 'Stage';
  readonly stage: StageView;
  private readonly model: ExecutionModel;

  constructor(stage: StageView, model: ExecutionModel) {
    super();
    this.stage = stage;
    this.model = model;
  }

  override property(name: string): unknown {
    if (name === 'context') return new StageContextMap(this.stage, this.model);
    if (name === 'tasks') return this.stage.tasks ?? [];
    if (name === 'hasSucceeded') return this.stage.status === 'SUCCEEDED';
    if (name === 'hasFailed') return this.stage.status === 'TERMINAL';
    if (name === 'execution') return new ExecutionObject(this.model);
    return fieldOf(STAGE_FIELDS, this.stage, name);
  }

  override method(name: string): Method<HostObject> | undefined {
    return getter(this, name);
  }

  override propertyNames(): Iterable<string> {
    return ['context', 'tasks', 'hasSucceeded', 'hasFailed', 'execution', ...STAGE_FIELDS];
  }

  override equals(other: unknown): boolean {
    return other instanceof StageObject && other.stage.id === this.stage.id;
  }

  text(): string {
    return `Stage ${this.stage.name}`;
  }

  data(): unknown {
    const fields = STAGE_FIELDS.map((name) => [name, this.property(name)]);
    return { ...Object.fromEntries(fields), context: this.stage.context, tasks: this.property('tasks') };
  }
}

/** Context of a stage: its own keys, then outputs of its ancestors; walks over own keys only. */
export class StageContextMap extends LazyMap {
  private readonly stage: StageView;
  private readonly model: ExecutionModel;

  constructor(stage: StageView, model: ExecutionModel) {
    super();
    this.stage = stage;
    this.model = model;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.stage.context, name) || this.model.ownerOf(this.stage, name) !== undefined;
  }

  get(name: string): unknown {
    return Object.hasOwn(this.stage.context, name)
      ? this.stage.context[name]
      : this.model.ownerOf(this.stage, name)?.outputs[name];
  }

  names(): Iterable<string> {
    return Object.keys(this.stage.context);
  }

  override data(): unknown {
    const copy: Record<string, unknown> = {};
    for (const name of this.names()) if (name !== '__proto__') setOwn(copy, name, this.stage.context[name]);
    return copy;
  }
}
