import type { Node } from '../expressions/ast.ts';
import type { Fix } from '../finding.ts';
import { type FoundExpression, nodesOf, type PlacedNode } from './expression-sources.ts';
import { isJudgment, optionsOf } from './judgments.ts';
import { didYouMean, nearest } from './nearest.ts';
import { type CheckedStage, listed, type Report, type Subject } from './subject.ts';

/** Helpers whose first argument names a stage that must be there. */
const LOOKUPS: ReadonlySet<string> = new Set(['stage', 'judgment', 'judgement', 'manifestLabelValue']);
const JUDGMENTS: ReadonlySet<string> = new Set(['judgment', 'judgement']);
/** Names of stages that other stages plan; they are in no document. */
const PLANNED =
  /^(?:Bake|Deploy|Find image|Disable|Enable|Shrink|Resize|Scale|Destroy|Roll ?back|Create)\b.* in |^Check precondition\b/i;

/** Stages that expressions look up by name: there, before the one that looks, and only one of that name. */
export function checkLookups(expression: FoundExpression, subject: Subject, report: Report): void {
  const placed = [...nodesOf(expression)];
  const guarded = new Set(placed.flatMap(({ node }) => (isCall(node, 'stageExists') ? literalsOf(node) : [])));
  for (const each of placed) {
    const { node } = each;
    if (node.kind === 'function' && node.name === 'deployedServerGroups')
      for (const arg of node.args) checkLookup(arg, each, { node, expression, subject, report, guarded });
    if (node.kind === 'function' && LOOKUPS.has(node.name) && node.args[0])
      checkLookup(node.args[0], each, { node, expression, subject, report, guarded });
    if (node.kind === 'function' && node.name === 'stageByRefId' && node.args[0])
      checkRefId(node.args[0], each, { node, expression, subject, report, guarded });
    if (node.kind === 'binary') checkAnswer(node, each, subject, expression, report);
  }
}

const isCall = (node: Node, name: string): node is Extract<Node, { kind: 'function' }> =>
  node.kind === 'function' && node.name === name;
const literalOf = (node: Node | undefined): string | null =>
  node?.kind === 'literal' && typeof node.value === 'string' ? node.value : null;
const literalsOf = (node: Extract<Node, { kind: 'function' }>): string[] =>
  node.args.map(literalOf).filter((text) => text !== null);

interface Lookup {
  readonly node: Extract<Node, { kind: 'function' }>;
  readonly expression: FoundExpression;
  readonly subject: Subject;
  readonly report: Report;
  /** Names an expression asks for with `#stageExists` before it looks them up. */
  readonly guarded: ReadonlySet<string>;
}

function checkLookup(arg: Node, placed: PlacedNode, lookup: Lookup): void {
  const name = literalOf(arg);
  const { node, expression, subject, report, guarded } = lookup;
  if (name === null || guarded.has(name) || PLANNED.test(name)) return;
  const stages = subject.stagesNamed(name);
  const span = spanOf(arg, placed);
  const { pointer, stage } = expression;
  const warn = (code: string, message: string, fix?: Fix): void =>
    report({ severity: 'warning', code: `expression.${code}`, pointer, message, span, ...(fix ? { fix } : {}) });
  if (stages.length === 0) {
    if (!subject.isTemplateInstance) tellUnknown(name, arg, placed, lookup);
    return;
  }
  if (JUDGMENTS.has(node.name) && !stages.some(isJudgment))
    return warn('not-a-judgment', `Nobody judges in the stage "${name}", so #${node.name} fails; name a judgment.`);
  if (stages.length > 1 && node.name !== 'deployedServerGroups')
    warn(
      'ambiguous-stage',
      `${stages.length} stages are named "${name}"; the first one is read. Give each its own name.`,
    );
  if (stage && !stages.includes(stage) && !stages.some((other) => subject.isUpstream(other, stage)))
    warn('stage-not-upstream', sentenceFor(name, stage, stages, subject));
}

function sentenceFor(name: string, stage: CheckedStage, stages: readonly CheckedStage[], subject: Subject): string {
  return stages.every((other) => subject.isUpstream(stage, other))
    ? `"${name}" runs after "${stage.name}", so there is nothing to read yet; read a stage before it.`
    : `"${name}" need not have ended when "${stage.name}" starts; let "${stage.name}" come after it.`;
}

const spanOf = (arg: Node, { node, start }: PlacedNode): { start: number; end: number } => ({
  start: start + (arg.from - node.from),
  end: start + (arg.end - node.from),
});

function tellUnknown(name: string, arg: Node, placed: PlacedNode, { node, expression, subject, report }: Lookup): void {
  const names = subject.stages
    .filter((stage) => !JUDGMENTS.has(node.name) || isJudgment(stage))
    .map((stage) => stage.name);
  const meant = nearest(name, names);
  const span = spanOf(arg, placed);
  report({
    severity: 'warning',
    code: 'expression.unknown-stage',
    pointer: expression.pointer,
    message: `There is no stage "${name}", so #${node.name} fails.${didYouMean(meant)}`,
    span,
    ...(meant === undefined ? {} : { fix: quoteInstead(expression, span, meant) }),
  });
}

function checkRefId(arg: Node, placed: PlacedNode, { node, expression, subject, report }: Lookup): void {
  const refId = literalOf(arg);
  if (refId === null || subject.isTemplateInstance || subject.stages.some((stage) => stage.refId === refId)) return;
  report({
    severity: 'warning',
    code: 'expression.unknown-stage',
    pointer: expression.pointer,
    message: `There is no stage with the refId "${refId}", so #${node.name} fails.`,
    span: spanOf(arg, placed),
  });
}

/** A judgment compared with an answer that is not offered. */
function checkAnswer(
  node: Extract<Node, { kind: 'binary' }>,
  placed: PlacedNode,
  subject: Subject,
  expression: FoundExpression,
  report: Report,
): void {
  if (node.operator !== '==' && node.operator !== '!=') return;
  const [call, other] = node.left.kind === 'function' ? [node.left, node.right] : [node.right, node.left];
  const answer = literalOf(other);
  if (call.kind !== 'function' || !JUDGMENTS.has(call.name) || answer === null) return;
  const judgments = subject.stagesNamed(literalOf(call.args[0]) ?? '').filter(isJudgment);
  const options = judgments.flatMap(optionsOf);
  if (judgments.length === 0 || options.includes(answer) || options.some((option) => option.includes('${'))) return;
  const meant = nearest(answer, options);
  const span = spanOf(other, placed);
  const offered = options.length === 0 ? 'it offers nothing to choose' : `it offers ${listed(options)}`;
  report({
    severity: 'warning',
    code: 'expression.answer-not-offered',
    pointer: expression.pointer,
    message: `"${answer}" is never the answer of "${judgments[0]!.name}"; ${offered}.${didYouMean(meant)}`,
    span,
    ...(meant === undefined ? {} : { fix: quoteInstead(expression, span, meant) }),
  });
}

/** The text with another word in quotes in place of the one at the span. */
function quoteInstead(
  { text, shift, pointer }: FoundExpression,
  span: { start: number; end: number },
  word: string,
): Fix {
  const whole = text.slice(shift, shift > 0 ? -1 : undefined);
  const quoted = `'${word.replaceAll("'", "''")}'`;
  return {
    label: `Use "${word}"`,
    patch: [{ op: 'replace', path: pointer, value: whole.slice(0, span.start) + quoted + whole.slice(span.end) }],
  };
}
