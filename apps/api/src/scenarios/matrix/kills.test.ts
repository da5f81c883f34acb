import type { Sandbox } from '@gennaker/aws-sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsAfter } from './checks.ts';
import { killedAtEachStep } from './kills.ts';
import { startMonitor } from './monitor.ts';
import { type AwsState, pipelineOf as operationOf } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { pipelineOf, planOf, STRATEGIES } from './strategies.ts';
import { MatrixWorld, startSteppedSandbox } from './world.ts';

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

const redBlack = STRATEGIES.find(({ name }) => name === 'red/black')!;

describe('given a worker that is killed before or after any commit and any change to AWS, then another one ends the work as if nothing had happened', () => {
  it.each(STRATEGIES)('of a deploy by $name', async (strategy) => {
    const plan = planOf(strategy, monitor.url);
    const killed = await killedAtEachStep(sandbox, { plan, pipeline: () => pipelineOf(strategy), end: strategy.good });
    expect(killed.wrong).toEqual({});
    expect(killed.moments).toBeGreaterThan(30);
    expect(killed.caughtUp / killed.moments).toBeGreaterThan(0.8);
  });

  it.each(OPERATIONS)('of $name', async (operation) => {
    const { plan, end } = operation;
    const pipeline = (state: AwsState) => operationOf(operation, state);
    const killed = await killedAtEachStep(sandbox, { plan, pipeline, end });
    expect(killed.wrong).toEqual({});
    expect(killed.moments).toBeGreaterThan(operation.looksOnly ? 1 : 4);
  });

  it('of a red/black, each of them watched to the end', { timeout: 120_000 }, async () => {
    const plan = planOf(redBlack, monitor.url);
    const rest = { pipeline: () => pipelineOf(redBlack), end: redBlack.good, toTheEnd: true };
    const killed = await killedAtEachStep(sandbox, { plan, ...rest });
    expect(killed.wrong).toEqual({});
    expect(killed.caughtUp).toBe(0);
    expect(killed.moments).toBeGreaterThan(60);
  });
});

// What the pictures leave out: a worker whose calls are under way when it dies.
describe('given a worker that dies in the middle of a step of a red/black', () => {
  it.each([9, 19, 23, 60].flatMap((at) => [{ at, side: 'before' } as const, { at, side: 'after' } as const]))(
    'number $at, $side its effect, then so it is',
    async (death) => {
      const world = MatrixWorld.begin(sandbox, planOf(redBlack, monitor.url), { death });
      const id = await world.start(pipelineOf(redBlack));
      await world.settle();
      expect(world.workers).toHaveLength(2);
      expect(await world.failures(id)).toEqual([]);
      expect((await world.read(id)).status).toBe('SUCCEEDED');
      expect(problemsAfter(world, redBlack.good)).toEqual([]);
      world.stop();
    },
  );
});
