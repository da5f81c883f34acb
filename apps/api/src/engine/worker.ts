import type { Engine } from './engine.ts';
import type { Clock, EngineLogger, ExecutionStore, WorkQueue } from './ports.ts';

export interface WorkerOptions {
  readonly engine: Engine;
  readonly store: ExecutionStore;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly logger: EngineLogger;
  readonly workerId: string;
  /** How long its leases hold after a heartbeat, ms. */
  readonly leaseMs: number;
  /** How often rows are searched for wake-ups that the queue has lost, ms. */
  readonly sweepMs: number;
}

const SWEEP_LIMIT = 1_000;

/**
 * Keeps a worker's leases alive and the queue filled from the rows: a heartbeat that also learns of signals for
 * executions in hand, and a sweep of overdue wake-ups nobody works on. Survives an absent database.
 */
export class WorkerLoop {
  private readonly options: WorkerOptions;
  private timers: NodeJS.Timeout[] = [];
  private beating = false;
  private sweeping = false;

  constructor(options: WorkerOptions) {
    this.options = options;
  }

  /** Announces the worker, takes up what was left lying, and goes on doing both. */
  async start(): Promise<void> {
    const { leaseMs, sweepMs } = this.options;
    await this.beat();
    await this.sweep(0);
    this.timers = [
      setInterval(() => void this.beat(), Math.max(100, Math.floor(leaseMs / 5))),
      setInterval(() => void this.sweep(sweepMs), sweepMs),
    ];
  }

  /** Stops both, ends tasks in flight, waits for executions in hand up to `patienceMs`, and gives up the leases. */
  async stop(patienceMs: number): Promise<void> {
    const { engine, store, clock, workerId } = this.options;
    for (const timer of this.timers) clearInterval(timer);
    const end = clock.now() + patienceMs;
    engine.abort();
    while (engine.held().size > 0 && clock.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    await store.retire(workerId);
  }

  private async beat(): Promise<void> {
    if (this.beating) return;
    this.beating = true;
    const { engine, store, workerId, leaseMs, logger } = this.options;
    try {
      engine.signalsWaiting(await store.heartbeat(workerId, leaseMs, [...engine.held().keys()]));
    } catch (error) {
      logger.warn('no heartbeat: the database does not answer', {
        problem: error instanceof Error ? error.message : String(error),
      });
    } finally {
      this.beating = false;
    }
  }

  /**
   * Refills the queue with wake-ups overdue by more than `graceMs` (younger ones are still on their way), and with those
   * that become due before the next sweep: far-off ones are not given to the queue when they are written.
   */
  private async sweep(graceMs: number): Promise<void> {
    if (this.sweeping) return;
    this.sweeping = true;
    const { engine, store, queue, clock, logger, sweepMs } = this.options;
    try {
      const now = clock.now();
      const rows = await store.overdue(now + 2 * sweepMs, SWEEP_LIMIT, engine.asker());
      const lost = rows.filter((due) => due.at <= now - graceMs);
      if (lost.length > 0) logger.debug('refilling the queue from the rows', { wakeUps: lost.length });
      await queue.wake([...lost, ...rows.filter((due) => due.at > now)]);
    } catch (error) {
      logger.warn('no sweep: the database does not answer', {
        problem: error instanceof Error ? error.message : String(error),
      });
    } finally {
      this.sweeping = false;
    }
  }
}
