import { createExpressions } from './evaluate.ts';

export type { SyntaxFinding } from './check.ts';
export { type Completion, type CompletionContext, complete } from './complete.ts';
export * from './context.ts';
export { type Draft, draftContext } from './draft-context.ts';
export {
  type ConditionResult,
  createExpressions,
  type EvaluationOptions,
  type Expressions,
  type ExpressionsOptions,
  type TemplateResult,
} from './evaluate.ts';
export * from './execution-context.ts';
export { FUNCTION_NAMES } from './functions/index.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export type { Note, Shortfall } from './notes.ts';
export { Answers, type AskOutside, evaluateAsking, type Question } from './questions.ts';
export { isTemplate, type Template, type TemplatePart } from './template.ts';
export { pointerOf, type TreeOptions, type TreeResult, type Unresolved } from './tree.ts';
export * from './views.ts';

/** The language over a cache shared by the process; see {@link createExpressions} for one of your own. */
export const { parseTemplate, evaluateTemplate, evaluateTree, evaluateCondition, checkTemplate } = createExpressions();
