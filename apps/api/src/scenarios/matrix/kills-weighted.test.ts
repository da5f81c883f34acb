import type { Sandbox } from '@gennaker/aws-sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopScenario } from '../shop.ts';
import { killedAtEachStep } from './kills.ts';
import { deployOf, settle, WEIGHTED } from './stories.ts';
import { startSteppedSandbox } from './world.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterAll(() => sandbox.stop());

const plan = { scenario: shopScenario(), prepare: settle };

describe('given three instances that serve, when a worker is killed at any step of a weighted shift', () => {
  it('then another one ends it as if nothing had happened', { timeout: 300_000 }, async () => {
    const killed = await killedAtEachStep(sandbox, plan, deployOf(WEIGHTED), {
      groups: { 'shop-web-v001': '2/3/4, out of traffic at rest', 'shop-web-v002': '2/3/6, 3 serving' },
      weights: ['web-tg 0, web-b-tg 100'],
      settingsFrom: { 'shop-web-v002': 'shop-web-v001' },
    });
    expect(killed.wrong).toEqual({});
    expect(killed.moments).toBeGreaterThan(60);
  });
});
