import { isAlive } from '../processes.ts';

/** Keeps one process running. */
export interface Supervision {
  /** No restart begins after this; one under way is waited for. */
  end(): Promise<void>;
}

const lookEveryMs = 500;

/**
 * Looks every half second whether a process is alive and starts it again when it is not, as often as needed. A failed
 * restart is told and tried again at the next look.
 */
export function supervise(from: {
  readonly pid: () => number;
  readonly restart: () => Promise<void>;
  readonly onProblem: (error: unknown) => void;
}): Supervision {
  let restarting: Promise<void> | null = null;
  const timer = setInterval(() => {
    if (restarting !== null || isAlive(from.pid())) return;
    restarting = from
      .restart()
      .catch(from.onProblem)
      .finally(() => {
        restarting = null;
      });
  }, lookEveryMs);
  timer.unref();
  return {
    async end() {
      clearInterval(timer);
      await restarting;
    },
  };
}
