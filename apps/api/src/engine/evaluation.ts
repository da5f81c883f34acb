import {
  type Execution,
  type Failure,
  isJsonObject,
  type JsonObject,
  type Stage,
  type StageDefinition,
} from '@gennaker/pipeline-dsl';
import {
  evaluateCondition,
  evaluateTree,
  executionContext,
  isTemplate,
  launchContext,
  type Unresolved,
} from '@gennaker/pipeline-dsl/expressions';
import { chanceOf } from './chance.ts';
import type { ExecutionRun } from './run.ts';

/** A stage's context with its expressions replaced, as far as they could be. */
export interface EvaluatedContext {
  readonly context: JsonObject;
  readonly changed: boolean;
  /** Why stages that change the world must not start: an expression that could not be resolved. */
  readonly unresolved: Failure | null;
}

/** Fields that hold another language, in which `${NAME}` means something else: what we do not know there stays as it is. */
const FOREIGN: ReadonlySet<string> = new Set([
  'manifests',
  'manifest',
  'patchBody',
  'script',
  'templateBody',
  'userData',
  'base64UserData',
]);
/** Fields that no call to the world is made of. */
const TALK: ReadonlySet<string> = new Set(['comments', 'notifications', 'stageEnabled']);

/** Evaluates all fields but those the definition keeps raw; text without `${` costs nothing. */
export function evaluateContext(run: ExecutionRun, stage: Stage, definition: StageDefinition): EvaluatedContext {
  if (!holdsTemplate(stage.context)) return { context: stage.context, changed: false, unresolved: null };
  const raw = rawFields(stage, definition);
  const late = stage.parentStageId === null ? null : new Set(definition.lateFields ?? []);
  if (late?.size === 0) return { context: stage.context, changed: false, unresolved: null };
  const ordered = definition.evaluateInOrder;
  const context = expressionContext(run, stage);
  const result = evaluateTree(stage.context, context, {
    skipKeys: (path) =>
      path.length > 0 &&
      (raw.has(String(path[0])) ||
        (ordered !== undefined && path[0] === ordered) ||
        late?.has(String(path[0])) === false),
  });
  let value = result.value as JsonObject;
  let notes: Readonly<Record<string, unknown>> = result.notes;
  let unresolved = result.unresolved;
  if (ordered !== undefined && Array.isArray(value[ordered])) {
    const inOrder = evaluateInOrder(run, { ...stage, context: value }, value[ordered]);
    value = { ...value, [ordered]: inOrder.value };
    notes = { ...notes, ...inOrder.notes };
    unresolved = [...unresolved, ...inOrder.unresolved];
  }
  const first = unresolved.find(({ pointer }) => reachesTheWorld(pointer));
  if (Object.keys(notes).length > 0) value = { ...value, expressionEvaluationSummary: notes };
  return { context: value, changed: true, unresolved: first ? unresolvedFailure(stage, first) : null };
}

/** Context keys of a stage that are never evaluated. */
export function rawFields(stage: Stage, definition: StageDefinition): ReadonlySet<string> {
  const raw = new Set(definition.rawFields ?? []);
  if (stage.context['skipExpressionEvaluation'] === true) raw.add('manifests').add('manifest');
  // Values for a chart are templates of their own language, unless the author says otherwise.
  if ('templateRenderer' in stage.context && stage.context['evaluateOverrideExpressions'] !== true)
    raw.add('overrides');
  return raw;
}

function reachesTheWorld(pointer: string): boolean {
  const parts = pointer.split('/').slice(1);
  return !TALK.has(parts[0] ?? '') && !parts.some((part) => FOREIGN.has(part));
}

/** Each entry sees what the earlier ones gave under its `key`. */
function evaluateInOrder(run: ExecutionRun, stage: Stage, entries: readonly unknown[]) {
  const known: JsonObject = {};
  const value: unknown[] = [];
  let notes: Record<string, unknown> = {};
  const unresolved: Unresolved[] = [];
  for (const entry of entries) {
    const result = evaluateTree(entry, expressionContext(run, { ...stage, context: { ...stage.context, ...known } }), {
      skipKeys: (path) => path[0] === 'key' || path[0] === 'sourceValue',
    });
    const evaluated = result.value as JsonObject;
    notes = { ...notes, ...result.notes };
    unresolved.push(...result.unresolved);
    if (typeof evaluated['key'] === 'string' && evaluated['key'] !== '') known[evaluated['key']] = evaluated['value'];
    value.push('sourceValue' in evaluated ? evaluated : { ...evaluated, sourceValue: (entry as JsonObject)['value'] });
  }
  return { value, notes, unresolved };
}

/** Outcome of a bare condition; anything but true and false carries the reason. */
export function conditionOf(
  run: ExecutionRun,
  stage: Stage,
  expression: string,
): { verdict: 'true' | 'false' | 'undecided'; problem: string } {
  const result = evaluateCondition(expression, expressionContext(run, stage));
  if (result.outcome === 'true' || result.outcome === 'false') return { verdict: result.outcome, problem: '' };
  const note = result.notes[0]?.description;
  return {
    verdict: 'undecided',
    problem: note ?? `"${expression}" gives ${JSON.stringify(result.value)}, which is neither true nor false`,
  };
}

/** Top-level keys of a definition that are never evaluated at launch: what came from outside is data, not code. */
const DATA_AT_LAUNCH: ReadonlySet<string> = new Set(['trigger', 'triggers', 'parameterConfig', 'templateVariables']);

/**
 * The definition as an execution starts with it: expressions over `trigger` and `templateVariables` are replaced, those
 * of stages too unless the pipeline evaluates them when each stage starts (`v4`). What cannot be resolved yet stays.
 */
export function evaluateConfig(config: JsonObject, trigger: JsonObject, at: { id: string; now: number }): JsonObject {
  if (!holdsTemplate(config)) return config;
  const late = String(config['spelEvaluator'] ?? '').toLowerCase() === 'v4';
  const { templateVariables } = config;
  const context = launchContext({
    trigger,
    templateVariables: isJsonObject(templateVariables) ? templateVariables : null,
    user: typeof trigger['user'] === 'string' ? trigger['user'] : undefined,
    now: () => at.now,
    ...chanceOf(`${at.id}/launch`),
  });
  const { value } = evaluateTree(config, context, {
    unknownMapKey: 'error',
    skipKeys: (path) => DATA_AT_LAUNCH.has(String(path[0])) || (path[0] === 'stages' && (late || heldBack(path))),
  });
  return value as JsonObject;
}

/** The definition with the values of its template variables, which may read the trigger; and what could not be resolved. */
export function withTemplateVariables(
  config: JsonObject,
  trigger: JsonObject,
  at: { id: string; now: number },
): { config: JsonObject; unresolved: readonly string[] } {
  const { templateVariables } = config;
  if (!isJsonObject(templateVariables) || !holdsTemplate(templateVariables)) return { config, unresolved: [] };
  const context = launchContext({
    trigger,
    templateVariables,
    user: typeof trigger['user'] === 'string' ? trigger['user'] : undefined,
    now: () => at.now,
    ...chanceOf(`${at.id}/variables`),
  });
  const { value, unresolved } = evaluateTree(templateVariables, context, { unknownMapKey: 'error' });
  return {
    config: { ...config, templateVariables: value },
    unresolved: unresolved.map(
      ({ pointer, expression, description }) =>
        `the variable ${pointer.slice(1)} cannot be evaluated: \${${expression}} (${description})`,
    ),
  };
}

/** Parts of stages that wait for their stage: they may read what only it knows, or are not ours. */
const heldBack = (path: ReadonlyArray<string | number>): boolean => path.length > 2 && path[2] !== 'name';

/** The exception a stage ends with when expressions of it failed; null when none did. */
export function withExpressionErrors(stage: Stage): JsonObject | null {
  const summary = stage.context['expressionEvaluationSummary'];
  if (!isJsonObject(summary)) return null;
  const failed = Object.values(summary)
    .flatMap((notes) => (Array.isArray(notes) ? notes.filter(isJsonObject) : []))
    .map((note) => String(note['description']));
  if (failed.length === 0) return null;
  const exception = isJsonObject(stage.context['exception']) ? stage.context['exception'] : {};
  const details = isJsonObject(exception['details']) ? exception['details'] : { error: 'Failed Expression Evaluation' };
  const before = Array.isArray(details['errors']) ? details['errors'] : [];
  const errors = [...before, ...failed.filter((description) => !before.includes(description))];
  return { ...exception, details: { ...details, errors } };
}

/** What the expressions of a stage see; the world outside only where there is time to wait for its answers. */
export function expressionContext(run: ExecutionRun, stage: Stage, mayAsk = true) {
  return executionContext({
    execution: run.execution as Execution & { paused: JsonObject | null },
    stage,
    user: run.execution.authentication.user,
    now: () => run.now(),
    ...chanceOf(`${stage.id}/${stage.attempt}`),
    ...(run.around.outside && mayAsk ? { providers: run.answers.of(stage).providers } : {}),
  });
}

function holdsTemplate(value: unknown): boolean {
  if (typeof value === 'string') return isTemplate(value);
  if (Array.isArray(value)) return value.some(holdsTemplate);
  if (typeof value !== 'object' || value === null) return false;
  for (const [key, inner] of Object.entries(value)) if (isTemplate(key) || holdsTemplate(inner)) return true;
  return false;
}

function unresolvedFailure(stage: Stage, first: Unresolved): Failure {
  const { pointer, expression, subexpression, description, available, suggestion } = first;
  const there = available.length === 0 ? '' : ` Known there: ${available.join(', ')}.`;
  return {
    code: 'engine.unresolved-expression',
    message: `Stage "${stage.name}" was not started: \${${expression}} in ${pointer} could not be resolved (${description}).${there}`,
    advice:
      suggestion === null
        ? 'Correct the expression, or make sure that what it reads exists when this stage starts.'
        : `Write "${suggestion}" if that is what is meant; otherwise make sure that what the expression reads exists when this stage starts.`,
    details: { pointer, expression, subexpression, available: [...available], suggestion },
  };
}
