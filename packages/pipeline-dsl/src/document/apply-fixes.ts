import type { Finding, PatchOperation } from '../finding.ts';
import { isJsonObject } from '../json.ts';
import { partsOf } from '../pointer.ts';
import { setOwn } from './limits.ts';

/** A document with fixes applied. `left`: findings whose fix does not go with an earlier one, or no longer fits. */
export interface FixedDocument {
  readonly value: unknown;
  readonly applied: readonly Finding[];
  readonly left: readonly Finding[];
}

/**
 * Applies the fixes of findings to the document they were found in; the document itself is not changed. Two fixes that
 * touch the same spot do not go together: the first one counts, the other is for the next check.
 */
export function applyFixes(document: unknown, findings: readonly Finding[]): FixedDocument {
  const applied: Finding[] = [];
  const left: Finding[] = [];
  const taken = new Set<string>();
  const operations: PatchOperation[] = [];
  for (const finding of findings) {
    if (!finding.fix) continue;
    const { patch } = finding.fix;
    if (patch.length > 0 && patch.every((operation) => fits(document, operation) && isFree(operation.path, taken))) {
      for (const { path } of patch) if (!path.endsWith('/-')) taken.add(path);
      operations.push(...patch);
      applied.push(finding);
    } else left.push(finding);
  }
  const removals = operations.filter(({ op }) => op === 'remove').sort((a, b) => comparePaths(b.path, a.path));
  const others = operations.filter(({ op }) => op !== 'remove');
  let value = copyOf(document);
  for (const operation of [...others, ...removals]) value = apply(value, operation);
  return { value, applied, left };
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isJsonObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) setOwn(copy, key, copyOf(inner));
  return copy;
}

/** Neither the path, nor what it lies in, nor what lies in it has been changed by an earlier fix. */
function isFree(path: string, taken: ReadonlySet<string>): boolean {
  for (const other of taken)
    if (path === other || path.startsWith(`${other}/`) || other.startsWith(`${path}/`)) return false;
  return true;
}

/** Later items of lists first, so that a removal does not shift the others. */
function comparePaths(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const [one, other] = [left[at]!, right[at]!];
    if (one === other) continue;
    const numeric = Number(one) - Number(other);
    return Number.isNaN(numeric) ? (one < other ? -1 : 1) : numeric;
  }
  return left.length - right.length;
}

function holderOf(document: unknown, path: string): { holder: unknown; key: string } | null {
  const parts = partsOf(path);
  const key = parts.pop();
  if (key === undefined) return null;
  let holder = document;
  for (const part of parts) {
    if (Array.isArray(holder)) holder = holder[Number(part)];
    else if (isJsonObject(holder) && Object.hasOwn(holder, part)) holder = holder[part];
    else return null;
  }
  return { holder, key };
}

function fits(document: unknown, { op, path }: PatchOperation): boolean {
  const spot = holderOf(document, path);
  if (!spot) return false;
  const { holder, key } = spot;
  if (Array.isArray(holder)) {
    const at = key === '-' ? holder.length : Number(key);
    return Number.isInteger(at) && at >= 0 && at < holder.length + (op === 'add' ? 1 : 0);
  }
  return isJsonObject(holder) && (op === 'add' || Object.hasOwn(holder, key));
}

function apply(document: unknown, { op, path, value }: PatchOperation): unknown {
  const spot = holderOf(document, path);
  if (!spot) return document;
  const { holder, key } = spot;
  if (Array.isArray(holder)) {
    const at = key === '-' ? holder.length : Number(key);
    if (op === 'remove') holder.splice(at, 1);
    else if (op === 'add') holder.splice(at, 0, copyOf(value));
    else holder[at] = copyOf(value);
  } else if (isJsonObject(holder)) {
    if (op === 'remove') delete holder[key];
    else setOwn(holder, key, copyOf(value));
  }
  return document;
}
