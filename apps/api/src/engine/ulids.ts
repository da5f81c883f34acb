import { randomBytes } from 'node:crypto';
import type { Clock, Ids } from './ports.ts';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** ULIDs (26 characters, Crockford base 32): sort by creation, also within one millisecond of one process. */
export function createUlids(clock: Clock): Ids {
  let lastTime = 0;
  let random: Uint8Array = new Uint8Array(16);
  return {
    next() {
      const time = Math.max(clock.now(), lastTime);
      if (time > lastTime) {
        lastTime = time;
        random = new Uint8Array(randomBytes(16)).map((byte) => byte & 31);
      } else increment(random);
      return encodeTime(time) + [...random].map((digit) => LETTERS[digit]).join('');
    },
  };
}

function increment(digits: Uint8Array): void {
  for (let at = digits.length - 1; at >= 0; at -= 1) {
    if (digits[at] !== 31) {
      digits[at] = digits[at]! + 1;
      return;
    }
    digits[at] = 0;
  }
}

function encodeTime(time: number): string {
  let text = '';
  for (let left = time, i = 0; i < 10; i += 1) {
    text = LETTERS[left % 32] + text;
    left = Math.floor(left / 32);
  }
  return text;
}
