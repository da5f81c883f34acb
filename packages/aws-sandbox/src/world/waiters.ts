interface Waiter {
  until: number;
  look(): boolean;
  giveUp(): void;
}

/** Calls that wait for something to happen, such as long polls. */
export class Waiters {
  #waiting: Waiter[] = [];

  /** Virtual time at which the first of them gives up. */
  get nextDue(): number {
    return this.#waiting.reduce((due, waiter) => Math.min(due, waiter.until), Number.POSITIVE_INFINITY);
  }

  /** Answers what `look` finds as soon as it finds something; null at virtual time `until`. */
  wait<T>(until: number, look: () => T | null): Promise<T | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        until,
        look() {
          try {
            const found = look();
            if (found !== null) resolve(found);
            return found !== null;
          } catch (error) {
            reject(error);
            return true;
          }
        },
        giveUp: () => resolve(null),
      });
    });
  }

  /** Lets each of them look, first come first served. */
  wake(now: number): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    const left = waiting.filter((waiter) => {
      const done = waiter.look();
      if (!done && now >= waiter.until) waiter.giveUp();
      return !done && now < waiter.until;
    });
    this.#waiting.unshift(...left);
  }

  /** Sends them all away without anything. */
  dismiss(): void {
    for (const waiter of this.#waiting) waiter.giveUp();
    this.#waiting = [];
  }
}
