import { describe, expect, it } from 'vitest';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { waitUntil } from '../wait-until/executor.ts';
import { wait } from './executor.ts';

describe('wait', () => {
  it.each([
    [30, 30_000],
    ['45', 45_000],
    [0, 0],
    [undefined, 0],
  ])('waits %s seconds from the start', async (waitTime, ms) => {
    const world = createWorld();
    const start = world.clock.now();
    const run = await runStage(wait, { world, context: { waitTime } });
    expect([run.status, run.endTime - start]).toEqual(['SUCCEEDED', ms]);
  });

  it('ends at once when a person skips the rest', async () => {
    const world = createWorld();
    const start = world.clock.now();
    const run = await runStage(wait, {
      world,
      context: { waitTime: 3_600 },
      signals: [{ afterMs: 5_000, patch: { skipRemainingWait: true } }],
    });
    expect([run.status, run.endTime - start]).toEqual(['SUCCEEDED', 5_000]);
  });
});

describe('waitUntil', () => {
  it('waits for the moment, also one far away, and not for one in the past', async () => {
    const world = createWorld();
    const moment = world.clock.now() + 90 * 86_400_000;
    expect((await runStage(waitUntil, { world, context: { epochMillis: String(moment) } })).endTime).toBe(moment);
    expect((await runStage(waitUntil, { world, context: { epochMillis: 1 } })).endTime).toBe(moment);
  });
});
