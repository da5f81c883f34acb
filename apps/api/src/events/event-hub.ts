import type { CommitListener } from '../engine/index.ts';

/** An execution has events up to this number. */
export interface HeardCommit {
  readonly executionId: string;
  readonly sequence: number;
}

type Listener = (heard: HeardCommit) => void;

/**
 * Spreads the news that an execution has new events: to listeners in this process at once, to other processes through
 * whoever relays. The news carries no data; who wants the events reads them from the rows, so news may be doubled,
 * late or lost and no stream shows anything but the rows, in order.
 */
export class EventHub implements CommitListener {
  private readonly listeners = new Set<Listener>();
  private relay: Listener | null = null;

  /** Called by the engine after each commit of this process. */
  committed(commit: Parameters<CommitListener['committed']>[0]): void {
    if (commit.events.length === 0) return;
    const heard = { executionId: commit.lease.executionId, sequence: commit.sequence + commit.events.length };
    this.tell(heard);
    this.relay?.(heard);
  }

  /** News from another process. */
  tell(heard: HeardCommit): void {
    for (const listener of this.listeners) listener(heard);
  }

  /** Answers how to stop listening. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  relayTo(relay: Listener): void {
    this.relay = relay;
  }
}
