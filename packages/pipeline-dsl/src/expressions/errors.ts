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
  /** The name that was not found, with those there are. */
  readonly missing: Missing | undefined;

  constructor(type: ExpressionErrorType, message: string, at?: number, missing?: Missing) {
    super(message);
    this.name = 'ExpressionError';
    this.type = type;
    this.at = at;
    this.missing = missing;
  }
}

/** A name that was looked for in vain; `names` is asked only when somebody wants to know what there is instead. */
export interface Missing {
  readonly wanted: string;
  names(): Iterable<string>;
}

export const parseError = (message: string, at: number): ExpressionError =>
  new ExpressionError('SpelParseException', message, at);
export const evaluationError = (message: string, missing?: Missing): ExpressionError =>
  new ExpressionError('SpelEvaluationException', message, undefined, missing);
export const deniedError = (message: string, missing?: Missing): ExpressionError =>
  new ExpressionError('AccessDenied', message, undefined, missing);
export const helperError = (message: string, missing?: Missing): ExpressionError =>
  new ExpressionError('SpelHelperFunctionException', message, undefined, missing);
