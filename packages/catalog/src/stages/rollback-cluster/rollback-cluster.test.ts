import { describe, expect, it } from 'vitest';
import { chooseCandidate, defaultPercentage, servingSize } from '../../clusters/rollback-candidate.ts';
import { stageExecutors } from '../../executors.ts';
import { createWorld, runStage } from '../../kit/testing/index.ts';

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
  const candidate = chooseCandidate({ groups, named });
  if (!('to' in candidate)) return 'skip' in candidate ? candidate.skip : candidate.image.id;
  return `${candidate.from.name.slice(-4)} to ${candidate.to.name.slice(-4)}`;
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
    [['on'], {}, 'nothing is older than demo-web-v000'],
    [[], {}, 'the cluster has no server groups'],
    [['off', 'off'], { to: 'demo-web-v000' }, 'v001 to v000'],
    [['on'], { to: 'demo-web-v000' }, 'the cluster has no server group but demo-web-v000'],
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
      { 'us-east-1': 'nothing is older than demo-web-v000' },
    ]);
  });

  it('rolls regions back one after another, with a wait, and stops at one that fails unless told to go on', async () => {
    const play2 = async (more: object) => {
      const world = worldOf('off', 'on');
      for (const [name, disabled] of [
        ['demo-web-v000', true],
        ['demo-web-v001', false],
      ] as const)
        world.serverGroups.add({ name, disabled, region: 'eu-west-1', capacity: { min: 1, desired: 3, max: 6 } });
      world.images.add({ id: 'ami-old', region: 'eu-west-1' });
      const start = world.clock.now();
      const run = await play(world, { regions: ['us-east-1', 'eu-west-1'], waitTimeBetweenRegions: 600, ...more });
      const serving = ['us-east-1', 'eu-west-1'].map((region) =>
        world.serverGroups
          .everything()
          .find((one) => one.region === region && one.traffic === 'enabled')
          ?.name.slice(-4),
      );
      return { status: run.status, serving, ms: run.endTime - start, types: run.after.map(({ type }) => type) };
    };
    const both = await play2({});
    expect(both).toMatchObject({ status: 'SUCCEEDED', serving: ['v000', 'v000'] });
    expect(both.types).toEqual(['rollbackServerGroup', 'wait', 'rollbackServerGroup']);
    expect(both.ms).toBeGreaterThan(600_000);
    const ill = {
      originalServerGroup: 'demo-web-v000',
      delayBeforeDisableSeconds: 5,
      additionalRollbackContext: { disableOnly: true },
    };
    expect(await play2(ill)).toMatchObject({ status: 'TERMINAL', types: both.types });
    expect((await play2({ ...ill, continueAfterFailedRegion: true })).status).toBe('SUCCEEDED');
  });
});

describe('what is remembered of deployments', () => {
  const candidate = async (records: Parameters<typeof chooseCandidate>[0]['records']) => {
    const groups = worldOf('off', 'off', 'off', 'on').serverGroups.everything();
    const found = chooseCandidate({ groups, records: records ?? [] });
    return 'to' in found ? found.to.name.slice(-4) : 'skip' in found ? found.skip : found.image.id;
  };
  const record = (serverGroup: string, more: object = {}) => ({
    serverGroup,
    executionId: 'x',
    user: 'ann',
    cameUp: true,
    replaced: null,
    replacedImage: null,
    ...more,
  });

  it('goes back to the group that served when the current one was deployed', async () => {
    expect(await candidate([])).toBe('v002');
    expect(await candidate([record('demo-web-v003', { replaced: 'demo-web-v001' })])).toBe('v001');
  });

  it('never goes back to one that did not become healthy', async () => {
    expect(await candidate([record('demo-web-v002', { cameUp: false })])).toBe('v001');
  });

  it('goes back to the image of a group that is gone: to another group made of it, else by a new one', async () => {
    const gone = (id: string) => [
      record('demo-web-v003', { replaced: 'demo-web-v900', replacedImage: { id, name: null } }),
    ];
    expect(await candidate(gone('ami-older'))).toBe('ami-older');
    const groups = worldOf('off', 'off', 'off', 'on').serverGroups.everything();
    const undone = { ...groups[3]!, image: { id: 'ami-new', name: null, version: null } };
    const found = chooseCandidate({ groups: [...groups.slice(0, 3), undone], records: gone('ami-old') });
    expect('to' in found && found.to.name).toBe('demo-web-v002');
  });
});
