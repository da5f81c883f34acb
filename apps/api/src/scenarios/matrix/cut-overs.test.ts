import type { Sandbox } from '@gennaker/aws-sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopScenario } from '../shop.ts';
import { problemsAfter } from './checks.ts';
import { deployOf, WEIGHTED } from './stories.ts';
import { MatrixWorld, startSteppedSandbox } from './world.ts';

const EACH = 50;
const REQUESTS_PER_SECOND = 200;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterAll(() => sandbox.stop());

/** Requests of one cut-over while AWS throttles at random, and how many of them nobody healthy answered. */
async function cutOver(seed: number, more: Parameters<typeof deployOf>[0]) {
  const world = MatrixWorld.begin(sandbox, { scenario: shopScenario(), seed });
  sandbox.faults.add({ effect: { kind: 'throttle' }, probability: 0.3 });
  const id = await world.start(deployOf(more));
  await world.settle();
  sandbox.faults.clear();
  const [listener = ''] = world.before.listeners;
  const counts = sandbox.traffic({
    listener,
    requestsPerSecond: REQUESTS_PER_SECOND,
    from: world.startedAt,
    to: world.clock.now(),
  });
  const weights = 'strategy' in (more ?? {}) ? { weights: ['web-tg 0, web-b-tg 100'] } : {};
  const problems = problemsAfter(world, {
    groups: { 'shop-web-v001': '2/3/4, out of traffic at rest', 'shop-web-v002': '2/3/6, 3 serving' },
    ...weights,
  });
  world.stop();
  const failures = await world.failures(id);
  return { ...counts, wrong: [...failures, ...problems].map((each) => `seed ${seed}: ${each}`) };
}

let cutOvers = 0;

describe.each([
  { name: 'red/black', more: {} },
  { name: 'weighted', more: WEIGHTED },
])(`given ${REQUESTS_PER_SECOND} requests a second and an AWS that throttles at random`, ({ name, more }) => {
  it(`when ${EACH} deploys cut over by ${name}, then every request meets a healthy instance`, {
    timeout: 300_000,
  }, async () => {
    let [requests, toEmpty, toUnhealthy, toDraining] = [0, 0, 0, 0];
    const wrong: string[] = [];
    for (let seed = 1; seed <= EACH; seed += 1) {
      const report = await cutOver(seed, more);
      requests += report.requests;
      toEmpty += report.toEmpty;
      toUnhealthy += report.toUnhealthy;
      toDraining += report.toDraining;
      wrong.push(...report.wrong);
    }
    console.info(
      `${EACH} cut-overs by ${name}: ${requests} requests, ${toEmpty} to an empty group, ${toUnhealthy} to an unhealthy instance, ${toDraining} to a draining one`,
    );
    expect(wrong).toEqual([]);
    cutOvers += EACH;
    expect({ toEmpty, toUnhealthy, toDraining }).toEqual({ toEmpty: 0, toUnhealthy: 0, toDraining: 0 });
    expect(requests).toBeGreaterThan(EACH * 20 * REQUESTS_PER_SECOND);
  });
});
// By both ways together.
it('they are 100 in all', () => {
  console.info(`${cutOvers} cut-overs in all`);
  expect(cutOvers).toBe(100);
});
