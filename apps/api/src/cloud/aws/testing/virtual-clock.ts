import type { CloudClock } from '../clock.ts';

/**
 * A clock that jumps: whenever everybody waits, it goes on to the earliest deadline. `onAdvance` lets another clock
 * follow.
 */
export class VirtualClock implements CloudClock {
  #now: number;
  #waiting: Array<{ readonly at: number; readonly go: () => void }> = [];
  #scheduled = false;
  readonly #onAdvance: (ms: number) => Promise<void> | void;

  constructor(start = 1_800_000_000_000, onAdvance: (ms: number) => Promise<void> | void = () => {}) {
    this.#now = start;
    this.#onAdvance = onAdvance;
  }

  now = (): number => this.#now;

  async advance(ms: number): Promise<void> {
    this.#now += ms;
    await this.#onAdvance(ms);
  }

  wait = (ms: number, abort?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (abort?.aborted) return reject(abort.reason);
      abort?.addEventListener('abort', () => reject(abort.reason), { once: true });
      this.#waiting.push({ at: this.#now + ms, go: resolve });
      this.#schedule();
    });

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => void this.#jump());
  }

  async #jump(): Promise<void> {
    this.#scheduled = false;
    const next = Math.min(...this.#waiting.map((one) => one.at));
    if (Number.isFinite(next) && next > this.#now) await this.advance(next - this.#now);
    const due = this.#waiting.filter((one) => one.at <= this.#now);
    this.#waiting = this.#waiting.filter((one) => one.at > this.#now);
    for (const one of due) one.go();
    if (this.#waiting.length > 0) this.#schedule();
  }
}
