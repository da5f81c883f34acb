import { checkParsed, type SyntaxFinding } from './check.ts';
import type { ExpressionContext } from './context.ts';
import type { Env } from './env.ts';
import type { ExpressionError } from './errors.ts';
import { asExpressionError, evaluateNode } from './evaluator.ts';
import { Budget, DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { Note, NotedExpression } from './notes.ts';
import { isTemplate, type Template, TemplateCache } from './template.ts';
import { type TreeOptions, type TreeResult, walkTree } from './tree.ts';
import { joinedText, toData } from './values.ts';

export interface EvaluationOptions {
  /** What reading an absent key of a map by name gives: null inside stages, an error at launch. */
  readonly unknownMapKey?: 'null' | 'error' | undefined;
}

export interface TemplateResult {
  readonly value: unknown;
  readonly notes: Note[];
}

export interface ConditionResult {
  /** `failed`: an error, or a value that was not found. */
  readonly outcome: 'true' | 'false' | 'not-boolean' | 'failed';
  readonly value: unknown;
  readonly notes: Note[];
}

/** Outcome of one text, with the expressions the notes belong to. */
export interface TextResult {
  readonly value: unknown;
  readonly noted: readonly NotedExpression[];
  readonly steps: number;
}

/** The expression language over one cache of parsed templates. */
export interface Expressions {
  parseTemplate(text: string): Template;
  /** Value of one text. Text without `${` comes back as it is. Never throws. */
  evaluateTemplate(text: string, context: ExpressionContext, options?: EvaluationOptions): TemplateResult;
  /** Walks maps and lists; keys are templates too. What has no expression keeps its identity. Never throws. */
  evaluateTree(value: unknown, context: ExpressionContext, options?: TreeOptions): TreeResult;
  /** Value of a condition written without `${ }` (with them it works as well). Never throws. */
  evaluateCondition(expression: string, context: ExpressionContext): ConditionResult;
  /** What is wrong with a text, without evaluating it. */
  checkTemplate(text: string): SyntaxFinding[];
}

export interface ExpressionsOptions {
  /** How many parsed templates are kept; 2,000 when not said. */
  readonly cacheSize?: number | undefined;
  /** Longest expression in characters; 10,000 when not said. */
  readonly expressionLength?: number | undefined;
}

export function createExpressions(options: ExpressionsOptions = {}): Expressions {
  const cache = new TemplateCache(
    options.cacheSize ?? 2_000,
    options.expressionLength ?? DEFAULT_LIMITS.expressionLength,
  );
  const evaluate = (text: string, context: ExpressionContext, unknownMapKey: 'null' | 'error', limits: Limits) =>
    evaluateText(cache.get(text), { context, unknownMapKey, budget: new Budget(limits) });
  const limitsOf = (context: ExpressionContext): Limits => ({ ...DEFAULT_LIMITS, ...context.limits });
  const evaluateTemplate: Expressions['evaluateTemplate'] = (text, context, { unknownMapKey = 'null' } = {}) => {
    if (!isTemplate(text)) return { value: text, notes: [] };
    const { value, noted } = evaluate(text, context, unknownMapKey, limitsOf(context));
    return { value, notes: noted.map(({ note }) => note) };
  };
  return {
    parseTemplate: (text) => cache.get(text),
    evaluateTemplate,
    evaluateTree: (value, context, treeOptions = {}) =>
      walkTree(value, treeOptions, limitsOf(context), context.now, (text, limits) =>
        evaluate(text, context, treeOptions.unknownMapKey ?? 'null', limits),
      ),
    evaluateCondition: (expression, context) => {
      const text = isTemplate(expression) ? expression.trim() : `\${${expression}}`;
      return conditionResult(evaluateTemplate(text, context));
    },
    checkTemplate: (text) => (isTemplate(text) ? checkParsed(cache.get(text)) : []),
  };
}

function conditionResult({ value, notes }: TemplateResult): ConditionResult {
  if (notes.length > 0) return { outcome: 'failed', value, notes };
  const word = String(value).toLowerCase();
  const plain = typeof value === 'string' || typeof value === 'boolean';
  return { outcome: plain && (word === 'true' || word === 'false') ? word : 'not-boolean', value, notes };
}

function evaluateText(template: Template, env: Env): TextResult {
  if (!template.ok) {
    return { value: template.text, noted: [failure(strip(template.text), template.error, env)], steps: 1 };
  }
  const [first] = template.parts;
  if (template.parts.length === 1 && first?.kind === 'expression') return evaluateWhole(template.text, first, env);
  return evaluateComposite(template, env);
}

type ExpressionPart = Extract<Extract<Template, { ok: true }>['parts'][number], { kind: 'expression' }>;

function evaluateWhole(raw: string, part: ExpressionPart, env: Env): TextResult {
  try {
    const value = toData(evaluateNode(part.node, env), env);
    const steps = env.budget.spent();
    return value === null ? { value: raw, noted: [notFound(part.text, env)], steps } : { value, noted: [], steps };
  } catch (thrown) {
    return { value: raw, noted: [failure(part.text, asExpressionError(thrown), env)], steps: env.budget.spent() };
  }
}

function evaluateComposite(template: Extract<Template, { ok: true }>, env: Env): TextResult {
  const noted: NotedExpression[] = [];
  let value = '';
  let current = '';
  try {
    for (const part of template.parts) {
      current = part.text;
      const found = part.kind === 'text' ? part.text : evaluateNode(part.node, env);
      const text = found === null ? `\${${part.text}}` : joinedText(found, env);
      if (found === null) noted.push(notFound(part.text, env));
      value += text;
      env.budget.text(value.length);
    }
    return { value, noted, steps: env.budget.spent() };
  } catch (thrown) {
    return {
      value: template.text,
      noted: [failure(current, asExpressionError(thrown), env)],
      steps: env.budget.spent(),
    };
  }
}

const strip = (text: string): string => {
  const whole = /^\$\{([\s\S]*)\}$/.exec(text);
  return (whole ? whole[1]!.trim() : text.replaceAll('$', '')).slice(0, 1_000);
};

function notFound(expression: string, env: Env): NotedExpression {
  const description = `Failed to evaluate ${expression}: not found`;
  return { expression, note: { level: 'INFO', description, exceptionType: '', timestamp: env.context.now() } };
}

function failure(expression: string, error: ExpressionError, env: Env): NotedExpression {
  const where = error.at === undefined ? '' : ` (at character ${error.at + 1})`;
  // A note is shown and stored again; without the dollar sign it can never be taken for an expression.
  const description = `Failed to evaluate ${expression.slice(0, 1_000)}: ${error.message}${where}`.replaceAll(
    '${',
    '{',
  );
  return { expression, note: { level: 'ERROR', description, exceptionType: error.type, timestamp: env.context.now() } };
}
