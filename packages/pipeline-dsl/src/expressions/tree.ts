import type { TextResult } from './evaluate.ts';
import type { Limits } from './limits.ts';
import { type Note, type NotedExpression, type Shortfall, summarize } from './notes.ts';
import { isTemplate } from './template.ts';

type Path = ReadonlyArray<string | number>;

export interface TreeOptions {
  /** True for a place (map keys and list positions from the top) whose key and value are left alone. */
  readonly skipKeys?: ((path: Path) => boolean) | undefined;
  readonly unknownMapKey?: 'null' | 'error' | undefined;
}

/** A place whose text stayed raw, wholly or in part, and why. */
export interface Unresolved extends Shortfall {
  /** JSON pointer of the place. */
  readonly pointer: string;
  /** Without `${ }`. */
  readonly expression: string;
  readonly level: Note['level'];
  readonly description: string;
}

export interface TreeResult {
  readonly value: unknown;
  /** Notes by expression, as `expressionEvaluationSummary` stores them. */
  readonly notes: Record<string, Note[]>;
  /** Places whose text stayed raw, wholly or in part. */
  readonly unresolved: readonly Unresolved[];
  /**
   * Places whose evaluated value holds `${`. It came out of data and is never code: leave these places
   * out (`skipKeys`) when the tree is evaluated again.
   */
  readonly dataWithMarkers: readonly string[];
}

interface Walk {
  readonly options: TreeOptions;
  readonly limits: Limits;
  readonly now: () => number;
  readonly evaluate: (text: string, limits: Limits) => TextResult;
  readonly path: Array<string | number>;
  readonly noted: NotedExpression[];
  readonly unresolved: Unresolved[];
  readonly dataWithMarkers: string[];
  steps: number;
}

/** Deepest tree that is walked; deeper parts stay as they are. */
const DEEPEST = 500;

export function walkTree(
  value: unknown,
  options: TreeOptions,
  limits: Limits,
  now: () => number,
  evaluate: (text: string, limits: Limits) => TextResult,
): TreeResult {
  const walk: Walk = {
    options,
    limits,
    now,
    evaluate,
    path: [],
    noted: [],
    unresolved: [],
    dataWithMarkers: [],
    steps: limits.treeSteps,
  };
  const result = visit(value, walk);
  return {
    value: result,
    notes: summarize(walk.noted),
    unresolved: walk.unresolved,
    dataWithMarkers: walk.dataWithMarkers,
  };
}

function visit(value: unknown, walk: Walk): unknown {
  if (typeof value === 'string') return isTemplate(value) ? visitText(value, walk) : value;
  if (typeof value !== 'object' || value === null || walk.path.length > DEEPEST) return value;
  return Array.isArray(value) ? visitList(value, walk) : visitMap(value as Readonly<Record<string, unknown>>, walk);
}

function visitList(list: readonly unknown[], walk: Walk): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (let at = 0; at < list.length; at += 1) {
    const value = inside(at, list[at], walk);
    if (value === list[at]) continue;
    copy ??= [...list];
    copy[at] = value;
  }
  return copy ?? list;
}

function visitMap(map: Readonly<Record<string, unknown>>, walk: Walk): Readonly<Record<string, unknown>> {
  const keys = Object.keys(map);
  let entries: Array<[string, unknown]> | null = null;
  for (const [at, key] of keys.entries()) {
    const newKey = isTemplate(key) ? visitKey(key, walk) : key;
    const value = inside(key, map[key], walk);
    if (newKey !== key || value !== map[key]) entries ??= keys.slice(0, at).map((each) => [each, map[each]]);
    entries?.push([newKey, value]);
  }
  return entries ? Object.fromEntries(entries) : map;
}

function inside(step: string | number, value: unknown, walk: Walk): unknown {
  // Numbers, booleans and plain texts are most of any tree.
  if (typeof value === 'string' ? !isTemplate(value) : typeof value !== 'object' || value === null) return value;
  walk.path.push(step);
  const result = walk.options.skipKeys?.(walk.path) ? value : visit(value, walk);
  walk.path.pop();
  return result;
}

function visitKey(key: string, walk: Walk): string {
  walk.path.push(key);
  const skipped = walk.options.skipKeys?.(walk.path) ?? false;
  const value = skipped ? key : visitText(key, walk);
  walk.path.pop();
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '__proto__' ? key : text;
}

function visitText(text: string, walk: Walk): unknown {
  if (walk.steps <= 0) return outOfSteps(text, walk);
  const { value, noted, steps } = walk.evaluate(text, walk.limits);
  walk.steps -= steps + 1;
  for (const each of noted) addNote(each, walk);
  if (noted.length === 0 && holdsMarker(value)) walk.dataWithMarkers.push(pointerOf(walk.path));
  return value;
}

function addNote(each: NotedExpression, walk: Walk): void {
  walk.noted.push(each);
  const { expression, note, shortfall } = each;
  const { level, description } = note;
  walk.unresolved.push({ pointer: pointerOf(walk.path), expression, level, description, ...shortfall });
}

function outOfSteps(text: string, walk: Walk): string {
  const description = 'Not evaluated: the expressions of this document together do too much work';
  const note: Note = { level: 'ERROR', description, exceptionType: 'LimitExceeded', timestamp: walk.now() };
  const expression = text.replaceAll('$', '').slice(0, 1_000);
  addNote({ expression, note, shortfall: { subexpression: expression, available: [], suggestion: null } }, walk);
  return text;
}

function holdsMarker(value: unknown): boolean {
  if (typeof value === 'string') return isTemplate(value);
  if (Array.isArray(value)) return value.some(holdsMarker);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, item]) => isTemplate(key) || holdsMarker(item));
}

/** JSON pointer of a place. */
export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
