import type { Sandbox, Scenario } from '@gennaker/aws-sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IMAGES, shopScenario } from '../shop.ts';
import { problemsAfter } from './checks.ts';
import { deployOf } from './stories.ts';
import { MatrixWorld, startSteppedSandbox } from './world.ts';

const CLUSTERS = 50;
/** Calls per deploy, those that were throttled included. */
const MOST_CALLS = 110;
/** Calls that name a server group of one deploy; the rest speaks of target groups and instances, of several at once. */
const MOST_ABOUT_ONE = 50;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterAll(() => sandbox.stop());

const stacks = Array.from({ length: CLUSTERS }, (_, at) => `c${String(at).padStart(2, '0')}`);

/** The shop's account with a cluster, a target group and a listener for each stack in the place of its own. */
function manyClusters(): Scenario {
  const shop = shopScenario();
  const [account] = shop.accounts;
  const [region] = account?.regions ?? [];
  const [balancer] = region?.loadBalancers ?? [];
  const [group] = region?.groups ?? [];
  if (!account || !region || !balancer || !group) throw new Error('the shop has no cluster');
  const nameOf = (stack: string) => `shop-${stack}-v001`;
  return {
    ...shop,
    accounts: [
      {
        ...account,
        regions: [
          {
            ...region,
            targetGroups: stacks.map((stack) => ({ name: `${stack}-tg`, vpcId: 'vpc-01', path: '/health' })),
            loadBalancers: [
              {
                ...balancer,
                listeners: stacks.map((stack, at) => ({ port: 8_000 + at, forward: [{ targetGroup: `${stack}-tg` }] })),
              },
            ],
            launchTemplates: stacks.map((stack) => ({
              name: `${nameOf(stack)}-template`,
              image: IMAGES['1.0.0'],
              instanceType: 'm7g.large',
              securityGroups: ['sg-1'],
              tags: { 'cd:server-group': nameOf(stack) },
            })),
            groups: stacks.map((stack) => ({
              ...group,
              name: nameOf(stack),
              launchTemplate: `${nameOf(stack)}-template`,
              targetGroups: [`${stack}-tg`],
              tags: { 'cd:application': 'shop', 'cd:stack': stack, 'cd:cluster': `shop-${stack}` },
            })),
          },
        ],
      },
    ],
  };
}

it(`given an account that throttles 30 % of all calls, ${CLUSTERS} red/blacks at once end rightly within their budget of calls`, {
  timeout: 300_000,
}, async () => {
  const world = MatrixWorld.begin(sandbox, { scenario: manyClusters() });
  sandbox.faults.add({ effect: { kind: 'throttle' }, probability: 0.3 });
  const ids: string[] = [];
  for (const stack of stacks) {
    const pipeline = deployOf({ stack, targetGroups: [`${stack}-tg`] });
    ids.push(await world.start({ ...pipeline, name: `Deploy ${stack}` }));
  }
  await world.settle();
  sandbox.faults.clear();
  const calls = world.worker.cloud.calls().reduce((sum, row) => sum + row.calls, 0);
  const throttled = world.worker.cloud.calls().reduce((sum, row) => sum + row.throttled, 0);
  const seconds = (world.clock.now() - world.startedAt) / 1_000;
  console.info(
    `${CLUSTERS} red/blacks at once: ${calls / CLUSTERS} calls each, ${throttled} of ${calls} throttled, over after ${seconds} s`,
  );
  const parameters = sandbox.calls().map((call) => JSON.stringify(call.parameters));
  expect(parameters).toHaveLength(calls);
  const about = stacks.map((stack) => parameters.filter((each) => each.includes(`shop-${stack}-`)).length);
  console.info(`calls that name one of them: ${Math.min(...about)} to ${Math.max(...about)}`);
  expect(Math.max(...about)).toBeLessThanOrEqual(MOST_ABOUT_ONE);
  const failures = await Promise.all(ids.map((id) => world.failures(id)));
  expect(failures.flat()).toEqual([]);
  expect(
    problemsAfter(world, {
      groups: Object.fromEntries(
        stacks.flatMap((stack) => [
          [`shop-${stack}-v001`, '2/3/4, out of traffic at rest'],
          [`shop-${stack}-v002`, '2/3/6, 3 serving'],
        ]),
      ),
    }),
  ).toEqual([]);
  expect(throttled / calls).toBeGreaterThan(0.25);
  expect(calls / CLUSTERS).toBeLessThanOrEqual(MOST_CALLS);
  world.stop();
});
