import type { Message } from './messages.ts';
import type { Clock, Due, WorkQueue } from './ports.ts';

export interface LocalFirstOptions {
  /** Where wake-ups go that this process does not take itself. */
  readonly queue: WorkQueue;
  readonly clock: Clock;
  /** Acts on a message here and now. */
  readonly handle: (message: Message) => Promise<void>;
  /** Wake-ups taken here at once. */
  readonly capacity: number;
  /** Hears why a wake-up failed here; its row brings it back. */
  readonly problem: (error: unknown) => void;
}

/**
 * For a process that works itself: a wake-up that is due now goes to the engine in the same hand while there is room,
 * and through the queue otherwise. Saves the way through the queue; the rows stay the truth for both.
 */
export class LocalFirstQueue implements WorkQueue {
  private readonly options: LocalFirstOptions;
  private inHand = 0;
  private open = true;

  constructor(options: LocalFirstOptions) {
    this.options = options;
  }

  async wake(dues: readonly Due[]): Promise<void> {
    const now = this.options.clock.now();
    const elsewhere = dues.filter((due) => !(due.at <= now && this.take(due.message)));
    if (elsewhere.length > 0) await this.options.queue.wake(elsewhere);
  }

  /** Takes nothing any more; all goes to the queue. */
  close(): void {
    this.open = false;
  }

  private take(message: Message): boolean {
    const { capacity, handle, problem } = this.options;
    if (!this.open || this.inHand >= capacity) return false;
    this.inHand += 1;
    setImmediate(() => {
      handle(message)
        .catch(problem)
        .finally(() => {
          this.inHand -= 1;
        });
    });
    return true;
  }
}
