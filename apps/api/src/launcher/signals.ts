import type { EventEmitter } from 'node:events';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes on the Ctrl-C that the terminal already sent us, so what follows at once is the same wish. */
const sameWishMs = 1_000;

/** Where signals come from and whom to tell about them. */
export interface EndListener {
  readonly source: EventEmitter;
  /** Milliseconds on any clock that only goes forward. */
  readonly now: () => number;
  readonly onFirst: () => void;
  /** The wish was repeated by somebody who does not want to wait. */
  readonly onSecond: () => void;
}

/** Listens for wishes to end: Ctrl-C, a polite kill, a closed terminal. */
export function listenForEnd({ source, now, onFirst, onSecond }: EndListener): void {
  let firstAt: number | null = null;
  for (const signal of signals) {
    source.on(signal, () => {
      if (firstAt === null) {
        firstAt = now();
        onFirst();
      } else if (now() - firstAt > sameWishMs) {
        onSecond();
      }
    });
  }
}
