import type { Sandbox } from '@gennaker/aws-sandbox';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { IMAGES, STORE, shopScenario } from '../shop.ts';
import type { End } from './checks.ts';
import { settle } from './stories.ts';
import type { WorldPlan } from './world.ts';

const PLACE = { credentials: 'prod', regions: ['us-east-1'] };
const WEB = { ...PLACE, cluster: 'shop-web' };
const NEWEST = { ...WEB, target: 'current_asg_dynamic' };
const SERVING = '2/3/4, 3 serving';
const OUT = '2/3/4, out of traffic at rest';

const one: WorldPlan = { scenario: shopScenario(), prepare: settle };
const two: WorldPlan = { scenario: shopScenario({ before: true }), prepare: settle };

/** An operation by itself, and how it must end. */
export interface OperationRow {
  readonly name: string;
  readonly plan: WorldPlan;
  /** Stages one after another, with what each begins with. */
  readonly stages: readonly JsonObject[];
  readonly end: End;
  /** More that must hold, as seen in AWS. */
  readonly holds?: (state: ReturnType<Sandbox['state']>) => boolean;
}

export const pipelineOf = ({ stages }: OperationRow): JsonObject => ({
  application: 'shop',
  name: 'Operation',
  stages: stages.map((stage, at) => ({
    name: `${at + 1} ${String(stage['type'])}`,
    refId: String(at + 1),
    requisiteStageRefIds: at === 0 ? [] : [String(at)],
    ...stage,
  })),
});

const imageNamed = (state: ReturnType<Sandbox['state']>, start: string) =>
  Object.values(state.regions[STORE]?.images ?? {}).filter(({ name }) => name.startsWith(start));

const RESIZES: readonly OperationRow[] = [
  {
    name: 'resize up',
    plan: one,
    stages: [{ type: 'resizeServerGroup', ...NEWEST, capacity: { min: 2, desired: 5, max: 6 } }],
    end: { groups: { 'shop-web-v001': '2/5/6, 5 serving' } },
  },
  {
    name: 'resize by a number, down',
    plan: one,
    stages: [{ type: 'resizeServerGroup', ...NEWEST, action: 'scale_down', resizeType: 'incr', scaleNum: 1 }],
    end: { groups: { 'shop-web-v001': '1/2/3, 2 serving' }, fewest: 2 },
  },
  {
    name: 'resize by per cent, up',
    plan: one,
    stages: [{ type: 'resizeServerGroup', ...NEWEST, action: 'scale_up', resizeType: 'pct', scalePct: 100 }],
    end: { groups: { 'shop-web-v001': '4/6/8, 6 serving' } },
  },
  {
    name: 'scale down cluster',
    plan: two,
    stages: [{ type: 'scaleDownCluster', ...WEB, remainingFullSizeServerGroups: 1, allowScaleDownActive: true }],
    end: {
      groups: { 'shop-web-v000': '0/0/0, 0 serving', 'shop-web-v001': SERVING },
      fewest: 3,
    },
  },
  {
    name: 'shrink cluster',
    plan: two,
    stages: [{ type: 'shrinkCluster', ...WEB, shrinkToSize: 1, allowDeleteActive: true }],
    end: { groups: { 'shop-web-v001': SERVING }, fewest: 3 },
  },
];

const TRAFFIC: readonly OperationRow[] = [
  {
    name: 'disable',
    plan: two,
    stages: [{ type: 'disableServerGroup', ...WEB, serverGroupName: 'shop-web-v000' }],
    end: { groups: { 'shop-web-v000': OUT, 'shop-web-v001': SERVING }, fewest: 3 },
  },
  {
    name: 'disable a part',
    plan: two,
    stages: [{ type: 'disableServerGroup', ...WEB, serverGroupName: 'shop-web-v000', desiredPercentage: 34 }],
    end: {
      groups: { 'shop-web-v000': '2/3/4, 1 serving', 'shop-web-v001': SERVING },
      fewest: 4,
    },
  },
  {
    name: 'enable',
    plan: two,
    stages: [
      { type: 'disableServerGroup', ...WEB, serverGroupName: 'shop-web-v000' },
      { type: 'enableServerGroup', ...WEB, serverGroupName: 'shop-web-v000' },
    ],
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING }, fewest: 3 },
  },
  {
    name: 'disable cluster',
    plan: two,
    stages: [{ type: 'disableCluster', ...WEB, remainingEnabledServerGroups: 1 }],
    end: { groups: { 'shop-web-v000': OUT, 'shop-web-v001': SERVING }, fewest: 3 },
  },
  {
    name: 'roll back server group',
    plan: two,
    stages: [
      {
        type: 'rollbackServerGroup',
        ...WEB,
        rollbackType: 'EXPLICIT',
        rollbackContext: { rollbackServerGroupName: 'shop-web-v001', restoreServerGroupName: 'shop-web-v000' },
      },
    ],
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': OUT }, fewest: 3 },
  },
  {
    name: 'roll back cluster to a group that was scaled to nothing',
    plan: two,
    stages: [
      { type: 'disableServerGroup', ...WEB, serverGroupName: 'shop-web-v000' },
      { type: 'scaleDownCluster', ...WEB, remainingFullSizeServerGroups: 1 },
      { type: 'rollbackCluster', ...WEB },
    ],
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': OUT }, fewest: 3 },
  },
];

const GROUPS: readonly OperationRow[] = [
  {
    name: 'destroy',
    plan: two,
    stages: [{ type: 'destroyServerGroup', ...WEB, serverGroupName: 'shop-web-v000' }],
    end: { groups: { 'shop-web-v001': SERVING }, fewest: 3 },
  },
  {
    name: 'clone',
    plan: one,
    stages: [{ type: 'cloneServerGroup', ...NEWEST, imageId: IMAGES['2.0.0'] }],
    end: {
      groups: { 'shop-web-v001': SERVING, 'shop-web-v002': SERVING },
      settingsFrom: { 'shop-web-v002': 'shop-web-v001' },
    },
  },
  {
    name: 'suspend processes',
    plan: one,
    stages: [
      {
        type: 'modifyAwsScalingProcess',
        ...NEWEST,
        action: 'suspend',
        processes: ['AZRebalance', 'AlarmNotification'],
      },
      { type: 'modifyAwsScalingProcess', ...NEWEST, action: 'resume', processes: ['AZRebalance'] },
    ],
    end: { groups: { 'shop-web-v001': '2/3/4, 3 serving, without AlarmNotification' } },
  },
];

const SURROUNDINGS: readonly OperationRow[] = [
  {
    name: 'bake and tag',
    plan: one,
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
      { type: 'tagImage', consideredStages: ['1'], tags: { promoted: 'yes' } },
    ],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => imageNamed(state, 'shop-web-1.0.0')[0]?.tags['promoted'] === 'yes',
  },
  {
    name: 'save a load balancer',
    plan: one,
    stages: [
      {
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
      },
    ],
    end: { groups: { 'shop-web-v001': SERVING }, weights: ['web-tg 1', 'shop-api-tg 1'] },
  },
  {
    name: 'save a security group',
    plan: one,
    stages: [
      {
        type: 'upsertSecurityGroup',
        ...PLACE,
        securityGroupName: 'shop-api',
        description: 'requests from inside',
        vpcId: 'vpc-01',
        ipIngress: [{ type: 'tcp', startPort: 443, endPort: 443, cidr: '10.0.0.0/8' }],
        securityGroupIngress: [{ type: 'tcp', startPort: 8080, endPort: 8080, name: 'shop-web' }],
      },
    ],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => Object.values(state.regions[STORE]?.securityGroups ?? {}).some(({ name }) => name === 'shop-api'),
  },
];

/** Every operation that is no deploy. */
export const OPERATIONS: readonly OperationRow[] = [...RESIZES, ...TRAFFIC, ...GROUPS, ...SURROUNDINGS];
