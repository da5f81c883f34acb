import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../kit/testing/index.ts';
import {
  deployTo,
  NEW,
  OLD,
  OLD_SIZE,
  outOfTraffic,
  planDeploy,
  recover,
  serving,
  settingsOf,
  watch,
} from '../../testing/deploys.ts';

const A = 'demo-web-a';
const B = 'demo-web-b';
const WEIGHTED = {
  strategy: 'weighted',
  targetGroups: [A, B],
  steps: [{ weight: 10 }, { weight: '50', afterSeconds: 60 }],
  drainSeconds: 30,
};
const REF = { account: 'prod', region: 'us-east-1', loadBalancer: 'demo-alb', port: 80 };
type Listener = NonNullable<Parameters<World['loadBalancers']['add']>[0]['listeners']>[number];

/** Version 0 serves through target group a. */
function shiftingWorld(listener: Partial<Listener> = {}): World {
  const world = createWorld();
  world.serverGroups.add({ name: OLD, capacity: OLD_SIZE, targetGroups: [A] });
  world.loadBalancers.add({
    name: 'demo-alb',
    listeners: [{ port: 80, shares: [{ targetGroup: A, weight: 1 }], first: ['authenticate-oidc'], ...listener }],
  });
  world.loadBalancers.addTargetGroup({ account: 'prod', region: 'us-east-1', targetGroup: B });
  return world;
}
const sharesOf = async (world: World) => (await world.loadBalancers.readShares(REF))?.shares;
const actionsOf = async (world: World) => (await world.loadBalancers.readShares(REF))?.actions;

/** Notes every second in which a target group gets requests without a healthy target. */
function badSeconds(world: World): () => readonly string[] {
  const bad: string[] = [];
  const everyone = world.serverGroups;
  watch(world, () => {
    void world.loadBalancers.readShares(REF).then((read) => {
      for (const { targetGroup, weight } of read?.shares ?? []) {
        const groups = everyone.everything().filter((group) => group.targetGroups.includes(targetGroup));
        const up = groups.flatMap(({ instances }) => instances).filter(({ health }) => health === 'Up').length;
        if (weight > 0 && up === 0) bad.push(targetGroup);
      }
    });
    return false;
  });
  return () => bad;
}
const DONE = { [OLD]: outOfTraffic('1/4/8'), [NEW]: serving('2/4/6', 4) };
const BACK = { [OLD]: serving('1/4/8', 4) };

describe('weighted', () => {
  it('moves requests in steps to a target group that was healthy without any, and disables the old group last', async () => {
    const world = shiftingWorld();
    const bad = badSeconds(world);
    const run = await deployTo(world, WEIGHTED);
    expect(run.status).toBe('SUCCEEDED');
    expect(world.loadBalancers.changes).toEqual([
      `shares demo-alb:80 ${A}=100 ${B}=0`,
      `shares demo-alb:80 ${A}=90 ${B}=10`,
      `shares demo-alb:80 ${A}=50 ${B}=50`,
      `shares demo-alb:80 ${A}=0 ${B}=100`,
    ]);
    expect(run.after.map(({ name }) => name)).toEqual([
      `Send 10 % to ${NEW}`,
      'Wait before 50 %',
      `Send 50 % to ${NEW}`,
      `Send 100 % to ${NEW}`,
      'Let requests end',
      'Read the listener once more',
      'Disable demo-web',
      `Give ${OLD} its minimum size back`,
    ]);
    expect(world.serverGroups.picture(NEW)?.targetGroups).toEqual([B]);
    expect(settingsOf(world)).toEqual(DONE);
    expect(bad()).toEqual([]);
    expect(
      run.ledger.filter(({ kind }) => kind === 'listener').every(({ state, before }) => state === 'done' && before),
    ).toBe(true);
  });

  it('goes the other way round the next time', async () => {
    const world = shiftingWorld();
    await deployTo(world, WEIGHTED);
    expect((await deployTo(world, WEIGHTED, { id: 'stage-2' })).status).toBe('SUCCEEDED');
    expect(await sharesOf(world)).toEqual([
      { targetGroup: A, weight: 100 },
      { targetGroup: B, weight: 0 },
    ]);
    expect(world.serverGroups.picture('demo-web-v002')?.targetGroups).toEqual([A]);
  });

  it('shifts every listener and rule that sends to the target group', async () => {
    const world = shiftingWorld({ rules: [{ priority: '10', shares: [{ targetGroup: A, weight: 7 }] }] });
    expect((await deployTo(world, WEIGHTED)).status).toBe('SUCCEEDED');
    const rule = await world.loadBalancers.readShares({ ...REF, rule: '10' });
    expect(rule?.shares.find(({ targetGroup }) => targetGroup === B)?.weight).toBe(100);
    expect(await sharesOf(world)).toContainEqual({ targetGroup: B, weight: 100 });
  });

  it('waits with the weight while the receiving target group has too few healthy targets', async () => {
    const world = shiftingWorld();
    watch(world, () => {
      const begun = world.loadBalancers.changes.some((change) => change.endsWith(`${B}=10`));
      if (begun) world.serverGroups.setHealth(NEW, 'Down', 2);
      if (begun) world.clock.in(120_000, () => world.serverGroups.setHealth(NEW, null));
      return begun;
    });
    const bad = badSeconds(world);
    const run = await deployTo(world, WEIGHTED);
    expect(run.status).toBe('SUCCEEDED');
    const waits = run.children.flatMap((child) => child.waits);
    expect(waits.some((wait) => wait.startsWith(`instances of ${NEW} to be healthy: 2 of 4`))).toBe(true);
    expect(bad()).toEqual([]);
  });

  it('plans judgments, canary scores and checks as stages of their own', async () => {
    const steps = [
      { weight: 5, judgment: true },
      { weight: 20, judgment: { instructions: 'Look at errors.' } },
      { weight: 30, canaryScore: { canaryConfig: { canaryConfigName: 'web', lifetimeDuration: 'PT10M' } } },
      { weight: 100, check: { type: 'checkPreconditions', name: 'Quiet?', context: { preconditions: [] } } },
    ];
    const run = await planDeploy(shiftingWorld(), { ...WEIGHTED, steps });
    expect(run.after.slice(0, 8)).toMatchObject([
      { type: 'manualJudgment', context: { instructions: `Send 5 % of the requests to ${NEW}?` } },
      { type: 'shiftTraffic', context: { weight: 5 } },
      { type: 'manualJudgment', context: { instructions: 'Look at errors.' } },
      { type: 'shiftTraffic', context: { weight: 20 } },
      {
        type: 'kayentaCanary',
        name: 'Canary before 30 %',
        context: {
          canaryConfig: {
            canaryConfigName: 'web',
            metricsAccountName: 'prod',
            scopes: [
              {
                scopeName: 'default',
                controlScope: OLD,
                experimentScope: NEW,
                controlScopeParams: { serverGroup: OLD, targetGroup: A, loadBalancer: 'demo-alb' },
                experimentScopeParams: { serverGroup: NEW, targetGroup: B, loadBalancer: 'demo-alb' },
              },
            ],
          },
        },
      },
      { type: 'shiftTraffic', context: { weight: 30 } },
      { type: 'checkPreconditions', name: 'Quiet?', context: { deployedServerGroup: NEW, sourceServerGroup: OLD } },
      { type: 'shiftTraffic', context: { weight: 100 } },
    ]);
  });

  it('warns of sticky sessions', async () => {
    const run = await deployTo(shiftingWorld({ sticky: true }), WEIGHTED);
    expect(run.context['warning']).toContain('weights hold for new users only');
  });

  it('brings the first server group of a cluster into traffic at once', async () => {
    const world = shiftingWorld();
    world.serverGroups.remove(OLD);
    expect((await deployTo(world, WEIGHTED)).status).toBe('SUCCEEDED');
    expect(settingsOf(world)).toEqual({ [OLD]: serving('2/4/6', 4) });
    expect(world.serverGroups.picture(OLD)?.targetGroups).toEqual([A]);
  });
});

describe('a weighted deploy that is refused before anything is changed', () => {
  const cases: ReadonlyArray<[string, JsonObject, (world: World) => void]> = [
    ['deploy.two-target-groups', { targetGroups: [A] }, () => undefined],
    ['deploy.source-elsewhere', { targetGroups: [B, 'other'] }, () => undefined],
    ['deploy.no-listener', { listeners: [{ loadBalancer: 'demo-alb', port: 81 }] }, () => undefined],
    ['deploy.step-not-run', { steps: [{ weight: 5, check: { type: 'jenkins' } }] }, () => undefined],
    [
      'deploy.receiving-target-group-in-use',
      {},
      (world) => {
        world.serverGroups.remove(OLD);
        world.serverGroups.add({ name: 'demo-web-v900', targetGroups: [B] });
        world.serverGroups.add({ name: OLD, capacity: OLD_SIZE, targetGroups: [A] });
      },
    ],
    [
      'deploy.other-target-groups',
      {},
      (world) => {
        world.loadBalancers.addTargetGroup({ account: 'prod', region: 'us-east-1', targetGroup: 'third' });
        void world.loadBalancers.setShares(
          REF,
          [
            { targetGroup: A, weight: 1 },
            { targetGroup: 'third', weight: 1 },
          ],
          { key: 'k', executionId: 'e', stageId: 's' },
        );
        world.loadBalancers.changes.length = 0;
      },
    ],
  ];
  it.each(cases)('%s', async (code, more, arrange) => {
    const world = shiftingWorld();
    arrange(world);
    const run = await deployTo(world, { ...WEIGHTED, ...more });
    expect(run.failure?.code).toBe(code);
    expect([...world.serverGroups.changes, ...world.loadBalancers.changes]).toEqual([]);
  });
});

describe('a weighted deploy that goes back', () => {
  it('when the canary fails', async () => {
    const world = shiftingWorld();
    const before = await actionsOf(world);
    world.judge.scores = [95, 40];
    const query = { type: 'cloudwatch', metricName: 'Errors', dimensions: { Group: '${targetGroup}' } };
    const metrics = [{ name: 'errors', query, scopeName: 'default', groups: ['errors'] }];
    world.judge.store('config-1', { name: 'web', applications: ['demo'], metrics });
    const canaryConfig = { canaryConfigName: 'web', lifetimeDuration: 'PT20M', canaryAnalysisIntervalMins: 10 };
    const steps = [{ weight: 10 }, { weight: 50, canaryScore: { canaryConfig } }];
    const run = await deployTo(world, { ...WEIGHTED, steps });
    expect([run.status, run.failure?.code]).toEqual(['TERMINAL', 'canary.failed']);
    expect(run.failure?.message).toContain('errors: the canary is higher');
    expect(await actionsOf(world)).toEqual(before);
    expect(settingsOf(world)).toEqual({ ...BACK, [NEW]: outOfTraffic('2/4/6') });
  });

  it('when the new group falls ill half way: actions as they were, the old group untouched', async () => {
    const world = shiftingWorld();
    const before = await actionsOf(world);
    watch(world, () => {
      const half = world.loadBalancers.changes.some((change) => change.endsWith(`${B}=10`));
      if (half) world.serverGroups.setHealth(NEW, 'Down');
      return half;
    });
    const run = await deployTo(world, WEIGHTED);
    expect([run.status, run.failure?.code]).toEqual(['TERMINAL', 'engine.timed-out']);
    expect(await actionsOf(world)).toEqual(before);
    expect(settingsOf(world)).toEqual({ ...BACK, [NEW]: outOfTraffic('2/4/6') });
  });

  it('when the new group cannot be made', async () => {
    const world = shiftingWorld();
    const before = await actionsOf(world);
    world.serverGroups.preflightProblems = ['No subnet.'];
    expect((await deployTo(world, WEIGHTED)).failure?.code).toBe('deploy.preflight');
    expect(await actionsOf(world)).toEqual(before);
    expect(settingsOf(world)).toEqual(BACK);
  });

  it('when somebody else changes the weights', async () => {
    const world = shiftingWorld();
    const before = await actionsOf(world);
    watch(world, () => {
      const last = world.loadBalancers.changes.some((change) => change.endsWith(`${B}=100`));
      const shares = [
        { targetGroup: A, weight: 50 },
        { targetGroup: B, weight: 50 },
      ];
      if (last) void world.loadBalancers.setShares(REF, shares, { key: 'x', executionId: 'x', stageId: 'x' });
      return last;
    });
    const run = await deployTo(world, WEIGHTED);
    expect(run.failure?.code).toBe('traffic.changed-by-another');
    expect(await actionsOf(world)).toEqual(before);
    expect(settingsOf(world)).toEqual({ ...BACK, [NEW]: outOfTraffic('2/4/6') });
  });

  it.each([1_000, 10_000, 60_000, 120_000])('canceled after %i ms, in an execution of its own', async (ms) => {
    const world = shiftingWorld();
    const before = await actionsOf(world);
    const bad = badSeconds(world);
    const steps = [{ weight: 10 }, { weight: 50, afterSeconds: 300 }];
    expect((await deployTo(world, { ...WEIGHTED, steps }, { cancelAfterMs: ms })).status).toBe('CANCELED');
    const ends = await recover(world, world.recoveries.starts[0]);
    expect(ends.filter((end) => !end.endsWith('SUCCEEDED'))).toEqual([]);
    world.clock.advance(60_000);
    expect(await actionsOf(world)).toEqual(before);
    expect(settingsOf(world)).toMatchObject(BACK);
    expect(bad()).toEqual([]);
  });

  it('ends the same whichever answer of the load balancer is lost', async () => {
    for (const method of ['readShares', 'setShares', 'targetHealth', 'listenersOf', 'restoreActions'])
      for (const ill of [false, true]) {
        const world = shiftingWorld();
        if (ill) world.serverGroups.sickImages.add('ami-new');
        world.loadBalancers.trouble.loseNextAnswer(method);
        const run = await deployTo(world, WEIGHTED);
        expect([method, run.status, settingsOf(world)]).toEqual(
          ill ? [method, 'TERMINAL', { ...BACK, [NEW]: outOfTraffic('2/4/6') }] : [method, 'SUCCEEDED', DONE],
        );
      }
  });
});
