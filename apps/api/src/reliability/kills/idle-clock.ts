import type { CloudClock } from '../../cloud/aws/clock.ts';

interface Waiting {
  readonly at: number;
  readonly go: () => void;
}

/** Looks in a row at which nothing may be under way before the worker counts as idle: callbacks come in between. */
const QUIET_TURNS = 4;

/**
 * A worker's clock. It stands still while a call is under way; once the worker only waits, the clock jumps to the
 * earliest moment that anybody waits for, or to the next wake-up in the rows. The world outside is moved first.
 */
export class IdleClock implements CloudClock {
  private time: number;
  private readonly waiting = new Set<Waiting>();
  private underWay = 0;
  private began = 0;
  private rested: () => void = () => undefined;

  constructor(start: number) {
    this.time = start;
  }

  now = (): number => this.time;

  wait = (ms: number, abort?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (abort?.aborted) return reject(abort.reason);
      const stop = () => {
        this.waiting.delete(one);
        reject(abort?.reason);
      };
      const one: Waiting = {
        at: this.time + ms,
        go: () => {
          abort?.removeEventListener('abort', stop);
          resolve();
        },
      };
      abort?.addEventListener('abort', stop, { once: true });
      this.waiting.add(one);
    });

  /** Counts as under way until it has its answer. */
  async during<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    this.underWay += 1;
    this.began += 1;
    try {
      return await call();
    } finally {
      this.underWay -= 1;
      if (this.underWay === 0) this.rested();
    }
  }

  /** Resolves once nothing is under way any more. */
  async idle(): Promise<void> {
    for (let turns = 0, began = this.began; turns < QUIET_TURNS; turns += 1) {
      if (this.underWay > 0)
        await new Promise<void>((resolve) => {
          this.rested = resolve;
        });
      await new Promise((resolve) => setImmediate(resolve));
      if (began !== this.began) turns = -1;
      began = this.began;
    }
  }

  /** The earliest moment anybody in this process waits for; infinite when nobody does. */
  get next(): number {
    return Math.min(...[...this.waiting].map(({ at }) => at));
  }

  /** Goes on to a later moment and calls all who waited for it. */
  set(time: number): void {
    this.time = Math.max(this.time, time);
    for (const one of [...this.waiting].filter(({ at }) => at <= this.time)) {
      this.waiting.delete(one);
      one.go();
    }
  }
}
