export type BinaryOperator =
  | 'or'
  | 'and'
  | '=='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | 'matches'
  | 'between'
  | 'instanceof'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^';

export type SelectionKind = 'all' | 'first' | 'last';

/** Where a part of an expression stands in its text: `at` is its most telling character, `from` to `end` all of it. */
interface Placed {
  readonly at: number;
  readonly from: number;
  /** Exclusive. */
  readonly end: number;
}

/** A parsed expression. */
export type Node = Placed &
  (
    | { readonly kind: 'literal'; readonly value: unknown }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
    | { readonly kind: 'property'; readonly target: Node; readonly name: string; readonly safe: boolean }
    | {
        readonly kind: 'method';
        readonly target: Node;
        readonly name: string;
        readonly args: readonly Node[];
        readonly safe: boolean;
      }
    | { readonly kind: 'index'; readonly target: Node; readonly index: Node; readonly safe: boolean }
    | {
        readonly kind: 'selection';
        readonly target: Node;
        readonly which: SelectionKind;
        readonly test: Node;
        readonly safe: boolean;
      }
    | { readonly kind: 'projection'; readonly target: Node; readonly each: Node; readonly safe: boolean }
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'function'; readonly name: string; readonly args: readonly Node[] }
    | { readonly kind: 'this' }
    | { readonly kind: 'type'; readonly name: string }
    | { readonly kind: 'new'; readonly name: string; readonly args: readonly Node[] }
    | { readonly kind: 'list'; readonly items: readonly Node[] }
    | { readonly kind: 'map'; readonly entries: ReadonlyArray<readonly [Node, Node]> }
    | { readonly kind: 'unary'; readonly operator: '-' | '+' | '!'; readonly operand: Node }
    | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
    | { readonly kind: 'ternary'; readonly test: Node; readonly yes: Node; readonly no: Node }
    | { readonly kind: 'elvis'; readonly left: Node; readonly right: Node }
  );

/** Parts directly inside a part. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'call':
    case 'function':
    case 'new':
      return node.args;
    case 'property':
      return [node.target];
    case 'method':
      return [node.target, ...node.args];
    case 'index':
      return [node.target, node.index];
    case 'selection':
      return [node.target, node.test];
    case 'projection':
      return [node.target, node.each];
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flat();
    case 'unary':
      return [node.operand];
    case 'binary':
    case 'elvis':
      return [node.left, node.right];
    case 'ternary':
      return [node.test, node.yes, node.no];
    default:
      return [];
  }
}
