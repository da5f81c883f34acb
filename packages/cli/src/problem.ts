/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  /** The command did its work and the answer is no: findings, unmet expectations, differences, a failed execution. */
  no: 1,
  /** It was called in a way it does not understand. */
  usage: 2,
  /** A server, a file or a network could not be used. */
  unavailable: 3,
} as const;

/** Ends the command with a sentence: what happened, to which thing, and what to do. Never shown with a stack. */
export class Problem extends Error {
  readonly exitCode: number;
  readonly advice: string | undefined;

  constructor(message: string, options: { advice?: string; exitCode?: number } = {}) {
    super(message);
    this.name = 'Problem';
    this.advice = options.advice;
    this.exitCode = options.exitCode ?? EXIT.unavailable;
  }
}

/** The command was called wrongly. */
export const usage = (message: string, advice?: string): Problem =>
  new Problem(message, { exitCode: EXIT.usage, ...(advice === undefined ? {} : { advice }) });
