import type { Node } from './ast.ts';
import { checkParsed, type SyntaxFinding } from './check.ts';
import type { ExpressionContext } from './context.ts';
import type { Env } from './env.ts';
import type { ExpressionError, Missing } from './errors.ts';
import { asExpressionError, evaluateNode } from './evaluator.ts';
import { Budget, DEFAULT_LIMITS, type Limits } from './limits.ts';
import { nearest } from './nearest.ts';
import type { Note, NotedExpression, Shortfall } from './notes.ts';
import { isTemplate, type Template, TemplateCache } from './template.ts';
import { type TreeOptions, type TreeResult, walkTree } from './tree.ts';
import { joinedText, toData } from './values.ts';

/** Characters of an expression that a note repeats. */
const LONGEST_SHOWN = 1_000;

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
    evaluateText(cache.get(text), envOf(context, unknownMapKey, limits));
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

const limitsOf = ({ limits }: ExpressionContext): Limits =>
  limits ? { ...DEFAULT_LIMITS, ...limits } : DEFAULT_LIMITS;

/** What one evaluation starts with. */
export const envOf = (
  context: ExpressionContext,
  unknownMapKey: 'null' | 'error' = 'null',
  limits: Limits = limitsOf(context),
): Env => ({ context, unknownMapKey, budget: new Budget(limits), trace: { at: null, missed: null } });

function conditionResult({ value, notes }: TemplateResult): ConditionResult {
  if (notes.length > 0) return { outcome: 'failed', value, notes };
  const word = String(value).toLowerCase();
  const plain = typeof value === 'string' || typeof value === 'boolean';
  return { outcome: plain && (word === 'true' || word === 'false') ? word : 'not-boolean', value, notes };
}

/** Evaluates a parsed text. Never throws. */
export function evaluateText(template: Template, env: Env): TextResult {
  if (!template.ok) {
    const expression = strip(template.text);
    return { value: template.text, noted: [failure(expression, template.error, env, expression)], steps: 1 };
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
    return value === null ? { value: raw, noted: [notFound(raw, part, env)], steps } : { value, noted: [], steps };
  } catch (thrown) {
    const noted = [failure(part.text, asExpressionError(thrown), env, failingPart(raw, part, env))];
    return { value: raw, noted, steps: env.budget.spent() };
  }
}

function evaluateComposite(template: Extract<Template, { ok: true }>, env: Env): TextResult {
  const noted: NotedExpression[] = [];
  let value = '';
  let current: ExpressionPart | null = null;
  try {
    for (const part of template.parts) {
      if (part.kind === 'text') value += part.text;
      else {
        current = part;
        env.trace.missed = null;
        const found = evaluateNode(part.node, env);
        if (found === null) noted.push(notFound(template.text, part, env));
        value += found === null ? `\${${part.text}}` : joinedText(found, env);
      }
      env.budget.text(value.length);
    }
    return { value, noted, steps: env.budget.spent() };
  } catch (thrown) {
    const expression = current?.text ?? strip(template.text);
    const subexpression = current === null ? expression : failingPart(template.text, current, env);
    return {
      value: template.text,
      noted: [failure(expression, asExpressionError(thrown), env, subexpression)],
      steps: env.budget.spent(),
    };
  }
}

const strip = (text: string): string => {
  const whole = /^\$\{([\s\S]*)\}$/.exec(text);
  return (whole ? whole[1]!.trim() : text.replaceAll('$', '')).slice(0, LONGEST_SHOWN);
};

const textOf = (whole: string, part: ExpressionPart, node: Node): string =>
  whole.slice(part.start + node.from, part.start + node.end).slice(0, LONGEST_SHOWN);

const failingPart = (whole: string, part: ExpressionPart, env: Env): string =>
  env.trace.at === null ? part.text : textOf(whole, part, env.trace.at);

function notFound(whole: string, part: ExpressionPart, env: Env): NotedExpression {
  const { missed } = env.trace;
  const shortfall = shortfallOf(missed ? textOf(whole, part, missed.node) : part.text, missed?.missing);
  const what = shortfall.subexpression === part.text ? 'not found' : `${shortfall.subexpression} not found`;
  return {
    expression: part.text,
    note: noteOf('INFO', part.text, `${what}${meant(shortfall)}`, '', env),
    shortfall,
  };
}

function failure(expression: string, error: ExpressionError, env: Env, subexpression: string): NotedExpression {
  const shortfall = shortfallOf(subexpression, error.missing);
  const where = error.at === undefined ? '' : ` (at character ${error.at + 1})`;
  const part = subexpression === expression.trim() ? '' : `, in ${subexpression}`;
  const reason = `${error.message}${where}${part}${meant(shortfall)}`;
  return { expression, note: noteOf('ERROR', expression, reason, error.type, env), shortfall };
}

/** Names are looked for only when the note may be read: for a value that is absent or an error that is about a name. */
function shortfallOf(subexpression: string, missing: Missing | undefined): Shortfall {
  if (!missing) return { subexpression, available: [], suggestion: null };
  const { names, suggestion } = nearest(missing.wanted, missing.names());
  return { subexpression, available: names, suggestion };
}

const meant = ({ suggestion }: Shortfall): string => (suggestion === null ? '' : `; did you mean '${suggestion}'?`);

function noteOf(level: Note['level'], expression: string, reason: string, exceptionType: string, env: Env): Note {
  // A note is shown and stored again; without the dollar sign it can never be taken for an expression.
  const description = `Failed to evaluate ${expression.slice(0, LONGEST_SHOWN)}: ${reason}`.replaceAll('${', '{');
  return { level, description, exceptionType, timestamp: env.context.now() };
}
