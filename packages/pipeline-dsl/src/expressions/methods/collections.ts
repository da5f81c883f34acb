import type { Env } from '../env.ts';
import { evaluationError } from '../errors.ts';
import { equals } from '../operators.ts';
import {
  admit,
  type Data,
  HostObject,
  hasKey,
  javaText,
  keysOf,
  type LazyMap,
  type Method,
  readKey,
} from '../values.ts';
import { checkRange, hashOf, intArg } from './strings.ts';

type List = readonly unknown[];
type MapValue = Data | LazyMap;

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];
const two: readonly [number, number] = [2, 2];

function listArg(value: unknown, method: string): List {
  if (Array.isArray(value)) return value;
  throw evaluationError(`${method} needs a list`);
}

const includes = (list: List, wanted: unknown, env: Env): boolean =>
  list.some((item) => equals(admit(item), wanted, env));

function element(list: List, at: number): unknown {
  checkRange(at, 0, list.length - 1, 'index');
  return admit(list[at]);
}

function lastIndexOf(list: List, wanted: unknown, env: Env): number {
  for (let at = list.length - 1; at >= 0; at -= 1) if (equals(admit(list[at]), wanted, env)) return at;
  return -1;
}

function subList(list: List, [from, to]: List, env: Env): List {
  const end = intArg(to, 'subList');
  const start = intArg(from, 'subList');
  checkRange(end, 0, list.length, 'index');
  checkRange(start, 0, end, 'index');
  env.budget.spend(end - start);
  return list.slice(start, end);
}

/** `remove(i)` answers the element, `remove(x)` whether it was there; the list stays as it is. */
function removed(list: List, [what]: List, env: Env): unknown {
  return typeof what === 'number' ? element(list, what) : includes(list, what, env);
}

/** Methods of lists. Those that change a list in Java answer the same here and change nothing. */
export const LIST_METHODS: ReadonlyMap<string, Method<List>> = new Map<string, Method<List>>([
  ['size', { arity: none, run: (list) => list.length }],
  ['isEmpty', { arity: none, run: (list) => list.length === 0 }],
  ['contains', { arity: one, run: (list, [item], env) => includes(list, item, env) }],
  [
    'containsAll',
    {
      arity: one,
      run: (list, [items], env) => listArg(items, 'containsAll').every((item) => includes(list, item, env)),
    },
  ],
  ['get', { arity: one, run: (list, [at]) => element(list, intArg(at, 'get')) }],
  ['getFirst', { arity: none, run: (list) => element(list, 0) }],
  ['getLast', { arity: none, run: (list) => element(list, list.length - 1) }],
  ['indexOf', { arity: one, run: (list, [item], env) => list.findIndex((each) => equals(admit(each), item, env)) }],
  ['lastIndexOf', { arity: one, run: (list, [item], env) => lastIndexOf(list, item, env) }],
  ['subList', { arity: two, run: subList }],
  [
    'reversed',
    {
      arity: none,
      run: (list, _args, env) => {
        env.budget.spend(list.length);
        return list.toReversed();
      },
    },
  ],
  ['toString', { arity: none, run: (list, _args, env) => javaText(list, env) }],
  ['hashCode', { arity: none, run: (list, _args, env) => hashOf(javaText(list, env)) }],
  ['equals', { arity: one, run: (list, [other], env) => equals(list, other, env) }],
  ['add', { arity: [1, 2], run: (_list, args) => (args.length === 1 ? true : null) }],
  ['addAll', { arity: [1, 2], run: (_list, args) => listArg(args.at(-1), 'addAll').length > 0 }],
  ['remove', { arity: one, run: removed }],
  [
    'removeAll',
    { arity: one, run: (list, [items], env) => listArg(items, 'removeAll').some((item) => includes(list, item, env)) },
  ],
  ['clear', { arity: none, run: () => null }],
  ['set', { arity: two, run: (list, [at]) => element(list, intArg(at, 'set')) }],
]);

/** One entry of a map, as selections and projections over maps see it. */
export class MapEntry extends HostObject {
  readonly typeName = 'Map.Entry';
  readonly key: string;
  readonly value: unknown;

  constructor(key: string, value: unknown) {
    super();
    this.key = key;
    this.value = value;
  }

  override property(name: string): unknown {
    return name === 'key' ? this.key : name === 'value' ? this.value : undefined;
  }

  override members(): Iterable<string> {
    return ['getKey', 'getValue'];
  }

  override propertyNames(): Iterable<string> {
    return ['key', 'value'];
  }

  override method(name: string): Method<HostObject> | undefined {
    if (name === 'getKey') return { arity: none, run: () => this.key };
    return name === 'getValue' ? { arity: none, run: () => this.value } : undefined;
  }

  override text(): string {
    return `${this.key}=${typeof this.value === 'object' ? '…' : String(this.value)}`;
  }

  override data(): unknown {
    return { key: this.key, value: this.value };
  }
}

/** Java prints the key of a number or boolean; anything else has no key. */
export function keyText(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  return typeof key === 'number' || typeof key === 'boolean' ? String(key) : undefined;
}

function valueAt(map: MapValue, key: unknown): unknown {
  const name = keyText(key);
  return name === undefined ? null : (readKey(map, name) ?? null);
}

const holds = (map: MapValue, key: unknown): boolean => {
  const name = keyText(key);
  return name !== undefined && hasKey(map, name);
};

export function entriesOf(map: MapValue, env: Env): MapEntry[] {
  const keys = keysOf(map);
  env.budget.spend(keys.length);
  return keys.map((key) => new MapEntry(key, readKey(map, key) ?? null));
}

function countKeys(map: MapValue, env: Env): number {
  const count = keysOf(map).length;
  env.budget.spend(count >>> 3);
  return count;
}

const valuesOf = (map: MapValue, env: Env): unknown[] => entriesOf(map, env).map((entry) => entry.value);

/** Methods of maps. Those that change a map in Java answer the same here and change nothing. */
export const MAP_METHODS: ReadonlyMap<string, Method<MapValue>> = new Map<string, Method<MapValue>>([
  ['get', { arity: one, run: (map, [key]) => valueAt(map, key) }],
  ['getOrDefault', { arity: two, run: (map, [key, otherwise]) => (holds(map, key) ? valueAt(map, key) : otherwise) }],
  ['containsKey', { arity: one, run: (map, [key]) => holds(map, key) }],
  ['containsValue', { arity: one, run: (map, [value], env) => includes(valuesOf(map, env), value, env) }],
  [
    'keySet',
    {
      arity: none,
      run: (map, _args, env) => {
        const keys = keysOf(map);
        env.budget.spend(keys.length);
        return keys;
      },
    },
  ],
  ['values', { arity: none, run: (map, _args, env) => valuesOf(map, env) }],
  ['entrySet', { arity: none, run: (map, _args, env) => entriesOf(map, env) }],
  ['size', { arity: none, run: (map, _args, env) => countKeys(map, env) }],
  ['isEmpty', { arity: none, run: (map, _args, env) => countKeys(map, env) === 0 }],
  ['toString', { arity: none, run: (map, _args, env) => javaText(map, env) }],
  ['hashCode', { arity: none, run: (map, _args, env) => hashOf(javaText(map, env)) }],
  ['equals', { arity: one, run: (map, [other], env) => equals(map, other, env) }],
  ['put', { arity: two, run: (map, [key]) => valueAt(map, key) }],
  ['putIfAbsent', { arity: two, run: (map, [key]) => valueAt(map, key) }],
  ['putAll', { arity: one, run: () => null }],
  ['remove', { arity: one, run: (map, [key]) => valueAt(map, key) }],
  ['clear', { arity: none, run: () => null }],
]);
