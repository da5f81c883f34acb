/** Why an expression failed; becomes the `exceptionType` of the note. */
export type ExpressionErrorType =
  | 'SpelParseException'
  | 'SpelEvaluationException'
  | 'AccessDenied'
  | 'LimitExceeded'
  | 'SpelHelperFunctionException'
  | 'NotAvailable'
  | 'ArithmeticException';

/** An expected failure of an expression; never leaves this folder other than as a note. */
export class ExpressionError extends Error {
  readonly type: ExpressionErrorType;
  /** Offset in the expression's text, when known. */
  readonly at: number | undefined;

  constructor(type: ExpressionErrorType, message: string, at?: number) {
    super(message);
    this.name = 'ExpressionError';
    this.type = type;
    this.at = at;
  }
}

export const parseError = (message: string, at: number): ExpressionError =>
  new ExpressionError('SpelParseException', message, at);
export const evaluationError = (message: string): ExpressionError =>
  new ExpressionError('SpelEvaluationException', message);
export const deniedError = (message: string): ExpressionError => new ExpressionError('AccessDenied', message);
export const helperError = (message: string): ExpressionError =>
  new ExpressionError('SpelHelperFunctionException', message);
