import type { CloudClock } from './clock.ts';

/** Calls per second that a fresh limiter lets through, and how many may go at once. */
export const DEFAULT_RATE = { perSecond: 10, burst: 20 } as const;

/** However often AWS says "too fast": slower than this, fifty deploys at once would run out of time. */
const SLOWEST_PER_SECOND = 2;
const QUIET_MS = 10_000;

export type Urgency = 'change' | 'poll';

interface Waiting {
  readonly go: () => void;
  readonly abort?: AbortSignal;
}

/**
 * Lets calls to one service of one account and region through: a token bucket that halves its rate whenever AWS
 * throttles and wins back a tenth per ten quiet seconds. Changes overtake polls.
 */
export class Limiter {
  readonly #clock: CloudClock;
  readonly #top: number;
  readonly #burst: number;
  readonly #queues: Record<Urgency, Waiting[]> = { change: [], poll: [] };
  #perSecond: number;
  #tokens: number;
  #filledAt: number;
  #quietSince: number;
  #pumping = false;

  constructor(clock: CloudClock, rate: { readonly perSecond: number; readonly burst: number } = DEFAULT_RATE) {
    this.#clock = clock;
    this.#top = rate.perSecond;
    this.#burst = rate.burst;
    this.#perSecond = rate.perSecond;
    this.#tokens = rate.burst;
    this.#filledAt = clock.now();
    this.#quietSince = clock.now();
  }

  /** Calls per second allowed now. */
  get perSecond(): number {
    this.#refill();
    return this.#perSecond;
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
    this.#perSecond = Math.max(SLOWEST_PER_SECOND, this.#perSecond / 2);
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
      } else await this.#clock.wait(Math.max(1, Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000)));
    }
    this.#pumping = false;
  }

  #refill(): void {
    const now = this.#clock.now();
    const quietSteps = Math.floor((now - this.#quietSince) / QUIET_MS);
    if (quietSteps > 0) {
      this.#perSecond = Math.min(this.#top, this.#perSecond * 1.1 ** quietSteps);
      this.#quietSince += quietSteps * QUIET_MS;
    }
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond);
    this.#filledAt = now;
  }
}
