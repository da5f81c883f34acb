import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { LeaseAnswer, LeaseHolder } from './ports/leases.ts';

/** A lease as it is stored. */
export interface LeaseState {
  readonly holder: LeaseHolder | null;
  /** Epoch ms since when it is held. */
  readonly since: number;
  /** Epoch ms after which it may be taken over. */
  readonly until: number;
  readonly note: JsonObject;
  /** Epoch ms of the last vain question, by asker. */
  readonly waiters: Readonly<Record<string, number>>;
}

/** State after a step, null when nothing needs to be stored; and what is answered. */
export interface LeaseStep<Answer> {
  readonly state: LeaseState | null;
  readonly answer: Answer;
}

const HELD_FOR_MS = 3 * 60_000;
const WAITS_FOR_MS = 2 * 60_000;

const UNTOUCHED: LeaseState = { holder: null, since: 0, until: 0, note: {}, waiters: {} };

const idOf = ({ executionId, stageId }: LeaseHolder): string => `${executionId}/${stageId}`;
const isOf = (state: LeaseState, who: LeaseHolder): boolean =>
  state.holder !== null && idOf(state.holder) === idOf(who);

function waitersBut(state: LeaseState, who: LeaseHolder, now: number): LeaseState['waiters'] {
  const others = Object.entries(state.waiters).filter(
    ([id, askedAt]) => id !== idOf(who) && now - askedAt < WAITS_FOR_MS,
  );
  return Object.fromEntries(others);
}

const isEmpty = (facts: object): boolean => Object.keys(facts).length === 0;

/** What is left to store of a lease that nobody holds: nothing, unless somebody waits for what was noted. */
const kept = (state: LeaseState): LeaseState | null => (state.holder === null && isEmpty(state.waiters) ? null : state);

export function takeLease(stored: LeaseState | null, asker: LeaseHolder, now: number): LeaseStep<LeaseAnswer> {
  const state = stored ?? UNTOUCHED;
  const own = isOf(state, asker);
  const { holder } = state;
  if (holder && !own && state.until > now) {
    const waiters = { ...waitersBut(state, asker, now), [idOf(asker)]: now };
    return { state: { ...state, waiters }, answer: { held: false, holder, sinceTime: state.since } };
  }
  const waiters = waitersBut(state, asker, now);
  const since = own ? state.since : now;
  return {
    state: { ...state, holder: asker, since, until: now + HELD_FOR_MS, waiters },
    answer: { held: true, fresh: !own, note: state.note },
  };
}

export function noteOnLease(stored: LeaseState | null, who: LeaseHolder, facts: JsonObject): LeaseStep<boolean> {
  if (!stored || !isOf(stored, who)) return { state: stored, answer: false };
  return { state: { ...stored, note: { ...stored.note, ...facts } }, answer: true };
}

export function handOverLease(stored: LeaseState | null, who: LeaseHolder, now: number): LeaseStep<boolean> {
  if (!stored || !isOf(stored, who)) return { state: stored, answer: true };
  const waiters = waitersBut(stored, who, now);
  if (isEmpty(waiters)) return { state: stored, answer: false };
  return { state: { ...stored, holder: null, until: now, waiters }, answer: true };
}

export function releaseLease(
  stored: LeaseState | null,
  who: LeaseHolder,
  now: number,
  facts?: JsonObject,
): LeaseStep<JsonObject | null> {
  if (!stored) return { state: null, answer: null };
  const waiters = waitersBut(stored, who, now);
  if (isOf(stored, who))
    return { state: kept({ ...stored, holder: null, until: now, note: facts ?? {}, waiters }), answer: null };
  const rest: LeaseState = { ...stored, waiters };
  const isForsaken = rest.holder === null && isEmpty(waiters) && !isEmpty(rest.note);
  return { state: kept(rest), answer: isForsaken ? rest.note : null };
}
