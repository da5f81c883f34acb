import type { Execution, Failure, JsonObject, Stage, StageDefinition } from '@gennaker/pipeline-dsl';
import { evaluateCondition, evaluateTree, executionContext, isTemplate } from '@gennaker/pipeline-dsl/expressions';
import { chanceOf } from './chance.ts';
import type { ExecutionRun } from './run.ts';

interface Unresolved {
  readonly pointer: string;
  readonly expression: string;
  readonly description: string;
}

/** A stage's context with its expressions replaced, as far as they could be. */
export interface EvaluatedContext {
  readonly context: JsonObject;
  readonly changed: boolean;
  /** Why stages that change the world must not start: an expression that could not be resolved. */
  readonly unresolved: Failure | null;
}

/** Evaluates all fields but those the definition keeps raw; text without `${` costs nothing. */
export function evaluateContext(run: ExecutionRun, stage: Stage, definition: StageDefinition): EvaluatedContext {
  if (!holdsTemplate(stage.context)) return { context: stage.context, changed: false, unresolved: null };
  const raw = new Set(definition.rawFields ?? []);
  if (stage.context['skipExpressionEvaluation'] === true) raw.add('manifests').add('manifest');
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
  let unresolved: readonly Unresolved[] = result.unresolved;
  if (ordered !== undefined && Array.isArray(value[ordered])) {
    const inOrder = evaluateInOrder(run, { ...stage, context: value }, value[ordered]);
    value = { ...value, [ordered]: inOrder.value };
    notes = { ...notes, ...inOrder.notes };
    unresolved = [...unresolved, ...inOrder.unresolved];
  }
  const first = unresolved[0];
  if (Object.keys(notes).length > 0) value = { ...value, expressionEvaluationSummary: notes };
  return { context: value, changed: true, unresolved: first ? unresolvedFailure(stage, first) : null };
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

function expressionContext(run: ExecutionRun, stage: Stage) {
  return executionContext({
    execution: run.execution as Execution & { paused: JsonObject | null },
    stage,
    user: run.execution.authentication.user,
    now: () => run.now(),
    ...chanceOf(`${stage.id}/${stage.attempt}`),
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
  return {
    code: 'engine.unresolved-expression',
    message: `Stage "${stage.name}" was not started: \${${first.expression}} in ${first.pointer} could not be resolved (${first.description}).`,
    advice: 'Correct the expression, or make sure that what it reads exists when this stage starts.',
    details: { pointer: first.pointer, expression: first.expression },
  };
}
