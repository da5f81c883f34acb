import type { JsonObject } from '@gennaker/pipeline-dsl';
import {
  handOverLease,
  type LeaseState,
  type LeaseStep,
  noteOnLease,
  releaseLease,
  takeLease,
} from '../lease-rules.ts';
import type { LeaseAnswer, LeaseHolder, Leases } from '../ports/index.ts';
import type { VirtualClock } from './clock.ts';
import { Trouble } from './trouble.ts';

/** Leases in memory. */
export class FakeLeases implements Leases {
  readonly trouble = new Trouble();
  private readonly states = new Map<string, LeaseState>();
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** Keys that somebody holds. */
  get held(): readonly string[] {
    return [...this.states].filter(([, state]) => state.holder !== null).map(([key]) => key);
  }

  async take(key: string, asker: LeaseHolder): Promise<LeaseAnswer> {
    return this.step('take', key, (state) => takeLease(state, asker, this.clock.now()));
  }

  async note(key: string, holder: LeaseHolder, facts: JsonObject): Promise<boolean> {
    return this.step('note', key, (state) => noteOnLease(state, holder, facts));
  }

  async handOver(key: string, holder: LeaseHolder): Promise<boolean> {
    return this.step('handOver', key, (state) => handOverLease(state, holder, this.clock.now()));
  }

  async release(key: string, holder: LeaseHolder, facts?: JsonObject): Promise<JsonObject | null> {
    return this.step('release', key, (state) => releaseLease(state, holder, this.clock.now(), facts));
  }

  private step<Answer>(
    method: string,
    key: string,
    change: (state: LeaseState | null) => LeaseStep<Answer>,
  ): Promise<Answer> {
    return this.trouble.run(method, () => {
      const { state, answer } = change(this.states.get(key) ?? null);
      if (state) this.states.set(key, state);
      else this.states.delete(key);
      return answer;
    });
  }
}
