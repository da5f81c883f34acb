import { isJsonObject } from '@gennaker/pipeline-dsl';

/** One value that differs. `path` is written as people write it: `clusters[0].capacity.min`. */
export interface FieldChange {
  readonly path: string;
  /** Undefined when it was not there. */
  readonly before: unknown;
  readonly after: unknown;
}

/** Every value that differs between two JSON values, down to the leaves. Lists of plain values count as one value. */
export function compareValues(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (sameValue(before, after)) return [];
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => compareValues(before[key], after[key], join(path, key)));
  }
  if (isListOfObjects(before) && isListOfObjects(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, at) => compareValues(before[at], after[at], `${path}[${at}]`)).flat();
  }
  return [{ path, before, after }];
}

const isListOfObjects = (value: unknown): value is readonly Record<string, unknown>[] =>
  Array.isArray(value) && value.length > 0 && value.every(isJsonObject);

const join = (path: string, key: string): string => {
  const part = /^[\w$-]+$/.test(key) ? key : `["${key}"]`;
  return path === '' ? part : part.startsWith('[') ? path + part : `${path}.${part}`;
};

/** Equal as data: the order of keys does not matter, and an absent key is an undefined one. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => sameValue(item, b[at]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameValue(a[key], b[key]));
}
