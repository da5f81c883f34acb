import { parseError } from './errors.ts';

export type Token =
  | {
      readonly kind: 'number';
      readonly text: string;
      readonly value: number;
      readonly double: boolean;
      at: number;
      end: number;
    }
  | { readonly kind: 'string'; readonly text: string; readonly value: string; at: number; end: number }
  | { readonly kind: 'name'; readonly text: string; at: number; end: number }
  | { readonly kind: 'sign'; readonly text: string; at: number; end: number }
  | { readonly kind: 'end'; readonly text: ''; at: number; end: number };

/** Longest first, so that `?.` wins over `?`. */
const SIGNS = [
  '?.',
  '?:',
  '?[',
  '![',
  '^[',
  '$[',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '++',
  '--',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '.',
  '?',
  '!',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '<',
  '>',
  '#',
  '@',
  '=',
  '&',
] as const;

/** Signs by their first character, longest first. */
const SIGNS_BY_START: ReadonlyMap<string, readonly string[]> = new Map(
  SIGNS.map((sign) => [sign[0]!, SIGNS.filter((other) => other[0] === sign[0])]),
);

const SPACE = /\s/;
const NAME_START = /[\p{L}_$]/u;
const NAME_PART = /[\p{L}\p{N}_$]/u;
const HEX = /0[xX]([0-9a-fA-F]+)[lL]?/y;
const NUMBER = /\d+(\.\d+)?([eE][+-]?\d+)?([lLfFdD])?/y;

/** Cuts the text of one expression into tokens; the last one is always `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (SPACE.test(text[at]!)) {
      at += 1;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', at: text.length, end: text.length });
  return tokens;
}

function readToken(text: string, at: number): Token {
  const char = text[at]!;
  if (char === "'" || char === '"') return readString(text, at, char);
  if (char >= '0' && char <= '9') return readNumber(text, at);
  if (char === '$' && text[at + 1] === '[') return { kind: 'sign', text: '$[', at, end: at + 2 };
  if (char === '$' && text[at + 1] === '{') throw parseError('an expression cannot hold another ${', at);
  if (NAME_START.test(char)) return readName(text, at);
  const sign = SIGNS_BY_START.get(char)?.find((candidate) => text.startsWith(candidate, at));
  if (!sign) throw parseError(`unexpected character ${JSON.stringify(char)}`, at);
  return { kind: 'sign', text: sign, at, end: at + sign.length };
}

function readName(text: string, at: number): Token {
  let end = at + 1;
  while (end < text.length && NAME_PART.test(text[end]!)) end += 1;
  return { kind: 'name', text: text.slice(at, end), at, end };
}

function readString(text: string, at: number, quote: string): Token {
  let value = '';
  let from = at + 1;
  for (;;) {
    const close = text.indexOf(quote, from);
    if (close < 0) throw parseError('text without a closing quote', at);
    value += text.slice(from, close);
    if (text[close + 1] !== quote)
      return { kind: 'string', text: text.slice(at, close + 1), value, at, end: close + 1 };
    value += quote;
    from = close + 2;
  }
}

function readNumber(text: string, at: number): Token {
  HEX.lastIndex = at;
  const hex = HEX.exec(text);
  if (hex)
    return { kind: 'number', text: hex[0], value: Number.parseInt(hex[1]!, 16), double: false, at, end: HEX.lastIndex };
  NUMBER.lastIndex = at;
  const found = NUMBER.exec(text)!;
  const end = NUMBER.lastIndex;
  if (end < text.length && NAME_PART.test(text[end]!)) throw parseError(`bad number ${text.slice(at, end + 1)}`, at);
  const suffix = (found[3] ?? '').toLowerCase();
  const double = found[1] !== undefined || found[2] !== undefined || suffix === 'f' || suffix === 'd';
  if (double && suffix === 'l') throw parseError(`bad number ${found[0]}`, at);
  const value = Number(suffix ? found[0].slice(0, -1) : found[0]);
  if (!double && !Number.isSafeInteger(value)) throw parseError(`number ${found[0]} is too large`, at);
  return { kind: 'number', text: found[0], value, double, at, end };
}
