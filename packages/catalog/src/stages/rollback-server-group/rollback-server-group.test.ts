import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { type RunStageOptions, runStage, type World } from '../../kit/testing/index.ts';
import { NEW, OLD, outOfTraffic, serving, servingWorld, settingsOf } from '../../testing/deploys.ts';

/** Version 1 serves with four instances, version 0 was taken out of traffic. */
function deployedWorld(): World {
  const world = servingWorld();
  world.serverGroups.remove(OLD);
  world.serverGroups.add({ name: OLD, capacity: { min: 1, desired: 3, max: 6 }, disabled: true });
  world.serverGroups.add({ name: NEW, capacity: { min: 2, desired: 4, max: 8 } });
  return world;
}

const rollBack = (
  world: World,
  details: JsonObject = {},
  more: JsonObject = {},
  options: Omit<RunStageOptions, 'context' | 'world'> = { executors: stageExecutors },
) =>
  runStage(stageExecutors.rollbackServerGroup, {
    ...options,
    world,
    context: {
      credentials: 'prod',
      cluster: 'demo-web',
      regions: ['us-east-1'],
      rollbackType: 'EXPLICIT',
      rollbackContext: { rollbackServerGroupName: NEW, restoreServerGroupName: OLD, ...details },
      ...more,
    },
  });

describe('rolling back to a server group', () => {
  it('restores, waits, disables, and gives the minimum back', async () => {
    const world = deployedWorld();
    const run = await rollBack(world, { delayBeforeDisableSeconds: 60 });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.after.map(({ type }) => type)).toEqual([
      'enableServerGroup',
      'resizeServerGroup',
      'wait',
      'disableServerGroup',
      'resizeServerGroup',
    ]);
    expect(settingsOf(world)).toEqual({ [OLD]: serving('1/4/8', 4), [NEW]: outOfTraffic('2/4/8') });
  });

  it('leaves sizes alone when told to enable and disable only', async () => {
    const world = deployedWorld();
    expect((await rollBack(world, { enableAndDisableOnly: true })).status).toBe('SUCCEEDED');
    expect(settingsOf(world)).toEqual({ [OLD]: serving('1/3/6', 3), [NEW]: outOfTraffic('2/4/8') });
  });

  it('only takes the current one out when told so, and only while the other serves', async () => {
    const refused = deployedWorld();
    expect((await rollBack(refused, { disableOnly: true })).failure?.code).toBe('cluster.replacement-not-serving');
    const world = deployedWorld();
    await world.serverGroups.enable({ account: 'prod', region: 'us-east-1', name: OLD });
    world.clock.advance(10_000);
    expect((await rollBack(world, { disableOnly: true })).status).toBe('SUCCEEDED');
    expect(settingsOf(world)).toEqual({ [OLD]: serving('1/3/6', 3), [NEW]: outOfTraffic('2/4/8') });
  });

  it('a healthy share is enough when asked', async () => {
    const world = deployedWorld();
    world.serverGroups.setHealth(OLD, 'Down', 1);
    expect((await rollBack(world, { targetHealthyRollbackPercentage: 50 })).status).toBe('SUCCEEDED');
    expect(world.serverGroups.picture(NEW)?.traffic).toBe('disabled');
  });

  it('fails before any change when one of the groups, or the image, is not there', async () => {
    for (const details of [{ restoreServerGroupName: 'demo-web-v009' }, { rollbackServerGroupName: 'demo-web-v009' }]) {
      const world = deployedWorld();
      expect((await rollBack(world, details)).failure?.code).toBe('rollback.server-group-not-found');
      expect(world.serverGroups.changes).toEqual([]);
    }
    const world = deployedWorld();
    world.images.images.length = 0;
    expect((await rollBack(world)).failure?.code).toBe('rollback.image-gone');
  });

  it.each([1_000, 12_000, 30_000])(
    'canceled after %i ms it leaves something that serves and no raised minimum',
    async (ms) => {
      const world = deployedWorld();
      expect(
        (
          await rollBack(
            world,
            { delayBeforeDisableSeconds: 60 },
            {},
            {
              executors: stageExecutors,
              cancelAfterMs: ms,
            },
          )
        ).status,
      ).toBe('CANCELED');
      expect(settingsOf(world)[NEW]).toEqual(serving('2/4/8', 4));
      expect(world.serverGroups.picture(OLD)?.capacity.min).toBe(1);
    },
  );

  it('ends the same whichever answer is lost', async () => {
    const play = async (loseAnswerOf: number | null) => {
      const world = deployedWorld();
      world.serverGroups.trouble.loseAnswerOf = loseAnswerOf;
      const { status } = await rollBack(world);
      return { calls: world.serverGroups.trouble.calls, end: [status, settingsOf(world)] };
    };
    const calm = await play(null);
    for (let n = 1; n <= calm.calls; n++) expect([n, (await play(n)).end]).toEqual([n, calm.end]);
  });

  it('by image: a copy of the current group made of it takes its place', async () => {
    const world = servingWorld();
    world.serverGroups.remove(OLD);
    world.serverGroups.add({ name: OLD, capacity: { min: 2, desired: 4, max: 8 }, imageId: 'ami-new' });
    const details = { rollbackServerGroupName: OLD, restoreServerGroupName: null, imageName: 'ami-old-name' };
    const run = await rollBack(world, details, { rollbackType: 'PREVIOUS_IMAGE' });
    expect([run.failure, run.status]).toEqual([null, 'SUCCEEDED']);
    expect(settingsOf(world)).toEqual({ [OLD]: outOfTraffic('2/4/8'), [NEW]: serving('2/4/8', 4) });
    expect(world.serverGroups.picture(NEW)?.image.id).toBe('ami-old');
  });
});

describe('rolling back between two target groups', () => {
  const [A, B] = ['demo-web-a', 'demo-web-b'];
  const REF = { account: 'prod', region: 'us-east-1', loadBalancer: 'demo-alb', port: 80 };

  /** Version 1 gets all requests through target group b, version 0 is left in a, disabled. */
  function shiftedWorld(listened: readonly string[] = [A, B]): World {
    const world = servingWorld();
    world.serverGroups.remove(OLD);
    world.serverGroups.add({ name: OLD, capacity: { min: 1, desired: 3, max: 6 }, disabled: true, targetGroups: [A] });
    world.serverGroups.add({ name: NEW, capacity: { min: 2, desired: 4, max: 8 }, targetGroups: [B] });
    const shares = listened.map((targetGroup) => ({ targetGroup, weight: targetGroup === B ? 100 : 0 }));
    world.loadBalancers.add({ name: 'demo-alb', listeners: [{ port: 80, shares }] });
    world.loadBalancers.addTargetGroup({ account: 'prod', region: 'us-east-1', targetGroup: A });
    return world;
  }
  const sharesOf = async (world: World) => (await world.loadBalancers.readShares(REF))?.shares;

  it('sends the requests back before the current group leaves', async () => {
    const world = shiftedWorld();
    const run = await rollBack(world);
    expect(run.failure).toBeNull();
    expect(run.after.map(({ name }) => name)).toEqual([
      `Enable ${OLD}`,
      `Resize ${OLD}`,
      `Send 100 % to ${OLD}`,
      `Disable ${NEW}`,
      `Give ${OLD} its minimum size back`,
    ]);
    expect(await sharesOf(world)).toEqual([
      { targetGroup: A, weight: 100 },
      { targetGroup: B, weight: 0 },
    ]);
    expect(settingsOf(world)).toEqual({ [OLD]: serving('1/4/8', 4), [NEW]: outOfTraffic('2/4/8') });
  });

  it('lets the target group join the listener first when it is on none', async () => {
    const world = shiftedWorld([B]);
    const run = await rollBack(world);
    expect(run.failure).toBeNull();
    expect(run.after[0]?.name).toBe(`Let the target group of ${OLD} join the listener`);
    expect(world.loadBalancers.changes).toEqual([
      `shares demo-alb:80 ${B}=100 ${A}=0`,
      `shares demo-alb:80 ${B}=0 ${A}=100`,
    ]);
  });

  it('does not take the only target group out alone, nor guess between several', async () => {
    const alone = shiftedWorld();
    expect((await rollBack(alone, { disableOnly: true })).failure?.code).toBe('rollback.only-traffic');
    const several = shiftedWorld();
    several.serverGroups.remove(OLD);
    several.serverGroups.add({ name: OLD, disabled: true, targetGroups: [A, 'demo-web-c'] });
    expect((await rollBack(several)).failure?.code).toBe('rollback.target-groups');
    for (const world of [alone, several]) expect(world.loadBalancers.changes).toEqual([]);
  });
});
