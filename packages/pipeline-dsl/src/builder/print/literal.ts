import { bracket, type Layout } from './layout.ts';

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** True for a text that can stand after a dot or as a key without quotes. */
export const isIdentifier = (text: string): boolean => IDENTIFIER.test(text) && text !== '__proto__';

/** A text in quotes: single ones unless it holds them. */
export function textLiteral(text: string): string {
  const double = JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  if (text.includes("'") && !text.includes('"')) return double;
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** Text inside backquotes. */
export function templateText(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll('`', '\\`')
    .replaceAll('${', '\\${')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** A key of an object. `__proto__` in quotes would set the prototype, so it is computed. */
export function keyLiteral(key: string): string {
  if (key === '__proto__') return "['__proto__']";
  return isIdentifier(key) ? key : textLiteral(key);
}

/** Reading a named part: `.key` or `['a key']`. */
export const memberText = (key: string): string => (isIdentifier(key) ? `.${key}` : `[${textLiteral(key)}]`);

export const listLayout = (entries: readonly Layout[]): Layout => bracket('[', entries, ']');
export const objectLayout = (entries: readonly Layout[]): Layout => bracket('{', entries, '}', ' ');
export const propertyLayout = (key: string, value: Layout): Layout => [`${keyLiteral(key)}: `, value];

/** A number, true, false or null. */
export const scalarLiteral = (value: unknown): string => (Object.is(value, -0) ? '-0' : String(value));
