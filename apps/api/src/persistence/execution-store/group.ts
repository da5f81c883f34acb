/**
 * Runs many small requests as few statements: while one batch is under way the next ones gather, so that a quiet
 * system answers at once and a busy one commits in groups.
 */
export class Group<Item, Answer> {
  private waiting: Array<{ item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void }> = [];
  private underWay = 0;
  private readonly runAll: (items: readonly Item[]) => Promise<readonly Answer[]>;
  private readonly lanes: number;
  private readonly size: number;
  private readonly gatherMs: number;

  /**
   * `runAll` answers in the order of its items. `lanes` batches may be under way at once, of at most `size` items. A
   * batch gathers what comes in one turn of the event loop, or for `gatherMs` where nobody waits for it.
   */
  constructor(runAll: (items: readonly Item[]) => Promise<readonly Answer[]>, lanes = 1, size = 200, gatherMs = 0) {
    this.runAll = runAll;
    this.lanes = lanes;
    this.size = size;
    this.gatherMs = gatherMs;
  }

  submit(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.waiting.length > 1) return;
      if (this.gatherMs > 0) setTimeout(() => this.next(), this.gatherMs);
      else queueMicrotask(() => this.next());
    });
  }

  private next(): void {
    while (this.underWay < this.lanes && this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.size);
      this.underWay += 1;
      void this.run(batch);
    }
  }

  private async run(batch: typeof this.waiting): Promise<void> {
    try {
      const answers = await this.runAll(batch.map((entry) => entry.item));
      batch.forEach((entry, i) => entry.resolve(answers[i]!));
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error);
      else await this.oneByOne(batch);
    } finally {
      this.underWay -= 1;
      this.next();
    }
  }

  /** A batch that failed is taken apart, so that one bad item spoils nothing for the others. */
  private async oneByOne(batch: typeof this.waiting): Promise<void> {
    for (const { item, resolve, reject } of batch) {
      try {
        resolve((await this.runAll([item]))[0]!);
      } catch (error) {
        reject(error);
      }
    }
  }
}
