import type { BinaryOperator, Node, SelectionKind } from './ast.ts';
import { parseError } from './errors.ts';
import { type Token, tokenize } from './lexer.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { Double } from './values.ts';

const RELATIONAL: ReadonlyMap<string, BinaryOperator> = new Map([
  ['==', '=='],
  ['!=', '!='],
  ['<', '<'],
  ['>', '>'],
  ['<=', '<='],
  ['>=', '>='],
  ['eq', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['gt', '>'],
  ['le', '<='],
  ['ge', '>='],
  ['matches', 'matches'],
  ['between', 'between'],
  ['instanceof', 'instanceof'],
]);
const ADDITIVE: ReadonlyMap<string, BinaryOperator> = new Map([
  ['+', '+'],
  ['-', '-'],
]);
const MULTIPLICATIVE: ReadonlyMap<string, BinaryOperator> = new Map([
  ['*', '*'],
  ['/', '/'],
  ['%', '%'],
  ['div', '/'],
  ['mod', '%'],
]);
const OR: ReadonlyMap<string, BinaryOperator> = new Map([
  ['||', 'or'],
  ['or', 'or'],
]);
const AND: ReadonlyMap<string, BinaryOperator> = new Map([
  ['&&', 'and'],
  ['and', 'and'],
]);
const SELECTIONS: ReadonlyMap<string, SelectionKind> = new Map([
  ['?[', 'all'],
  ['^[', 'first'],
  ['$[', 'last'],
]);

/**
 * Longest chain of `a + b + c …` or `a.b.c…`; the evaluator recurses over it, so it bounds the stack.
 */
const LONGEST_CHAIN = 500;

/** Parses the text of one expression (without `${ }`). Throws `ExpressionError` of type `SpelParseException`. */
export function parseExpression(text: string): Node {
  const parser = new Parser(tokenize(text));
  return parser.whole();
}

type Unplaced<Part> = Part extends unknown ? Omit<Part, 'from' | 'end'> : never;

class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private depth = 0;
  private links = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  whole(): Node {
    if (this.peek().kind === 'end') throw parseError('empty expression', 0);
    const node = this.expression();
    const rest = this.peek();
    if (rest.kind !== 'end') throw this.unexpected(rest);
    return node;
  }

  private expression(): Node {
    this.depth += 1;
    if (this.depth > DEFAULT_LIMITS.depth) throw parseError('expression nested too deeply', this.peek().at);
    const node = this.conditional();
    this.depth -= 1;
    return node;
  }

  private conditional(): Node {
    const from = this.peek().at;
    const test = this.chain(OR, () => this.chain(AND, () => this.relation()));
    const at = this.peek().at;
    if (this.take('?:')) return this.place(from, { kind: 'elvis', left: test, right: this.expression(), at });
    if (this.take('?')) {
      const yes = this.expression();
      this.expect(':');
      return this.place(from, { kind: 'ternary', test, yes, no: this.expression(), at });
    }
    if (this.isSign('=')) throw parseError('assignment is not supported; compare with ==', at);
    return test;
  }

  private relation(): Node {
    const from = this.peek().at;
    const left = this.sum();
    const operator = this.operator(RELATIONAL);
    if (!operator) return left;
    const at = this.next().at;
    return this.place(from, { kind: 'binary', operator, left, right: this.sum(), at });
  }

  private sum(): Node {
    return this.chain(ADDITIVE, () => this.chain(MULTIPLICATIVE, () => this.power()));
  }

  private power(): Node {
    const from = this.peek().at;
    const left = this.unary();
    const at = this.peek().at;
    if (this.take('^')) return this.place(from, { kind: 'binary', operator: '^', left, right: this.unary(), at });
    if (this.isSign('++') || this.isSign('--')) throw parseError('++ and -- are not supported', at);
    return left;
  }

  private unary(): Node {
    const token = this.peek();
    const operator =
      this.isSign('!') || this.isWordOperator('not') ? '!' : this.isSign('-') ? '-' : this.isSign('+') ? '+' : null;
    if (!operator) {
      if (this.isSign('++') || this.isSign('--')) throw parseError('++ and -- are not supported', token.at);
      return this.primary();
    }
    this.next();
    this.link(token.at);
    return this.place(token.at, { kind: 'unary', operator, operand: this.unary(), at: token.at });
  }

  private chain(operators: ReadonlyMap<string, BinaryOperator>, operand: () => Node): Node {
    const from = this.peek().at;
    let left = operand();
    for (;;) {
      const operator = this.operator(operators);
      if (!operator) return left;
      const at = this.next().at;
      this.link(at);
      left = this.place(from, { kind: 'binary', operator, left, right: operand(), at });
    }
  }

  private primary(): Node {
    const from = this.peek().at;
    let node = this.start();
    for (;;) {
      const next = this.postfix(node, from);
      if (!next) return node;
      node = next;
    }
  }

  private postfix(target: Node, from: number): Node | null {
    const at = this.peek().at;
    if (this.take('[')) return this.index(target, false, at, from);
    const safe = this.isSign('?.');
    if (!safe && !this.isSign('.')) return null;
    this.next();
    this.link(at);
    if (safe && this.take('[')) return this.index(target, true, at, from);
    const picked = this.selectionOrProjection(target, safe, from);
    if (picked) return picked;
    if (this.isSign('#')) throw parseError('a function cannot follow a dot', at);
    const name = this.name();
    if (this.isSign('(')) return this.place(from, { kind: 'method', target, name, args: this.args(), safe, at });
    return this.place(from, { kind: 'property', target, name, safe, at });
  }

  private index(target: Node, safe: boolean, at: number, from: number): Node {
    this.link(at);
    const index = this.expression();
    this.expect(']');
    return this.place(from, { kind: 'index', target, index, safe, at });
  }

  private selectionOrProjection(target: Node, safe: boolean, from: number): Node | null {
    const { text, kind, at } = this.peek();
    if (kind !== 'sign') return null;
    const which = SELECTIONS.get(text);
    if (!which && text !== '![') return null;
    this.next();
    const inner = this.expression();
    this.expect(']');
    return which
      ? this.place(from, { kind: 'selection', target, which, test: inner, safe, at })
      : this.place(from, { kind: 'projection', target, each: inner, safe, at });
  }

  private start(): Node {
    const token = this.peek();
    if (token.kind === 'string') return this.literal(token.value);
    if (token.kind === 'number') return this.literal(token.double ? Double.of(token.value) : token.value);
    if (token.kind === 'name') return this.word(token);
    if (this.take('(')) {
      const node = this.expression();
      this.expect(')');
      return node;
    }
    if (this.take('#')) return this.hash(token.at);
    if (this.take('{')) return this.inline(token.at);
    if (this.isSign('@') || this.isSign('&')) throw parseError('bean references are not supported', token.at);
    const self: Node = { kind: 'this', at: token.at, from: token.at, end: token.at };
    const picked = this.selectionOrProjection(self, false, token.at);
    if (picked) return picked;
    if (this.take('[')) return this.index(self, false, token.at, token.at);
    throw this.unexpected(token);
  }

  private literal(value: unknown): Node {
    const { at } = this.next();
    return this.place(at, { kind: 'literal', value, at });
  }

  private word(token: Token): Node {
    const lower = token.text.toLowerCase();
    if (lower === 'true') return this.literal(true);
    if (lower === 'false') return this.literal(false);
    if (lower === 'null') return this.literal(null);
    const following = this.tokens[this.position + 1];
    if (lower === 'new' && following?.kind === 'name') return this.construct();
    this.next();
    if (token.text === 'T' && this.isSign('(')) return this.type(token.at);
    const { at } = token;
    if (this.isSign('(')) return this.place(at, { kind: 'call', name: token.text, args: this.args(), at });
    return this.place(at, { kind: 'name', name: token.text, at });
  }

  private hash(at: number): Node {
    const name = this.name();
    if (this.isSign('(')) return this.place(at, { kind: 'function', name, args: this.args(), at });
    return this.place(at, name === 'this' ? { kind: 'this', at } : { kind: 'variable', name, at });
  }

  private type(at: number): Node {
    this.expect('(');
    const name = this.qualifiedName();
    if (this.isSign('[')) throw parseError('array types are not supported', this.peek().at);
    this.expect(')');
    return this.place(at, { kind: 'type', name, at });
  }

  private construct(): Node {
    const at = this.next().at;
    const name = this.qualifiedName();
    if (this.isSign('[')) throw parseError('array construction is not supported; write {1, 2, 3}', at);
    return this.place(at, { kind: 'new', name, args: this.args(), at });
  }

  private inline(at: number): Node {
    if (this.take('}')) return this.place(at, { kind: 'list', items: [], at });
    if (this.take(':')) {
      this.expect('}');
      return this.place(at, { kind: 'map', entries: [], at });
    }
    const first = this.expression();
    return this.isSign(':') ? this.inlineMap(first, at) : this.inlineList(first, at);
  }

  private inlineList(first: Node, at: number): Node {
    const items = [first];
    while (this.take(',')) items.push(this.expression());
    this.expect('}');
    return this.place(at, { kind: 'list', items, at });
  }

  private inlineMap(firstKey: Node, at: number): Node {
    const entries: Array<readonly [Node, Node]> = [];
    let key = firstKey;
    for (;;) {
      this.expect(':');
      entries.push([key, this.expression()]);
      if (!this.take(',')) break;
      key = this.expression();
    }
    this.expect('}');
    return this.place(at, { kind: 'map', entries, at });
  }

  private args(): Node[] {
    this.expect('(');
    const args: Node[] = [];
    if (this.take(')')) return args;
    do args.push(this.expression());
    while (this.take(','));
    this.expect(')');
    return args;
  }

  private qualifiedName(): string {
    let name = this.name();
    while (this.take('.')) name += `.${this.name()}`;
    return name;
  }

  private name(): string {
    const token = this.next();
    if (token.kind !== 'name') throw this.unexpected(token);
    return token.text;
  }

  private operator(operators: ReadonlyMap<string, BinaryOperator>): BinaryOperator | undefined {
    const token = this.peek();
    if (token.kind === 'sign') return operators.get(token.text);
    return token.kind === 'name' ? operators.get(token.text.toLowerCase()) : undefined;
  }

  /** `not x` is an operator, a lone `not` (a key of that name) is not. */
  private isWordOperator(word: string): boolean {
    const token = this.peek();
    if (token.kind !== 'name' || token.text.toLowerCase() !== word) return false;
    const following = this.tokens[this.position + 1]!;
    return (
      following.kind !== 'end' && (following.kind !== 'sign' || ['(', '#', '!', '{', '-'].includes(following.text))
    );
  }

  /** The part that began at `from` and ends with the token read last. */
  private place(from: number, node: Unplaced<Node>): Node {
    return { ...node, from, end: this.tokens[this.position - 1]?.end ?? from } as Node;
  }

  private link(at: number): void {
    this.links += 1;
    if (this.links > LONGEST_CHAIN) throw parseError('expression has too many parts', at);
  }

  private peek(): Token {
    return this.tokens[this.position]!;
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.position += 1;
    return token;
  }

  private isSign(text: string): boolean {
    const token = this.peek();
    return token.kind === 'sign' && token.text === text;
  }

  private take(text: string): boolean {
    if (!this.isSign(text)) return false;
    this.position += 1;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) throw this.unexpected(this.peek(), text);
  }

  private unexpected(token: Token, wanted?: string): Error {
    const found = token.kind === 'end' ? 'the end' : `'${token.text}'`;
    return parseError(
      `found ${found}${wanted ? ` where '${wanted}' was expected` : ', which does not fit here'}`,
      token.at,
    );
  }
}
