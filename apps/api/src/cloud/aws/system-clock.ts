import type { CloudClock } from './clock.ts';

/** The machine's own time. */
export const systemClock: CloudClock = {
  now: () => Date.now(),
  wait: (ms, abort) =>
    new Promise((resolve, reject) => {
      if (abort?.aborted) return reject(abort.reason);
      const stop = () => {
        clearTimeout(timer);
        reject(abort?.reason);
      };
      const timer = setTimeout(() => {
        abort?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      abort?.addEventListener('abort', stop, { once: true });
    }),
};

/** 0 … 1, spreads the pauses of several workers. */
export const systemRandom = (): number => Math.random();
