import { expect, it } from 'vitest';
import { pollDelay } from './operations.ts';

const MINUTE = 60_000;

it.each([
  [0, 2_000],
  [9_999, 2_000],
  [10_000, 5_000],
  [2 * MINUTE - 1, 5_000],
  [2 * MINUTE, 10_000],
  [30 * MINUTE - 1, 10_000],
  [30 * MINUTE, 30_000],
])('after %i ms of waiting, the next look is %i ms later', (elapsed, delay) => {
  expect(pollDelay({ now: () => 1_000 + elapsed, task: { name: 'wait', startTime: 1_000 } })).toBe(delay);
});

it('who waits for what cannot come at once may be quick for less', () => {
  const run = { now: () => 5_000, task: { name: 'wait', startTime: 0 } };
  expect(pollDelay(run, 4_000)).toBe(5_000);
});
