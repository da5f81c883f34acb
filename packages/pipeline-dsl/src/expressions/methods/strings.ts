import type { Env } from '../env.ts';
import { evaluationError } from '../errors.ts';
import { regexFor } from '../regex.ts';
import { isDouble, isNumber, type Method, toNumber, typeNameOf } from '../values.ts';

export function stringArg(value: unknown, method: string): string {
  if (typeof value === 'string') return value;
  throw evaluationError(`${method} needs a text, not ${typeNameOf(value)}`);
}

export function intArg(value: unknown, method: string): number {
  if (isNumber(value) && !isDouble(value)) return toNumber(value);
  throw evaluationError(`${method} needs a whole number, not ${typeNameOf(value)}`);
}

export function checkRange(at: number, least: number, most: number, what: string): void {
  if (at < least || at > most) throw evaluationError(`${what} ${at} is out of range ${least} to ${most}`);
}

/** Java's `hashCode` of a text. */
export function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

function substring(text: string, args: readonly unknown[]): string {
  const from = intArg(args[0], 'substring');
  const to = args.length > 1 ? intArg(args[1], 'substring') : text.length;
  checkRange(to, 0, text.length, 'index');
  checkRange(from, 0, to, 'index');
  return text.slice(from, to);
}

function replaceLiteral(text: string, args: readonly unknown[], env: Env): string {
  const search = stringArg(args[0], 'replace');
  const replacement = stringArg(args[1], 'replace');
  if (search === '') {
    env.budget.text(text.length + (text.length + 1) * replacement.length);
    return (
      replacement +
      text
        .split('')
        .map((char) => char + replacement)
        .join('')
    );
  }
  const pieces = text.split(search);
  env.budget.text(text.length + (pieces.length - 1) * replacement.length);
  return pieces.join(replacement);
}

function replaceRegex(text: string, args: readonly unknown[], env: Env, first: boolean): string {
  const name = first ? 'replaceFirst' : 'replaceAll';
  const regex = regexFor(stringArg(args[0], name), text, env);
  const replacement = stringArg(args[1], name);
  env.budget.text((text.length + 1) * (replacement.length + 1));
  try {
    const result = first
      ? regex.matcher(text).replaceFirst(replacement, true)
      : regex.matcher(text).replaceAll(replacement, true);
    env.budget.text(result.length);
    return result;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ExpressionError') throw thrown;
    throw evaluationError(`bad replacement '${replacement}'`);
  }
}

/** Java's rule: without a limit, empty texts at the end are dropped. */
function split(text: string, args: readonly unknown[], env: Env): string[] {
  // Each part costs, and there may be as many as there are characters.
  env.budget.spend(args[0] === '' ? text.length : text.length >>> 2);
  const regex = regexFor(stringArg(args[0], 'split'), text, env);
  if (text === '') return [''];
  const parts = regex.split(text, args.length > 1 ? intArg(args[1], 'split') : 0);
  env.budget.spend(parts.length);
  return parts;
}

function compareText(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at += 1) {
    if (left[at] !== right[at]) return left.charCodeAt(at) - right.charCodeAt(at);
  }
  return left.length - right.length;
}

function repeat(text: string, args: readonly unknown[], env: Env): string {
  const times = intArg(args[0], 'repeat');
  if (times < 0) throw evaluationError(`repeat needs 0 or more, not ${times}`);
  env.budget.text(text.length * times);
  return text.repeat(times);
}

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];
const two: readonly [number, number] = [2, 2];
const oneOrTwo: readonly [number, number] = [1, 2];

/** Methods of texts. A status is a text, so `name()` is among them. */
export const STRING_METHODS: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  ['length', { arity: none, run: (text) => text.length }],
  ['isEmpty', { arity: none, run: (text) => text === '' }],
  ['isBlank', { arity: none, run: (text) => text.trim() === '' }],
  ['charAt', { arity: one, run: (text, [at]) => charAt(text, intArg(at, 'charAt')) }],
  ['substring', { arity: oneOrTwo, run: substring }],
  [
    'indexOf',
    {
      arity: oneOrTwo,
      run: (text, [part, from]) =>
        text.indexOf(stringArg(part, 'indexOf'), from === undefined ? 0 : intArg(from, 'indexOf')),
    },
  ],
  [
    'lastIndexOf',
    {
      arity: oneOrTwo,
      run: (text, [part, from]) =>
        text.lastIndexOf(
          stringArg(part, 'lastIndexOf'),
          from === undefined ? Number.POSITIVE_INFINITY : intArg(from, 'lastIndexOf'),
        ),
    },
  ],
  ['contains', { arity: one, run: (text, [part]) => text.includes(stringArg(part, 'contains')) }],
  [
    'startsWith',
    {
      arity: oneOrTwo,
      run: (text, [part, from]) =>
        text.startsWith(stringArg(part, 'startsWith'), from === undefined ? 0 : intArg(from, 'startsWith')),
    },
  ],
  ['endsWith', { arity: one, run: (text, [part]) => text.endsWith(stringArg(part, 'endsWith')) }],
  ['equals', { arity: one, run: (text, [other]) => text === other }],
  [
    'equalsIgnoreCase',
    { arity: one, run: (text, [other]) => typeof other === 'string' && text.toLowerCase() === other.toLowerCase() },
  ],
  ['compareTo', { arity: one, run: (text, [other]) => compareText(text, stringArg(other, 'compareTo')) }],
  [
    'compareToIgnoreCase',
    {
      arity: one,
      run: (text, [other]) => compareText(text.toLowerCase(), stringArg(other, 'compareToIgnoreCase').toLowerCase()),
    },
  ],
  ['concat', { arity: one, run: (text, [other]) => text + stringArg(other, 'concat') }],
  ['replace', { arity: two, run: replaceLiteral }],
  ['replaceAll', { arity: two, run: (text, args, env) => replaceRegex(text, args, env, false) }],
  ['replaceFirst', { arity: two, run: (text, args, env) => replaceRegex(text, args, env, true) }],
  ['split', { arity: oneOrTwo, run: split }],
  [
    'matches',
    { arity: one, run: (text, [pattern], env) => regexFor(stringArg(pattern, 'matches'), text, env).testExact(text) },
  ],
  ['toLowerCase', { arity: none, run: (text) => text.toLowerCase() }],
  ['toUpperCase', { arity: none, run: (text) => text.toUpperCase() }],
  ['trim', { arity: none, run: (text) => text.trim() }],
  ['strip', { arity: none, run: (text) => text.trim() }],
  ['stripLeading', { arity: none, run: (text) => text.trimStart() }],
  ['stripTrailing', { arity: none, run: (text) => text.trimEnd() }],
  ['repeat', { arity: one, run: repeat }],
  ['lines', { arity: none, run: (text) => text.split(/\r\n|\r|\n/) }],
  [
    'toCharArray',
    {
      arity: none,
      run: (text, _args, env) => {
        env.budget.spend(text.length);
        return text.split('');
      },
    },
  ],
  ['toString', { arity: none, run: (text) => text }],
  ['name', { arity: none, run: (text) => text }],
  ['hashCode', { arity: none, run: (text) => hashOf(text) }],
]);

export function charAt(text: string, at: number): string {
  checkRange(at, 0, text.length - 1, 'index');
  return text[at]!;
}
