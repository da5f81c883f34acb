import { IMAGES, STORE } from '../shop.ts';
import { NEWEST, type OperationRow, OUT, one, SERVING, two, WEB } from './operation.ts';
import { HOUSEKEEPING, INSTANCES, STACKS, SURROUNDINGS } from './surroundings.ts';

const RESIZES: readonly OperationRow[] = [
  {
    name: 'resize up',
    plan: one,
    stands: {
      faults: ['machines that never become healthy', 'flapping machines'],
      why: 'Auto Scaling puts others in their places.',
    },
    on: ['shop-web-v001'],
    stages: [{ type: 'resizeServerGroup', ...NEWEST, capacity: { min: 2, desired: 5, max: 6 } }],
    end: { groups: { 'shop-web-v001': '2/5/6, 5 serving' } },
  },
  {
    name: 'resize by a number, down',
    plan: one,
    on: ['shop-web-v001'],
    stages: [{ type: 'resizeServerGroup', ...NEWEST, action: 'scale_down', resizeType: 'incr', scaleNum: 1 }],
    end: { groups: { 'shop-web-v001': '1/2/3, 2 serving' }, fewest: 2 },
  },
  {
    name: 'resize by per cent, up',
    plan: one,
    stands: {
      faults: ['machines that never become healthy', 'flapping machines'],
      why: 'Auto Scaling puts others in their places.',
    },
    on: ['shop-web-v001'],
    stages: [{ type: 'resizeServerGroup', ...NEWEST, action: 'scale_up', resizeType: 'pct', scalePct: 100 }],
    end: { groups: { 'shop-web-v001': '4/6/8, 6 serving' } },
  },
  {
    name: 'scale down cluster',
    plan: two,
    on: ['shop-web-v000'],
    stages: [{ type: 'scaleDownCluster', ...WEB, remainingFullSizeServerGroups: 1, allowScaleDownActive: true }],
    end: {
      groups: { 'shop-web-v000': '0/0/0, 0 serving', 'shop-web-v001': SERVING },
      fewest: 3,
    },
  },
  {
    name: 'shrink cluster',
    plan: two,
    on: ['shop-web-v000'],
    stages: [{ type: 'shrinkCluster', ...WEB, shrinkToSize: 1, allowDeleteActive: true }],
    end: { groups: { 'shop-web-v001': SERVING }, fewest: 3 },
  },
];

const TRAFFIC: readonly OperationRow[] = [
  {
    name: 'disable',
    plan: two,
    on: ['shop-web-v000'],
    stages: [{ type: 'disableServerGroup', ...WEB, serverGroupName: 'shop-web-v000' }],
    end: { groups: { 'shop-web-v000': OUT, 'shop-web-v001': SERVING }, fewest: 3 },
  },
  {
    name: 'disable a part',
    plan: two,
    on: ['shop-web-v000'],
    stages: [{ type: 'disableServerGroup', ...WEB, serverGroupName: 'shop-web-v000', desiredPercentage: 34 }],
    end: {
      groups: { 'shop-web-v000': '2/3/4, 1 serving', 'shop-web-v001': SERVING },
      fewest: 4,
    },
  },
  {
    name: 'enable',
    plan: two,
    on: ['shop-web-v000'],
    stages: [
      { type: 'disableServerGroup', ...WEB, serverGroupName: 'shop-web-v000' },
      { type: 'enableServerGroup', ...WEB, serverGroupName: 'shop-web-v000' },
    ],
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING }, fewest: 3 },
  },
  {
    name: 'disable cluster',
    plan: two,
    on: ['shop-web-v000'],
    stages: [{ type: 'disableCluster', ...WEB, remainingEnabledServerGroups: 1 }],
    end: { groups: { 'shop-web-v000': OUT, 'shop-web-v001': SERVING }, fewest: 3 },
  },
  {
    name: 'roll back server group',
    plan: two,
    on: ['shop-web-v000'],
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
    drifts: {
      fault: 'no capacity',
      words: /^(suspended|tags) of shop-web-v000 /,
      why: 'Launch, which the group was to grow by, is not suspended again; at most 0 instances are.',
    },
    on: ['shop-web-v000'],
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
    on: ['shop-web-v000'],
    stages: [{ type: 'destroyServerGroup', ...WEB, serverGroupName: 'shop-web-v000' }],
    end: { groups: { 'shop-web-v001': SERVING }, fewest: 3 },
  },
  {
    name: 'clone',
    plan: one,
    on: ['shop-web-v001'],
    stages: [{ type: 'cloneServerGroup', ...NEWEST, imageId: IMAGES['2.0.0'] }],
    end: {
      groups: { 'shop-web-v001': SERVING, 'shop-web-v002': SERVING },
      settingsFrom: { 'shop-web-v002': 'shop-web-v001' },
    },
  },
  {
    name: 'tag a server group',
    plan: one,
    on: ['shop-web-v001'],
    stages: [{ type: 'upsertServerGroupTags', ...NEWEST, tags: { owner: 'shop' } }],
    end: { groups: { 'shop-web-v001': SERVING } },
  },
  {
    name: 'save a scaling policy',
    plan: two,
    on: ['shop-web-v001'],
    stages: [
      {
        type: 'upsertScalingPolicy',
        ...NEWEST,
        policyName: 'more',
        policyType: 'SimpleScaling',
        adjustmentType: 'ChangeInCapacity',
        simple: { scalingAdjustment: 1 },
      },
    ],
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING } },
  },
  {
    name: 'save a scheduled action',
    plan: two,
    on: ['shop-web-v001'],
    stages: [
      {
        type: 'upsertAsgScheduledActions',
        ...NEWEST,
        scheduledActions: [
          { scheduledActionName: 'night', recurrence: '0 22 * * *', minSize: 2, maxSize: 4, desiredCapacity: 2 },
        ],
      },
    ],
    end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': SERVING } },
  },
  {
    name: 'suspend processes',
    plan: one,
    on: ['shop-web-v001'],
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
  {
    name: 'warm pool, made and taken away',
    plan: one,
    on: ['shop-web-v001'],
    stands: { faults: 'all', why: 'It does not wait for the instances of the pool.' },
    stages: [
      { type: 'modifyWarmPool', ...NEWEST, minSize: 1, poolState: 'Running' },
      { type: 'modifyWarmPool', ...NEWEST, action: 'delete', forceDelete: true },
    ],
    end: { groups: { 'shop-web-v001': SERVING } },
    holds: (state) => !state.regions[STORE]?.groups['shop-web-v001']?.warmPool,
  },
];

/** Every operation that is no deploy. */
export const OPERATIONS: readonly OperationRow[] = [
  ...RESIZES,
  ...TRAFFIC,
  ...GROUPS,
  ...INSTANCES,
  ...SURROUNDINGS,
  ...STACKS,
  ...HOUSEKEEPING,
];
