import type { JsonObject } from '@gennaker/pipeline-dsl';
import { IMAGES, STORE } from '../shop.ts';
import { type AwsState, type OperationRow, one, PLACE, SERVING, two, WEB } from './operation.ts';

const imageNamed = (state: AwsState, start: string) =>
  Object.values(state.regions[STORE]?.images ?? {}).filter(({ name }) => name.startsWith(start));

const SAVE_BALANCER: JsonObject = {
  type: 'upsertLoadBalancers',
  loadBalancers: [
    {
      name: 'shop-api',
      credentials: 'prod',
      region: 'us-east-1',
      loadBalancerType: 'application',
      isInternal: true,
      subnetType: 'internal',
      availabilityZones: { 'us-east-1': ['us-east-1a', 'us-east-1b'] },
      targetGroups: [{ name: 'shop-api-tg', protocol: 'HTTP', port: 8080, healthCheckPath: '/health' }],
      listeners: [
        { protocol: 'HTTP', port: 8080, defaultActions: [{ type: 'forward', targetGroupName: 'shop-api-tg' }] },
      ],
    },
  ],
};

const SAVE_FIREWALL: JsonObject = {
  type: 'upsertSecurityGroup',
  ...PLACE,
  securityGroupName: 'shop-api',
  description: 'requests from inside',
  vpcId: 'vpc-01',
  ipIngress: [{ type: 'tcp', startPort: 443, endPort: 443, cidr: '10.0.0.0/8' }],
  securityGroupIngress: [{ type: 'tcp', startPort: 8080, endPort: 8080, name: 'shop-web' }],
};

/** Operations on images, load balancers and security groups. */
export const SURROUNDINGS: readonly OperationRow[] = [
  {
    name: 'bake and tag',
    plan: one,
    stands: {
      faults: ['machines that never become healthy', 'flapping machines'],
      why: 'No load balancer looks at a machine that bakes.',
    },
    stages: [
      { type: 'bake', account: 'prod', baseOs: 'al2023', package: 'web=9', region: 'us-east-1' },
      { type: 'tagImage', consideredStages: ['1'], tags: { promoted: 'yes' } },
    ],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => {
      const baked = Object.values(state.regions[STORE]?.images ?? {}).filter(({ tags }) => tags['cd:bake-key']);
      return baked.length === 1 && baked[0]?.tags['promoted'] === 'yes';
    },
  },
  {
    name: 'find image and tag it',
    plan: one,
    stages: [
      { type: 'findImage', ...WEB, selectionStrategy: 'NEWEST' },
      { type: 'upsertImageTags', consideredStages: ['1'], tags: { promoted: 'yes' } },
    ],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => imageNamed(state, 'shop-web-1.0.0')[0]?.tags['promoted'] === 'yes',
  },
  {
    name: 'save a load balancer',
    plan: one,
    stages: [SAVE_BALANCER],
    end: { groups: { 'shop-web-v001': SERVING }, weights: ['web-tg 1', 'shop-api-tg 1'] },
  },
  {
    name: 'save a security group',
    plan: one,
    stages: [SAVE_FIREWALL],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => Object.values(state.regions[STORE]?.securityGroups ?? {}).some(({ name }) => name === 'shop-api'),
  },
  {
    name: 'find an image by its tags and delete it',
    plan: one,
    stages: [
      { type: 'findImageFromTags', ...PLACE, packageName: 'shop-web-3*', tags: { app: 'shop' } },
      { type: 'deleteImage', ...PLACE, imageIds: [IMAGES['3.0.0']] },
    ],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => imageNamed(state, 'shop-web-3').length === 0,
  },
  {
    name: 'save and delete a load balancer',
    plan: one,
    stages: [SAVE_BALANCER, { type: 'deleteLoadBalancer', ...PLACE, loadBalancerName: 'shop-api' }],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => Object.keys(state.regions[STORE]?.loadBalancers ?? {}).length === 1,
  },
  {
    name: 'save and delete a security group',
    plan: one,
    stages: [SAVE_FIREWALL, { type: 'deleteSecurityGroup', ...PLACE, securityGroupName: 'shop-api', vpcId: 'vpc-01' }],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => Object.keys(state.regions[STORE]?.securityGroups ?? {}).length === 1,
  },
];

const membersOf = (state: AwsState, group: string): readonly string[] =>
  Object.keys(state.regions[STORE]?.groups[group]?.members ?? {}).sort();

/** A stage on the first instance of the group of 0.9.0, which serves beside that of 1.0.0. */
const onOne =
  (type: string, more: JsonObject = {}) =>
  (state: AwsState) => [
    {
      type,
      ...PLACE,
      serverGroupName: 'shop-web-v000',
      instanceIds: membersOf(state, 'shop-web-v000').slice(0, 1),
      ...more,
    },
  ];

/** Operations on single instances. */
export const INSTANCES: readonly OperationRow[] = [
  {
    name: 'terminate an instance',
    plan: two,
    stands: { faults: 'all', why: 'It does not wait for the one that comes in its place.' },
    on: ['shop-web-v000'],
    // The group starts another one in its place.
    stages: (state) => [...onOne('terminateInstances')(state), { type: 'wait', waitTime: 90 }],
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING }, fewest: 5 },
  },
  {
    name: 'terminate an instance and become smaller',
    plan: two,
    on: ['shop-web-v000'],
    stages: (state) => [
      {
        type: 'terminateInstanceAndDecrementServerGroup',
        ...PLACE,
        serverGroupName: 'shop-web-v000',
        instance: membersOf(state, 'shop-web-v000')[0] ?? '',
      },
    ],
    end: { groups: { 'shop-web-v000': '2/2/4, 2 serving', 'shop-web-v001': SERVING }, fewest: 5 },
  },
  {
    name: 'detach an instance and end it',
    plan: two,
    on: ['shop-web-v000'],
    stages: onOne('detachInstances', { decrementDesiredCapacity: true, terminateDetachedInstances: true }),
    end: { groups: { 'shop-web-v000': '2/2/4, 2 serving', 'shop-web-v001': SERVING }, fewest: 5 },
  },
  {
    name: 'take an instance out of traffic and back',
    plan: two,
    on: ['shop-web-v000'],
    stages: (state) =>
      ['deregisterInstancesFromLoadBalancer', 'registerInstancesWithLoadBalancer'].flatMap((type) =>
        onOne(type, { targetGroupNames: ['web-tg'] })(state),
      ),
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING }, fewest: 5 },
  },
  {
    name: 'reboot an instance',
    plan: two,
    on: ['shop-web-v000'],
    stages: onOne('rebootInstances'),
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING }, fewest: 5 },
  },
];

const rest = (kind: string, name: string, action: string, more: JsonObject = {}): JsonObject => ({
  ...{ kind, account: 'prod', region: 'us-east-1', name, action },
  what: `${action} ${name}`,
  ...more,
});

/** Cleaning up, and looking before something is done. */
export const HOUSEKEEPING: readonly OperationRow[] = [
  {
    name: 'clean up server groups: one goes, one gets its least size back',
    plan: two,
    on: ['shop-web-v000'],
    stages: [
      { type: 'disableServerGroup', ...WEB, serverGroupName: 'shop-web-v000' },
      {
        type: 'cleanUp',
        leftovers: [
          rest('serverGroup', 'shop-web-v000', 'destroy'),
          rest('serverGroup', 'shop-web-v001', 'unpin', { min: 1 }),
        ],
      },
    ],
    end: { groups: { 'shop-web-v001': '1/3/4, 3 serving' }, fewest: 3 },
  },
  {
    name: 'clean up server groups: one comes back into traffic',
    plan: two,
    on: ['shop-web-v000'],
    stages: [
      { type: 'disableServerGroup', ...WEB, serverGroupName: 'shop-web-v000', desiredPercentage: 34 },
      { type: 'cleanUp', leftovers: [rest('serverGroup', 'shop-web-v000', 'enable')] },
    ],
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING }, fewest: 4 },
  },
  {
    name: 'clean up an instance that is out of its target group',
    plan: two,
    on: ['shop-web-v000'],
    stages: (state) => {
      const [id = ''] = membersOf(state, 'shop-web-v000');
      return [
        ...onOne('deregisterInstancesFromLoadBalancer', { targetGroupNames: ['web-tg'] })(state),
        { type: 'cleanUp', leftovers: [rest('instance', id, 'register', { ids: [id], targetGroups: ['web-tg'] })] },
      ];
    },
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING }, fewest: 5 },
  },
  {
    name: 'clean up a load balancer and a security group',
    plan: one,
    stages: [
      SAVE_BALANCER,
      SAVE_FIREWALL,
      {
        type: 'cleanUp',
        leftovers: [
          ['loadBalancer', 'deleteLoadBalancer'] as const,
          ['securityGroup', 'deleteSecurityGroup'] as const,
        ].map(([kind, action]) => rest(kind, 'shop-api', action, { executionId: '${execution.id}' })),
      },
    ],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) =>
      Object.keys(state.regions[STORE]?.loadBalancers ?? {}).length === 1 &&
      Object.keys(state.regions[STORE]?.securityGroups ?? {}).length === 1,
  },
  {
    name: 'check how many server groups serve',
    looksOnly: true,
    plan: two,
    stages: [
      {
        type: 'checkPreconditions',
        preconditions: [
          {
            type: 'clusterSize',
            context: { ...WEB, comparison: '==', expected: 2, onlyEnabledServerGroups: true },
          },
        ],
      },
    ],
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING } },
  },
];

const STACK = { ...PLACE, stackName: 'shop-queues' };
const TEMPLATE = { Resources: { Orders: { Type: 'AWS::SQS::Queue' } } };
const stacksOf = (state: AwsState) =>
  Object.values(state.regions[STORE]?.stacks ?? {}).filter(({ status }) => status !== 'DELETE_COMPLETE');

/** Operations on CloudFormation stacks. */
export const STACKS: readonly OperationRow[] = [
  {
    name: 'deploy a stack',
    plan: one,
    stages: [{ type: 'deployCloudFormation', ...STACK, templateBody: TEMPLATE }],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => stacksOf(state).length === 1,
  },
  {
    name: 'deploy and delete a stack',
    plan: one,
    stages: [
      { type: 'deployCloudFormation', ...STACK, templateBody: TEMPLATE },
      { type: 'deleteCloudFormation', ...STACK },
    ],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => stacksOf(state).length === 0,
  },
  {
    name: 'plan a stack in a change set and drop it',
    plan: one,
    stages: [
      { type: 'deployCloudFormation', ...STACK, templateBody: TEMPLATE },
      {
        type: 'deployCloudFormation',
        ...STACK,
        templateBody: { Resources: { ...TEMPLATE.Resources, Returns: { Type: 'AWS::SQS::Queue' } } },
        isChangeSet: true,
        changeSetName: 'more',
      },
      { type: 'deleteCloudFormationChangeSet', ...STACK, changeSetName: 'more' },
    ],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => stacksOf(state).length === 1,
  },
];
