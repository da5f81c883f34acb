import { childrenOf, type Node } from '../expressions/ast.ts';
import { isTemplate, parseTemplate, type Template } from '../expressions/index.ts';
import { isJsonObject } from '../json.ts';
import { pointerTo } from '../pointer.ts';
import { type CheckedStage, entriesOf, itemsOf, type Subject, textOf } from './subject.ts';

/** A text of the document that holds an expression. */
export interface FoundExpression {
  readonly pointer: string;
  /** As the language reads it: conditions, which are written without them, are put into `${ }`. */
  readonly text: string;
  /** How many characters that put before the text of the document. */
  readonly shift: number;
  readonly template: Template;
  /** Absent outside stages. */
  readonly stage: CheckedStage | undefined;
}

const NODES_CHECKED = 100_000;
const DEEPEST = 120;

/** Every expression of the document, in the order of its stages, then of what is beside them. */
export function findExpressions({ document, stages }: Subject): FoundExpression[] {
  const found: FoundExpression[] = [];
  let left = NODES_CHECKED;
  const add = (text: string, pointer: string, stage: CheckedStage | undefined, shift = 0): void => {
    found.push({ pointer, text, shift, template: parseTemplate(text), stage });
  };
  const visit = (value: unknown, path: readonly PropertyKey[], stage: CheckedStage | undefined): void => {
    left -= 1;
    if (left < 0 || path.length > DEEPEST) return;
    if (typeof value === 'string') {
      if (isTemplate(value)) add(value, pointerTo(path), stage);
    } else if (Array.isArray(value)) value.forEach((item, i) => visit(item, [...path, i], stage));
    else if (isJsonObject(value)) for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key], stage);
  };
  for (const stage of stages) {
    const raw = rawKeysOf(stage);
    for (const [key, value] of Object.entries(stage.json))
      if (!raw.has(key)) visit(value, ['stages', stage.at, key], stage);
    for (const { expression, pointer } of conditionsOf(stage)) add(`\${${expression}}`, pointer, stage, 2);
  }
  for (const key of ['notifications', 'expectedArtifacts', 'triggers', 'parameterConfig', 'description'])
    itemsOf(document[key]).forEach((item, i) => visit(item, [key, i], undefined));
  return found;
}

const MANIFEST_KEYS = ['manifests', 'manifest', 'manifestArtifact'];

function rawKeysOf({ definition, json }: CheckedStage): ReadonlySet<string> {
  const raw = new Set(definition?.rawFields ?? []);
  if (json['skipExpressionEvaluation'] === true) for (const key of MANIFEST_KEYS) raw.add(key);
  return raw;
}

/** Conditions, which are expressions without `${ }`; those written with them are found like any text. */
function conditionsOf({ json, pointer }: CheckedStage): Array<{ expression: string; pointer: string }> {
  const enabled = json['stageEnabled'];
  const all = [
    ...(isJsonObject(enabled)
      ? [{ expression: enabled['expression'], pointer: `${pointer}/stageEnabled/expression` }]
      : []),
    ...entriesOf(json['preconditions'], `${pointer}/preconditions`).flatMap((precondition) => {
      const { type, context } = precondition.json;
      if (type !== 'expression' || !isJsonObject(context)) return [];
      return [{ expression: context['expression'], pointer: `${precondition.pointer}/context/expression` }];
    }),
  ];
  return all.flatMap((each) => {
    const expression = textOf(each.expression);
    return expression.trim() === '' || isTemplate(expression) ? [] : [{ expression, pointer: each.pointer }];
  });
}

/** A part of an expression with the place of its text in the document's text. */
export interface PlacedNode {
  readonly node: Node;
  readonly parent: Node | undefined;
  readonly start: number;
  readonly end: number;
}

/** Every part of the expressions of a text, parents before their parts. */
export function* nodesOf({ template, shift }: FoundExpression): Generator<PlacedNode> {
  if (!template.ok) return;
  for (const part of template.parts) {
    if (part.kind !== 'expression') continue;
    const open: Array<{ node: Node; parent: Node | undefined }> = [{ node: part.node, parent: undefined }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { node, parent } = next;
      const start = part.start - shift;
      yield { node, parent, start: start + node.from, end: start + node.end };
      for (const child of childrenOf(node).toReversed()) open.push({ node: child, parent: node });
    }
  }
}
