import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { chooseCandidate, defaultPercentage, servingSize } from './candidate.ts';

const TARGET = { credentials: 'prod', cluster: 'demo-web', regions: ['us-east-1'] };
type State = 'on' | 'off' | 'empty' | 'ill';

function worldOf(...states: readonly State[]) {
  const world = createWorld();
  states.forEach((state, i) => {
    const name = `demo-web-v00${i}`;
    const size = state === 'empty' ? { min: 0, desired: 0, max: 0 } : { min: 1, desired: 3, max: 6 };
    const ref = world.serverGroups.add({ name, capacity: size, disabled: state === 'off' || state === 'empty' });
    if (state === 'ill') world.serverGroups.setHealth(name, 'Down');
    if (state === 'empty') void world.serverGroups.setIntendedCapacity(ref, { min: 1, desired: 3, max: 6 });
  });
  return world;
}
const play = (world: ReturnType<typeof createWorld>, context = {}) =>
  runStage(stageExecutors.rollbackCluster, { world, executors: stageExecutors, context: { ...TARGET, ...context } });

async function candidateOf(states: readonly State[], named = {}) {
  const groups = await worldOf(...states).serverGroups.list({
    account: 'prod',
    region: 'us-east-1',
    cluster: 'demo-web',
  });
  const candidate = chooseCandidate(groups, named);
  return 'skip' in candidate ? candidate.skip : `${candidate.from.name.slice(-4)} to ${candidate.to.name.slice(-4)}`;
}

describe('what is rolled back to what', () => {
  it.each<[State[], object, string]>([
    [['off', 'on'], {}, 'v001 to v000'],
    [['on', 'on'], {}, 'v001 to v000'],
    [['empty', 'ill'], {}, 'v001 to v000'],
    [['off', 'off', 'on'], {}, 'v002 to v001'],
    [['on', 'off', 'on'], {}, 'v002 to v000'],
    [['off', 'on', 'off'], {}, 'v001 to v000'],
    [['off', 'off', 'on'], { to: 'demo-web-v000' }, 'v002 to v000'],
    [['off', 'on', 'on'], { from: 'demo-web-v001' }, 'v001 to v000'],
    [['on'], {}, 'the cluster has 1 server group; a rollback needs two'],
    [['off', 'off'], {}, 'no server group is in traffic'],
    [['on', 'off'], {}, 'nothing is older than demo-web-v000'],
    [['off', 'on'], { to: 'demo-web-v007' }, 'demo-web-v007 does not exist'],
  ])('%o with %o: %s', async (states, named, expected) => {
    expect(await candidateOf(states, named)).toBe(expected);
  });

  it('the default share of healthy instances falls with size', () => {
    expect([9, 10, 19, 20].map(defaultPercentage)).toEqual([100, 90, 90, 95]);
  });

  it('the restored group is made as large as the larger of both', () => {
    expect(servingSize({ min: 2, desired: 5, max: 9 }, { min: 1, desired: 3, max: 12 })).toEqual({
      min: 5,
      desired: 5,
      max: 12,
    });
  });
});

describe('rolling back', () => {
  it('enables the earlier group, waits for it, and only then disables the current one', async () => {
    const world = worldOf('off', 'on');
    const run = await play(world);
    expect(run.status).toBe('SUCCEEDED');
    expect(world.serverGroups.changes).toEqual([
      'enable demo-web-v000',
      'resize demo-web-v000 3/3/6',
      'disable demo-web-v001',
      'resize demo-web-v000 1/3/6',
    ]);
    expect(run.outputs).toMatchObject({
      rollbackTypes: { 'us-east-1': 'EXPLICIT' },
      rollbackContexts: {
        'us-east-1': { rollbackServerGroupName: 'demo-web-v001', restoreServerGroupName: 'demo-web-v000' },
      },
      imagesToRestore: [{ region: 'us-east-1', imageId: 'ami-old' }],
    });
  });

  it('grows a group that was scaled to nothing before enabling it', async () => {
    const world = worldOf('empty', 'on');
    expect((await play(world)).status).toBe('SUCCEEDED');
    expect(world.serverGroups.changes).toEqual([
      'resize demo-web-v000 3/3/6',
      'enable demo-web-v000',
      'disable demo-web-v001',
      'resize demo-web-v000 1/3/6',
    ]);
  });

  it('leaves the current group in traffic when the earlier one does not become healthy', async () => {
    const world = worldOf('off', 'on');
    world.serverGroups.sickImages.add('ami-old');
    world.serverGroups.setHealth('demo-web-v001', 'Up');
    expect((await play(world)).status).toBe('TERMINAL');
    expect(world.serverGroups.picture('demo-web-v001')?.traffic).toBe('enabled');
    expect(world.serverGroups.picture('demo-web-v000')?.capacity.min).toBe(1);
  });

  it('fails before any change when the image of the earlier group is gone', async () => {
    const world = worldOf('off', 'on');
    world.images.images.length = 0;
    expect((await play(world)).failure?.code).toBe('rollback.image-gone');
    expect(world.serverGroups.changes).toEqual([]);
  });

  it('skips with a reason when there is nothing to go back to', async () => {
    const run = await play(worldOf('on'));
    expect([run.status, run.outputs['skippedRegions']]).toEqual([
      'SKIPPED',
      { 'us-east-1': 'the cluster has 1 server group; a rollback needs two' },
    ]);
  });

  it('from every state of two groups it ends with one of them serving, or changes nothing', async () => {
    const states: readonly State[] = ['on', 'off', 'empty', 'ill'];
    for (const older of states)
      for (const newer of states) {
        const world = worldOf(older, newer);
        const served = [0, 1].some((i) => [older, newer][i] === 'on');
        const run = await play(world);
        const serving = ['demo-web-v000', 'demo-web-v001'].filter((name) =>
          world.serverGroups.picture(name)?.instances.some(({ health }) => health === 'Up'),
        );
        expect([older, newer, run.status, served && serving.length === 0]).toEqual([
          older,
          newer,
          expect.stringMatching(/SUCCEEDED|SKIPPED|TERMINAL/),
          false,
        ]);
      }
  });
});
