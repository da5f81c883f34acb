/** A metric math expression, parsed. */
export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'name'; name: string }
  | { kind: 'list'; items: Expression[] }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'minus'; of: Expression }
  | { kind: 'operation'; operator: Operator; left: Expression; right: Expression };

export type Operator = '+' | '-' | '*' | '/' | '^' | '<' | '>' | '<=' | '>=' | '==' | '!=' | 'AND' | 'OR';

/** A mistake in an expression. */
export class ExpressionError extends Error {}

const tokenPattern =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(<=|>=|==|!=|&&|\|\||[-+*/^<>()[\],]))/y;

interface Token {
  kind: 'number' | 'name' | 'text' | 'mark' | 'end';
  text: string;
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const end = source.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(source);
    if (match === null) throw new ExpressionError(`Unexpected '${source.slice(at).trim().charAt(0)}'`);
    const [, number, name, single, double, mark] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (mark !== undefined)
      tokens.push({ kind: 'mark', text: mark === '&&' ? 'AND' : mark === '||' ? 'OR' : mark });
    else tokens.push({ kind: 'text', text: (single ?? double ?? '').replace(/\\(.)/g, '$1') });
  }
  return [...tokens, { kind: 'end', text: '' }];
}

const levels: Operator[][] = [['OR'], ['AND'], ['==', '!=', '<', '>', '<=', '>='], ['+', '-'], ['*', '/']];
const maxDepth = 50;

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#tokens = tokensOf(source);
  }

  parse(): Expression {
    const found = this.#level(0);
    const { kind, text } = this.#peek();
    if (kind !== 'end') throw new ExpressionError(`Unexpected '${text}'`);
    return found;
  }

  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  #takeMark(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'mark' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #level(index: number): Expression {
    const operators = levels[index];
    if (operators === undefined) return this.#unary();
    let left = this.#level(index + 1);
    for (;;) {
      const { kind, text } = this.#peek();
      const operator = operators.find((each) => each === text);
      if (operator === undefined || (kind !== 'mark' && kind !== 'name')) return left;
      this.#take();
      left = { kind: 'operation', operator, left, right: this.#level(index + 1) };
    }
  }

  #unary(): Expression {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new ExpressionError('The expression is nested too deeply');
    const found = this.#takeMark('-') ? { kind: 'minus' as const, of: this.#unary() } : this.#power();
    this.#depth -= 1;
    return found;
  }

  /** Binds tighter than a minus before it, and from the right. */
  #power(): Expression {
    const left = this.#primary();
    return this.#takeMark('^') ? { kind: 'operation', operator: '^', left, right: this.#unary() } : left;
  }

  #primary(): Expression {
    if (this.#takeMark('(')) {
      const inner = this.#level(0);
      this.#expect(')');
      return inner;
    }
    if (this.#takeMark('[')) return { kind: 'list', items: this.#items(']') };
    const token = this.#take();
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'text', value: token.text };
    if (token.kind !== 'name')
      throw new ExpressionError(token.kind === 'end' ? 'Unexpected end' : `Unexpected '${token.text}'`);
    if (this.#takeMark('(')) return { kind: 'call', name: token.text.toUpperCase(), args: this.#items(')') };
    return { kind: 'name', name: token.text };
  }

  #items(end: string): Expression[] {
    const items: Expression[] = [];
    if (this.#takeMark(end)) return items;
    do items.push(this.#level(0));
    while (this.#takeMark(','));
    this.#expect(end);
    return items;
  }

  #expect(mark: string): void {
    if (!this.#takeMark(mark)) throw new ExpressionError(`'${mark}' is missing`);
  }
}

/** Parses a metric math expression; throws `ExpressionError`. */
export function parseExpression(source: string): Expression {
  if (source.length > 2048) throw new ExpressionError('The expression is longer than 2048 characters');
  return new Parser(source).parse();
}
