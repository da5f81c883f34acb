import type { FaultRule, Sandbox } from '@gennaker/aws-sandbox';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { objectsOf } from '../matrix/objects.ts';
import { settle } from '../matrix/stories.ts';
import { startSteppedSandbox } from '../matrix/world.ts';
import { IMAGES, shopScenario } from '../shop.ts';
import { asCanceled, CleaningWorld, settingsOf } from './cleaning.ts';

const PLACE = { credentials: 'prod', regions: ['us-east-1'] };
const NEWEST = { ...PLACE, cluster: 'shop-web', target: 'current_asg_dynamic' };

const forward = (targetGroupName: string) => [{ type: 'forward', targetGroupName }];
const balancer = (more: JsonObject, listeners: readonly JsonObject[]): JsonObject => ({
  type: 'upsertLoadBalancers',
  loadBalancers: [
    {
      ...{ name: 'shop-api', credentials: 'prod', region: 'us-east-1', loadBalancerType: 'application' },
      ...{ isInternal: true, subnetType: 'internal', securityGroups: ['sg-1'] },
      availabilityZones: { 'us-east-1': ['us-east-1a', 'us-east-1b'] },
      targetGroups: [
        { name: 'shop-api-tg', protocol: 'HTTP', port: 8080, healthCheckPath: '/health', ...more },
        { name: 'shop-b-tg', protocol: 'HTTP', port: 8080, healthCheckPath: '/health' },
      ],
      listeners,
      ...more,
    },
  ],
});
const path = (value: string, target: string, priority: number) => ({
  priority,
  conditions: [{ field: 'path-pattern', values: [value] }],
  actions: forward(target),
});
const OLD_LISTENERS = [
  { protocol: 'HTTP', port: 80, defaultActions: forward('shop-api-tg'), rules: [path('/a', 'shop-b-tg', 10)] },
  { protocol: 'HTTP', port: 81, defaultActions: forward('shop-api-tg') },
];
const NEW_LISTENERS = [
  {
    ...{ protocol: 'HTTP', port: 80, defaultActions: forward('shop-b-tg') },
    rules: [path('/b', 'shop-b-tg', 10), path('/a', 'shop-b-tg', 20)],
  },
  { protocol: 'HTTP', port: 90, defaultActions: forward('shop-api-tg') },
];
const group = (cidr: string): JsonObject => ({
  ...{ type: 'upsertSecurityGroup', ...PLACE, securityGroupName: 'shop-api', vpcId: 'vpc-01', description: 'inside' },
  ipIngress: [{ type: 'tcp', startPort: 443, endPort: 443, cidr }],
  securityGroupIngress: [{ name: 'shop-web', type: 'tcp', startPort: 80, endPort: 80 }],
});
const policy = (policyName: string, threshold: number): JsonObject => ({
  ...{ type: 'upsertScalingPolicy', ...NEWEST, policyName },
  simple: { scalingAdjustment: 1, cooldown: threshold },
  alarm: {
    ...{ namespace: 'AWS/EC2', metricName: 'CPUUtilization', statistic: 'Average', period: 60, evaluationPeriods: 2 },
    ...{ comparisonOperator: 'GreaterThanThreshold', threshold },
  },
});
const schedule = (name: string, minSize: number): JsonObject => ({
  ...{ type: 'upsertAsgScheduledActions', ...NEWEST },
  scheduledActions: [{ name, recurrence: '0 23 * * *', minSize, maxSize: 4, desiredCapacity: 3 }],
});

const denied = (action: string): FaultRule => ({
  match: { action },
  effect: { kind: 'error', code: 'AccessDenied', message: 'You may not do this.', status: 403 },
});

interface Story {
  readonly name: string;
  /** What is there before. */
  readonly first: readonly JsonObject[];
  readonly later: readonly JsonObject[];
  /** It fails half way with it; absent: it is canceled after all of its work. */
  readonly fault?: FaultRule;
  readonly actions: readonly string[];
}

const STORIES: readonly Story[] = [
  {
    name: 'a load balancer whose settings could not be changed any more',
    first: [balancer({}, OLD_LISTENERS)],
    later: [balancer({ healthCheckPath: '/other', idleTimeout: 90 }, NEW_LISTENERS)],
    fault: denied('ModifyLoadBalancerAttributes'),
    actions: ['restore', 'restore'],
  },
  {
    name: 'a load balancer that was changed wholly, its rules and target group with it',
    first: [balancer({}, OLD_LISTENERS)],
    later: [balancer({ healthCheckPath: '/other', idleTimeout: 90 }, NEW_LISTENERS)],
    actions: ['restore', 'restore'],
  },
  {
    name: 'a listener that could not be added',
    first: [balancer({}, OLD_LISTENERS)],
    later: [balancer({}, NEW_LISTENERS)],
    fault: denied('CreateRule'),
    actions: ['restore'],
  },
  {
    name: 'a security group whose old rules could not be shut out',
    first: [group('10.0.0.0/8')],
    later: [group('10.1.0.0/16')],
    fault: denied('RevokeSecurityGroupIngress'),
    actions: ['restore'],
  },
  {
    name: 'policies, alarms, schedules, tags, processes and a warm pool that were changed or new',
    first: [
      policy('busy', 70),
      schedule('evening', 2),
      { type: 'upsertServerGroupTags', ...NEWEST, tags: { team: 'web' } },
      { type: 'modifyWarmPool', ...NEWEST, minSize: 1 },
      { type: 'modifyAwsScalingProcess', ...NEWEST, action: 'suspend', processes: ['AZRebalance'] },
    ],
    later: [
      policy('busy', 80),
      policy('calm', 20),
      schedule('evening', 1),
      schedule('morning', 2),
      { type: 'upsertServerGroupTags', ...NEWEST, tags: { team: 'shop', tier: 'front' } },
      { type: 'modifyWarmPool', ...NEWEST, minSize: 0 },
      { type: 'modifyAwsScalingProcess', ...NEWEST, action: 'resume', processes: ['AZRebalance'] },
      { type: 'modifyAwsScalingProcess', ...NEWEST, action: 'suspend', processes: ['ScheduledActions'] },
    ],
    actions: ['restore'],
  },
  {
    name: 'a warm pool that was deleted, and a size',
    first: [{ type: 'modifyWarmPool', ...NEWEST, minSize: 1 }],
    later: [
      { type: 'modifyWarmPool', ...NEWEST, action: 'delete', forceDelete: true },
      { type: 'resizeServerGroup', ...NEWEST, action: 'scale_exact', capacity: { min: 3, desired: 4, max: 6 } },
    ],
    actions: ['restore', 'resize'],
  },
  {
    name: 'tags of an image',
    first: [{ type: 'upsertImageTags', ...PLACE, imageNames: [IMAGES['2.0.0']], tags: { stage: 'test' } }],
    later: [{ type: 'upsertImageTags', ...PLACE, imageNames: [IMAGES['2.0.0']], tags: { stage: 'prod', by: 'ann' } }],
    actions: ['restore'],
  },
];

let sandbox: Sandbox;
let world: CleaningWorld | undefined;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterEach(() => world?.stop());
afterAll(() => sandbox.stop());

const pictureNow = () => ({ settings: settingsOf(sandbox.state()), groups: objectsOf(sandbox.state()).groups });

describe.each(STORIES)('on AWS, $name', ({ first, later, fault, actions }) => {
  it('is given back what it was, and nothing is left to clean up', async () => {
    world = new CleaningWorld(sandbox, { scenario: shopScenario(), prepare: settle });
    const begun = await world.play(first);
    expect([begun.status, await world.world.failures(begun.id)]).toEqual(['SUCCEEDED', []]);
    const before = pictureNow();
    const ended = await world.play(later, fault);
    expect(ended.status).toBe(fault ? 'TERMINAL' : 'SUCCEEDED');
    expect(pictureNow()).not.toEqual(before);
    const execution = fault ? ended : asCanceled(ended);
    const leftovers = await world.leftovers(execution);
    expect(leftovers.map(({ action }) => action)).toEqual(actions);
    const done = await world.cleanUp(execution.id, leftovers);
    expect(done).toMatchObject({ status: 'SUCCEEDED', left: [], failures: [] });
    // Instances that leave take a while.
    await world.world.clock.wait(120_000);
    expect(pictureNow()).toEqual(before);
    expect(await world.leftovers(execution)).toEqual([]);
    const again = await world.cleanUp(execution.id, leftovers);
    expect([again.status, again.types]).toEqual(['SUCCEEDED', ['cleanUp']]);
    expect(pictureNow()).toEqual(before);
  });
});

it('on AWS, what somebody else has changed since is left as it is, and said', async () => {
  world = new CleaningWorld(sandbox, { scenario: shopScenario(), prepare: settle });
  await world.play([group('10.0.0.0/8')]);
  const execution = asCanceled(await world.play([group('10.1.0.0/16')]));
  const leftovers = await world.leftovers(execution);
  await world.play([group('10.2.0.0/16')]);
  const now = pictureNow();
  const why = 'Security group shop-api: somebody else has changed rules since, so it is left as it is.';
  expect([...(await world.look(execution)).values()]).toMatchObject([{ why, leftovers: [] }]);
  expect((await world.cleanUp(execution.id, leftovers)).left).toEqual([why]);
  expect(pictureNow()).toEqual(now);
});
