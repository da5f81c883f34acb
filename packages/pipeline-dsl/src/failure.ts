/**
 * An expected failure as data. `code` is `room.kebab-case` (`aws.capacity-unavailable`) and has a heading in a
 * `docs.md`; `message` is one sentence for a person: what happened, to which resource, what to do next.
 */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Would trying again help? */
  readonly retry?: boolean;
  /** Facts for the details pane: provider error code, request id, resource, response body (capped). */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What to try, one sentence. */
  readonly advice?: string;
}

/** Thrown by ports when something expected went wrong; the engine stores the failure as data. */
export class FailureError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(failure.message, options);
    this.name = 'FailureError';
    this.failure = failure;
  }
}

/**
 * The exception object that clients read from `context.exception` of a failed stage.
 * `timestamp` is epoch milliseconds, `operation` the task's name.
 */
export function exceptionOf(failure: Failure, operation: string, timestamp: number): Record<string, unknown> {
  return {
    shouldRetry: failure.retry ?? false,
    exceptionType: failure.code,
    operation,
    timestamp,
    details: {
      error: failure.message,
      errors: [failure.message],
      ...(failure.advice === undefined ? {} : { advice: failure.advice }),
      ...failure.details,
    },
  };
}
