/** One entry of `expressionEvaluationSummary`. */
export interface Note {
  /** `INFO`: a value was not found and the text stays raw; `ERROR`: the evaluation failed. */
  level: 'ERROR' | 'INFO';
  description: string;
  exceptionType: string;
  /** Epoch milliseconds. */
  timestamp: number;
}

/** What exactly of an expression failed or found nothing, and what there was instead. */
export interface Shortfall {
  /** The part of the expression; the whole of it when it could not even be parsed. */
  readonly subexpression: string;
  /** Names that could have been read or called there, the likeliest first; at most 10. */
  readonly available: readonly string[];
  /** The name that was probably meant; null when none is near. */
  readonly suggestion: string | null;
}

/** A note with the expression (without `${ }`) it is about. */
export interface NotedExpression {
  readonly expression: string;
  readonly note: Note;
  readonly shortfall: Shortfall;
}

/** Groups notes the way `expressionEvaluationSummary` stores them. */
export function summarize(noted: readonly NotedExpression[]): Record<string, Note[]> {
  const byExpression = new Map<string, Note[]>();
  for (const { expression, note } of noted) {
    const list = byExpression.get(expression);
    if (list) list.push(note);
    else byExpression.set(expression, [note]);
  }
  byExpression.delete('__proto__');
  return Object.fromEntries(byExpression);
}
