import type { Sandbox } from '@gennaker/aws-sandbox';
import type { Freeze, JsonObject } from '@gennaker/pipeline-dsl';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type End, problemsAfter } from './checks.ts';
import { TRANSIENT } from './faults.ts';
import { killedAtEachStep } from './kills.ts';
import { NEWEST, OUT, one, SERVING, two, WEB } from './operation.ts';
import { deployOf, HOOKS } from './stories.ts';
import { MatrixWorld, MORNING, startSteppedSandbox, type WorldPlan } from './world.ts';

const MINUTE_MS = 60_000;

let sandbox: Sandbox;
let world: MatrixWorld | undefined;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterEach(() => world?.stop());
afterAll(() => sandbox.stop());

/** Changes that AWS made, oldest first. */
const changes = () => sandbox.calls().filter(({ mutating, applied }) => mutating && applied);
const during = (from: number, until: number) =>
  changes().filter(({ time }) => Date.parse(time) >= from && Date.parse(time) < until);

const inARow = (...stages: readonly JsonObject[]): JsonObject => ({
  application: 'shop',
  name: 'Safeguards',
  stages: stages.map((stage, at) => ({
    name: `${at + 1} ${String(stage['type'])}`,
    refId: String(at + 1),
    requisiteStageRefIds: at === 0 ? [] : [String(at)],
    ...stage,
  })),
});

const BOTH: End = { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING } };
/** The application asks for so many healthy instances of its web cluster. */
const guardedBy = (plan: WorldPlan, minUp: number): WorldPlan => ({
  ...plan,
  attributes: {
    name: 'shop',
    trafficGuards: [{ account: 'prod', location: 'us-east-1', stack: 'web', detail: '', minUp }],
  },
});
const GUARD = /traffic guard \(prod, us-east-1, stack web/;

interface GuardedRow {
  readonly name: string;
  readonly plan: WorldPlan;
  readonly pipeline: JsonObject;
  readonly end: End;
  /** It changes something that the guard does not mind before it comes to what the guard forbids. */
  readonly makes?: boolean;
}

const ON_OLD = { ...WEB, serverGroupName: 'shop-web-v000' };
const GUARDED: readonly GuardedRow[] = [
  { name: 'destroy', stage: { type: 'destroyServerGroup', ...ON_OLD } },
  { name: 'disable', stage: { type: 'disableServerGroup', ...ON_OLD } },
  { name: 'disable a part', stage: { type: 'disableServerGroup', ...ON_OLD, desiredPercentage: 67 } },
  { name: 'disable cluster', stage: { type: 'disableCluster', ...WEB, remainingEnabledServerGroups: 1 } },
  { name: 'shrink cluster', stage: { type: 'shrinkCluster', ...WEB, shrinkToSize: 1, allowDeleteActive: true } },
  {
    name: 'scale down cluster',
    stage: { type: 'scaleDownCluster', ...WEB, remainingFullSizeServerGroups: 1, allowScaleDownActive: true },
  },
  {
    name: 'resize to nothing',
    stage: { type: 'resizeServerGroup', ...NEWEST, capacity: { min: 0, desired: 0, max: 0 } },
  },
  {
    name: 'roll back',
    stage: {
      type: 'rollbackServerGroup',
      ...WEB,
      rollbackType: 'EXPLICIT',
      rollbackContext: { rollbackServerGroupName: 'shop-web-v001', restoreServerGroupName: 'shop-web-v000' },
    },
  },
].map(({ name, stage }) => ({
  ...{ name, plan: guardedBy(two, 4), pipeline: inARow(stage), end: BOTH },
  // A rollback keeps autoscaling from shrinking the restored group meanwhile, and gives its least size back.
  makes: name === 'roll back',
}));

const DEPLOYED: GuardedRow = {
  name: 'deploy by red/black',
  plan: guardedBy(one, 4),
  pipeline: deployOf(HOOKS),
  // The old group stays, and the new one that came up serves beside it.
  end: {
    groups: { 'shop-web-v001': SERVING, 'shop-web-v002': '2/3/6, 3 serving' },
    settingsFrom: { 'shop-web-v002': 'shop-web-v001' },
  },
  makes: true,
};

describe.each([...GUARDED, DEPLOYED])('given a traffic guard that forbids to $name', (row) => {
  const { plan, pipeline, end, makes } = row;

  it.each(TRANSIENT)('with $name, then it is refused and nothing has been taken away', async ({ rules }) => {
    world = MatrixWorld.begin(sandbox, plan);
    for (const rule of rules) sandbox.faults.add(rule);
    const id = await world.start(pipeline);
    await world.settle();
    sandbox.faults.clear();
    expect((await world.read(id)).status).toBe('TERMINAL');
    expect((await world.failures(id)).join('\n')).toMatch(GUARD);
    expect(problemsAfter(world, end)).toEqual([]);
    if (!makes) expect(changes().map(({ action }) => action)).toEqual([]);
  });

  it('asked for as an action by itself, then it is refused likewise', async () => {
    world = MatrixWorld.begin(sandbox, plan);
    const id = await world.start(pipeline, { type: 'ORCHESTRATION' });
    await world.settle();
    expect((await world.failures(id)).join('\n')).toMatch(GUARD);
    expect(problemsAfter(world, end)).toEqual([]);
    if (!makes) expect(changes().map(({ action }) => action)).toEqual([]);
  });

  it('and workers that are killed at every step, then it is refused all the same', async () => {
    const killed = await killedAtEachStep(sandbox, { plan, pipeline: () => pipeline, end, fails: GUARD });
    expect(killed.wrong).toEqual({});
    expect(killed.moments).toBeGreaterThan(0);
  });
});

const FROM = MORNING + 5 * MINUTE_MS;
const UNTIL = MORNING + 60 * MINUTE_MS;
const freeze = (from: number): Freeze => ({
  ...{ id: 'f1', scope: 'account', target: 'prod', reason: 'audit', from, until: UNTIL },
  ...{ exempt: { users: [], applications: [], pipelines: [] } },
  ...{ createdAt: MORNING - MINUTE_MS, createdBy: 'eve', endedAt: null, endedBy: null },
});
const frozen = (plan: WorldPlan, from: number): WorldPlan => ({ ...plan, freezes: [freeze(from)] });

const WAIT = { type: 'wait', waitTime: 600 };
const LATER: ReadonlyArray<{ readonly name: string; readonly stages: readonly JsonObject[]; readonly end: End }> = [
  {
    name: 'disable, then destroy',
    stages: [{ type: 'disableServerGroup', ...ON_OLD }, WAIT, { type: 'destroyServerGroup', ...ON_OLD }],
    end: { groups: { 'shop-web-v001': SERVING }, fewest: 3 },
  },
  {
    name: 'disable, then scale down',
    stages: [
      { type: 'disableServerGroup', ...ON_OLD },
      WAIT,
      { type: 'scaleDownCluster', ...WEB, remainingFullSizeServerGroups: 1 },
    ],
    end: {
      groups: {
        'shop-web-v000': '0/0/0, out of traffic, without Launch, ReplaceUnhealthy, ScheduledActions',
        'shop-web-v001': SERVING,
      },
      fewest: 3,
    },
  },
  {
    name: 'disable, then shrink',
    stages: [
      { type: 'disableServerGroup', ...ON_OLD },
      WAIT,
      { type: 'shrinkCluster', ...WEB, shrinkToSize: 1, allowDeleteActive: true },
    ],
    end: { groups: { 'shop-web-v001': SERVING }, fewest: 3 },
  },
  {
    name: 'disable, then roll back',
    stages: [{ type: 'disableServerGroup', ...ON_OLD }, WAIT, { type: 'rollbackCluster', ...WEB }],
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': OUT }, fewest: 3 },
  },
];

describe.each(LATER)('given a freeze that begins in the middle of: $name', ({ stages, end }) => {
  const plan = frozen(two, FROM);

  it.each(TRANSIENT)('with $name, then the next change waits for its end', async ({ rules }) => {
    world = MatrixWorld.begin(sandbox, plan);
    for (const rule of rules) sandbox.faults.add(rule);
    const id = await world.start(inARow(...stages));
    await world.settle();
    sandbox.faults.clear();
    expect(await world.failures(id)).toEqual([]);
    expect((await world.read(id)).status).toBe('SUCCEEDED');
    expect(during(FROM, UNTIL).map(({ action }) => action)).toEqual([]);
    expect(during(UNTIL, Number.POSITIVE_INFINITY).length).toBeGreaterThan(0);
    expect(problemsAfter(world, end)).toEqual([]);
  });
});

it.each(LATER.filter(({ name }) => /destroy|roll back/.test(name)))(
  'given a freeze that begins in the middle of: $name, and workers that are killed at every step, then so it is',
  async ({ stages, end }) => {
    const plan = frozen(two, FROM);
    const killed = await killedAtEachStep(sandbox, { plan, pipeline: () => inARow(...stages), end });
    expect(killed.wrong).toEqual({});
  },
);

describe('given a freeze that begins while a deploy by red/black starts its instances', () => {
  const plan = frozen(one, MORNING + 10_000);
  const end: End = {
    groups: { 'shop-web-v001': OUT, 'shop-web-v002': '2/3/6, 3 serving' },
    settingsFrom: { 'shop-web-v002': 'shop-web-v001' },
  };

  it.each(TRANSIENT)('with $name, then the old group is left alone until it ends', async ({ rules }) => {
    world = MatrixWorld.begin(sandbox, plan);
    for (const rule of rules) sandbox.faults.add(rule);
    const id = await world.start(deployOf(HOOKS));
    await world.settle();
    sandbox.faults.clear();
    expect(await world.failures(id)).toEqual([]);
    const onOld = during(MORNING + 10_000, UNTIL).filter((call) => JSON.stringify(call).includes('shop-web-v001'));
    expect(onOld.map(({ action }) => action)).toEqual([]);
    expect(problemsAfter(world, end)).toEqual([]);
  });

  it('and workers that are killed at every step, then so it is', async () => {
    const killed = await killedAtEachStep(sandbox, { plan, pipeline: () => deployOf(HOOKS), end });
    expect(killed.wrong).toEqual({});
  });
});

it('given a freeze, what a person asks for is refused at once, and what is triggered waits: nothing is changed before its end', async () => {
  world = MatrixWorld.begin(sandbox, frozen(two, MORNING));
  const destroy = inARow({ type: 'destroyServerGroup', ...ON_OLD });
  const refused = { message: expect.stringContaining('account prod is frozen by eve') };
  const byHand = world.start(destroy, { type: 'ORCHESTRATION', onFreeze: 'refuse' });
  await expect(byHand).rejects.toMatchObject(refused);
  const id = await world.start(destroy);
  await world.settle();
  expect((await world.read(id)).status).toBe('SUCCEEDED');
  expect(during(MORNING, UNTIL)).toEqual([]);
  expect(problemsAfter(world, { groups: { 'shop-web-v001': SERVING }, fewest: 3 })).toEqual([]);
});
