type Item = () => void | Promise<void>;

/** Work handed to a loop from elsewhere; the loop takes it in order and can wait for the next. */
export class Mailbox {
  private items: Array<{ item: Item; refuse?: (error: unknown) => void }> = [];
  private waiting: (() => void) | null = null;
  private closed: { error: unknown } | null = null;

  /** `refuse` is called instead when the loop has ended. */
  post(item: Item, refuse?: (error: unknown) => void): void {
    if (this.closed) {
      refuse?.(this.closed.error);
      return;
    }
    this.items.push({ item, refuse });
    this.waiting?.();
    this.waiting = null;
  }

  takeAll(): Item[] {
    const taken = this.items;
    this.items = [];
    return taken.map((entry) => entry.item);
  }

  /** Resolves when there is something to take, and all that comes in the same turn is there with it. */
  async arrival(): Promise<void> {
    if (this.items.length === 0) {
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
    await new Promise<void>((resolve) => process.nextTick(resolve));
  }

  /** Refuses what is left and all that comes. */
  close(error: unknown): void {
    this.closed = { error };
    for (const { refuse } of this.items) refuse?.(error);
    this.items = [];
  }
}
