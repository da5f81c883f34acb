import type { ExpressionContext } from './context.ts';
import type { Budget } from './limits.ts';

/** What one evaluation carries along. */
export interface Env {
  readonly context: ExpressionContext;
  readonly budget: Budget;
  /** What reading an absent key of a map by name gives. */
  readonly unknownMapKey: 'null' | 'error';
}
