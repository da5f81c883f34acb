import type { FaultBook } from '../faults/fault-book.ts';
import type { VirtualClock } from './clock.ts';
import { History } from './history.ts';
import type { Profile } from './profile.ts';
import { SeededRandom } from './random.ts';
import { type RegionStore, regionKey, type WorldState } from './state.ts';
import { Waiters } from './waiters.ts';

/** Makes the transitions of one service that are due at `now`; answers when it next wants to be asked. */
export type Machine = (step: Step) => number;

export interface Step {
  world: World;
  store: RegionStore;
  now: number;
  /** Tells the loop that another machine may now have something to do at this same moment. */
  changed(): void;
}

const maxStepsPerSettle = 200_000;

/** Holds the state and brings it up to the present: nothing runs by itself, states follow from stored times. */
export class World {
  state: WorldState;
  random: SeededRandom;
  readonly clock: VirtualClock;
  readonly profile: Profile;
  readonly faults: FaultBook;
  readonly history = new History();
  /** Where this sandbox is served, once it listens. */
  address = '';
  /** Called when `nextDue` may have moved closer outside of a call. */
  onWait: () => void = () => undefined;
  readonly #waiters = new Waiters();
  readonly #machines: Machine[];
  readonly #observe: (world: World, now: number) => void;
  #settledAt: number;
  #nextDue = 0;
  #revision = 0;

  constructor(options: {
    state: WorldState;
    clock: VirtualClock;
    profile: Profile;
    faults: FaultBook;
    machines: Machine[];
    observe: (world: World, now: number) => void;
  }) {
    this.state = options.state;
    this.clock = options.clock;
    this.profile = options.profile;
    this.faults = options.faults;
    this.#machines = options.machines;
    this.#observe = options.observe;
    this.random = new SeededRandom(options.state.randomState);
    this.#settledAt = options.state.now;
  }

  /** Counts changes of state; a saver compares it. */
  get revision(): number {
    return this.#revision;
  }

  /** Virtual time of the next transition, Infinity when nothing is under way. */
  get nextDue(): number {
    return Math.min(this.#nextDue, this.#waiters.nextDue);
  }

  /** Answers what `look` finds as soon as it finds something; null at virtual time `until`. */
  waitFor<T>(until: number, look: () => T | null): Promise<T | null> {
    const waiting = this.#waiters.wait(until, look);
    this.onWait();
    return waiting;
  }

  region(account: string, region: string): RegionStore | undefined {
    return this.state.regions[regionKey(account, region)];
  }

  /** Forgets what was known about due times: call after any change made from outside the machines. */
  touch(): void {
    this.#nextDue = 0;
    this.#revision += 1;
  }

  replaceState(state: WorldState): void {
    this.state = state;
    this.random = new SeededRandom(state.randomState);
    this.#settledAt = state.now;
    this.history.clear();
    this.#waiters.dismiss();
    this.touch();
  }

  /** Plays every transition up to now, in order of time, and returns now. */
  settle(): number {
    const now = this.clock.now();
    if (now < this.#nextDue) {
      this.#settledAt = Math.max(this.#settledAt, now);
      this.state.now = now;
      this.#waiters.wake(now);
      return now;
    }
    let at = Math.max(this.#settledAt, Math.min(now, this.#nextDue || this.#settledAt));
    for (let steps = 0; steps < maxStepsPerSettle; steps += 1) {
      const due = this.#play(at);
      if (due > now) {
        if (at < now) this.#play(now);
        break;
      }
      at = Math.max(at + 1, due);
    }
    this.#settledAt = now;
    this.state.now = now;
    this.state.randomState = this.random.state;
    this.#waiters.wake(now);
    return now;
  }

  #play(now: number): number {
    for (let round = 0; round < 50; round += 1) {
      let again = false;
      let due = Number.POSITIVE_INFINITY;
      for (const store of Object.values(this.state.regions)) {
        const step: Step = {
          world: this,
          store,
          now,
          changed: () => {
            again = true;
          },
        };
        for (const machine of this.#machines) due = Math.min(due, machine(step));
      }
      if (again) {
        this.#revision += 1;
        continue;
      }
      this.#nextDue = due;
      break;
    }
    this.#observe(this, now);
    this.history.record(this.state.regions, now, this.#revision);
    return this.#nextDue;
  }
}

/** The earliest of some times that lie after `now`; null times are ignored. */
export function nextAfter(now: number, ...times: Array<number | null>): number {
  let next = Number.POSITIVE_INFINITY;
  for (const time of times) if (time !== null && time > now && time < next) next = time;
  return next;
}
