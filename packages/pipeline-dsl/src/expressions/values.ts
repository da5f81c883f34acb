import type { Env } from './env.ts';
import { deniedError, ExpressionError } from './errors.ts';

/** A method callable from expressions. Never mutates `self`. */
export interface Method<Self = unknown> {
  /** Fewest and most arguments. */
  readonly arity: readonly [number, number];
  run(self: Self, args: readonly unknown[], env: Env): unknown;
}

/**
 * A value that is not plain data: a date, a type, a stage. Expressions reach only what `property` and
 * `method` answer.
 */
export abstract class HostObject {
  abstract readonly typeName: string;
  /** Text of the value, as Java's `toString()` writes it. */
  abstract text(): string;
  /** The value as plain data for results. */
  abstract data(): unknown;

  /** Value of a property; `undefined` when there is no such property. */
  property(_name: string): unknown {
    return undefined;
  }

  method(_name: string): Method<HostObject> | undefined {
    return undefined;
  }

  /** Names of the methods that `method` answers, for editors and hints. */
  members(): Iterable<string> {
    return [];
  }

  /** Names of the properties that `property` answers. */
  propertyNames(): Iterable<string> {
    return [];
  }

  equals(other: unknown): boolean {
    return this === other;
  }

  /** Order against a value of the same type; `undefined` when there is none. */
  compare(_other: unknown): number | undefined {
    return undefined;
  }
}

/** A read-only map whose entries are found when asked for. */
export abstract class LazyMap extends HostObject {
  readonly typeName: string = 'Map';
  abstract has(name: string): boolean;
  abstract get(name: string): unknown;
  abstract names(): Iterable<string>;

  override data(): unknown {
    const copy: Record<string, unknown> = {};
    for (const name of this.names()) setOwn(copy, name, this.get(name));
    return copy;
  }

  override text(): string {
    return '{…}';
  }
}

/**
 * A double with an integral value, kept apart from integers so that `5.0 / 2` is 2.5 and `5 / 2` is 2.
 * Doubles with a fraction are plain numbers.
 */
export class Double {
  readonly value: number;

  private constructor(value: number) {
    this.value = value;
  }

  static of(value: number): number | Double {
    return Number.isInteger(value) ? new Double(value) : value;
  }
}

export type NumberValue = number | Double;
export type Data = Readonly<Record<string, unknown>>;

export const isNumber = (value: unknown): value is NumberValue => typeof value === 'number' || value instanceof Double;
export const isDouble = (value: NumberValue): boolean => value instanceof Double || !Number.isInteger(value);
export const toNumber = (value: NumberValue): number => (value instanceof Double ? value.value : value);
export const isPlainMap = (value: unknown): value is Data =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof HostObject) &&
  !(value instanceof Double);
export const isMapLike = (value: unknown): value is Data | LazyMap => value instanceof LazyMap || isPlainMap(value);

/** Lets a value from outside in: only data and host objects, nothing callable. */
export function admit(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
    case 'function':
    case 'symbol':
      return null;
    case 'bigint':
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
    default:
      return value;
  }
}

/** Reads an own property; what is inherited does not exist. */
export function readOwn(map: Data, name: string): unknown {
  return Object.hasOwn(map, name) ? admit(map[name]) : undefined;
}

export function hasKey(map: Data | LazyMap, name: string): boolean {
  return map instanceof LazyMap ? map.has(name) : Object.hasOwn(map, name);
}

export function readKey(map: Data | LazyMap, name: string): unknown {
  if (map instanceof LazyMap) return map.has(name) ? admit(map.get(name)) : undefined;
  return readOwn(map, name);
}

export function keysOf(map: Data | LazyMap): string[] {
  return map instanceof LazyMap ? [...map.names()] : Object.keys(map);
}

/** Writes a key so that `__proto__` can never become the prototype. */
export function setOwn(map: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') throw deniedError("'__proto__' cannot be a key");
  map[name] = value;
}

export function typeNameOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return 'String';
  if (typeof value === 'boolean') return 'Boolean';
  if (isNumber(value)) return isDouble(value) ? 'Double' : Math.abs(toNumber(value)) < 2 ** 31 ? 'Integer' : 'Long';
  if (Array.isArray(value)) return 'List';
  if (value instanceof HostObject) return value.typeName;
  return 'Map';
}

export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) {
    const plain = String(value);
    return plain.includes('.') ? plain : `${Object.is(value, -0) ? '-0' : plain}.0`;
  }
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`;
}

export const numberText = (value: NumberValue): string =>
  isDouble(value) ? doubleText(toNumber(value)) : String(BigInt(toNumber(value)));

/** What `toString()` gives: `[1, 2]` for lists, `{a=1}` for maps. */
export function javaText(value: unknown, env: Env, depth = 0): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (isNumber(value)) return numberText(value);
  if (value instanceof HostObject && !(value instanceof LazyMap)) return value.text();
  if (depth > env.budget.limits.depth) throw new ExpressionError('LimitExceeded', 'value nested too deeply');
  const parts: string[] = [];
  let length = 2;
  const push = (part: string) => {
    length += part.length + 2;
    env.budget.text(part.length);
    if (length > env.budget.limits.outputSize) env.budget.text(length);
    parts.push(part);
  };
  if (Array.isArray(value)) {
    for (const item of value) push(javaText(admit(item), env, depth + 1));
    return `[${parts.join(', ')}]`;
  }
  const map = value as Data | LazyMap;
  for (const key of keysOf(map)) push(`${key}=${javaText(readKey(map, key), env, depth + 1)}`);
  return `{${parts.join(', ')}}`;
}

/** What a value becomes inside a longer text: as `toString()`, but lists are joined by commas. */
export function joinedText(value: unknown, env: Env): string {
  if (!Array.isArray(value)) return javaText(value, env);
  const parts: string[] = [];
  for (const item of value) {
    const part = item === null || item === undefined ? '' : joinedText(admit(item), env);
    env.budget.text(part.length);
    parts.push(part);
  }
  return parts.join(',');
}

/** Turns a result into plain data, bounded in size and depth. */
export function toData(value: unknown, env: Env): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string' && value.length <= env.budget.limits.outputSize - 4) return value;
  let left = env.budget.limits.outputSize;
  let nodes = 0;
  const pay = (cost: number) => {
    left -= cost;
    if (left < 0)
      throw new ExpressionError('LimitExceeded', `result larger than ${env.budget.limits.outputSize} characters`);
  };
  const copy = (item: unknown, depth: number): unknown => {
    if (depth > env.budget.limits.depth) throw new ExpressionError('LimitExceeded', 'result nested too deeply');
    const admitted = admit(item);
    pay(4);
    nodes += 1;
    if ((nodes & 3) === 0) env.budget.spend(1);
    if (admitted === null || typeof admitted === 'boolean') return admitted;
    if (typeof admitted === 'string') {
      pay(admitted.length);
      return admitted;
    }
    if (isNumber(admitted))
      return Number.isFinite(toNumber(admitted)) ? toNumber(admitted) : doubleText(toNumber(admitted));
    if (Array.isArray(admitted)) return admitted.map((each) => copy(each, depth + 1));
    if (admitted instanceof HostObject) return copy(admitted.data(), depth + 1);
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(admitted as Data)) {
      if (key === '__proto__') continue;
      pay(key.length);
      result[key] = copy((admitted as Data)[key], depth + 1);
    }
    return result;
  };
  return copy(value, 0);
}
