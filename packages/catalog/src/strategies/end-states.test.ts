import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { createWorld, type World } from '../kit/testing/index.ts';
import { deployTo, NEW, OLD, OLD_SIZE, outOfTraffic, recover, serving, settingsOf, watch } from '../testing/deploys.ts';

const STRATEGIES: Readonly<Record<string, JsonObject>> = {
  none: { strategy: 'none' },
  highlander: { strategy: 'highlander' },
  redblack: { strategy: 'redblack', delayBeforeDisableSec: 30 },
  'redblack, scaled down': { strategy: 'redblack', scaleDown: true, delayBeforeDisableSec: 30 },
  rollingredblack: { strategy: 'rollingredblack', targetPercentages: [50], delayBeforeCleanup: 20 },
  monitored: { strategy: 'monitored', deploySteps: [50], deploymentMonitor: { id: 'errors' } },
  weighted: {
    strategy: 'weighted',
    targetGroups: ['demo-web-tg', 'demo-web-b'],
    steps: [{ weight: 50 }, { weight: 100, afterSeconds: 30 }],
    drainSeconds: 10,
  },
};
const LISTENER = { account: 'prod', region: 'us-east-1', loadBalancer: 'demo-alb', port: 80 };

function worldOf(ill: boolean): World {
  const world = createWorld();
  world.serverGroups.add({ name: OLD, capacity: OLD_SIZE });
  if (ill) world.serverGroups.sickImages.add('ami-new');
  const shares = [{ targetGroup: 'demo-web-tg', weight: 100 }];
  world.loadBalancers.add({ name: 'demo-alb', listeners: [{ port: 80, shares }] });
  world.loadBalancers.addTargetGroup({ account: 'prod', region: 'us-east-1', targetGroup: 'demo-web-b' });
  const url = 'http://monitor.test';
  world.monitors.known.push({ id: 'errors', name: 'Errors', url, maxAnalysisMinutes: 5, failOnError: true });
  for (const moment of ['starting', 'evaluateHealth', 'completed'])
    world.http.answer(`POST ${url}/deployment/${moment}`, { body: { nextStep: { directive: 'CONTINUE' } } });
  return world;
}

const actionsOf = async (world: World) => (await world.loadBalancers.readShares(LISTENER))?.actions;
const untouched = { [OLD]: serving('1/4/8', 4) };
/** The group that starts at its full size, and the one that is grown to the size of the one before. */
const made = serving('2/4/6', 4);
const grown = serving('1/4/8', 4);

const AFTER_SUCCESS: Readonly<Record<string, JsonObject>> = {
  none: { ...untouched, [NEW]: made },
  highlander: { [NEW]: made },
  redblack: { [OLD]: outOfTraffic('1/4/8'), [NEW]: made },
  'redblack, scaled down': { [OLD]: outOfTraffic('0/0/0', '1/4/8'), [NEW]: made },
  rollingredblack: { [OLD]: outOfTraffic('1/4/8'), [NEW]: grown },
  monitored: { [OLD]: outOfTraffic('1/4/8'), [NEW]: grown },
  weighted: { [OLD]: outOfTraffic('1/4/8'), [NEW]: made },
};

describe.each(Object.entries(STRATEGIES))('%s leaves every group as before or as declared', (name, context) => {
  it('after success', async () => {
    const world = worldOf(false);
    expect((await deployTo(world, context)).status).toBe('SUCCEEDED');
    expect(settingsOf(world)).toEqual(AFTER_SUCCESS[name]);
  });

  it('after a new group that never became healthy, until time was up', async () => {
    const world = worldOf(true);
    const actions = await actionsOf(world);
    const run = await deployTo(world, { ...context, rollback: { onFailure: true, destroyLatest: true } });
    expect(run.status).toBe('TERMINAL');
    expect(settingsOf(world)).toEqual(untouched);
    expect(await actionsOf(world)).toEqual(actions);
  });

  it.each([2_000, 9_000, 25_000, 40_000, 75_000])('after a cancel that asks for going back, at %i ms', async (ms) => {
    const world = worldOf(false);
    const more = { rollback: { onFailure: true, onCancel: true, destroyLatest: true } };
    const run = await deployTo(world, { ...context, ...more }, { cancelAfterMs: ms });
    const gone = world.serverGroups.picture(OLD)?.beingDeleted ?? true;
    if (run.status === 'CANCELED' && gone) {
      // Nothing to go back to: the way back fails before it changes anything.
      expect(await recover(world, world.recoveries.starts[0])).toEqual([expect.stringContaining('TERMINAL')]);
      world.clock.advance(60_000);
      expect(settingsOf(world)).toEqual(AFTER_SUCCESS[name]);
    } else if (run.status === 'CANCELED') {
      const ends = await recover(world, world.recoveries.starts[0]);
      expect(ends.filter((end) => !/SUCCEEDED|SKIPPED/.test(end))).toEqual([]);
      expect(world.recoveries.starts.length).toBeLessThanOrEqual(1);
      world.clock.advance(60_000);
      expect(settingsOf(world)[OLD]).toEqual(untouched[OLD]);
      expect(Object.keys(settingsOf(world))).toEqual([OLD]);
    } else expect(settingsOf(world)).toEqual(AFTER_SUCCESS[name]);
  });

  it('after a cancel that asks for nothing: no raised minimum, and something that serves', async () => {
    const world = worldOf(false);
    await deployTo(world, { ...context, rollback: { onCancel: false } }, { cancelAfterMs: 25_000 });
    expect(world.recoveries.starts).toEqual([]);
    world.clock.advance(60_000);
    expect(world.serverGroups.picture(OLD)?.capacity ?? OLD_SIZE).toEqual(OLD_SIZE);
    expect(world.serverGroups.everything().some(({ traffic }) => traffic === 'enabled')).toBe(true);
  });
});

describe.each(['rollingredblack', 'weighted'])('%s, whichever answer of the cloud is lost', (name) => {
  it.each([
    ['a good image', false],
    ['an ill one', true],
  ])('ends the same with %s', async (_image, ill) => {
    const play = async (loseAnswerOf: number | null) => {
      const world = worldOf(ill);
      const { trouble } = world.serverGroups;
      world.serverGroups.hopelessGroups.set(NEW, { code: 'aws.targets-failing', message: 'It fails.' });
      if (!ill) world.serverGroups.hopelessGroups.clear();
      trouble.loseAnswerOf = loseAnswerOf;
      const { status } = await deployTo(world, { ...STRATEGIES[name], stableSeconds: 0 });
      return { calls: trouble.calls, end: [status, settingsOf(world), await actionsOf(world)] };
    };
    const calm = await play(null);
    for (let n = 1; n <= calm.calls; n++) expect([n, (await play(n)).end]).toEqual([n, calm.end]);
  });
});

it.each(['rollingredblack', 'monitored', 'weighted'])(
  '%s has time of its own to go back when its time is up',
  async (name) => {
    const run = await deployTo(worldOf(true), STRATEGIES[name]!);
    expect(run.onFailure.length).toBeGreaterThan(2);
    expect(run.onFailure.filter(({ context }) => !Number(context['stageTimeoutMs'])).map((one) => one.name)).toEqual(
      [],
    );
  },
);

describe('red/black while the old group leaves', () => {
  it('puts it back when the new one falls ill, and gives its minimum back', async () => {
    const world = worldOf(false);
    world.serverGroups.drainMs = 60_000;
    watch(world, () => {
      const leaving = world.serverGroups.changes.includes(`disable ${OLD}`);
      if (leaving) world.serverGroups.setHealth(NEW, 'Down');
      return leaving;
    });
    const run = await deployTo(world, STRATEGIES['redblack']!);
    expect(run.failure?.code).toBe('cluster.replacement-lost-health');
    world.clock.advance(10_000);
    expect(settingsOf(world)[OLD]).toEqual(untouched[OLD]);
  });
});
