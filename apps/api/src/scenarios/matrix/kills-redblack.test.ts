import type { Sandbox } from '@gennaker/aws-sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopScenario } from '../shop.ts';
import { type End, problemsAfter } from './checks.ts';
import { killedAtEachStep } from './kills.ts';
import { deployOf, settle } from './stories.ts';
import { MatrixWorld, startSteppedSandbox } from './world.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterAll(() => sandbox.stop());

const plan = { scenario: shopScenario(), prepare: settle };

const end: End = {
  groups: { 'shop-web-v001': '2/3/4, out of traffic at rest', 'shop-web-v002': '2/3/6, 3 serving' },
  settingsFrom: { 'shop-web-v002': 'shop-web-v001' },
};

describe('given three instances that serve, when a worker is killed at any step of a red/black', () => {
  it('then another one ends it as if nothing had happened', { timeout: 300_000 }, async () => {
    const killed = await killedAtEachStep(sandbox, plan, deployOf(), end);
    expect(killed.wrong).toEqual({});
    expect(killed.moments).toBeGreaterThan(40);
  });

  // What the pictures leave out: a worker whose calls are under way when it dies.
  it.each([9, 19, 23, 60].flatMap((at) => [{ at, side: 'before' } as const, { at, side: 'after' } as const]))(
    'then so it is with one that dies in the middle of step $at, $side its effect',
    async (death) => {
      const world = MatrixWorld.begin(sandbox, plan, { death });
      const id = await world.start(deployOf());
      await world.settle();
      expect(world.workers).toHaveLength(2);
      expect(await world.failures(id)).toEqual([]);
      expect((await world.read(id)).status).toBe('SUCCEEDED');
      expect(problemsAfter(world, end)).toEqual([]);
      world.stop();
    },
  );
});
