import type { BinaryOperator } from './ast.ts';
import type { Env } from './env.ts';
import { ExpressionError, evaluationError } from './errors.ts';
import {
  admit,
  type Data,
  Double,
  HostObject,
  hasKey,
  isDouble,
  isMapLike,
  isNumber,
  joinedText,
  keysOf,
  type LazyMap,
  type NumberValue,
  readKey,
  toNumber,
  typeNameOf,
} from './values.ts';

const TRUE_WORDS: ReadonlySet<string> = new Set(['true', 'yes', 'on', '1']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['false', 'no', 'off', '0']);

/** A condition's value: booleans and the words for them; anything else is an error. */
export function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    const word = value.trim().toLowerCase();
    if (TRUE_WORDS.has(word)) return true;
    if (FALSE_WORDS.has(word)) return false;
  }
  throw evaluationError(`a condition needs true or false, not ${typeNameOf(value)}`);
}

/** Equality without coercion: numbers by value, lists and maps by content. */
export function equals(left: unknown, right: unknown, env: Env): boolean {
  env.budget.spend(1);
  if (isNumber(left) && isNumber(right)) return toNumber(left) === toNumber(right);
  if (left === right) return true;
  if (left instanceof HostObject && !isMapLike(left)) return left.equals(right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => equals(admit(item), admit(right[at]), env));
  }
  if (isMapLike(left) && isMapLike(right)) return equalMaps(left, right, env);
  return false;
}

function equalMaps(left: Data | LazyMap, right: Data | LazyMap, env: Env): boolean {
  const keys = keysOf(left);
  env.budget.spend(keys.length >>> 3);
  if (keys.length !== keysOf(right).length) return false;
  return keys.every(
    (key) => hasKey(right, key) && equals(readKey(left, key) ?? null, readKey(right, key) ?? null, env),
  );
}

/** Order of two values of one kind; null comes before everything. */
export function compare(left: unknown, right: unknown): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  if (isNumber(left) && isNumber(right)) return Math.sign(toNumber(left) - toNumber(right));
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  const order = left instanceof HostObject ? left.compare(right) : undefined;
  if (order === undefined) throw evaluationError(`cannot order ${typeNameOf(left)} and ${typeNameOf(right)}`);
  return order;
}

function integer(value: number): number {
  if (!Number.isSafeInteger(value)) throw new ExpressionError('ArithmeticException', 'integer overflow');
  return value + 0;
}

function divide(left: NumberValue, right: NumberValue, operator: '/' | '%'): NumberValue {
  const a = toNumber(left);
  const b = toNumber(right);
  if (isDouble(left) || isDouble(right)) return Double.of(operator === '/' ? a / b : a % b);
  if (b === 0) throw new ExpressionError('ArithmeticException', '/ by zero');
  return integer(operator === '/' ? Math.trunc(a / b) : a % b);
}

function calculate(operator: BinaryOperator, left: NumberValue, right: NumberValue): NumberValue {
  if (operator === '/' || operator === '%') return divide(left, right, operator);
  const a = toNumber(left);
  const b = toNumber(right);
  const result = operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a ** b;
  if (isDouble(left) || isDouble(right)) return Double.of(result);
  return integer(operator === '^' ? Math.trunc(result) : result);
}

function repeat(text: string, times: number, env: Env): string {
  const count = Math.max(0, times);
  env.budget.text(text.length * count);
  return text.repeat(count);
}

/** `+ - * / % ^` on numbers; `+` joins texts, `text * n` repeats. */
export function arithmetic(operator: BinaryOperator, left: unknown, right: unknown, env: Env): unknown {
  if (isNumber(left) && isNumber(right)) return calculate(operator, left, right);
  if (operator === '+' && (typeof left === 'string' || typeof right === 'string')) {
    const start = joinedText(left, env);
    const end = joinedText(right, env);
    env.budget.text(start.length + end.length);
    return start + end;
  }
  if (operator === '*' && typeof left === 'string' && isNumber(right) && !isDouble(right)) {
    return repeat(left, toNumber(right), env);
  }
  if (operator === '-' && typeof left === 'string' && left.length === 1 && isNumber(right)) {
    return String.fromCharCode(left.charCodeAt(0) - toNumber(right));
  }
  throw evaluationError(`'${operator}' does not work on ${typeNameOf(left)} and ${typeNameOf(right)}`);
}

export function negate(value: unknown): unknown {
  if (!isNumber(value)) throw evaluationError(`'-' does not work on ${typeNameOf(value)}`);
  return isDouble(value) ? Double.of(-toNumber(value)) : 0 - toNumber(value);
}
