import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { type Eyes, type LedgerFacts, type Leftover, placeOf, type Thing } from './thing.ts';
import { refusalOf, standingNow, type Undo } from './undo.ts';

const keyed = (value: unknown): ReadonlyMap<string, unknown> | null => {
  if (isJsonObject(value)) return new Map(Object.entries(value));
  const named = Array.isArray(value) && value.every((each) => isJsonObject(each) && typeof each['name'] === 'string');
  return named ? new Map(value.map((each: JsonObject) => [String(each['name']), each])) : null;
};

/** What a picture's key was before two changes: the first knows best; what it did not speak of, the second knows. */
function earliest(first: unknown, second: unknown, spoken: unknown): unknown {
  const [one, other, known] = [keyed(first), keyed(second), keyed(spoken)];
  if (!one || !other) return first;
  const more = [...other].filter(([key]) => !one.has(key) && !known?.has(key));
  return Array.isArray(first)
    ? [...one.values(), ...more.map(([, value]) => value)]
    : Object.fromEntries([...more, ...one]);
}

/** What a picture's key was to become by two changes. */
function latest(first: unknown, second: unknown): unknown {
  const [one, other] = [keyed(first), keyed(second)];
  if (!one || !other) return second;
  const all = new Map([...one, ...other]);
  return Array.isArray(second) ? [...all.values()] : Object.fromEntries(all);
}

function joined(first: Pick<Undo, 'before' | 'wanted'>, second: Pick<Undo, 'before' | 'wanted'>) {
  const before: Record<string, unknown> = { ...second.before, ...first.before };
  const wanted: Record<string, unknown> = { ...first.wanted, ...second.wanted };
  for (const key of Object.keys(second.wanted)) {
    if (!(key in first.wanted)) {
      before[key] = second.before[key] ?? before[key];
      continue;
    }
    before[key] = earliest(first.before[key], second.before[key], first.wanted[key]);
    wanted[key] = latest(first.wanted[key], second.wanted[key]);
  }
  return { before: before as JsonObject, wanted: wanted as JsonObject };
}

function changeIn({ action, state, before }: LedgerFacts): ReadonlyArray<Pick<Undo, 'before' | 'wanted'>> {
  const wanted = before?.['wanted'];
  return before && action === 'change' && state !== 'absent' && isJsonObject(wanted) ? [{ before, wanted }] : [];
}

/** All changes of stages that did not come to their end, as one; null when there is none that says what it wanted. */
export function undoOf(thing: Thing): Undo | null {
  const [first, ...others] = thing.open.flatMap(changeIn);
  if (!first) return null;
  const { wanted: _wanted, ...before } = first.before;
  const change = others.reduce(joined, { before, wanted: first.wanted });
  return { kind: thing.kind, ...placeOf(thing), ...change };
}

/** What of a thing is half changed, and what can be done about it. */
export interface HalfChanged {
  /** Absent: nothing is half changed. */
  readonly why?: string;
  readonly leftovers: readonly Leftover[];
}

/** Looks whether a thing is as it was before the stages that did not come to their end, and nobody else has changed it. */
export async function halfChanged(eyes: Eyes, thing: Thing, undo: Undo | null = undoOf(thing)): Promise<HalfChanged> {
  if (!undo) return { leftovers: [] };
  const standing = await standingNow(eyes.ports, undo);
  if (!standing || standing.changed.length + standing.others.length === 0) return { leftovers: [] };
  if (thing.changedBy) return { why: `Execution ${thing.changedBy} has changed it since, so it stays.`, leftovers: [] };
  const refusal = refusalOf(undo, standing);
  if (refusal) return { why: refusal, leftovers: [] };
  const sections = standing.changed.join(', ');
  const { kind, name, purpose } = thing;
  const why = `Stage ${purpose?.name ?? 'of this execution'} changed its ${sections} and did not succeed.`;
  const what = `Give ${name} back what it was before: ${sections}`;
  const { before, wanted } = undo;
  const action = 'capacity' in wanted ? 'resize' : 'restore';
  return { why, leftovers: [{ kind, ...placeOf(thing), action, what, why, before, wanted }] };
}
