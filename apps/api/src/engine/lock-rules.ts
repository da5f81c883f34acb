import type { StageRef } from './ports.ts';

/** A lock and the top-level stage that has it; both have not ended. */
export interface HeldLock extends StageRef {
  readonly key: string;
}

/**
 * A stage that asks. `lineage` are the top-level stages it belongs to, its own first, then those that started its
 * execution, from the nearest on.
 */
export interface LockAsker extends StageRef {
  readonly lineage: readonly string[];
  readonly keys: readonly string[];
}

export type LockDecision =
  | { readonly verdict: 'held'; readonly taken: readonly HeldLock[] }
  | {
      readonly verdict: 'wait' | 'stuck';
      readonly key: string;
      readonly behind: StageRef;
      readonly wake: readonly StageRef[];
    };

/**
 * Who may have which locks. `line` are the living askers who wait, the earliest first; the asker may be among them.
 * Whoever holds something already goes before those who hold nothing, so that only holders can wait for each other; of
 * those, the one whose execution began last gives way. `heirOf` is the lineage of a stage that hands over what it has.
 */
export function decideLocks(
  held: readonly HeldLock[],
  line: readonly LockAsker[],
  asker: LockAsker,
  heirOf: readonly string[] = [],
): LockDecision {
  const own = new Set(asker.lineage);
  const holders = new Map(held.map((lock) => [lock.key, lock]));
  const missing = asker.keys.filter((key) => !own.has(holders.get(key)?.stageId ?? ''));
  for (const key of missing) {
    const holder = holders.get(key);
    if (!holder || heirOf.includes(holder.stageId)) continue;
    return { key, behind: holder, ...giveWay(held, line, asker, holder) };
  }
  if (!held.some(({ stageId }) => own.has(stageId)) && heirOf.length === 0) {
    const earlier = line.slice(0, placeOf(line, asker)).filter(({ lineage }) => !lineage.some((id) => own.has(id)));
    for (const before of earlier) {
      const key = missing.find((each) => before.keys.includes(each));
      if (key !== undefined) return { verdict: 'wait', key, behind: before, wake: [] };
    }
  }
  const owner = { executionId: asker.executionId, stageId: asker.lineage[0] ?? asker.stageId };
  return { verdict: 'held', taken: missing.map((key) => ({ key, ...owner })) };
}

/** Who of those in line would get what they wait for, if they asked one after the other. */
export function nextInLine(held: readonly HeldLock[], line: readonly LockAsker[]): readonly StageRef[] {
  const next: StageRef[] = [];
  let then = [...held];
  let waiting = [...line];
  for (const asker of line) {
    const decision = decideLocks(then, waiting, asker);
    if (decision.verdict !== 'held') continue;
    next.push({ executionId: asker.executionId, stageId: asker.stageId });
    then = [...then, ...decision.taken];
    waiting = waiting.filter((each) => each !== asker);
  }
  return next;
}

function placeOf(line: readonly LockAsker[], asker: LockAsker): number {
  const place = line.findIndex(({ stageId }) => stageId === asker.stageId);
  return place < 0 ? line.length : place;
}

/** Does a holder wait, over others, for the asker? Then the youngest of the ring has to give way. */
function giveWay(
  held: readonly HeldLock[],
  line: readonly LockAsker[],
  asker: LockAsker,
  holder: StageRef,
): { verdict: 'wait' | 'stuck'; wake: readonly StageRef[] } {
  const ring = ringOf(held, line, asker, holder.stageId, new Set());
  const youngest = ring?.reduce<StageRef>((a, b) => (isYounger(b, a) ? b : a), asker);
  if (!youngest) return { verdict: 'wait', wake: [] };
  if (youngest === asker) return { verdict: 'stuck', wake: [] };
  return { verdict: 'wait', wake: [{ executionId: youngest.executionId, stageId: youngest.stageId }] };
}

const isYounger = (a: StageRef, b: StageRef): boolean =>
  a.executionId === b.executionId ? a.stageId > b.stageId : a.executionId > b.executionId;

/** Those in line through whom the holder waits for the asker; null when it does not. */
function ringOf(
  held: readonly HeldLock[],
  line: readonly LockAsker[],
  asker: LockAsker,
  holder: string,
  seen: Set<string>,
): readonly LockAsker[] | null {
  if (asker.lineage.includes(holder)) return [];
  if (seen.has(holder)) return null;
  seen.add(holder);
  for (const waiter of line) {
    if (!waiter.lineage.includes(holder)) continue;
    for (const { key, stageId } of held) {
      if (!waiter.keys.includes(key) || waiter.lineage.includes(stageId)) continue;
      const rest = ringOf(held, line, asker, stageId, seen);
      if (rest) return [waiter, ...rest];
    }
  }
  return null;
}
