/** Something that was started and must be ended again. */
export interface Startable {
  readonly name: string;
  /** How long `stop` may take before it is given up. */
  readonly limitMs: number;
  stop(): Promise<void>;
  /** Ends it at once, without waiting and without saving; what it had saved before must survive. */
  force?(): void;
}

/** Keeps what was started, to end it in the opposite order. */
export class Started {
  readonly #items: Startable[] = [];
  readonly #onProblem: (sentence: string) => void;
  #stopping: Promise<void> | null = null;

  constructor(onProblem: (sentence: string) => void) {
    this.#onProblem = onProblem;
  }

  add(item: Startable): void {
    this.#items.push(item);
  }

  /** Ends everything, last started first. What fails or takes too long is reported and does not hold up the rest. */
  stopAll(): Promise<void> {
    this.#stopping ??= this.#stopInOrder();
    return this.#stopping;
  }

  /** For somebody who does not want to wait. */
  forceAll(): void {
    for (const item of this.#items) item.force?.();
  }

  async #stopInOrder(): Promise<void> {
    for (const item of this.#items.toReversed()) {
      try {
        await withLimit(item);
      } catch (error) {
        this.#onProblem(`${item.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}

async function withLimit(item: Startable): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${item.limitMs / 1000} s`)), item.limitMs);
  });
  try {
    await Promise.race([item.stop(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
