import type { Sandbox } from '@gennaker/aws-sandbox';
import type { LedgerFacts } from '@gennaker/catalog/executors';
import type { LoadBalancerSpec, Operation, ServerGroupSpec } from '@gennaker/catalog/kit';
import type { Execution, JsonObject, Stage } from '@gennaker/pipeline-dsl';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AwsCloud } from '../../cloud/index.ts';
import { objectsOf } from '../matrix/objects.ts';
import { settle } from '../matrix/stories.ts';
import { startSteppedSandbox } from '../matrix/world.ts';
import { IMAGES, STORE, shopScenario } from '../shop.ts';
import { CleaningWorld, settingsOf } from './cleaning.ts';

const PLACE = { account: 'prod', region: 'us-east-1' };
const SERVING = { ...PLACE, name: 'shop-web-v001' };
const FRESH = { ...PLACE, name: 'shop-web-v002' };
const EMPTY = { min: 0, desired: 0, max: 0 };
const BASE = 'ami-00000000000ba5e0';
const BAKE_KEY = 'b'.repeat(64);

/** What the execution that ended has done its changes by. */
const op = (step: string): Operation => ({ key: `op-${step}`, executionId: 'ended-1', stageId: 'stage-1' });

const row = (kind: string, name: string, action: string, before: JsonObject | null = null): LedgerFacts => ({
  ...{ kind, ...PLACE, name, action, before, state: 'done', stageId: 'stage-1' },
});

const endedWith = (context: JsonObject): Execution => {
  const stage = { id: 'stage-1', name: 'Change', status: 'TERMINAL', context, parentStageId: null };
  return { id: 'ended-1', status: 'TERMINAL', stages: [stage as unknown as Stage] } as unknown as Execution;
};

const spec = (more: Partial<ServerGroupSpec> = {}): ServerGroupSpec => ({
  ...{ ...FRESH, imageId: IMAGES['2.0.0'], instanceType: 'm7g.large', capacity: EMPTY, targetGroups: ['web-tg'] },
  moniker: { app: 'shop', stack: 'web', detail: null, cluster: 'shop-web', sequence: 2 },
  ...{ securityGroups: ['sg-1'], subnetType: 'internal', healthCheckType: 'ELB', healthCheckGracePeriodSeconds: 30 },
  ...{ tags: {}, startDisabled: false, version: null },
  ...more,
});

interface Left {
  readonly cloud: AwsCloud;
  readonly sandbox: Sandbox;
  readonly pass: (ms: number) => Promise<void>;
  readonly members: readonly string[];
}

interface Case {
  readonly name: string;
  /** Leaves it, and tells what the ledger says of it. */
  readonly leave: (left: Left) => Promise<readonly LedgerFacts[]>;
  readonly context?: JsonObject | ((left: Left) => JsonObject);
  readonly actions: readonly string[];
}

/** By another tool: nothing of ours knows of it. */
const outside = (sandbox: Sandbox, service: string, action: string, input: Record<string, unknown>): void =>
  void sandbox.do({ account: '210987654321', call: { service, action, input } as never });

async function bake({ cloud, pass }: Left): Promise<{ machine: string; image: string }> {
  const plan = { ...PLACE, bakeKey: BAKE_KEY, baseImageId: BASE, instanceType: 'm7g.large', script: '' };
  const machine = await cloud.images.startBake({ ...plan, expiresTime: 2_000_000_000_000 }, op('run'));
  await pass(120_000);
  await cloud.images.stopBake({ ...PLACE, id: machine }, true, op('stop'));
  await pass(60_000);
  const wish = { ...PLACE, instanceId: machine, name: 'shop-web-9', description: 'web', bakeKey: BAKE_KEY, tags: {} };
  return { machine, image: await cloud.images.createImage(wish, op('image')) };
}

const balancer: LoadBalancerSpec = {
  ...{ ...PLACE, name: 'shop-api', type: 'application', internal: true, attributes: {}, tags: {} },
  ...{ subnetType: 'internal', availabilityZones: ['us-east-1a', 'us-east-1b'], securityGroups: ['sg-1'] },
  targetGroups: [
    { name: 'shop-api-tg', protocol: 'HTTP', port: 80, targetType: 'instance', healthCheck: {}, attributes: {} },
  ],
  listeners: [
    {
      ...{ port: 8080, protocol: 'HTTP', certificates: [], rules: [] },
      actions: [{ type: 'forward', shares: [{ targetGroup: 'shop-api-tg', weight: 1 }] }],
    },
  ],
};

const stack = (size: string) => ({
  ...{ ...PLACE, name: 'shop-data', parameters: {}, tags: {}, capabilities: [] },
  template: {
    kind: 'text' as const,
    text: JSON.stringify({ Resources: { Data: { Type: 'Custom::Data', Properties: { Size: size } } } }),
  },
});

const shares = (old: number, fresh: number) => [
  { targetGroup: 'web-tg', weight: old },
  { targetGroup: 'web-b-tg', weight: fresh },
];

const CASES: readonly Case[] = [
  {
    name: 'a server group that never came up, with its launch template',
    async leave({ cloud }) {
      await cloud.serverGroups.create(spec(), op('create'));
      return [row('serverGroup', FRESH.name, 'create')];
    },
    actions: ['destroy'],
  },
  {
    name: 'a launch template whose server group is gone',
    async leave({ cloud, sandbox, pass }) {
      await cloud.serverGroups.create(spec(), op('create'));
      const input = { AutoScalingGroupName: FRESH.name, ForceDelete: true };
      outside(sandbox, 'autoscaling', 'DeleteAutoScalingGroup', input);
      await pass(60_000);
      return [row('serverGroup', FRESH.name, 'create')];
    },
    actions: ['sweep'],
  },
  {
    name: 'a least size that was raised',
    async leave({ cloud }) {
      const before = (await cloud.serverGroups.read(SERVING))!;
      await cloud.serverGroups.setIntendedCapacity(SERVING, before.capacity, op('remember'));
      await cloud.serverGroups.resize(SERVING, { ...before.capacity, min: 3 }, op('pin'));
      return [row('serverGroup', SERVING.name, 'change', { traffic: 'enabled', capacity: { ...before.capacity } })];
    },
    actions: ['unpin'],
  },
  {
    name: 'instances that were being taken out of traffic',
    async leave({ cloud, members, pass }) {
      const before = (await cloud.serverGroups.read(SERVING))!;
      await cloud.serverGroups.disableInstances(SERVING, members.slice(0, 1), op('out'));
      await pass(60_000);
      return [row('serverGroup', SERVING.name, 'change', { traffic: 'enabled', capacity: { ...before.capacity } })];
    },
    context: ({ members }) => ({ disabledInstances: { [`us-east-1:${SERVING.name}`]: members.slice(0, 1) } }),
    actions: ['enable'],
  },
  {
    name: 'an instance that was taken out of its target group',
    async leave({ cloud, members, pass }) {
      await cloud.instances.deregister(PLACE, ['web-tg'], members.slice(0, 1), op('out'));
      await pass(60_000);
      return [row('instance', members[0]!, 'change', { state: 'running', targets: { 'web-tg': 'Up' } })];
    },
    actions: ['register'],
  },
  {
    name: 'requests that are divided half way',
    async leave({ cloud, pass }) {
      const listener = { ...PLACE, loadBalancer: 'shop-alb', port: 80 };
      const before = (await cloud.loadBalancers.readShares(listener))!;
      await cloud.loadBalancers.setShares(listener, shares(50, 50), op('shift'));
      const size = { min: 1, desired: 1, max: 1 };
      await cloud.serverGroups.create(spec({ capacity: size, targetGroups: ['web-b-tg'] }), op('create'));
      await pass(120_000);
      const picture = JSON.parse(JSON.stringify({ shares: before.shares, actions: before.actions })) as JsonObject;
      return [row('listener', 'shop-alb:80', 'change', picture)];
    },
    actions: ['restoreShares'],
  },
  {
    name: 'a machine that bakes, and its image in the making',
    async leave(left) {
      await bake(left);
      return [row('instance', 'bake shop-web-9', 'create'), row('image', 'shop-web-9', 'create')];
    },
    context: { bakePlan: { bakeKey: BAKE_KEY } },
    actions: ['terminate', 'deleteImage'],
  },
  {
    name: 'a snapshot whose image was deregistered',
    async leave(left) {
      const { machine, image: ImageId } = await bake(left);
      await left.pass(300_000);
      await left.cloud.images.endBake(PLACE, [machine], op('end'));
      outside(left.sandbox, 'ec2', 'DeregisterImage', { ImageId });
      return [row('image', 'shop-web-9', 'create')];
    },
    context: { bakePlan: { bakeKey: BAKE_KEY } },
    actions: ['deleteSnapshot'],
  },
  {
    name: 'a security group',
    async leave({ cloud }) {
      const group = { ...PLACE, name: 'shop-api', vpcId: 'vpc-01', description: 'api', appendOnly: false, tags: {} };
      await cloud.securityGroups.upsert({ ...group, ingress: [] }, op('make'));
      return [row('securityGroup', 'shop-api', 'create')];
    },
    actions: ['deleteSecurityGroup'],
  },
  {
    name: 'a load balancer with its listener and target group',
    async leave({ cloud }) {
      await cloud.loadBalancers.upsert(balancer, op('make'));
      return [row('loadBalancer', 'shop-api', 'create'), row('targetGroup', 'shop-api-tg', 'create')];
    },
    actions: ['deleteLoadBalancer'],
  },
  {
    name: 'a target group that nothing sends to',
    async leave({ cloud }) {
      await cloud.loadBalancers.upsert(balancer, op('make'));
      await cloud.loadBalancers.remove({ ...PLACE, name: 'shop-api' }, [], op('drop'));
      return [row('loadBalancer', 'shop-api', 'create'), row('targetGroup', 'shop-api-tg', 'create')];
    },
    actions: ['deleteTargetGroup'],
  },
  {
    name: 'a stack that was only planned, and the plan',
    async leave({ cloud, pass }) {
      await cloud.stacks.createChangeSet({ ...stack('1'), changeSet: 'plan' }, op('plan'));
      await pass(60_000);
      return [row('changeSet', 'shop-data/plan', 'create'), row('stack', 'shop-data', 'create')];
    },
    actions: ['deleteChangeSet', 'deleteStack'],
  },
];

let sandbox: Sandbox;
let world: CleaningWorld | undefined;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterEach(() => world?.stop());
afterAll(() => sandbox.stop());

function pictureNow() {
  const { groups, names, weights } = objectsOf(sandbox.state());
  return { settings: settingsOf(sandbox.state()), groups, names: [...names].sort(), weights };
}

function begin(): { now: CleaningWorld; left: Left } {
  const now = new CleaningWorld(sandbox, { scenario: shopScenario(), prepare: settle });
  const members = Object.keys(sandbox.state().regions[STORE]?.groups[SERVING.name]?.members ?? {});
  return { now, left: { cloud: now.cloud, sandbox, members, pass: (ms) => now.world.clock.wait(ms) } };
}

describe.each(CASES)('on AWS, of $name', ({ leave, context, actions }) => {
  it('nothing is left when it was cleaned up, and a second time does nothing', async () => {
    const { now, left } = begin();
    world = now;
    const before = pictureNow();
    const rows = await leave(left);
    expect(pictureNow()).not.toEqual(before);
    const execution = endedWith(typeof context === 'function' ? context(left) : (context ?? {}));
    const leftovers = await now.leftovers(execution, rows);
    expect(leftovers.map(({ action }) => action)).toEqual(actions);
    const done = await now.cleanUp(execution.id, leftovers);
    expect(done).toMatchObject({ status: 'SUCCEEDED', left: [], failures: [] });
    await now.world.clock.wait(120_000);
    // A new group that serves beside the old one is no leftover: it is a rollback's, or the next deploy's.
    const { [FRESH.name]: _fresh, ...groups } = pictureNow().groups;
    expect(groups).toEqual(before.groups);
    if (!pictureNow().groups[FRESH.name]) expect(pictureNow()).toEqual(before);
    else expect(pictureNow().weights).toEqual(before.weights);
    expect(await now.leftovers(execution, rows)).toEqual([]);
    const again = await now.cleanUp(execution.id, leftovers);
    expect([again.status, again.failures]).toEqual(['SUCCEEDED', []]);
  });
});

it('on AWS, scaling that was taken over and held back is let act', async () => {
  const { now, left } = begin();
  world = now;
  const size = { min: 1, desired: 1, max: 2 };
  await left.cloud.serverGroups.create(spec({ capacity: size }), op('create'));
  await left.cloud.serverGroups.copyScaling(SERVING, FRESH, op('copy'));
  await left.pass(120_000);
  const rows = [row('serverGroup', FRESH.name, 'create'), row('scaling', FRESH.name, 'create')];
  const execution = endedWith({ neededInstances: 1 });
  const leftovers = await now.leftovers(execution, rows);
  expect(leftovers.map(({ action }) => action)).toEqual(['settle']);
  expect(await now.cleanUp(execution.id, leftovers)).toMatchObject({ status: 'SUCCEEDED', left: [], failures: [] });
  expect((await left.cloud.serverGroups.read(FRESH))?.suspendedProcesses).toEqual([]);
  expect(await now.leftovers(execution, rows)).toEqual([]);
});
