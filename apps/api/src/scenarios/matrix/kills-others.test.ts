import type { Sandbox } from '@gennaker/aws-sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killedAtEachStep } from './kills.ts';
import { startMonitor } from './monitor.ts';
import { OPERATIONS, pipelineOf as operationOf } from './operations.ts';
import { pipelineOf, planOf, STRATEGIES } from './strategies.ts';
import { startSteppedSandbox } from './world.ts';

let sandbox: Sandbox;
let monitor: Awaited<ReturnType<typeof startMonitor>>;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
  monitor = await startMonitor();
});
afterAll(async () => {
  await sandbox.stop();
  await monitor.stop();
});

/** Killed at every step in files of their own; the last one is a red/black and then shrinks, as highlander does. */
const ELSEWHERE = ['red/black', 'rolling red/black', 'weighted', 'red/black that keeps one more'];

describe('given a worker that is killed before or after any change to AWS, then another one ends the work', () => {
  const others = STRATEGIES.filter(({ name }) => !ELSEWHERE.includes(name));
  it.each(others)('of $name', { timeout: 300_000 }, async (strategy) => {
    const plan = planOf(strategy, monitor.url);
    const killed = await killedAtEachStep(sandbox, plan, pipelineOf(strategy), strategy.good, 'changes');
    expect(killed.wrong).toEqual({});
    expect(killed.moments).toBeGreaterThan(5);
  });

  it.each(OPERATIONS)('of $name', { timeout: 300_000 }, async (operation) => {
    const { plan, end } = operation;
    const killed = await killedAtEachStep(sandbox, plan, operationOf(operation), end, 'changes');
    expect(killed.wrong).toEqual({});
    expect(killed.moments).toBeGreaterThan(0);
  });
});
