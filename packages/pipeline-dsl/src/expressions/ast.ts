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

/** A parsed expression. `at` is the offset in the expression's text. */
export type Node =
  | { readonly kind: 'literal'; readonly value: unknown; readonly at: number }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[]; readonly at: number }
  | {
      readonly kind: 'property';
      readonly target: Node;
      readonly name: string;
      readonly safe: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'method';
      readonly target: Node;
      readonly name: string;
      readonly args: readonly Node[];
      readonly safe: boolean;
      readonly at: number;
    }
  | { readonly kind: 'index'; readonly target: Node; readonly index: Node; readonly safe: boolean; readonly at: number }
  | {
      readonly kind: 'selection';
      readonly target: Node;
      readonly which: SelectionKind;
      readonly test: Node;
      readonly safe: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'projection';
      readonly target: Node;
      readonly each: Node;
      readonly safe: boolean;
      readonly at: number;
    }
  | { readonly kind: 'variable'; readonly name: string; readonly at: number }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly Node[]; readonly at: number }
  | { readonly kind: 'this'; readonly at: number }
  | { readonly kind: 'type'; readonly name: string; readonly at: number }
  | { readonly kind: 'new'; readonly name: string; readonly args: readonly Node[]; readonly at: number }
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly at: number }
  | { readonly kind: 'map'; readonly entries: ReadonlyArray<readonly [Node, Node]>; readonly at: number }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '!'; readonly operand: Node; readonly at: number }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Node;
      readonly right: Node;
      readonly at: number;
    }
  | { readonly kind: 'ternary'; readonly test: Node; readonly yes: Node; readonly no: Node; readonly at: number }
  | { readonly kind: 'elvis'; readonly left: Node; readonly right: Node; readonly at: number };
