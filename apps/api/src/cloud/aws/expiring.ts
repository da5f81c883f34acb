import type { CloudClock } from './clock.ts';

/** Answers that hardly change (names, wiring), remembered for a while and never used for health. */
export class Expiring<Value> {
  readonly #clock: CloudClock;
  readonly #keepMs: number;
  readonly #most: number;
  readonly #values = new Map<string, { readonly value: Value; readonly until: number }>();

  constructor(clock: CloudClock, keepMs: number, most = 2000) {
    this.#clock = clock;
    this.#keepMs = keepMs;
    this.#most = most;
  }

  get(key: string): Value | undefined {
    const known = this.#values.get(key);
    return known && known.until > this.#clock.now() ? known.value : undefined;
  }

  set(key: string, value: Value): Value {
    if (this.#values.size >= this.#most) this.#values.clear();
    this.#values.set(key, { value, until: this.#clock.now() + this.#keepMs });
    return value;
  }

  forget(key: string): void {
    this.#values.delete(key);
  }
}
