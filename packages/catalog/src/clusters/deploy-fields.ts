import * as z from 'zod';
import {
  describeField,
  flag,
  optionalChoice,
  optionalNumber,
  optionalText,
  percentage,
  secondsField,
  textList,
  textMap,
  yesOrNo,
} from '../kit/fields.ts';
import { monikerSchema, safetyFields } from './fields.ts';
import { lifecycleFields, machineFields, purchaseFields } from './launch-fields.ts';
import { strategyFields } from './strategy-fields.ts';

const size = z.coerce.number().int().min(0).max(10_000);
export const capacitySchema = z.looseObject({ min: size, desired: size, max: size });

const identity = {
  account: optionalText({
    label: 'Account',
    help: 'Account to deploy into.',
    group: 'Where',
    order: 1,
    widget: 'account',
    required: true,
  }),
  credentials: optionalText({
    label: 'Account (other spelling)',
    help: 'Read when `account` is absent.',
    widget: 'hidden',
  }),
  application: optionalText({
    label: 'Application',
    help: 'Owner of the cluster. Default: the application of the pipeline.',
    group: 'Where',
    order: 2,
    widget: 'hidden',
  }),
  stack: optionalText({
    label: 'Stack',
    help: 'Second part of the cluster name.',
    group: 'Where',
    order: 3,
    placeholder: 'web',
  }),
  freeFormDetails: optionalText({ label: 'Detail', help: 'Third part of the cluster name.', group: 'Where', order: 4 }),
  cloudProvider: optionalText({ label: 'Provider', help: 'Always `aws`.', widget: 'hidden' }),
  region: optionalText({
    label: 'Region',
    help: 'Region to deploy into, when no zones are named.',
    group: 'Where',
    order: 5,
    widget: 'region',
  }),
  availabilityZones: describeField(z.record(z.string(), z.array(z.string()).nullish()).nullish(), {
    label: 'Zones',
    help: 'Zones by region; each region gets a server group.',
    group: 'Where',
    order: 6,
    widget: 'zones',
  }),
  moniker: describeField(monikerSchema.nullish(), { label: 'Moniker', help: 'Parts of the name.', widget: 'hidden' }),
};

const capacity = {
  capacity: describeField(capacitySchema.nullish(), {
    label: 'Size',
    help: 'Least, wanted and greatest number of instances.',
    group: 'Size',
    order: 10,
    widget: 'capacity',
    required: true,
  }),
  useSourceCapacity: flag({
    label: 'Size of the source',
    help: 'Take the size of the server group that serves now; without one the stage fails.',
    group: 'Size',
    order: 11,
  }),
  preferSourceCapacity: flag({
    label: 'Prefer size of the source',
    help: 'Take the size of the server group that serves now; without one the size above.',
    group: 'Size',
    order: 12,
  }),
};

const image = {
  amiName: optionalText({
    label: 'Image',
    help: 'Name or id of the image. Absent: the image an earlier stage found or baked for the region.',
    group: 'Image',
    order: 20,
  }),
  imageId: optionalText({
    label: 'Image id',
    help: 'Id of the image; stronger than its name.',
    group: 'Image',
    order: 21,
    placeholder: 'ami-',
  }),
};

const launch = {
  instanceType: optionalText({
    label: 'Instance type',
    help: 'Kind of machine.',
    group: 'Launch',
    order: 30,
    placeholder: 'm7g.large',
    required: true,
  }),
  keyPair: optionalText({ label: 'Key pair', help: 'For signing in to instances.', group: 'Launch', order: 31 }),
  iamRole: optionalText({
    label: 'Instance profile',
    help: 'Identity of the instances towards AWS.',
    group: 'Launch',
    order: 32,
  }),
  securityGroups: textList({ label: 'Security groups', help: 'Names or ids.', group: 'Launch', order: 33 }),
  subnetType: optionalText({
    label: 'Subnet purpose',
    help: 'Purpose tag of the subnets to use.',
    group: 'Launch',
    order: 34,
  }),
  subnetIds: textList({ label: 'Subnets', help: 'Ids, instead of a purpose.', group: 'Launch', order: 35 }),
  associatePublicIpAddress: flag({
    label: 'Public address',
    help: 'Gives instances a public IPv4 address.',
    group: 'Launch',
    order: 36,
  }),
  base64UserData: optionalText(
    { label: 'User data', help: 'Start-up data, as base64.', group: 'Launch', order: 37, widget: 'code' },
    64_000,
  ),
  tags: textMap({
    label: 'Tags',
    help: 'Put on the server group and its instances.',
    group: 'Launch',
    order: 38,
    widget: 'map',
  }),
  terminationPolicies: textList({
    label: 'Termination policies',
    help: 'Which instance goes first when it shrinks.',
    group: 'Launch',
    order: 39,
  }),
  suspendedProcesses: textList({
    label: 'Suspended processes',
    help: 'Scaling processes that stay off.',
    group: 'Launch',
    order: 40,
  }),
  cooldown: secondsField({ label: 'Cooldown', help: 'Pause between scaling steps.', group: 'Launch', order: 41 }),
};

const traffic = {
  targetGroups: textList({
    label: 'Target groups',
    help: 'Names; instances register there and are healthy when they answer there.',
    group: 'Traffic',
    order: 70,
  }),
  spelTargetGroups: textList({
    label: 'More target groups',
    help: 'Names that expressions gave; added to the target groups.',
    widget: 'hidden',
  }),
  loadBalancers: textList({
    label: 'Classic load balancers',
    help: 'Not supported: use target groups.',
    widget: 'hidden',
  }),
  healthCheckType: optionalChoice(['EC2', 'ELB'], {
    label: 'Health check',
    help: 'ELB: an instance the target group finds ill is replaced. Default ELB with target groups, else EC2.',
    group: 'Traffic',
    order: 71,
  }),
  healthCheckGracePeriod: secondsField({
    label: 'Grace period',
    help: 'Time an instance has to start before its health counts. Default 600.',
    group: 'Traffic',
    order: 72,
  }),
  startDisabled: flag({
    label: 'Start out of traffic',
    help: 'Makes the server group without putting it into traffic.',
    group: 'Traffic',
    order: 73,
  }),
};

const orchestration = {
  strategy: optionalText({
    label: 'Strategy',
    help: 'What happens to the earlier server groups once the new one is healthy.',
    group: 'Strategy',
    order: 80,
    widget: 'strategy',
  }),
  maxRemainingAsgs: optionalNumber(
    {
      label: 'Server groups to keep',
      help: 'Older disabled ones beyond this number are destroyed. 0 or empty: none is.',
      group: 'Strategy',
      order: 81,
    },
    { max: 1_000 },
  ),
  scaleDown: flag({
    label: 'Scale down the old ones',
    help: 'Scales disabled server groups to nothing.',
    group: 'Strategy',
    order: 82,
  }),
  allowDeleteActive: flag({
    label: 'Delete active ones too',
    help: 'Lets the clean-up destroy server groups that are in traffic.',
    group: 'Strategy',
    order: 83,
  }),
  delayBeforeDisableSec: secondsField({
    label: 'Wait before disabling',
    help: 'Time both server groups serve together.',
    group: 'Strategy',
    order: 84,
  }),
  delayBeforeScaleDownSec: secondsField({
    label: 'Wait before scaling down',
    help: 'Time the old server group stays ready for a rollback.',
    group: 'Strategy',
    order: 85,
  }),
  delayBeforeCleanup: secondsField({
    label: 'Wait before disabling (older spelling)',
    help: 'Read before `delayBeforeDisableSec`.',
    widget: 'hidden',
    group: 'Strategy',
    order: 86,
  }),
  rollback: describeField(
    z
      .looseObject({
        onFailure: yesOrNo,
        onCancel: yesOrNo,
        destroyLatest: yesOrNo,
      })
      .nullish(),
    {
      label: 'Rollback',
      help: 'With `onFailure` a new server group that does not become healthy is disabled, with `onCancel` the same is done after a cancel; with `destroyLatest` it is then destroyed. A strategy that moves traffic in parts always goes back, unless they are false.',
      group: 'Strategy',
      order: 87,
      widget: 'rollback',
    },
  ),
  ...strategyFields,
  overrideTrafficGuards: safetyFields.overrideTrafficGuards,
  targetHealthyDeployPercentage: percentage({
    label: 'Healthy share',
    help: 'Share of the wanted instances that must be healthy. Default 100.',
    group: 'Health',
    order: 90,
  }),
  interestingHealthProviderNames: textList({
    label: 'Health sources',
    help: 'None named: all that report. An empty list: health is not asked for. `Amazon`: the machine alone.',
    group: 'Health',
    order: 91,
  }),
  stableSeconds: secondsField({
    label: 'Stay healthy for',
    help: 'Instances must stay healthy this long before the server group counts as up. Default 15.',
    group: 'Health',
    order: 92,
  }),
};

/** Everything that says what a new server group is, where it goes and what follows it. */
export const deployFields = {
  ...identity,
  ...capacity,
  ...image,
  ...launch,
  ...machineFields,
  ...purchaseFields,
  ...lifecycleFields,
  ...traffic,
  ...orchestration,
};
export const deploySchema = z.looseObject(deployFields);
export type DeployContext = z.output<typeof deploySchema>;
