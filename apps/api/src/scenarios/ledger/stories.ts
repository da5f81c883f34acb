import type { Sandbox } from '@gennaker/aws-sandbox';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Objects } from '../matrix/objects.ts';
import { settle, webCluster } from '../matrix/stories.ts';
import type { WorldPlan } from '../matrix/world.ts';
import { IMAGES, STORE, shopScenario } from '../shop.ts';

type State = ReturnType<Sandbox['state']>;

/** Stages one after another that change something in AWS. */
export interface LedgerStory {
  readonly name: string;
  readonly plan: WorldPlan;
  readonly stages: (state: State) => readonly JsonObject[];
  /** More that must hold of what is there in the end. */
  readonly holds?: (objects: Objects) => boolean;
}

const PLACE = { credentials: 'prod', regions: ['us-east-1'] };
const WEB = { ...PLACE, cluster: 'shop-web' };
const NEWEST = { ...WEB, target: 'current_asg_dynamic' };
const OLD = { ...WEB, serverGroupName: 'shop-web-v000' };

const one: WorldPlan = { scenario: shopScenario(), prepare: settle };
const two: WorldPlan = { scenario: shopScenario({ before: true }), prepare: settle };

const membersOf = (state: State, name: string): readonly string[] =>
  Object.keys(state.regions[STORE]?.groups[name]?.members ?? {});

/** What a clean-up is told of the execution it runs in. */
const LEFT = { account: 'prod', region: 'us-east-1', executionId: '${execution.id}' };

const deploy = (more: JsonObject = {}): JsonObject => ({ type: 'deploy', clusters: [webCluster(more)] });

const loadBalancer = (more: JsonObject, protocol = 'HTTP'): JsonObject => ({
  type: 'upsertLoadBalancers',
  loadBalancers: [
    {
      ...{ name: 'shop-api', credentials: 'prod', region: 'us-east-1', loadBalancerType: 'application' },
      ...{ isInternal: true, subnetType: 'internal', securityGroups: ['sg-1'] },
      availabilityZones: { 'us-east-1': ['us-east-1a', 'us-east-1b'] },
      targetGroups: [{ name: 'shop-api-tg', protocol, port: 8080, healthCheckPath: '/health', ...more }],
      listeners: [
        {
          ...{ protocol: 'HTTP', port: 8080 },
          defaultActions: [{ type: 'forward', targetGroupName: 'shop-api-tg' }],
        },
      ],
      ...more,
    },
  ],
});

const securityGroup = (cidr: string): JsonObject => ({
  ...{ type: 'upsertSecurityGroup', ...PLACE, securityGroupName: 'shop-api', vpcId: 'vpc-01' },
  ...{ description: 'requests from inside', ipIngress: [{ type: 'tcp', startPort: 443, endPort: 443, cidr }] },
});

const templateOf = (size: string): string =>
  JSON.stringify({ Resources: { Data: { Type: 'Custom::Data', Properties: { Size: size } } } });
const stack = (size: string, more: JsonObject = {}): JsonObject => ({
  ...{ type: 'deployCloudFormation', ...PLACE, stackName: 'shop-data', source: 'text', templateBody: templateOf(size) },
  ...more,
});

const policy = (threshold: number): JsonObject => ({
  ...{ type: 'upsertScalingPolicy', ...NEWEST, policyName: 'busy' },
  simple: { scalingAdjustment: 1, cooldown: 60 },
  alarm: {
    ...{
      namespace: 'AWS/EC2',
      metricName: 'CPUUtilization',
      statistic: 'Average',
      comparisonOperator: 'GreaterThanThreshold',
    },
    ...{ period: 60, evaluationPeriods: 2, threshold },
  },
});
const schedule = (minSize: number): JsonObject => ({
  ...{ type: 'upsertAsgScheduledActions', ...NEWEST },
  scheduledActions: [{ name: 'night', recurrence: '0 22 * * *', minSize, maxSize: 4, desiredCapacity: 2 }],
});

/** Every stage type that changes AWS comes to work in one of these. */
export const LEDGER_STORIES: readonly LedgerStory[] = [
  { name: 'red/black with scaling taken over', plan: one, stages: () => [deploy({ scaleDown: true })] },
  {
    name: 'weighted, then highlander',
    plan: one,
    stages: () => [
      deploy({ strategy: 'weighted', targetGroups: ['web-tg', 'web-b-tg'], steps: [{ weight: 50 }] }),
      deploy({ strategy: 'highlander', targetGroups: ['web-b-tg'] }),
    ],
  },
  {
    name: 'rolling red/black, then back',
    plan: one,
    stages: () => [
      deploy({ strategy: 'rollingredblack', targetPercentages: [50] }),
      { type: 'rollbackCluster', ...WEB },
    ],
  },
  {
    name: 'sizes',
    plan: two,
    stages: () => [
      { type: 'resizeServerGroup', ...NEWEST, capacity: { min: 2, desired: 4, max: 6 } },
      { type: 'disableServerGroup', ...OLD, desiredPercentage: 34 },
      { type: 'disableServerGroup', ...OLD },
      { type: 'scaleDownCluster', ...WEB, remainingFullSizeServerGroups: 1 },
      {
        type: 'rollbackServerGroup',
        ...WEB,
        rollbackType: 'EXPLICIT',
        rollbackContext: { rollbackServerGroupName: 'shop-web-v001', restoreServerGroupName: 'shop-web-v000' },
      },
      { type: 'enableServerGroup', ...WEB, serverGroupName: 'shop-web-v001' },
      { type: 'disableCluster', ...WEB, remainingEnabledServerGroups: 1 },
      { type: 'destroyServerGroup', ...OLD },
      { type: 'shrinkCluster', ...WEB, shrinkToSize: 1, allowDeleteActive: true },
      { type: 'cloneServerGroup', ...NEWEST, imageId: IMAGES['2.0.0'] },
    ],
  },
  {
    name: 'settings, made and changed',
    plan: one,
    stages: () => [
      policy(70),
      policy(80),
      schedule(2),
      schedule(1),
      { type: 'upsertServerGroupTags', ...NEWEST, tags: { team: 'web' } },
      { type: 'upsertServerGroupTags', ...NEWEST, tags: { team: 'shop' } },
      { type: 'modifyWarmPool', ...NEWEST, minSize: 1 },
      { type: 'modifyWarmPool', ...NEWEST, minSize: 0 },
      { type: 'modifyWarmPool', ...NEWEST, action: 'delete', forceDelete: true },
      { type: 'modifyAwsScalingProcess', ...NEWEST, action: 'suspend', processes: ['AZRebalance'] },
      { type: 'modifyAwsScalingProcess', ...NEWEST, action: 'resume', processes: ['AZRebalance'] },
      { type: 'modifyWarmPool', ...NEWEST, minSize: 1 },
      { type: 'modifyWarmPool', ...NEWEST, action: 'delete' },
    ],
  },
  {
    name: 'single instances',
    plan: two,
    stages: (state) => {
      const [first = '', second = '', third = ''] = membersOf(state, 'shop-web-v000');
      const on = (id: string) => ({
        ...PLACE,
        region: 'us-east-1',
        serverGroupName: 'shop-web-v000',
        instanceIds: [id],
      });
      return [
        { type: 'deregisterInstancesFromLoadBalancer', ...on(first) },
        { type: 'registerInstancesWithLoadBalancer', ...on(first) },
        { type: 'rebootInstances', ...on(first) },
        { type: 'detachInstances', ...on(second), decrementDesiredCapacity: true, terminateDetachedInstances: true },
        { type: 'terminateInstanceAndDecrementServerGroup', ...on(third), adjustMinIfNecessary: true },
        { type: 'terminateInstances', ...on(first) },
      ];
    },
  },
  {
    name: 'images',
    plan: one,
    stages: () => [
      {
        type: 'bake',
        account: 'prod',
        baseOs: 'al2023',
        package: 'web=9',
        region: 'us-east-1',
        shareWithAccounts: ['123123123123'],
      },
      { type: 'upsertImageTags', consideredStages: ['1'], tags: { promoted: 'yes' } },
      { type: 'deleteImage', ...PLACE, imageIds: [IMAGES['3.0.0']] },
    ],
  },
  {
    name: 'load balancers, made, changed and deleted',
    plan: one,
    stages: () => [
      loadBalancer({}),
      loadBalancer({ healthCheckPath: '/other', idleTimeout: 90, ipAddressType: 'ipv4' }),
      { type: 'deleteLoadBalancer', ...PLACE, loadBalancerName: 'shop-api' },
    ],
  },
  {
    name: 'security groups, made, changed and deleted',
    plan: one,
    stages: () => [
      securityGroup('10.0.0.0/8'),
      securityGroup('10.1.0.0/16'),
      { type: 'deleteSecurityGroup', ...PLACE, securityGroupName: 'shop-api' },
    ],
  },
  {
    name: 'stacks, made, changed, planned and deleted',
    plan: one,
    stages: () => [
      stack('1'),
      stack('2'),
      stack('3', { isChangeSet: true, changeSetName: 'plan', executeChangeSet: true }),
      stack('4', { isChangeSet: true, changeSetName: 'other' }),
      { type: 'deleteCloudFormationChangeSet', ...PLACE, stackName: 'shop-data', changeSetName: 'other' },
      { type: 'deleteCloudFormation', ...PLACE, stackName: 'shop-data' },
    ],
  },
  {
    name: 'cleaning up',
    plan: two,
    stages: () => [
      { type: 'disableServerGroup', ...OLD, desiredPercentage: 34 },
      { type: 'upsertServerGroupTags', ...NEWEST, tags: { team: 'web' } },
      loadBalancer({}),
      securityGroup('10.0.0.0/8'),
      {
        type: 'cleanUp',
        leftovers: [
          { ...LEFT, kind: 'serverGroup', name: 'shop-web-v000', action: 'enable' },
          {
            ...{ ...LEFT, kind: 'serverGroup', name: 'shop-web-v001', action: 'restore' },
            before: { policies: [], schedules: [], tags: { team: null } },
            wanted: { policies: [{ name: 'more' }], schedules: [{ name: 'night' }], tags: { team: 'web' } },
          },
          { ...LEFT, kind: 'loadBalancer', name: 'shop-api', action: 'deleteLoadBalancer' },
          { ...LEFT, kind: 'securityGroup', name: 'shop-api', action: 'deleteSecurityGroup' },
        ],
      },
      { type: 'disableServerGroup', ...OLD },
      { type: 'cleanUp', leftovers: [{ ...LEFT, kind: 'serverGroup', name: 'shop-web-v000', action: 'destroy' }] },
    ],
    holds: ({ groups, names }) =>
      Object.keys(groups).join() === 'shop-web-v001' && ![...names].some((name) => name.includes('shop-api')),
  },
];

export const pipelineOf = (story: LedgerStory, state: State): JsonObject => ({
  application: 'shop',
  name: 'Ledger',
  stages: story.stages(state).map((stage, at) => ({
    name: `${at + 1} ${String(stage['type'])}`,
    refId: String(at + 1),
    requisiteStageRefIds: at === 0 ? [] : [String(at)],
    ...stage,
  })),
});
