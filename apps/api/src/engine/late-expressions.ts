import { isJsonObject, type JsonObject, type Stage, type StageDefinition } from '@gennaker/pipeline-dsl';
import { evaluateTree, isTemplate, parseTemplate } from '@gennaker/pipeline-dsl/expressions';
import { expressionContext, rawFields } from './evaluation.ts';
import type { ExecutionRun } from './run.ts';

/**
 * Tries again what a running stage could not resolve when it started: what it reads may be there by now. Only texts as
 * authored are tried, never what an evaluation gave; a stage planned by another holds no such texts.
 */
export function retryExpressions(run: ExecutionRun, stage: Stage, definition: StageDefinition): void {
  const summary = stage.context['expressionEvaluationSummary'];
  if (stage.parentStageId !== null || !isJsonObject(summary) || Object.keys(summary).length === 0) return;
  const authored = authoredStage(run, stage);
  if (!authored) return;
  const context = expressionContext(run, stage, false);
  const resolved = new Set<string>();
  const retry = (text: string, current: unknown): unknown => {
    const expressions = failingIn(text, summary);
    if (expressions.length === 0) return current;
    const { value, unresolved } = evaluateTree(text, context);
    if (unresolved.length > 0) return current;
    for (const expression of expressions) resolved.add(expression);
    return value;
  };
  const raw = rawFields(stage, definition);
  const patch: JsonObject = {};
  for (const [key, text] of Object.entries(authored)) {
    if (raw.has(key) || key === definition.evaluateInOrder || !Object.hasOwn(stage.context, key)) continue;
    const value = inParallel(text, stage.context[key], retry);
    if (value !== stage.context[key]) patch[key] = value;
  }
  if (resolved.size === 0) return;
  const left = Object.fromEntries(Object.entries(summary).filter(([expression]) => !resolved.has(expression)));
  run.record({
    type: 'stage.updated',
    stageId: stage.id,
    data: { contextPatch: { ...patch, expressionEvaluationSummary: left } },
  });
}

function authoredStage(run: ExecutionRun, stage: Stage): JsonObject | undefined {
  const { stages } = run.execution.initialConfig;
  if (!Array.isArray(stages)) return undefined;
  return stages.filter(isJsonObject).find((entry) => String(entry['refId']) === stage.refId);
}

/** Expressions of a text that have failed. */
function failingIn(text: string, summary: JsonObject): string[] {
  if (!isTemplate(text)) return [];
  const template = parseTemplate(text);
  if (!template.ok) return [];
  return template.parts.flatMap((part) =>
    part.kind === 'expression' && Object.hasOwn(summary, part.text) ? [part.text] : [],
  );
}

/** Walks what was authored beside what it became, and answers the latter with texts replaced; the same when none were. */
function inParallel(authored: unknown, current: unknown, retry: (text: string, current: unknown) => unknown): unknown {
  if (typeof authored === 'string') return retry(authored, current);
  if (Array.isArray(authored)) {
    if (!Array.isArray(current) || current.length !== authored.length) return current;
    const copy = authored.map((item, at) => inParallel(item, current[at], retry));
    return copy.some((item, at) => item !== current[at]) ? copy : current;
  }
  if (!isJsonObject(authored) || !isJsonObject(current)) return current;
  const changed = Object.entries(authored).flatMap(([key, item]) => {
    if (!Object.hasOwn(current, key)) return [];
    const value = inParallel(item, current[key], retry);
    return value === current[key] ? [] : [[key, value] as const];
  });
  return changed.length === 0 ? current : { ...current, ...Object.fromEntries(changed) };
}
