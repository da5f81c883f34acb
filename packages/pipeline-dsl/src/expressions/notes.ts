/** One entry of `expressionEvaluationSummary`. */
export interface Note {
  /** `INFO`: a value was not found and the text stays raw; `ERROR`: the evaluation failed. */
  level: 'ERROR' | 'INFO';
  description: string;
  exceptionType: string;
  /** Epoch milliseconds. */
  timestamp: number;
}

/** A note with the expression (without `${ }`) it is about. */
export interface NotedExpression {
  readonly expression: string;
  readonly note: Note;
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
