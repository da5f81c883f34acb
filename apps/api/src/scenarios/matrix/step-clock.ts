import type { CloudClock } from '../../cloud/aws/clock.ts';

interface Waiting {
  readonly at: number;
  readonly go: () => void;
}

/**
 * A clock that stands still while a call is under way, and otherwise jumps to the earliest moment anybody waits for.
 * `follow` is told each jump.
 */
export class StepClock implements CloudClock {
  private time: number;
  private readonly follow: (ms: number) => void;
  private readonly waiting = new Set<Waiting>();
  private underWay = 0;
  private scheduled = false;
  private stopped = false;

  constructor(start: number, follow: (ms: number) => void) {
    this.time = start;
    this.follow = follow;
  }

  now = (): number => this.time;

  advance(ms: number): void {
    this.time += ms;
    this.follow(ms);
  }

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
      this.schedule();
    });

  /** Nobody who waits is heard any more. */
  stop(): void {
    this.stopped = true;
    this.waiting.clear();
  }

  /** Time stands still until the call has its answer. */
  async during<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    this.underWay += 1;
    try {
      return await call();
    } finally {
      this.underWay -= 1;
      this.schedule();
    }
  }

  private schedule(): void {
    if (this.stopped || this.scheduled || this.waiting.size === 0) return;
    this.scheduled = true;
    setImmediate(() => this.jump());
  }

  private jump(): void {
    this.scheduled = false;
    if (this.stopped || this.underWay > 0 || this.waiting.size === 0) return;
    const next = Math.min(...[...this.waiting].map(({ at }) => at));
    if (next > this.time) this.advance(next - this.time);
    for (const one of [...this.waiting].filter(({ at }) => at <= this.time)) {
      this.waiting.delete(one);
      one.go();
    }
    this.schedule();
  }
}
