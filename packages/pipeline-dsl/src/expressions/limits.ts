import { ExpressionError } from './errors.ts';

/** Bounds of one evaluation; see {@link DEFAULT_LIMITS} for what they are when nothing is said. */
export interface Limits {
  /** Longest text between `${` and `}`, in characters. */
  readonly expressionLength: number;
  /** Deepest nesting of an expression, of a value and of a walked tree. */
  readonly depth: number;
  /** Units of work for one template. */
  readonly steps: number;
  /** Units of work for all templates of one tree together. */
  readonly treeSteps: number;
  /** Largest result of one template and largest string on the way, in characters. */
  readonly outputSize: number;
}

export const DEFAULT_LIMITS: Limits = {
  expressionLength: 10_000,
  depth: 100,
  steps: 100_000,
  treeSteps: 2_000_000,
  outputSize: 1_000_000,
};

/** Counts work, so that no expression can hold the process. */
export class Budget {
  readonly limits: Limits;
  private left: number;

  constructor(limits: Limits) {
    this.limits = limits;
    this.left = limits.steps;
  }

  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new ExpressionError('LimitExceeded', 'the expression does too much work; make it simpler');
  }

  spent(): number {
    return this.limits.steps - this.left;
  }

  /** Pays for a string of this length and refuses one that is too long. */
  text(length: number): void {
    if (length > this.limits.outputSize) {
      throw new ExpressionError('LimitExceeded', `text longer than ${this.limits.outputSize} characters`);
    }
    this.spend(1 + (length >>> 6));
  }
}
