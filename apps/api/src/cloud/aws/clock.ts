/** Time as the AWS room sees it: epoch ms, and a wait that an abort cuts short. */
export interface CloudClock {
  now(): number;
  /** Resolves after `ms`; rejects with the abort's reason when that comes first. */
  wait(ms: number, abort?: AbortSignal): Promise<void>;
}

/** Where this room writes: call trouble at `warn`, steps of a change at `info`, everything else at `debug`. */
export interface CloudLogger {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void;
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

export const silentLogger: CloudLogger = { debug: () => {}, info: () => {}, warn: () => {} };
