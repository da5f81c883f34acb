import * as z from 'zod';
import { describeField, flag, optionalNumber, optionalText, percentage, textList, yesOrNo } from '../kit/fields.ts';

const numberOrText = z.union([z.number(), z.string().max(40)]).nullish();

const blockDeviceSchema = z.looseObject({
  deviceName: z.string().min(1).max(200),
  virtualName: z.string().max(200).nullish(),
  size: numberOrText,
  volumeType: z.string().max(40).nullish(),
  iops: numberOrText,
  throughput: numberOrText,
  snapshotId: z.string().max(200).nullish(),
  encrypted: yesOrNo,
  kmsKeyId: z.string().max(2_000).nullish(),
  deleteOnTermination: yesOrNo,
});

const hookSchema = z.looseObject({
  name: z.string().max(255).nullish(),
  lifecycleTransition: z.string().max(100),
  heartbeatTimeout: numberOrText,
  defaultResult: z.enum(['CONTINUE', 'ABANDON']).nullish(),
  notificationTargetARN: z.string().max(2_000).nullish(),
  roleARN: z.string().max(2_000).nullish(),
  notificationMetadata: z.string().max(1_023).nullish(),
});

const overrideSchema = z.looseObject({
  instanceType: z.string().min(1).max(100),
  weightedCapacity: numberOrText,
  priority: numberOrText,
});

/** Finer settings of a server group's instances. */
export const machineFields = {
  blockDevices: describeField(z.array(blockDeviceSchema).max(50).nullish(), {
    label: 'Disks',
    help: 'Disks of each instance: deviceName, size in GiB, volumeType, iops, throughput, snapshotId, encrypted, kmsKeyId, deleteOnTermination, or virtualName.',
    group: 'Machine',
    order: 42,
    widget: 'json',
  }),
  useAmiBlockDeviceMappings: flag({
    label: 'Disks of the image',
    help: 'Uses the disks that the image names, also where the source has others.',
    group: 'Machine',
    order: 43,
  }),
  copySourceCustomBlockDeviceMappings: flag({
    label: 'Disks of the source',
    help: 'Takes over the disks of the server group that serves now, when none are given here.',
    group: 'Machine',
    order: 44,
  }),
  ebsOptimized: flag({
    label: 'EBS optimized',
    help: 'Reserves bandwidth for disks.',
    group: 'Machine',
    order: 45,
  }),
  instanceMonitoring: flag({
    label: 'Detailed monitoring',
    help: 'Measures instances every minute instead of every five.',
    group: 'Machine',
    order: 46,
  }),
  requireIMDSv2: flag({
    label: 'Metadata with session only',
    help: 'Programs on the instance reach its metadata by sessions alone. On unless switched off.',
    group: 'Machine',
    order: 47,
  }),
  associateIPv6Address: flag({
    label: 'IPv6 address',
    help: 'Gives instances an IPv6 address.',
    group: 'Machine',
    order: 48,
  }),
  unlimitedCpuCredits: flag({
    label: 'Unlimited CPU credits',
    help: 'Lets burstable instances exceed their credits, at a price. Has no meaning for other types.',
    group: 'Machine',
    order: 49,
  }),
  enableEnclave: flag({ label: 'Enclaves', help: 'Lets instances open enclaves.', group: 'Machine', order: 50 }),
  placement: describeField(z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullish(), {
    label: 'Placement',
    help: 'Where instances are put: groupName, tenancy, affinity, hostId, hostResourceGroupArn, spreadDomain, partitionNumber, availabilityZone.',
    group: 'Machine',
    order: 51,
    widget: 'json',
  }),
  licenseSpecifications: describeField(
    z
      .array(z.union([z.string().max(2_000), z.looseObject({})]))
      .max(20)
      .nullish(),
    {
      label: 'Licenses',
      help: 'License configurations, each as its ARN or as `{"arn": …}`.',
      group: 'Machine',
      order: 52,
      widget: 'json',
    },
  ),
  userDataOverride: describeField(
    z.union([yesOrNo, z.looseObject({ enabled: yesOrNo, tokenizerName: z.string().nullish() })]).nullish(),
    {
      label: 'User data as given',
      help: 'True, or an object with `enabled`: words such as `%%app%%`, `%%stack%%`, `%%region%%` or `%%autogrp%%` in the user data are replaced by what they name.',
      group: 'Machine',
      order: 53,
      widget: 'json',
    },
  ),
};

/** How instances are bought. */
export const purchaseFields = {
  spotPrice: describeField(numberOrText, {
    label: 'Spot price',
    help: 'Most to pay an hour, in dollars. With it instances are bought on the spot market.',
    group: 'Purchase',
    order: 54,
  }),
  onDemandBaseCapacity: optionalNumber({
    label: 'On demand at least',
    help: 'Instances that are never bought on the spot market.',
    group: 'Purchase',
    order: 55,
  }),
  onDemandPercentageAboveBaseCapacity: percentage({
    label: 'On demand beyond that',
    help: 'Share of the further instances that is not bought on the spot market. Default 100.',
    group: 'Purchase',
    order: 56,
  }),
  onDemandAllocationStrategy: optionalText({
    label: 'Choice on demand',
    help: '`prioritized` or `lowest-price`.',
    group: 'Purchase',
    order: 57,
  }),
  spotAllocationStrategy: optionalText({
    label: 'Choice on the spot market',
    help: '`price-capacity-optimized`, `capacity-optimized`, `capacity-optimized-prioritized` or `lowest-price`.',
    group: 'Purchase',
    order: 58,
  }),
  spotInstancePools: optionalNumber({
    label: 'Spot pools',
    help: 'Pools to spread over, with `lowest-price`.',
    group: 'Purchase',
    order: 59,
  }),
  launchTemplateOverridesForInstanceType: describeField(z.array(overrideSchema).max(40).nullish(), {
    label: 'Instance types',
    help: 'Several types: instanceType, weightedCapacity, and priority, of which 1 comes first.',
    group: 'Purchase',
    order: 60,
    widget: 'json',
  }),
  capacityRebalance: flag({
    label: 'Rebalance spot instances',
    help: 'Starts a new instance when AWS warns that a spot instance may be taken away.',
    group: 'Purchase',
    order: 61,
  }),
};

/** What goes on around the instances of a server group. */
export const lifecycleFields = {
  lifecycleHooks: describeField(z.array(hookSchema).max(50).nullish(), {
    label: 'Lifecycle hooks',
    help: 'Hold instances that come or go: name, lifecycleTransition, heartbeatTimeout, defaultResult, notificationTargetARN, roleARN, notificationMetadata. Default: those of the server group that serves now, unless its scaling is not taken over. An empty list: none.',
    group: 'Scaling',
    order: 62,
    widget: 'json',
  }),
  enabledMetrics: textList({
    label: 'Group measures',
    help: 'Measures of the server group to collect, such as GroupInServiceInstances.',
    group: 'Scaling',
    order: 63,
  }),
  copySourceScalingPoliciesAndActions: flag({
    label: 'Scaling of the source',
    help: 'Takes over lifecycle hooks, scaling policies, their alarms and scheduled actions of the server group that serves now. Policies and scheduled actions begin to act when the deploy is done. On unless switched off.',
    group: 'Scaling',
    order: 64,
  }),
};
