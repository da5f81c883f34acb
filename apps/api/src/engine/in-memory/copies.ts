/** A copy that shares nothing with the value; refuses functions. Plain data is copied by hand: many times faster. */
export function copyOf<Value>(value: Value): Value {
  if (typeof value === 'function') return structuredClone(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = copyOf((value as Record<string, unknown>)[key]);
    if (key === '__proto__') Object.defineProperty(copy, key, { value: item, ...OWN });
    else copy[key] = item;
  }
  return copy as Value;
}

const OWN = { enumerable: true, configurable: true, writable: true };

/** Makes plain data unchangeable, all the way down; what is so already is not walked again. */
export function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) freeze(item);
  return Object.freeze(value);
}

/** How a store in memory keeps apart what it was given and what it gives. */
export interface Keeping {
  copy<Value>(value: Value): Value;
  freeze<Value>(value: Value): Value;
}

/** Nothing is shared with anybody by accident: for tests of what the rows do. */
export const apart: Keeping = { copy: copyOf, freeze };

/** Values are kept as they are given: for one worker that replaces values and never changes them, many times faster. */
export const shared: Keeping = { copy: (value) => value, freeze: (value) => value };
