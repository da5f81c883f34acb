import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { createWorld, runStage, type World } from '../../kit/testing/index.ts';
import { NEW, OLD, settingsOf, watch } from '../../testing/deploys.ts';

interface State {
  readonly good: boolean;
  readonly enabled: boolean;
  readonly empty: boolean;
}

const FULL = { min: 1, desired: 3, max: 6 };
const NOTHING = { min: 0, desired: 0, max: 0 };
const STATES: readonly State[] = [true, false].flatMap((good) =>
  [true, false].flatMap((enabled) => [false, true].map((empty) => ({ good, enabled, empty }))),
);
const nameOf = ({ good, enabled, empty }: State): string =>
  `${good ? 'good' : 'bad'} ${enabled ? 'enabled' : 'disabled'} ${empty ? '0' : 'n'}`;

function worldOf(older: State, newer: State): World {
  const world = createWorld();
  for (const [name, imageId, state] of [
    [OLD, 'ami-old', older],
    [NEW, 'ami-new', newer],
  ] as const) {
    const capacity = state.empty ? NOTHING : FULL;
    const ref = world.serverGroups.add({ name, imageId, capacity, disabled: !state.enabled });
    if (state.empty) void world.serverGroups.setIntendedCapacity(ref, FULL);
    if (state.good) continue;
    world.serverGroups.sickImages.add(imageId);
    world.serverGroups.hopelessGroups.set(name, { code: 'aws.targets-failing', message: 'It fails its checks.' });
  }
  return world;
}

/** How a group is left that nothing was changed of. */
function untouched({ good, enabled, empty }: State): JsonObject {
  const up = good && enabled && !empty ? 3 : 0;
  return {
    traffic: enabled ? (up > 0 ? 'enabled' : 'partial') : 'disabled',
    size: empty ? '0/0/0' : '1/3/6',
    up,
    suspended: enabled ? [] : ['AddToLoadBalancer'],
    ...(empty ? { meant: '1/3/6' } : {}),
  };
}

const restored = { traffic: 'enabled', size: '1/3/6', up: 3, suspended: [] };
/** In traffic at full size, but ill: there was nothing that served in its place. */
const stuck = { traffic: 'partial', size: '1/3/6', up: 0, suspended: [] };

/** What becomes of the group to undo and the one to restore. */
function outcome(from: State, to: State): { status: string; from: JsonObject; to: JsonObject } {
  if (to.good) return { status: 'SUCCEEDED', from: untouched({ ...from, enabled: false }), to: restored };
  const fromServes = from.good && from.enabled && !from.empty;
  const back = !to.enabled && fromServes;
  return { status: 'TERMINAL', from: untouched(from), to: back ? untouched(to) : stuck };
}

async function play(older: State, newer: State, named: JsonObject) {
  const world = worldOf(older, newer);
  const counts: number[] = [];
  watch(world, () => {
    counts.push(
      world.serverGroups
        .everything()
        .reduce((sum, { instances }) => sum + instances.filter(({ health }) => health === 'Up').length, 0),
    );
    return false;
  });
  const context = { credentials: 'prod', cluster: 'demo-web', regions: ['us-east-1'], ...named };
  const run = await runStage(stageExecutors.rollbackCluster, { world, executors: stageExecutors, context });
  world.clock.advance(60_000);
  return { status: run.status, settings: settingsOf(world), fewest: Math.min(...counts), first: counts[0] ?? 0 };
}

const CELLS = STATES.flatMap((older) =>
  STATES.map((newer): [string, State, State] => [`${nameOf(older)}, then ${nameOf(newer)}`, older, newer]),
);

describe('rolling back, from every state of two groups', () => {
  it.each(CELLS)('%s', async (_name, older, newer) => {
    const { status, settings, fewest, first } = await play(older, newer, {});
    const expected = newer.enabled
      ? outcome(newer, older)
      : { status: 'SKIPPED', from: untouched(newer), to: untouched(older) };
    expect([status, settings]).toEqual([expected.status, { [OLD]: expected.to, [NEW]: expected.from }]);
    expect(fewest).toBeGreaterThanOrEqual(Math.min(first, 3));
  });
});

describe('rolling forward, from every state of two groups', () => {
  it.each(CELLS)('%s', async (_name, older, newer) => {
    const named = { serverGroup: OLD, originalServerGroup: NEW };
    const { status, settings, fewest, first } = await play(older, newer, named);
    const expected = outcome(older, newer);
    expect([status, settings]).toEqual([expected.status, { [OLD]: expected.from, [NEW]: expected.to }]);
    expect(fewest).toBeGreaterThanOrEqual(Math.min(first, 3));
  });
});
