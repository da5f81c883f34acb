import type { Effect } from '../faults/rule.ts';
import { type RegionStore, regionKey } from './state.ts';
import type { World } from './world.ts';

type Lag = Extract<Effect, { kind: 'lag' }>;
type Held = Record<string, { tags?: unknown }>;

/** A region as a caller can see it: the present, or more or less of the past when a fault makes reads lag. */
export function seenOf(world: World, store: RegionStore, now: number, effects: Effect[]): RegionStore {
  let view = store;
  for (const effect of effects) {
    if (effect.kind !== 'lag' && effect.kind !== 'stale') continue;
    const past = world.history.at(regionKey(store.account, store.region), now - effect.ms);
    if (past === undefined) continue;
    view = effect.kind === 'stale' ? past : lagging(view, past, effect);
  }
  return view;
}

function lagging(present: RegionStore, past: RegionStore, { kinds, changes }: Lag): RegionStore {
  const view: Record<string, unknown> = { ...present };
  for (const [kind, before] of Object.entries(past)) {
    if (kinds !== undefined && !kinds.includes(kind)) continue;
    const held = view[kind];
    view[kind] = changes !== undefined && isHeld(before) && isHeld(held) ? mix(held, before, changes) : before;
  }
  return view as unknown as RegionStore;
}

const isHeld = (value: unknown): value is Held => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Things of one kind, of which some changes are not seen yet. */
function mix(present: Held, past: Held, changes: NonNullable<Lag['changes']>): Held {
  const seen: Held = {};
  for (const [id, thing] of Object.entries(present)) {
    const before = past[id];
    if (before === undefined) {
      if (!changes.includes('creations')) seen[id] = thing;
    } else {
      const base = changes.includes('changes') ? before : thing;
      const tags = (changes.includes('tags') ? before : thing).tags;
      seen[id] = tags === undefined ? base : { ...base, tags };
    }
  }
  if (changes.includes('deletions'))
    for (const [id, thing] of Object.entries(past)) if (present[id] === undefined) seen[id] = thing;
  return seen;
}
