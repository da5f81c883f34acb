import type { Node } from './ast.ts';
import { LIST_METHODS, MAP_METHODS } from './methods/collections.ts';
import { BOOLEAN_METHODS, NUMBER_METHODS } from './methods/scalars.ts';
import { STRING_METHODS } from './methods/strings.ts';
import { isNumber, type Method } from './values.ts';

/** What is known of a value before it is there. */
export type Kind = 'text' | 'number' | 'boolean' | 'list' | 'map' | 'null';

const FUNCTION_RESULTS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['alphanumerical', 'text'],
  ['toInt', 'number'],
  ['toFloat', 'number'],
  ['toBoolean', 'boolean'],
  ['toBase64', 'text'],
  ['fromBase64', 'text'],
  ['toJson', 'text'],
  ['fromUrl', 'text'],
  ['readAllYaml', 'list'],
  ['stageExists', 'boolean'],
  ['currentUser', 'text'],
  ['deployedServerGroups', 'list'],
  ['resolvedArtifacts', 'list'],
  ['pipelineId', 'text'],
]);
const METHOD_RESULTS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...['toString', 'toLowerCase', 'toUpperCase', 'trim', 'strip', 'substring', 'replace', 'replaceAll', 'concat'].map(
    (name): [string, Kind] => [name, 'text'],
  ),
  ...['length', 'size', 'indexOf', 'lastIndexOf', 'hashCode', 'intValue'].map((name): [string, Kind] => [
    name,
    'number',
  ]),
  ...['isEmpty', 'contains', 'startsWith', 'endsWith', 'equals', 'containsKey', 'matches', 'equalsIgnoreCase'].map(
    (name): [string, Kind] => [name, 'boolean'],
  ),
  ['split', 'list'],
  ['keySet', 'list'],
]);
type Methods = ReadonlyMap<string, Method<never>>;
const METHODS: Readonly<Record<Exclude<Kind, 'null'>, Methods>> = {
  text: STRING_METHODS,
  number: NUMBER_METHODS,
  boolean: BOOLEAN_METHODS,
  list: LIST_METHODS,
  map: MAP_METHODS,
};
const CONDITIONS: ReadonlySet<string> = new Set([
  'or',
  'and',
  '==',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  'matches',
  'between',
  'instanceof',
]);

/** The kind of a value if every run must give that kind; null when it depends. */
export function kindOf(node: Node): Kind | null {
  switch (node.kind) {
    case 'literal':
      return literalKind(node.value);
    case 'list':
      return 'list';
    case 'map':
      return 'map';
    case 'function':
      return FUNCTION_RESULTS.get(node.name) ?? null;
    case 'method':
      return node.safe || kindOf(node.target) === null ? null : (METHOD_RESULTS.get(node.name) ?? null);
    case 'projection':
      return node.safe ? null : 'list';
    case 'unary':
      return node.operator === '!' ? 'boolean' : 'number';
    case 'binary':
      return binaryKind(node);
    case 'ternary': {
      const yes = kindOf(node.yes);
      return yes !== null && yes === kindOf(node.no) ? yes : null;
    }
    default:
      return null;
  }
}

function literalKind(value: unknown): Kind | null {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  return isNumber(value) ? 'number' : typeof value === 'boolean' ? 'boolean' : null;
}

function binaryKind({ operator, left, right }: Extract<Node, { kind: 'binary' }>): Kind | null {
  if (CONDITIONS.has(operator)) return 'boolean';
  const kinds = [kindOf(left), kindOf(right)];
  if (operator === '+' && kinds.includes('text')) return 'text';
  return kinds.every((kind) => kind === 'number') ? 'number' : null;
}

/** Methods of values of a kind. */
export const methodsOfKind = (kind: Kind): Methods | null => (kind === 'null' ? null : METHODS[kind]);
