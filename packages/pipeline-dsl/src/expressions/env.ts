import type { Node } from './ast.ts';
import type { ExpressionContext } from './context.ts';
import type { Missing } from './errors.ts';
import type { Budget } from './limits.ts';

/** What one evaluation carries along. */
export interface Env {
  readonly context: ExpressionContext;
  readonly budget: Budget;
  /** What reading an absent key of a map by name gives. */
  readonly unknownMapKey: 'null' | 'error';
  readonly trace: Trace;
}

/** Where an evaluation is, so that its note can tell what failed. */
export interface Trace {
  /** The part that is being worked on. */
  at: Node | null;
  /** The last key that was not there, with the part that asked for it. */
  missed: { readonly node: Node; readonly missing: Missing } | null;
}
