/**
 * Status of an execution, a stage or a task, spelled as stored pipelines and API clients spell it.
 *
 * `REDIRECT` occurs on tasks only (go back to the start of the loop); `BUFFERED` and `SUSPENDED` are
 * read from older data and never written.
 */
export const STATUSES = [
  'NOT_STARTED',
  'RUNNING',
  'PAUSED',
  'SUSPENDED',
  'SUCCEEDED',
  'FAILED_CONTINUE',
  'TERMINAL',
  'CANCELED',
  'REDIRECT',
  'STOPPED',
  'SKIPPED',
  'BUFFERED',
] as const;

export type Status = (typeof STATUSES)[number];

const COMPLETE: ReadonlySet<Status> = new Set([
  'CANCELED',
  'SUCCEEDED',
  'STOPPED',
  'SKIPPED',
  'TERMINAL',
  'FAILED_CONTINUE',
]);
const HALT: ReadonlySet<Status> = new Set(['TERMINAL', 'CANCELED', 'STOPPED']);
const SUCCESSFUL: ReadonlySet<Status> = new Set(['SUCCEEDED', 'STOPPED', 'SKIPPED']);
const FAILURE: ReadonlySet<Status> = new Set(['TERMINAL', 'STOPPED', 'FAILED_CONTINUE']);
const DONE_GO_ON: ReadonlySet<Status> = new Set(['SUCCEEDED', 'FAILED_CONTINUE', 'SKIPPED']);

/** Has ended, in whatever way. */
export const isComplete = (status: Status): boolean => COMPLETE.has(status);
/** Ended in a way that stops what comes after it. */
export const isHalt = (status: Status): boolean => HALT.has(status);
/** Ended in a way that older clients count as success (a stopped branch included). */
export const isSuccessful = (status: Status): boolean => SUCCESSFUL.has(status);
/** Ended by a failure, whether or not the pipeline went on. */
export const isFailure = (status: Status): boolean => FAILURE.has(status);
/** Ended such that stages requiring it may start. */
export const isDoneGoOn = (status: Status): boolean => DONE_GO_ON.has(status);
/** Narrows text from outside to a status. */
export const isStatus = (text: string): text is Status => (STATUSES as readonly string[]).includes(text);
