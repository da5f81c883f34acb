import type { Node } from './ast.ts';
import { ExpressionError, parseError } from './errors.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { parseExpression } from './parser.ts';

/** A stretch of a template: literal text, or an expression with the offset of its first character after `${`. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly text: string; readonly start: number; readonly node: Node };

/** A template cut into parts, or the reason why it cannot be. */
export type Template =
  | { readonly ok: true; readonly text: string; readonly parts: readonly TemplatePart[] }
  | {
      readonly ok: false;
      readonly text: string;
      readonly error: ExpressionError;
      readonly start: number;
      readonly end: number;
    };

/** True when the text holds an expression; everything else passes unchanged and costs nothing. */
export const isTemplate = (text: string): boolean => text.includes('${');

const OPENING: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
const CLOSING: ReadonlySet<string> = new Set([')', ']', '}']);

/** Cuts a text and parses its expressions. Never throws. */
export function cutTemplate(text: string, expressionLength: number = DEFAULT_LIMITS.expressionLength): Template {
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('${', at);
    if (open < 0) break;
    if (open > at) parts.push({ kind: 'text', text: text.slice(at, open) });
    let close = text.length;
    try {
      close = findEnd(text, open + 2);
      parts.push(readPart(text, open + 2, close, expressionLength));
    } catch (thrown) {
      if (!(thrown instanceof ExpressionError)) throw thrown;
      return { ok: false, text, error: thrown, start: open + 2 + (thrown.at ?? 0), end: close };
    }
    at = close + 1;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return { ok: true, text, parts };
}

function readPart(text: string, start: number, end: number, expressionLength: number): TemplatePart {
  if (end - start > expressionLength) {
    throw new ExpressionError('LimitExceeded', `expression longer than ${expressionLength} characters`, 0);
  }
  const inner = text.slice(start, end);
  if (inner.trim() === '') throw parseError('no expression between ${ and }', 0);
  return { kind: 'expression', text: inner.trim(), start, node: parseExpression(inner) };
}

/** Offset of the `}` that ends the expression starting at `start`; quotes and nested brackets are stepped over. */
function findEnd(text: string, start: number): number {
  const expected: string[] = [];
  for (let at = start; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === "'" || char === '"') {
      const close = text.indexOf(char, at + 1);
      if (close < 0) throw parseError('text without a closing quote', at - start);
      at = close;
      continue;
    }
    const closer = OPENING.get(char);
    if (closer) expected.push(closer);
    else if (CLOSING.has(char)) {
      if (char === '}' && expected.length === 0) return at;
      if (expected.pop() !== char) throw parseError(`'${char}' closes nothing`, at - start);
    }
  }
  throw parseError('no closing } for ${', 0);
}

/** Remembers the most recently used templates: those of the current generation, and of the one before. */
export class TemplateCache {
  private young = new Map<string, Template>();
  private old = new Map<string, Template>();
  private readonly generation: number;
  private readonly expressionLength: number;

  /** Holds `size` templates at most. */
  constructor(size: number, expressionLength: number = DEFAULT_LIMITS.expressionLength) {
    this.generation = Math.max(1, size >>> 1);
    this.expressionLength = expressionLength;
  }

  get(text: string): Template {
    const known = this.young.get(text);
    if (known) return known;
    const template = this.old.get(text) ?? cutTemplate(text, this.expressionLength);
    // Long texts are cheap to cut compared with the memory they would hold.
    if (text.length <= 20_000) this.remember(text, template);
    return template;
  }

  private remember(text: string, template: Template): void {
    if (this.young.size >= this.generation) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(text, template);
  }
}
