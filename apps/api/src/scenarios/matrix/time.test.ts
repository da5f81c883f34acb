import type { Sandbox } from '@gennaker/aws-sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { timeOfRedBlack } from './red-black-time.ts';
import { startSteppedSandbox } from './world.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterAll(() => sandbox.stop());

/** Calls of one red/black of three instances that boot in 20 s, all told. */
const MOST_CALLS = 98;

it('given instances that boot in 20 s, a red/black ends within 15 s of the last one being healthy and the soak, within its budget of calls', async () => {
  const { healthyMs, soakMs, endMs, calls } = await timeOfRedBlack(sandbox, 20);
  console.info(
    `red/black of 3 instances: healthy after ${healthyMs / 1_000} s, soaked for ${soakMs / 1_000} s, over after ${endMs / 1_000} s, ${calls} calls`,
  );
  expect(healthyMs).toBeGreaterThan(20_000);
  expect(endMs - healthyMs - soakMs).toBeLessThanOrEqual(15_000);
  expect(calls).toBeLessThanOrEqual(MOST_CALLS);
});
