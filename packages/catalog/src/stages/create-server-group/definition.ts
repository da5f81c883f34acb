import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { capacitySchema, deployFields } from '../../clusters/deploy-fields.ts';
import { imageDetail } from '../../clusters/image-outputs.ts';
import { deployLocks } from '../../clusters/locks.ts';
import { trafficShiftSchema } from '../../clusters/traffic-shift-schema.ts';
import { describeField } from '../../kit/fields.ts';

const written = {
  source: describeField(
    z.looseObject({ serverGroupName: z.string().nullish(), asgName: z.string().nullish() }).nullish(),
    {
      label: 'Source',
      help: 'Server group whose size is taken. Default: the newest one that serves.',
      widget: 'hidden',
    },
  ),
  sourceServerGroup: describeField(z.string().nullish(), {
    label: 'Server group before',
    help: 'Served when the stage began.',
    widget: 'hidden',
  }),
  sourceServerGroupCapacitySnapshot: describeField(capacitySchema.nullish(), {
    label: 'Its size',
    help: 'Size of the earlier server group from before any change.',
    widget: 'hidden',
  }),
  sourcePinned: describeField(z.boolean().nullish(), {
    label: 'Pinned',
    help: 'The earlier server group may not shrink until the stage ends.',
    widget: 'hidden',
  }),
  sourceServerGroupImage: describeField(
    z.looseObject({ imageId: z.string(), imageName: z.string().nullish() }).nullish(),
    { label: 'Its image', help: 'Image of the earlier server group.', widget: 'hidden' },
  ),
  sourceHealthyPercentage: describeField(z.number().nullish(), {
    label: 'Its health',
    help: 'Share of its instances that were healthy before any change.',
    widget: 'hidden',
  }),
  trafficShift: describeField(trafficShiftSchema.nullish(), {
    label: 'Traffic shift',
    help: 'Listeners whose requests move, with their actions from before.',
    widget: 'hidden',
  }),
  warning: describeField(z.string().nullish(), { label: 'Warning', help: 'Written by the stage.', widget: 'hidden' }),
  createdServerGroup: describeField(z.string().nullish(), {
    label: 'New server group',
    help: 'Made by this stage.',
    widget: 'hidden',
  }),
  createdCapacity: describeField(capacitySchema.nullish(), {
    label: 'New size',
    help: 'Size it was made with.',
    widget: 'hidden',
  }),
  copyScalingFrom: describeField(z.object({ account: z.string(), region: z.string(), name: z.string() }).nullish(), {
    label: 'Scaling from',
    help: 'Server group whose scaling is taken over. Default: the one that serves.',
    widget: 'hidden',
  }),
  scalingHeld: describeField(z.boolean().nullish(), {
    label: 'Scaling held',
    help: 'Scaling was taken over from the earlier server group and does not act yet.',
    widget: 'hidden',
  }),
  neededInstances: describeField(z.number().nullish(), {
    label: 'Needed',
    help: 'Healthy instances that made it count as up.',
    widget: 'hidden',
  }),
};

const publishedSize = z.looseObject({ min: z.number(), desired: z.number(), max: z.number() });

export const createServerGroupStage = defineStage({
  type: 'createServerGroup',
  version: 1,
  provider: 'aws',
  label: 'Create server group',
  description: 'Creates one server group, waits until it is healthy and follows the strategy.',
  group: 'Deploy',
  icon: 'server',
  internal: true,
  context: z.looseObject({ ...deployFields, ...written }),
  outputs: z.looseObject({
    'deploy.server.groups': z
      .record(z.string(), z.array(z.string()))
      .optional()
      .describe('New server groups by region'),
    'deploy.account.name': z.string().optional().describe('Account they are in'),
    deploymentDetails: z.array(imageDetail).optional().describe('Image that was deployed'),
    sourceServerGroupCapacitySnapshot: publishedSize
      .nullish()
      .describe('Size of the earlier server group before the deploy'),
    capacity: publishedSize.optional().describe('Size of the new server group'),
    region: z.string().optional().describe('Region'),
  }),
  changesTheWorld: true,
  locks: deployLocks,
  changesTraffic: true,
  clearOnRestart: Object.keys(written).filter((key) => !['source', 'copyScalingFrom'].includes(key)),
});
