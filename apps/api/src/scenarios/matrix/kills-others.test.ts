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

/** These are killed at every step in files of their own. */
const ELSEWHERE = ['red/black', 'rolling red/black', 'weighted'];

describe('given a worker that is killed before or after any change to AWS, then another one ends the work', () => {
  it.each(STRATEGIES.filter(({ name }) => !ELSEWHERE.includes(name)))('of $name', async (strategy) => {
    const plan = planOf(strategy, monitor.url);
    const killed = await killedAtEachStep(sandbox, plan, pipelineOf(strategy), strategy.good, 'changes');
    expect(killed.wrong).toEqual({});
    expect(killed.moments).toBeGreaterThan(5);
  });

  it.each(OPERATIONS)('of $name', async (operation) => {
    const { plan, end } = operation;
    const killed = await killedAtEachStep(sandbox, plan, operationOf(operation), end, 'changes');
    expect(killed.wrong).toEqual({});
    expect(killed.moments).toBeGreaterThan(0);
  });
});
