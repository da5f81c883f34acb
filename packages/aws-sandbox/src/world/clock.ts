/** A clock that can run faster than real time, stand still, or be stepped. Times are milliseconds since the epoch. */
export class VirtualClock {
  readonly #realNow: () => number;
  #realBase: number;
  #virtualBase: number;
  #speed: number;
  #frozen = false;

  constructor(realNow: () => number, speed = 1) {
    this.#realNow = realNow;
    this.#realBase = realNow();
    this.#virtualBase = this.#realBase;
    this.#speed = speed;
  }

  now(): number {
    if (this.#frozen) return this.#virtualBase;
    return Math.floor(this.#virtualBase + (this.#realNow() - this.#realBase) * this.#speed);
  }

  /** The machine's time, whatever was done to this clock. */
  realNow(): number {
    return this.#realNow();
  }

  /** Steps forward by `ms`. */
  advance(ms: number): void {
    this.set(this.now() + Math.max(0, ms));
  }

  /** Jumps to `time`; never backwards, because states are built from stored times. */
  set(time: number): void {
    this.#virtualBase = Math.max(this.now(), time);
    this.#realBase = this.#realNow();
  }

  /** Goes to `time`, backwards too: together with the state of that time. */
  putBack(time: number): void {
    this.#virtualBase = time;
    this.#realBase = this.#realNow();
  }

  freeze(): void {
    this.#rebase();
    this.#frozen = true;
  }

  /** Runs at `factor` times real time from here on (also ends a freeze). */
  speed(factor: number): void {
    this.#rebase();
    this.#frozen = false;
    this.#speed = factor;
  }

  describe(): { now: string; speed: number; frozen: boolean } {
    return { now: new Date(this.now()).toISOString(), speed: this.#speed, frozen: this.#frozen };
  }

  /** Real milliseconds until virtual `time`; null while frozen. */
  realMsUntil(time: number): number | null {
    if (this.#frozen || this.#speed <= 0) return null;
    return Math.max(0, (time - this.now()) / this.#speed);
  }

  #rebase(): void {
    this.#virtualBase = this.now();
    this.#realBase = this.#realNow();
  }
}
