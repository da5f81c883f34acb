import type { CloudClock } from './clock.ts';

/** Calls per second that a fresh limiter lets through, and how many may go at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

const DEFAULT_RATE: Rate = { perSecond: 10, burst: 20 };

/** However often AWS says "too fast": with half of this, four of fifty deploys at once ran out of time. */
const SLOWEST_PER_SECOND = 2;
const QUIET_MS = 10_000;

export type Urgency = 'change' | 'poll';

interface Waiting {
  readonly go: () => void;
  readonly abort?: AbortSignal;
}

/**
 * Lets calls to one service of one account and region through: a token bucket that halves its rate whenever AWS
 * throttles and wins back a tenth per ten quiet seconds. Changes overtake polls. Of `sharers` processes with limiters of
 * the same rate, each takes its part, so that all together keep it.
 */
export class Limiter {
  readonly #clock: CloudClock;
  readonly #rate: Rate;
  readonly #sharers: () => number;
  readonly #queues: Record<Urgency, Waiting[]> = { change: [], poll: [] };
  /** Part of the rate that throttling has left: 1 = all of it. */
  #left = 1;
  #tokens: number;
  #filledAt: number;
  #quietSince: number;
  #pumping = false;

  constructor(clock: CloudClock, rate: Rate = DEFAULT_RATE, sharers: () => number = () => 1) {
    this.#clock = clock;
    this.#rate = rate;
    this.#sharers = sharers;
    this.#tokens = this.#burst;
    this.#filledAt = clock.now();
    this.#quietSince = clock.now();
  }

  /** Calls per second allowed now. */
  get perSecond(): number {
    this.#refill();
    return this.#speed;
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#queues.change.length + this.#queues.poll.length;
  }

  /** 0 = plenty of room … 1 = nothing left: readers widen their batching window with it. */
  get pressure(): number {
    this.#refill();
    if (this.waiting > 0) return 1;
    return 1 - Math.min(1, this.#tokens / (this.#burst / 2));
  }

  /** Resolves when the call may be sent; rejects with the abort's reason when that comes first. */
  async take(urgency: Urgency, abort?: AbortSignal): Promise<void> {
    abort?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const stop = () => {
        this.#queues[urgency] = this.#queues[urgency].filter((other) => other !== entry);
        reject(abort?.reason);
      };
      const go = () => {
        abort?.removeEventListener('abort', stop);
        resolve();
      };
      const entry: Waiting = { go, abort };
      abort?.addEventListener('abort', stop, { once: true });
      this.#queues[urgency].push(entry);
      void this.#pump();
    });
  }

  /** AWS said "too fast". */
  throttled(): void {
    this.#refill();
    this.#left = Math.max(Math.min(1, SLOWEST_PER_SECOND / this.#rate.perSecond), this.#left / 2);
    this.#tokens = Math.min(this.#tokens, 1);
    this.#quietSince = this.#clock.now();
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.waiting > 0) {
      this.#refill();
      if (this.#tokens >= 1) {
        this.#tokens -= 1;
        (this.#queues.change.shift() ?? this.#queues.poll.shift())?.go();
      } else await this.#clock.wait(Math.max(1, Math.ceil(((1 - this.#tokens) / this.#speed) * 1000)));
    }
    this.#pumping = false;
  }

  get #part(): number {
    return 1 / Math.max(1, this.#sharers());
  }

  get #speed(): number {
    return this.#rate.perSecond * this.#left * this.#part;
  }

  get #burst(): number {
    return Math.max(1, this.#rate.burst * this.#part);
  }

  #refill(): void {
    const now = this.#clock.now();
    const quietSteps = Math.floor((now - this.#quietSince) / QUIET_MS);
    if (quietSteps > 0) {
      this.#left = Math.min(1, this.#left * 1.1 ** quietSteps);
      this.#quietSince += quietSteps * QUIET_MS;
    }
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filledAt) / 1000) * this.#speed);
    this.#filledAt = now;
  }
}
