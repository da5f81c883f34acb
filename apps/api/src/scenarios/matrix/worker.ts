import type { AroundCall } from '../../cloud/aws/calls.ts';
import type { ExecutionStore } from '../../engine/index.ts';

/** Calls of the store that write; a worker that dies between two of them leaves what it left after the first. */
const WRITES: ReadonlySet<string | symbol> = new Set(['claim', 'commit', 'commitStart', 'takeLocks', 'freeLocks']);

/** Where a worker dies: at its nth step, before it has any effect or after it with the answer lost. */
export interface Death {
  readonly at: number;
  readonly side: 'before' | 'after';
}

/** One thing a worker did that outlives it. */
export interface Step {
  readonly what: string;
  readonly of: 'store' | 'cloud';
}

/** Whether the worker comes to the step it is about to take. */
export type Watched = 'go on' | 'stop';

const never = (): Promise<never> => new Promise(() => undefined);

/**
 * A worker's hands: all that outlives it goes through them, and when it dies they do nothing any more, like those of a
 * process that was killed: calls under way are never answered.
 */
export class Hands {
  /** Writes to the store and changes sent to the cloud, in order. */
  readonly steps: Step[] = [];
  /** Largest number of steps that were under way at once; freeing locks, which others may repeat, does not count. */
  mostAtOnce = 0;
  /** Resolves when the worker dies. */
  readonly death: Promise<void>;
  dead = false;
  private die: () => void = () => undefined;
  private underWay = 0;
  private readonly plan: Death | null;
  private readonly watch: (step: Step) => Watched;

  /** `watch` is told each step right before it takes effect. */
  constructor(plan: Death | null, watch: (step: Step) => Watched = () => 'go on') {
    this.plan = plan;
    this.watch = watch;
    this.death = new Promise((resolve) => {
      this.die = () => {
        this.dead = true;
        resolve();
      };
    });
  }

  store(store: ExecutionStore): ExecutionStore {
    return new Proxy(store, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
        if (!WRITES.has(name)) return (...args: unknown[]) => (this.dead ? never() : call(...args));
        return (...args: unknown[]) => this.step({ what: String(name), of: 'store' }, () => call(...args));
      },
    });
  }

  around: AroundCall = ({ operation, kind }, send) => {
    if (kind === 'write') return this.step({ what: operation, of: 'cloud' }, send);
    return this.dead ? never() : this.living(send());
  };

  private async step(step: Step, act: () => Promise<unknown>): Promise<unknown> {
    if (this.dead) return never();
    this.steps.push(step);
    const strikes = this.steps.length === this.plan?.at ? this.plan.side : null;
    if (this.watch(step) === 'stop' || strikes === 'before') return this.end();
    const weight = step.what === 'freeLocks' ? 0 : 1;
    this.underWay += weight;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.underWay);
    try {
      const answer = await this.living(act());
      return strikes === 'after' ? this.end() : answer;
    } finally {
      this.underWay -= weight;
    }
  }

  private end(): Promise<never> {
    this.die();
    return never();
  }

  /** An answer reaches only the living. */
  private async living<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      const value = await answer;
      return this.dead ? await never() : value;
    } catch (error) {
      return this.dead ? never() : Promise.reject(error);
    }
  }
}
