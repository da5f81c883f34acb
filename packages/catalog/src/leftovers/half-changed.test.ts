import type { Execution, JsonObject, Stage, Status } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import type { StageType } from '../definitions.ts';
import { stageExecutors } from '../executors.ts';
import { createWorld, runStage, type World } from '../kit/testing/index.ts';
import { examine, type Later, thingKey } from './examine.ts';
import { isAsBefore, type LedgerFacts, type Leftover, type Sight } from './thing.ts';

const PLACE = { account: 'prod', region: 'us-east-1' };
const REGIONS = { credentials: 'prod', regions: ['us-east-1'] };
const GROUP = { ...PLACE, name: 'demo-web-v001' };
const NEWEST = { ...REGIONS, cluster: 'demo-web', serverGroupName: GROUP.name };
const OPERATION = { key: 'earlier', executionId: 'another', stageId: 'stage-0' };

const group = (world: World): void =>
  void world.serverGroups.add({ name: GROUP.name, capacity: { min: 1, desired: 2, max: 4 } });

const listener = (port: number, targetGroup: string) => ({
  ...{ port, protocol: 'HTTP', sslPolicy: null, certificates: [] },
  actions: [{ type: 'forward', shares: [{ targetGroup, weight: 1 }] }],
  rules: [{ priority: '10', conditions: [{ field: 'path-pattern', values: ['/a'] }], actions: [{ type: 'redirect' }] }],
});
const target = (name: string) => ({
  ...{ name, protocol: 'HTTP', port: 80, targetType: 'instance' },
  ...{ healthCheck: { path: '/health', intervalSeconds: 30 }, attributes: { 'stickiness.enabled': 'false' } },
});

async function balancer(world: World): Promise<void> {
  const spec = { ...PLACE, name: 'demo-alb', type: 'application' as const, internal: true, tags: {} };
  const parts = { targetGroups: [target('demo-tg')], listeners: [listener(80, 'demo-tg'), listener(81, 'demo-tg')] };
  const attributes = { 'idle_timeout.timeout_seconds': '60' };
  await world.loadBalancers.upsert({ ...spec, ...parts, attributes, ipAddressType: 'ipv4' }, OPERATION);
}

interface Case {
  readonly name: string;
  readonly type: StageType;
  readonly context: JsonObject;
  readonly arrange: (world: World) => Promise<void> | void;
  /** All of the thing that the stage may change. */
  readonly picture: (world: World) => Promise<unknown> | unknown;
  /** Makes a part of it other than the stage and the past had it. */
  readonly other?: (world: World) => Promise<unknown> | unknown;
  readonly others?: string;
}

const CASES: readonly Case[] = [
  {
    name: 'a load balancer, its listeners and a target group',
    type: 'upsertLoadBalancers',
    context: {
      loadBalancers: [
        {
          ...{ name: 'demo-alb', credentials: 'prod', region: 'us-east-1', isInternal: true, idleTimeout: 90 },
          ...{ loadBalancerType: 'application', ipAddressType: 'dualstack' },
          targetGroups: [{ name: 'demo-tg', protocol: 'HTTP', port: 80, healthCheckPath: '/other' }],
          listeners: [
            { protocol: 'HTTP', port: 80, defaultActions: [{ type: 'forward', targetGroupName: 'demo-tg' }] },
            { protocol: 'HTTP', port: 90, defaultActions: [{ type: 'forward', targetGroupName: 'demo-tg' }] },
          ],
        },
      ],
    },
    arrange: balancer,
    async picture(world) {
      const found = await world.loadBalancers.read({ ...PLACE, name: 'demo-alb' });
      const checks = await world.loadBalancers.readTargetGroup({ ...PLACE, targetGroup: 'demo-tg' });
      return {
        listeners: found?.listeners,
        type: found?.ipAddressType,
        attributes: await world.loadBalancers.readAttributes({ ...PLACE, name: 'demo-alb' }),
        healthCheck: { path: checks?.healthCheck.path, attributes: checks?.attributes },
      };
    },
  },
  {
    name: 'a security group',
    type: 'upsertSecurityGroup',
    context: {
      ...{ ...REGIONS, securityGroupName: 'demo-api', description: 'api' },
      ipIngress: [{ type: 'tcp', startPort: 443, endPort: 443, cidr: '10.1.0.0/16' }],
      securityGroupIngress: [{ name: 'demo-web', type: 'tcp', startPort: 80, endPort: 80 }],
    },
    arrange(world) {
      world.securityGroups.add({ name: 'demo-web' });
      const rule = { protocol: 'tcp', fromPort: 443, toPort: 443, cidr: '10.0.0.0/8', description: 'inside' };
      world.securityGroups.add({ name: 'demo-api', description: 'api', ingress: [rule] });
    },
    picture: async (world) => (await world.securityGroups.read({ ...PLACE, name: 'demo-api' }))?.ingress,
    async other(world) {
      const now = (await world.securityGroups.read({ ...PLACE, name: 'demo-api' }))!;
      const rule = { protocol: 'tcp', fromPort: 22, toPort: 22, cidr: '10.9.0.0/16' };
      const wish = { ...now, ingress: [...now.ingress, rule], appendOnly: false };
      await world.securityGroups.upsert(wish, OPERATION);
    },
    others: 'Security group demo-api: somebody else has changed rules since, so it is left as it is.',
  },
  {
    name: 'tags of a server group',
    type: 'upsertServerGroupTags',
    context: { ...NEWEST, tags: { team: 'shop', tier: 'web' } },
    async arrange(world) {
      group(world);
      await world.scaling.tag(GROUP, { team: 'web', other: 'stays' });
    },
    picture: (world) => world.scaling.readTags(GROUP),
    other: (world) => world.scaling.tag(GROUP, { tier: 'back' }),
    others: 'somebody else has changed tags since',
  },
  {
    name: 'suspended processes',
    type: 'modifyAwsScalingProcess',
    context: { ...NEWEST, action: 'suspend', processes: ['AZRebalance', 'ScheduledActions'] },
    async arrange(world) {
      group(world);
      await world.scaling.suspend(GROUP, ['ScheduledActions', 'ReplaceUnhealthy']);
    },
    picture: (world) => [...(world.serverGroups.picture(GROUP.name)?.suspendedProcesses ?? [])].sort(),
  },
  {
    name: 'a resumed process',
    type: 'modifyAwsScalingProcess',
    context: { ...NEWEST, action: 'resume', processes: ['AZRebalance'] },
    async arrange(world) {
      group(world);
      await world.scaling.suspend(GROUP, ['AZRebalance']);
    },
    picture: (world) => world.serverGroups.picture(GROUP.name)?.suspendedProcesses,
  },
  {
    name: 'a scaling policy that was new',
    type: 'upsertScalingPolicy',
    context: { ...NEWEST, policyName: 'busy', simple: { scalingAdjustment: 1, cooldown: 60 } },
    arrange: group,
    picture: (world) => world.scaling.read(GROUP),
    other: (world) =>
      world.scaling.savePolicy(GROUP, { name: 'busy', type: 'SimpleScaling', enabled: false, change: 9 }),
    others: 'somebody else has changed scaling policies since',
  },
  {
    name: 'a scaling policy that was there',
    type: 'upsertScalingPolicy',
    context: { ...NEWEST, policyName: 'busy', simple: { scalingAdjustment: 1, cooldown: 60 } },
    async arrange(world) {
      group(world);
      await world.scaling.savePolicy(GROUP, { name: 'busy', type: 'SimpleScaling', enabled: true, change: 3 });
      await world.scaling.savePolicy(GROUP, { name: 'other', type: 'SimpleScaling', enabled: true, change: 4 });
    },
    picture: (world) => world.scaling.read(GROUP),
  },
  {
    name: 'scheduled actions, one of them new',
    type: 'upsertAsgScheduledActions',
    context: {
      ...NEWEST,
      scheduledActions: [
        { name: 'night', recurrence: '0 22 * * *', minSize: 1, maxSize: 4, desiredCapacity: 2 },
        { name: 'day', recurrence: '0 8 * * *', minSize: 2, maxSize: 4, desiredCapacity: 2 },
      ],
    },
    async arrange(world) {
      group(world);
      await world.scaling.saveSchedules(GROUP, [
        { name: 'night', recurrence: '0 21 * * *', min: 0, desired: 0, max: 1 },
      ]);
    },
    picture: (world) => world.scaling.read(GROUP),
  },
  {
    name: 'a warm pool that was new',
    type: 'modifyWarmPool',
    context: { ...NEWEST, minSize: 1 },
    arrange: group,
    picture: (world) => world.scaling.readWarmPool(GROUP),
  },
  {
    name: 'a warm pool that was deleted',
    type: 'modifyWarmPool',
    context: { ...NEWEST, action: 'delete', forceDelete: true },
    async arrange(world) {
      group(world);
      await world.scaling.saveWarmPool(GROUP, { minSize: 2, poolState: 'Running' });
    },
    picture: (world) => world.scaling.readWarmPool(GROUP),
  },
  {
    name: 'a size',
    type: 'resizeServerGroup',
    context: { ...NEWEST, action: 'scale_exact', capacity: { min: 2, desired: 4, max: 6 } },
    arrange: group,
    picture: (world) => world.serverGroups.picture(GROUP.name)?.capacity,
    other: (world) => world.serverGroups.resize(GROUP, { min: 3, desired: 4, max: 9 }),
    others: 'somebody else has changed size since',
  },
  {
    name: 'tags of an image',
    type: 'upsertImageTags',
    context: { ...REGIONS, imageNames: ['ami-9'], tags: { promoted: 'yes', stage: 'prod' } },
    arrange: (world) => void world.images.add({ id: 'ami-9', name: 'ami-9', tags: { stage: 'test', own: 'stays' } }),
    picture: async (world) => (await world.images.readImage({ ...PLACE, id: 'ami-9' }))?.tags,
  },
];

/** The execution, as if its only stage had come to that end after all of its work. */
const ended = (type: StageType, status: Status): Execution =>
  ({
    id: 'execution-1',
    status,
    stages: [{ id: 'stage-1', type, name: 'Change', status, context: {}, parentStageId: null } as unknown as Stage],
  }) as unknown as Execution;

async function change(one: Case) {
  const world = createWorld();
  world.clock.advance(60_000);
  await one.arrange(world);
  const before = structuredClone(await one.picture(world));
  const run = await runStage(stageExecutors[one.type], { world, context: one.context, id: 'stage-1' });
  expect([run.status, run.failure]).toEqual(['SUCCEEDED', null]);
  const rows = run.ledger.map((entry): LedgerFacts => ({ before: null, ...entry, stageId: 'stage-1' }));
  const look = async (status: Status, later?: Later) => [
    ...(await examine(world, ended(one.type, status), JSON.parse(JSON.stringify(rows)), later)).values(),
  ];
  return { world, before, rows, look };
}

const leftoversOf = (sights: readonly Sight[]): readonly Leftover[] => sights.flatMap(({ leftovers }) => leftovers);

const cleanUp = (world: World, leftovers: readonly Leftover[], id: string) => {
  const context = { executionId: 'execution-1', leftovers: JSON.parse(JSON.stringify(leftovers)) };
  return runStage(stageExecutors.cleanUp, { world, context, executors: stageExecutors, id });
};

describe.each(CASES)('$name, changed by a stage that does not come to its end', (one) => {
  it('is given back what it was, and a second time changes nothing', async () => {
    const { world, before, look } = await change(one);
    expect(await one.picture(world)).not.toEqual(before);
    const leftovers = leftoversOf(await look('CANCELED'));
    expect(leftovers.map(({ action }) => action)).toContain(one.type === 'resizeServerGroup' ? 'resize' : 'restore');
    const run = await cleanUp(world, leftovers, 'clean');
    expect([run.status, run.outputs['left'], run.children.map(({ failure }) => failure)]).toEqual([
      'SUCCEEDED',
      [],
      run.children.map(() => null),
    ]);
    world.clock.advance(60_000);
    expect(await one.picture(world)).toEqual(before);
    expect(leftoversOf(await look('CANCELED'))).toEqual([]);
    const again = await cleanUp(world, leftovers, 'again');
    expect([again.status, again.children]).toEqual(['SUCCEEDED', []]);
    expect(await one.picture(world)).toEqual(before);
  });

  it('is left as it is where the stage has succeeded, or another execution came after it', async () => {
    const { look, rows } = await change(one);
    expect(leftoversOf(await look('SUCCEEDED'))).toEqual([]);
    const sights = await look('TERMINAL', new Map(rows.map((row) => [thingKey(row), 'execution-2'])));
    expect(leftoversOf(sights)).toEqual([]);
    expect(sights[0]?.why).toContain('Execution execution-2 has changed it since, so it stays.');
  });
});

describe.each(CASES.filter(({ other }) => other))('$name, changed by somebody else since', (one) => {
  it('is left as it is, and the report and the clean-up say so', async () => {
    const { world, look } = await change(one);
    const early = leftoversOf(await look('TERMINAL'));
    await one.other?.(world);
    const now = structuredClone(await one.picture(world));
    const sights = await look('TERMINAL');
    expect(leftoversOf(sights)).toEqual([]);
    expect(sights.map(({ why }) => why).join()).toContain(one.others);
    const run = await cleanUp(world, early, 'clean');
    expect(String(run.outputs['left'])).toContain(one.others);
    expect(await one.picture(world)).toEqual(now);
  });
});

it('the stage that gives back refuses what somebody has changed right before it', async () => {
  const one = CASES.find(({ type }) => type === 'upsertSecurityGroup')!;
  const { world, look } = await change(one);
  const [rest] = leftoversOf(await look('TERMINAL'));
  await one.other?.(world);
  const { kind, name: objectName, before, wanted } = rest!;
  const context = { ...REGIONS, kind, objectName, before: before!, wanted: wanted! };
  const run = await runStage(stageExecutors.restoreSettings, { world, context });
  expect([run.status, run.failure?.code]).toEqual(['TERMINAL', 'restore.changed-by-another']);
  expect(run.ledger).toEqual([]);
});

it('the picture of now shows the settings that were changed, so that what is changed is told from what is not', async () => {
  for (const one of CASES) {
    const { rows, look } = await change(one);
    const sights = await look('SUCCEEDED');
    for (const [at, sight] of sights.entries()) expect(isAsBefore(rows[at]?.before ?? null, sight.picture)).toBe(false);
  }
});

it('two changes of one thing are taken back as one', async () => {
  const world = createWorld();
  group(world);
  const before = { tags: { team: null } };
  const change = (wanted: JsonObject, was: JsonObject): LedgerFacts => ({
    ...{ kind: 'serverGroup', ...GROUP, action: 'change', state: 'done', stageId: 'stage-1' },
    before: { traffic: 'enabled', ...was, wanted },
  });
  await world.scaling.tag(GROUP, { team: 'b', tier: 'c' });
  const rows = [
    change({ tags: { team: 'a' } }, before),
    change({ tags: { team: 'b', tier: 'c' } }, { tags: { team: 'a', tier: null } }),
  ];
  const sights = [...(await examine(world, ended('upsertServerGroupTags', 'TERMINAL'), rows)).values()];
  await cleanUp(world, leftoversOf(sights), 'clean');
  expect(await world.scaling.readTags(GROUP)).toEqual({});
});
