import type { Engine } from './engine.ts';
import type { Clock, EngineLogger, ExecutionStore } from './ports.ts';

export interface CancelKeeperOptions {
  readonly engine: Engine;
  readonly store: ExecutionStore;
  readonly clock: Clock;
  readonly logger: EngineLogger;
  /** How often it looks, ms. */
  readonly everyMs: number;
}

const LOOK_LIMIT = 100;

/**
 * For a process that takes requests but does no work: a cancel takes effect also while no worker lives. Looks for
 * canceled executions nobody can end and lets the engine end them; a canceled execution starts nothing, so no other
 * work is taken from the workers.
 */
export class CancelKeeper {
  private readonly options: CancelKeeperOptions;
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(options: CancelKeeperOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setInterval(() => void this.look(), this.options.everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** One look. Never throws: an absent database is looked at again later. */
  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const { engine, store, clock, logger } = this.options;
    try {
      for (const executionId of await store.orphanedCancels(clock.now(), LOOK_LIMIT)) {
        logger.info('ending a canceled execution, because no worker lives', { execution: executionId });
        await engine.handle({ type: 'DriveExecution', executionId });
      }
    } catch (error) {
      logger.warn('canceled executions could not be ended', {
        problem: error instanceof Error ? error.message : String(error),
      });
    } finally {
      this.looking = false;
    }
  }
}
