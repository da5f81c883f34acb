import type { Execution, JsonObject, Stage, Status } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../executors.ts';
import { createWorld, runStage, type World } from '../kit/testing/index.ts';
import { examine, thingKey } from './examine.ts';
import type { LedgerFacts, Leftover, Sight } from './thing.ts';

const PLACE = { account: 'prod', region: 'us-east-1' };
const GROUP = 'demo-web-v001';
const OPERATION = { key: 'key-1', executionId: 'execution-1', stageId: 'stage-1' };
const LISTENER = { ...PLACE, loadBalancer: 'demo-alb', port: 80 };

const row = (kind: string, name: string, action: string, more: Partial<LedgerFacts> = {}): LedgerFacts => ({
  ...{ kind, ...PLACE, name, action, state: 'done', stageId: 'stage-1', before: null },
  ...more,
});

/** An execution of one stage that ended so. */
const ended = (status: Status, context: JsonObject = {}): Execution =>
  ({
    id: 'execution-1',
    status,
    stages: [{ id: 'stage-1', name: 'Deploy', status, context, parentStageId: null } as unknown as Stage],
  }) as unknown as Execution;

interface Case {
  readonly name: string;
  readonly rows: readonly LedgerFacts[];
  readonly context?: JsonObject;
  readonly arrange: (world: World) => Promise<void> | void;
  /** Actions of the clean-up after a stage that failed. */
  readonly failed: readonly string[];
  /** Why it is there then. */
  readonly why?: string;
  /** Actions after a stage that succeeded, and why it is there. */
  readonly good: readonly string[];
  readonly goodWhy?: string;
  /** What must hold when the clean-up after the failure has ended. */
  readonly holds?: (world: World) => Promise<unknown> | unknown;
}

const capacity = (min: number) => ({ min, desired: 3, max: 6 });
const spec = (name: string) => ({
  ...{
    ...PLACE,
    name,
    imageId: 'ami-new',
    instanceType: 't3.micro',
    capacity: capacity(1),
    targetGroups: ['demo-web-tg'],
  },
  moniker: { app: 'demo', stack: 'web', detail: null, cluster: 'demo-web', sequence: 1 },
  ...{ securityGroups: [], healthCheckType: 'ELB' as const, healthCheckGracePeriodSeconds: 30, tags: {} },
  startDisabled: true,
});
const shares = (old: number, fresh: number) => [
  { targetGroup: 'demo-web-tg', weight: old },
  { targetGroup: 'demo-new-tg', weight: fresh },
];

async function divided(world: World, fresh: number): Promise<void> {
  world.serverGroups.add({ name: 'demo-web-v000', targetGroups: ['demo-web-tg'] });
  world.serverGroups.add({ name: GROUP, targetGroups: ['demo-new-tg'] });
  world.loadBalancers.add({ name: 'demo-alb', listeners: [{ port: 80, shares: [shares(100, 0)[0]!] }] });
  world.loadBalancers.addTargetGroup({ ...PLACE, targetGroup: 'demo-new-tg' });
  await world.loadBalancers.setShares(LISTENER, shares(100 - fresh, fresh), OPERATION);
}
const savedShares = {
  shares: [shares(100, 0)[0]!],
  actions: { actions: [{ type: 'forward', shares: [shares(100, 0)[0]!] }] },
};

async function baked(world: World): Promise<void> {
  const bake = {
    ...PLACE,
    bakeKey: 'k1',
    baseImageId: 'ami-old',
    instanceType: 't3.micro',
    script: '',
    expiresTime: 1,
  };
  const instanceId = await world.images.startBake(bake, OPERATION);
  const image = { ...PLACE, instanceId, name: 'web-1', description: 'web', bakeKey: 'k1', tags: {} };
  await world.images.createImage(image, { ...OPERATION, key: 'key-2' });
}

const balancer = {
  ...{ ...PLACE, name: 'demo-api', type: 'application', internal: true, attributes: {}, tags: {} },
  targetGroups: [
    { name: 'demo-api-tg', protocol: 'HTTP', port: 80, targetType: 'instance', healthCheck: {}, attributes: {} },
  ],
  listeners: [
    {
      ...{ port: 80, protocol: 'HTTP', certificates: [], rules: [] },
      actions: [{ type: 'forward', shares: [{ targetGroup: 'demo-api-tg', weight: 1 }] }],
    },
  ],
} as const;

const CASES: readonly Case[] = [
  {
    name: 'a server group that never came up',
    rows: [row('serverGroup', GROUP, 'create')],
    arrange: (world) => world.serverGroups.create(spec(GROUP), OPERATION),
    failed: ['destroy'],
    why: 'It is out of traffic and never came up; cleaning up removes it.',
    good: [],
    goodWhy: 'It is out of traffic and came up once: a rollback may restore it.',
    holds: (world) => expect(world.serverGroups.picture(GROUP)).toBeNull(),
  },
  {
    name: 'a launch template whose server group is gone',
    rows: [row('serverGroup', GROUP, 'create')],
    arrange: (world) => {
      const owner = { executionId: 'execution-1', stageId: 'stage-1' };
      const [id, name] = ['lt-1', `${GROUP}-1f2e3d4c`];
      world.traces.others.push({ kind: 'launchTemplate', ...PLACE, ...owner, id, name, serverGroup: GROUP });
    },
    failed: ['sweep'],
    good: ['sweep'],
  },
  {
    name: 'a pin that was not given back',
    rows: [row('serverGroup', GROUP, 'change', { before: { traffic: 'enabled', capacity: capacity(1) } })],
    arrange: async (world) => {
      world.serverGroups.add({ name: GROUP, capacity: capacity(3) });
      await world.serverGroups.setIntendedCapacity({ ...PLACE, name: GROUP }, capacity(1));
    },
    failed: ['unpin'],
    good: ['unpin'],
    holds: (world) => expect(world.serverGroups.picture(GROUP)?.capacity).toEqual(capacity(1)),
  },
  {
    name: 'instances taken out of traffic half way',
    rows: [row('serverGroup', GROUP, 'change', { before: { traffic: 'enabled', capacity: capacity(3) } })],
    context: { disabledInstances: { [`us-east-1:${GROUP}`]: ['i-0000'] } },
    arrange: async (world) => {
      world.serverGroups.add({ name: GROUP, capacity: capacity(3) });
      await world.serverGroups.disableInstances({ ...PLACE, name: GROUP }, ['i-0000']);
    },
    failed: ['enable'],
    good: [],
    holds: (world) =>
      expect(world.serverGroups.picture(GROUP)?.instances.map(({ health }) => health)).toEqual(['Up', 'Up', 'Up']),
  },
  {
    name: 'scaling that was taken over and is held back',
    rows: [row('serverGroup', GROUP, 'create'), row('scaling', GROUP, 'create')],
    context: { neededInstances: 3 },
    arrange: async (world) => {
      const from = world.serverGroups.add({ name: 'demo-web-v000' });
      await world.serverGroups.create({ ...spec(GROUP), startDisabled: false }, OPERATION);
      const policy = { name: 'busy', type: 'SimpleScaling', enabled: true } as const;
      await world.scaling.savePolicy(from, policy);
      await world.serverGroups.copyScaling(from, { ...PLACE, name: GROUP });
    },
    failed: ['settle'],
    why: 'It is in traffic: 0 of 3 instances are healthy.',
    good: ['settle'],
    holds: (world) => expect(world.serverGroups.picture(GROUP)?.suspendedProcesses).toEqual([]),
  },
  {
    name: 'an instance taken out of its target group',
    rows: [row('instance', 'i-0001', 'change', { before: { state: 'running', targets: { 'demo-web-tg': 'Up' } } })],
    arrange: async (world) => {
      world.serverGroups.add({ name: GROUP });
      await world.instances.deregister(PLACE, ['demo-web-tg'], ['i-0001']);
    },
    failed: ['register'],
    good: [],
    holds: (world) =>
      expect(world.serverGroups.picture(GROUP)?.instances.every(({ health }) => health === 'Up')).toBe(true),
  },
  {
    name: 'requests divided half way',
    rows: [row('listener', 'demo-alb:80', 'change', { before: savedShares })],
    arrange: (world) => divided(world, 50),
    failed: ['restoreShares'],
    good: [],
    holds: async (world) =>
      expect((await world.loadBalancers.readShares(LISTENER))?.actions).toEqual(savedShares.actions),
  },
  {
    name: 'requests that all go to the new target group',
    rows: [row('listener', 'demo-alb:80', 'change', { before: savedShares })],
    arrange: (world) => divided(world, 100),
    failed: [],
    why: 'All its requests go to the new target group; sending them back is a rollback.',
    good: [],
  },
  {
    name: 'a machine that bakes and an image half made',
    rows: [row('instance', 'bake web-1', 'create'), row('image', 'web-1', 'create')],
    context: { bakePlan: { bakeKey: 'k1' } },
    arrange: baked,
    failed: ['terminate', 'deleteImage'],
    why: 'It was started to bake an image, and its stage has ended.',
    good: ['terminate', 'deleteImage'],
    holds: async (world) => expect((await world.images.findBaked({ ...PLACE, bakeKey: 'k1' })).length).toBe(0),
  },
  {
    name: 'a finished image',
    rows: [row('image', 'web-1', 'create')],
    arrange: async (world) => {
      await baked(world);
      world.clock.advance(600_000);
    },
    failed: [],
    why: 'It is finished and good: the next bake of the same content finds it.',
    good: [],
    goodWhy: 'Stage Deploy was to make it.',
  },
  {
    name: 'a security group',
    rows: [row('securityGroup', 'demo-api', 'create')],
    arrange: async (world) => {
      const group = { ...PLACE, name: 'demo-api', description: 'api', ingress: [], appendOnly: false, tags: {} };
      await world.securityGroups.upsert(group, OPERATION);
    },
    failed: ['deleteSecurityGroup'],
    good: [],
    goodWhy: 'Stage Deploy was to make it.',
    holds: async (world) => expect(await world.securityGroups.read({ ...PLACE, name: 'demo-api' })).toBeNull(),
  },
  {
    name: 'a security group that another execution made',
    rows: [row('securityGroup', 'demo-api', 'create')],
    arrange: (world) => void world.securityGroups.add({ name: 'demo-api', tags: { 'cd:execution': 'another' } }),
    failed: [],
    why: 'It does not carry the mark of this execution.',
    good: [],
  },
  {
    name: 'a load balancer with a target group',
    rows: [row('loadBalancer', 'demo-api', 'create'), row('targetGroup', 'demo-api-tg', 'create')],
    arrange: async (world) => void (await world.loadBalancers.upsert(balancer, OPERATION)),
    failed: ['deleteLoadBalancer'],
    good: [],
    goodWhy: 'Stage Deploy was to make it.',
    holds: async (world) => {
      expect(await world.loadBalancers.read({ ...PLACE, name: 'demo-api' })).toBeNull();
      expect(world.loadBalancers.targetGroupNames).toEqual([]);
    },
  },
  {
    name: 'a target group that nothing sends to',
    rows: [row('targetGroup', 'demo-api-tg', 'create')],
    arrange: (world) =>
      world.loadBalancers.addTargetGroup({ ...PLACE, targetGroup: 'demo-api-tg' }, { 'cd:execution': 'execution-1' }),
    failed: ['deleteTargetGroup'],
    good: [],
    holds: (world) => expect(world.loadBalancers.targetGroupNames).toEqual([]),
  },
  {
    name: 'a snapshot of an image that is gone',
    rows: [row('image', 'web-1', 'create')],
    context: { bakePlan: { bakeKey: 'k1' } },
    arrange: (world) => {
      const owner = { executionId: 'execution-1', stageId: 'stage-1' };
      const made = { id: 'snap-1', name: 'snap-1', bakeKey: 'k1', createdTime: 0 };
      world.images.snapshots.push({ kind: 'snapshot', ...PLACE, ...owner, ...made });
    },
    failed: ['deleteSnapshot'],
    good: ['deleteSnapshot'],
    holds: (world) => expect(world.images.snapshots).toEqual([]),
  },
  {
    name: 'a change set that was never executed',
    rows: [row('changeSet', 'demo-data/plan', 'create')],
    arrange: async (world) => {
      const wish = { ...PLACE, name: 'demo-data', changeSet: 'plan', parameters: { Size: '2' } };
      const template = { kind: 'text' as const, text: '{"Resources":{"A":{"Type":"Custom::A"}}}' };
      await world.stacks.createChangeSet({ ...wish, template, tags: {}, capabilities: [] }, OPERATION);
      world.clock.advance(60_000);
    },
    failed: ['deleteChangeSet'],
    why: 'Stage Deploy, which planned it, did not succeed.',
    good: [],
    goodWhy: 'Stage Deploy was to make it.',
    holds: async (world) =>
      expect(await world.stacks.readChangeSet({ ...PLACE, name: 'demo-data', changeSet: 'plan' })).toBeNull(),
  },
  {
    name: 'what was removed',
    rows: [row('serverGroup', GROUP, 'remove'), row('image', 'web-1', 'remove', { before: { id: 'ami-9' } })],
    arrange: () => undefined,
    failed: [],
    good: [],
  },
];

async function sightsAfter(one: Case, status: Status) {
  const world = createWorld();
  world.clock.advance(60_000);
  await one.arrange(world);
  const sights = await examine(world, ended(status, one.context ?? {}), one.rows);
  const first = sights.get(thingKey(one.rows[0]!)) as Sight;
  const leftovers: readonly Leftover[] = [...sights.values()].flatMap((sight) => sight.leftovers);
  return { world, first, leftovers, actions: leftovers.map(({ action }) => action) };
}

describe.each(CASES)('of $name', (one) => {
  it('is told what a stage that failed has left, and cleaning up finishes it', async () => {
    const { world, first, leftovers, actions } = await sightsAfter(one, 'TERMINAL');
    expect(actions).toEqual(one.failed);
    if (one.why) expect(first.why).toBe(one.why);
    const options = {
      world,
      context: { executionId: 'execution-1', leftovers },
      executors: stageExecutors,
      id: 'clean',
    };
    const run = await runStage(stageExecutors.cleanUp, options as never);
    expect([run.status, run.outputs['left']]).toEqual(['SUCCEEDED', []]);
    expect(run.children.map(({ name, status, failure }) => [name, status, failure])).toEqual(
      run.children.map(({ name }) => [name, 'SUCCEEDED', null]),
    );
    await one.holds?.(world);
    const again = await runStage(stageExecutors.cleanUp, { ...options, id: 'again' } as never);
    expect(again.status).toBe('SUCCEEDED');
    await one.holds?.(world);
  });

  it('is told what a stage that succeeded has left', async () => {
    const { first, actions } = await sightsAfter(one, 'SUCCEEDED');
    expect(actions).toEqual(one.good);
    if (one.goodWhy) expect(first.why).toBe(one.goodWhy);
  });
});
