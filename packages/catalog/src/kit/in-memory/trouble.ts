import { type Failure, FailureError } from '@gennaker/pipeline-dsl';

/** The work was done, but nobody heard of it: what a crash or a cut line in the middle of a call looks like. */
export class LostAnswer extends Error {}

interface Planned {
  readonly method: string;
  readonly error: Error;
  /** The work is done before the error is thrown: only the answer is lost. */
  readonly afterwards: boolean;
}

/** Troubles waiting for a fake: each hits the next call of its method once. */
export class Trouble {
  /** Calls so far, of any method. */
  calls = 0;
  /** Number of the call (from 1) whose answer is lost; null for none. */
  loseAnswerOf: number | null = null;
  private planned: Planned[] = [];

  /** The next calls of the method fail with this, and do nothing. */
  failNext(method: string, failure: Failure, times = 1): void {
    for (let i = 0; i < times; i++) this.planned.push({ method, error: new FailureError(failure), afterwards: false });
  }

  /** The next call of the method does its work, but the caller never hears of it. */
  loseNextAnswer(method: string): void {
    this.planned.push({ method, error: new LostAnswer(`connection lost after ${method}`), afterwards: true });
  }

  async run<Answer>(method: string, work: () => Answer): Promise<Answer> {
    this.calls++;
    if (this.calls === this.loseAnswerOf) {
      work();
      throw new LostAnswer(`connection lost after ${method}`);
    }
    const next = this.planned.find((planned) => planned.method === method);
    if (!next) return work();
    this.planned = this.planned.filter((planned) => planned !== next);
    if (next.afterwards) work();
    throw next.error;
  }
}
