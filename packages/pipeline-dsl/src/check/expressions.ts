import type { Node } from '../expressions/ast.ts';
import { checkTemplate } from '../expressions/index.ts';
import type { Fix } from '../finding.ts';
import { type FoundExpression, findExpressions, nodesOf, type PlacedNode } from './expression-sources.ts';
import { checkLookups } from './lookups.ts';
import { didYouMean, nearest } from './nearest.ts';
import { type Check, type Report, type Subject, textOf } from './subject.ts';

/** All that is said about expressions; they are looked for once. */
export const checkExpressions: Check = (subject, report) => {
  const expressions = findExpressions(subject);
  const parameters = subject.parameters.map(({ json }) => textOf(json['name'])).filter((name) => name !== '');
  const read: ParametersRead = { names: new Set(), all: false };
  for (const expression of expressions) {
    const about: Report = (finding) => report({ ...finding, stage: expression.stage });
    checkSyntax(expression, about);
    const told = new Set<string>();
    for (const placed of nodesOf(expression)) {
      const name = parameterRead(placed, read);
      if (name === null || subject.isTemplateInstance || told.has(name)) continue;
      told.add(name);
      if (!parameters.includes(name)) tellUnknown(name, placed, expression, { subject, parameters, report: about });
    }
    checkLookups(expression, subject, about);
  }
  tellUnused(subject, expressions, read, report);
};

function checkSyntax({ text, shift, pointer, template }: FoundExpression, report: Report): void {
  const whole = template.text.length - (shift > 0 ? shift + 1 : 0);
  for (const found of checkTemplate(text)) {
    const start = Math.max(0, Math.min(found.start - shift, whole - 1));
    report({
      severity: 'warning',
      code: `expression.${found.code}`,
      pointer,
      message: `At character ${start + 1}: ${found.message}`,
      span: { start, end: Math.max(start + 1, Math.min(found.end - shift, whole)) },
    });
  }
}

interface ParametersRead {
  readonly names: Set<string>;
  /** Parameters are handed on as a whole, or by a name nobody knows yet. */
  all: boolean;
}

const isName = (node: Node, name: string): boolean => node.kind === 'name' && node.name === name;
const keyOf = (node: Node): string | null => {
  if (node.kind === 'property') return node.name;
  return node.kind === 'index' && node.index.kind === 'literal' && typeof node.index.value === 'string'
    ? node.index.value
    : null;
};
const targetOf = (node: Node): Node | null =>
  node.kind === 'property' || node.kind === 'index' || node.kind === 'method' ? node.target : null;

/** `parameters`, `trigger.parameters`, `execution.trigger.parameters`, with dots or brackets. */
function isParameters(node: Node): boolean {
  if (isName(node, 'parameters')) return true;
  const target = targetOf(node);
  if (!target || keyOf(node) !== 'parameters') return false;
  if (isName(target, 'trigger')) return true;
  const outer = targetOf(target);
  return outer !== null && keyOf(target) === 'trigger' && isName(outer, 'execution');
}

/** The parameter a part reads and that must be there, or null; remembers what is read in other ways. */
function parameterRead({ node, parent }: PlacedNode, read: ParametersRead): string | null {
  if (isParameters(node) && !(parent && targetOf(parent) === node)) read.all = true;
  const target = targetOf(node);
  if (!target || !isParameters(target)) return null;
  const key = keyOf(node);
  if (key !== null) {
    read.names.add(key);
    return key;
  }
  const first = node.kind === 'method' ? node.args[0] : undefined;
  if (first?.kind === 'literal' && typeof first.value === 'string') read.names.add(first.value);
  else read.all = true;
  return null;
}

interface Telling {
  readonly subject: Subject;
  readonly parameters: readonly string[];
  readonly report: Report;
}

function tellUnknown(name: string, placed: PlacedNode, found: FoundExpression, told: Telling): void {
  const { start, end } = placed;
  const text = found.text.slice(found.shift);
  const dashed = told.parameters.find(
    (known) => known.startsWith(`${name}-`) && text.startsWith(known, end - name.length),
  );
  const meant = dashed ?? nearest(name, told.parameters);
  const hint =
    dashed === undefined ? didYouMean(meant) : ` Write parameters['${dashed}'], for a dash is read as a minus.`;
  told.report({
    severity: 'warning',
    code: 'expression.unknown-parameter',
    pointer: found.pointer,
    message: `The pipeline has no parameter "${name}"; unless the trigger brings one, this stays empty.${hint}`,
    span: { start, end },
    fix: fixUnknown(name, meant, { placed, found, isDashed: dashed !== undefined, subject: told.subject }),
  });
}

function fixUnknown(
  name: string,
  meant: string | undefined,
  {
    placed,
    found,
    isDashed,
    subject,
  }: { placed: PlacedNode; found: FoundExpression; isDashed: boolean; subject: Subject },
): Fix {
  if (meant === undefined) {
    const value = { name, label: name, required: false };
    const has = Array.isArray(subject.document['parameterConfig']);
    return {
      label: `Add a parameter "${name}"`,
      patch: [
        has
          ? { op: 'add', path: '/parameterConfig/-', value }
          : { op: 'add', path: '/parameterConfig', value: [value] },
      ],
    };
  }
  const text = found.text.slice(found.shift, found.shift > 0 ? -1 : undefined);
  const { start, end } = placed;
  const before = text.slice(start, end);
  const after = isDashed
    ? before.replace(/\??\.\s*[\w$]+$/, `['${meant.replaceAll("'", "''")}']`)
    : replaceLast(before, name, meant);
  const rest = isDashed ? end + (meant.length - name.length) : end;
  return {
    label: `Read "${meant}"`,
    patch: [{ op: 'replace', path: found.pointer, value: text.slice(0, start) + after + text.slice(rest) }],
  };
}

function replaceLast(text: string, from: string, to: string): string {
  const at = text.lastIndexOf(from);
  return at < 0 ? text : text.slice(0, at) + to + text.slice(at + from.length);
}

/** Parameters no expression reads. Said only once there are stages that could. */
function tellUnused(
  { parameters, stages, isTemplateInstance }: Subject,
  expressions: readonly FoundExpression[],
  read: ParametersRead,
  report: Report,
): void {
  if (read.all || isTemplateInstance || stages.length === 0) return;
  const unparsed = expressions.filter(({ template }) => !template.ok).map(({ text }) => text);
  const conditions = new Set(
    parameters.map(({ json }) => textOf((json['condition'] as { parameter?: unknown } | null | undefined)?.parameter)),
  );
  for (const { json, pointer } of parameters) {
    const name = textOf(json['name']);
    if (name === '' || read.names.has(name) || conditions.has(name) || unparsed.some((text) => text.includes(name)))
      continue;
    report({
      severity: 'info',
      code: 'parameter.unused',
      pointer: `${pointer}/name`,
      message: `No expression reads the parameter "${name}"; use it as \${parameters.${name}}, or remove it.`,
    });
  }
}
