import { describe, expect, it } from 'vitest';
import {
  deployTo,
  NEW,
  OLD,
  outOfTraffic,
  recover,
  serving,
  servingWorld,
  settingsOf,
  watch,
} from '../../testing/deploys.ts';

const ROLLING = { strategy: 'rollingredblack', targetPercentages: ['25', 50] };
const BACK = { [OLD]: serving('1/4/8', 4) };

describe('rolling red/black', () => {
  it('grows the new group and takes the same share of the old one out of traffic, step by step', async () => {
    const world = servingWorld();
    const run = await deployTo(world, ROLLING);
    expect(run.status).toBe('SUCCEEDED');
    expect(world.serverGroups.changes).toEqual([
      `resize ${OLD} 4/4/8`,
      `create ${NEW}`,
      `resize ${NEW} 1/1/1`,
      `disable 1 of ${OLD}`,
      `resize ${NEW} 2/2/2`,
      `disable 1 of ${OLD}`,
      `resize ${NEW} 1/4/8`,
      `disable ${OLD}`,
      `resize ${OLD} 1/4/8`,
    ]);
    expect(settingsOf(world)).toEqual({ [OLD]: outOfTraffic('1/4/8'), [NEW]: serving('1/4/8', 4) });
  });

  it('never has fewer healthy instances in traffic than before', async () => {
    const world = servingWorld();
    const counts: number[] = [];
    watch(world, () => {
      counts.push(
        world.serverGroups
          .everything()
          .reduce((sum, { instances }) => sum + instances.filter((one) => one.health === 'Up').length, 0),
      );
      return false;
    });
    await deployTo(world, ROLLING);
    expect(Math.min(...counts)).toBe(4);
  });

  it('runs the pipeline that validates each step before the old group loses its share', async () => {
    const world = servingWorld();
    watch(world, () => {
      if (world.pipelines.starts.length > 0) world.pipelines.end('SUCCEEDED');
      return false;
    });
    const pipelineBeforeCleanup = { application: 'checks', pipelineId: 'smoke', pipelineParameters: { deep: true } };
    const run = await deployTo(world, { ...ROLLING, targetPercentages: [50], pipelineBeforeCleanup });
    expect(run.status).toBe('SUCCEEDED');
    expect(
      world.pipelines.starts.map(({ application, pipeline, parameters }) => [application, pipeline, parameters]),
    ).toEqual(
      [50, 100].map((percentageComplete) => [
        'checks',
        'smoke',
        { deep: true, deployedServerGroup: NEW, sourceServerGroup: OLD, percentageComplete },
      ]),
    );
  });

  it('scales the old group down at the end, remembering its size', async () => {
    const world = servingWorld();
    await deployTo(world, { ...ROLLING, scaleDown: true, delayBeforeScaleDownSec: 60 });
    expect(settingsOf(world)).toEqual({ [OLD]: outOfTraffic('0/0/0', '1/4/8'), [NEW]: serving('1/4/8', 4) });
  });

  it('grows to the configured size and disables nothing when nothing served before', async () => {
    const world = servingWorld();
    world.serverGroups.remove(OLD);
    expect((await deployTo(world, ROLLING)).status).toBe('SUCCEEDED');
    expect(settingsOf(world)).toEqual({ [OLD]: serving('2/4/6', 4) });
  });

  it('refuses a cluster with more server groups than allowed, before anything is changed', async () => {
    const world = servingWorld();
    world.serverGroups.add({ name: NEW, disabled: true });
    const run = await deployTo(world, ROLLING);
    expect(run.failure?.code).toBe('deploy.too-many-server-groups');
    expect(world.serverGroups.changes).toEqual([]);
    expect((await deployTo(world, { ...ROLLING, maxInitialAsgs: -1 })).status).toBe('SUCCEEDED');
  });
});

describe('a rolling red/black that fails', () => {
  it('goes back from half way when the new group falls ill', async () => {
    const world = servingWorld();
    watch(world, () => {
      const half = world.serverGroups.changes.includes(`resize ${NEW} 2/2/2`);
      if (half) world.serverGroups.setHealth(NEW, 'Down');
      return half;
    });
    const run = await deployTo(world, { ...ROLLING, delayBeforeCleanup: 30 });
    expect([run.status, run.failure?.code]).toEqual(['TERMINAL', 'engine.timed-out']);
    expect(settingsOf(world)).toEqual({ ...BACK, [NEW]: { ...outOfTraffic('2/2/2', '1/4/8') } });
  });

  it('goes back when the new group never becomes healthy, and destroys it when asked', async () => {
    const world = servingWorld();
    world.serverGroups.sickImages.add('ami-new');
    world.serverGroups.hopelessGroups.set(NEW, { code: 'aws.targets-failing', message: 'It fails.' });
    const run = await deployTo(world, { ...ROLLING, rollback: { destroyLatest: true } });
    expect(run.failure?.code).toBe('aws.targets-failing');
    expect(settingsOf(world)).toEqual(BACK);
  });

  it('goes back when the validating pipeline fails', async () => {
    const world = servingWorld();
    let ended = 0;
    watch(world, () => {
      if (world.pipelines.starts.length > ended) world.pipelines.end(++ended === 1 ? 'SUCCEEDED' : 'TERMINAL');
      return false;
    });
    const run = await deployTo(world, { ...ROLLING, pipelineBeforeCleanup: { pipelineId: 'smoke' } });
    expect(run.failure?.code).toBe('pipeline.child-failed');
    expect(settingsOf(world)).toEqual({ ...BACK, [NEW]: outOfTraffic('2/2/2', '1/4/8') });
  });

  it('leaves traffic as it is when told not to go back, and still gives the minimum back', async () => {
    const world = servingWorld();
    watch(world, () => {
      const half = world.serverGroups.changes.includes(`resize ${NEW} 2/2/2`);
      if (half) world.serverGroups.hopelessGroups.set(NEW, { code: 'aws.quota', message: 'No more.' });
      if (half) world.serverGroups.setHealth(NEW, 'Starting');
      return half;
    });
    const run = await deployTo(world, { ...ROLLING, rollback: { onFailure: false } });
    expect(run.failure?.code).toBe('aws.quota');
    expect(world.serverGroups.picture(OLD)?.capacity).toEqual({ min: 1, desired: 4, max: 8 });
    expect(world.serverGroups.picture(NEW)?.traffic).not.toBe('disabled');
  });

  it.each([3_000, 20_000, 45_000, 70_000])(
    'canceled after %i ms it goes back in an execution of its own',
    async (ms) => {
      const world = servingWorld();
      const run = await deployTo(world, { ...ROLLING, delayBeforeCleanup: 10 }, { cancelAfterMs: ms });
      expect(run.status).toBe('CANCELED');
      expect(world.recoveries.starts).toHaveLength(1);
      const ends = await recover(world, world.recoveries.starts[0]);
      expect(ends.filter((end) => !end.endsWith('SUCCEEDED'))).toEqual([]);
      world.clock.advance(60_000);
      expect(settingsOf(world)).toMatchObject(BACK);
      expect(world.serverGroups.picture(NEW)).toMatchObject({ traffic: 'disabled' });
    },
  );
});
