import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { runStage, type World } from '../../kit/testing/index.ts';
import { NEW, OLD, outOfTraffic, serving, servingWorld, settingsOf, watch } from '../../testing/deploys.ts';

/** Version 1 serves with four instances, version 0 was taken out of traffic. */
function deployedWorld(old: { disabled: boolean } = { disabled: true }): World {
  const world = servingWorld();
  world.serverGroups.remove(OLD);
  world.serverGroups.add({ name: OLD, capacity: { min: 4, desired: 4, max: 8 }, ...old });
  world.serverGroups.add({ name: NEW, capacity: { min: 2, desired: 4, max: 8 } });
  return world;
}

const rollBack = (world: World, details: JsonObject = {}) =>
  runStage(stageExecutors.rollbackServerGroup, {
    executors: stageExecutors,
    world,
    context: {
      credentials: 'prod',
      cluster: 'demo-web',
      regions: ['us-east-1'],
      rollbackContext: { rollbackServerGroupName: NEW, restoreServerGroupName: OLD, ...details },
    },
  });

/** Its instances fail every few seconds, for two minutes. Answers when they are healthy for good. */
function flap(world: World, name: string): number {
  let at = 0;
  while (at < 120_000) {
    at += 8_000;
    world.clock.in(at, () => world.serverGroups.setHealth(name, 'Down'));
    at += 8_000;
    world.clock.in(at, () => world.serverGroups.setHealth(name, null));
  }
  return at;
}

/** How much of a group is up at the moment that another one leaves traffic, and when that is. */
function whenLeaving(world: World, leaving: string, other: string) {
  const start = world.clock.now();
  const seen = { atMs: 0, up: -1 };
  watch(world, () => {
    const group = world.serverGroups.picture(leaving);
    if (group?.traffic !== 'disabled') return false;
    seen.atMs = world.clock.now() - start;
    seen.up = world.serverGroups.picture(other)?.instances.filter(({ health }) => health === 'Up').length ?? 0;
    return true;
  });
  return seen;
}

describe('what is restored proves itself before the other one leaves', () => {
  it.each<[string, JsonObject]>([
    ['enabled and grown', {}],
    ['enabled only', { enableAndDisableOnly: true }],
  ])('%s: its instances have to stay healthy', async (_name, details) => {
    const world = deployedWorld();
    const calmAtMs = flap(world, OLD);
    const left = whenLeaving(world, NEW, OLD);
    const run = await rollBack(world, details);
    expect([run.failure, run.status]).toEqual([null, 'SUCCEEDED']);
    expect(left.atMs).toBeGreaterThanOrEqual(calmAtMs + 15_000);
    expect(left.up).toBe(4);
  });

  it('in traffic already: it is watched before the other one is taken out alone', async () => {
    const world = deployedWorld({ disabled: false });
    world.clock.in(8_000, () => world.serverGroups.setHealth(OLD, 'Down', 1));
    const run = await rollBack(world, { disableOnly: true });
    expect(run.failure?.code).toBe('cluster.replacement-not-serving');
    expect(settingsOf(world)[NEW]).toEqual(serving('2/4/8', 4));
  });

  it('for as long as the rollback says', async () => {
    const world = deployedWorld();
    const left = whenLeaving(world, NEW, OLD);
    expect((await rollBack(world, { stableSeconds: 300 })).status).toBe('SUCCEEDED');
    expect(left.atMs).toBeGreaterThanOrEqual(300_000);
    expect(left.atMs).toBeLessThan(330_000);
  });

  it('when it fails at last, it leaves only after the other one is as healthy as it was', async () => {
    const world = deployedWorld();
    world.serverGroups.registerMs = 40_000;
    let fell = false;
    watch(world, () => {
      if (world.serverGroups.picture(NEW)?.traffic !== 'disabled') return false;
      world.serverGroups.setHealth(OLD, 'Down', 3);
      fell = true;
      return true;
    });
    const start = world.clock.now();
    const run = await rollBack(world);
    expect([fell, run.status, run.children.at(-1)?.name]).toEqual([true, 'TERMINAL', `Disable ${OLD} again`]);
    const back = run.children.find(({ name }) => name === `Disable ${NEW}`);
    expect(back?.failure?.code).toBe('cluster.replacement-lost-health');
    const away = run.children.at(-1);
    expect((away?.endTime ?? start) - (back?.endTime ?? start)).toBeGreaterThanOrEqual(55_000);
    expect(settingsOf(world)).toEqual({ [OLD]: outOfTraffic('4/4/8'), [NEW]: serving('2/4/8', 4) });
  });
});
