import type { CloudClock } from './clock.ts';

/** No answer older than this is ever shared. */
export const WIDEST_WINDOW_MS = 250;
const NARROWEST_WINDOW_MS = 10;

export interface BatchOptions<Key, Answer> {
  readonly clock: CloudClock;
  /** Keys that fit one call. */
  readonly most: number;
  /** 0 … 1; the window grows with it from 10 to 250 ms. */
  readonly pressure: () => number;
  readonly load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>;
}

interface Pending<Answer> {
  readonly promise: Promise<Answer | undefined>;
  readonly settle: (answer: Promise<ReadonlyMap<unknown, Answer>>, key: unknown) => void;
}

/**
 * Gathers the keys asked for within a short window into one read. A read always starts after it was asked for, so
 * nothing is served from before the question; what is not in the answer is `undefined`.
 */
export function batched<Key, Answer>(options: BatchOptions<Key, Answer>): (key: Key) => Promise<Answer | undefined> {
  let gathering = new Map<Key, Pending<Answer>>();

  async function flush(): Promise<void> {
    const spread = WIDEST_WINDOW_MS - NARROWEST_WINDOW_MS;
    await options.clock.wait(NARROWEST_WINDOW_MS + Math.round(spread * options.pressure()));
    const batch = [...gathering];
    gathering = new Map();
    for (let from = 0; from < batch.length; from += options.most) {
      const part = batch.slice(from, from + options.most);
      const answers = options.load(part.map(([key]) => key));
      for (const [key, pending] of part) pending.settle(answers, key);
    }
  }

  return (key) => {
    const known = gathering.get(key);
    if (known) return known.promise;
    if (gathering.size === 0) void flush();
    let settle: Pending<Answer>['settle'] = () => {};
    const promise = new Promise<Answer | undefined>((resolve, reject) => {
      settle = (answers, asked) => void answers.then((found) => resolve(found.get(asked)), reject);
    });
    gathering.set(key, { promise, settle });
    return promise;
  };
}
