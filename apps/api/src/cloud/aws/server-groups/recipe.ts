import type { AutoScalingGroup, LifecycleHook as AwsHook } from '@aws-sdk/client-auto-scaling';
import type { LaunchTemplateBlockDeviceMapping, ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { BlockDevice, LifecycleHook, MixedInstances, Placement, ServerGroupSpec } from '@gennaker/catalog/kit';
import { parseMoniker } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import { targetGroupName } from '../load-balancers/target-groups.ts';
import type { Place } from '../place.ts';
import { purposeOf } from './network.ts';
import { suspendedIn } from './processes.ts';
import { parseList, TAG, tagsOf } from './tags.ts';

/** Settings of the template version that the group launches from now; null when it has none or it is gone. */
export async function launchDataOf(place: Place, group: AutoScalingGroup): Promise<ResponseLaunchTemplateData | null> {
  const ref = group.LaunchTemplate ?? group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  if (!ref?.LaunchTemplateId) return null;
  const version = ref.Version ?? '$Default';
  const key = `${ref.LaunchTemplateId}:${version}`;
  const known = place.launchData.get(key);
  if (known) return known;
  const answer = await place.ec2.describeLaunchTemplateVersions({
    LaunchTemplateId: ref.LaunchTemplateId,
    Versions: [version],
  });
  const data = answer.LaunchTemplateVersions?.[0]?.LaunchTemplateData ?? null;
  // A numbered version never changes; `$Latest` and `$Default` move.
  if (data && /^\d+$/.test(version)) place.launchData.set(key, data);
  return data;
}

function deviceOf(mapping: LaunchTemplateBlockDeviceMapping): BlockDevice {
  const { Ebs } = mapping;
  return {
    deviceName: mapping.DeviceName ?? '',
    virtualName: mapping.VirtualName ?? null,
    sizeGiB: Ebs?.VolumeSize ?? null,
    volumeType: Ebs?.VolumeType ?? null,
    iops: Ebs?.Iops ?? null,
    throughput: Ebs?.Throughput ?? null,
    snapshotId: Ebs?.SnapshotId ?? null,
    encrypted: Ebs?.Encrypted ?? null,
    kmsKeyId: Ebs?.KmsKeyId ?? null,
    deleteOnTermination: Ebs?.DeleteOnTermination ?? null,
  };
}

const hookOf = (hook: AwsHook): LifecycleHook => ({
  name: hook.LifecycleHookName ?? '',
  transition: /TERMINATING$/.test(hook.LifecycleTransition ?? '') ? 'terminating' : 'launching',
  defaultResult: hook.DefaultResult === 'CONTINUE' ? 'CONTINUE' : 'ABANDON',
  heartbeatSeconds: hook.HeartbeatTimeout ?? null,
  notificationTarget: hook.NotificationTargetARN ?? null,
  role: hook.RoleARN ?? null,
  metadata: hook.NotificationMetadata ?? null,
});

function mixOf(group: AutoScalingGroup): MixedInstances | null {
  const policy = group.MixedInstancesPolicy;
  if (!policy) return null;
  const distribution = policy.InstancesDistribution;
  return {
    types: (policy.LaunchTemplate?.Overrides ?? []).flatMap(({ InstanceType, WeightedCapacity }) =>
      InstanceType ? [{ instanceType: InstanceType, weightedCapacity: WeightedCapacity ?? null }] : [],
    ),
    onDemandBaseCapacity: distribution?.OnDemandBaseCapacity ?? null,
    onDemandPercentageAboveBaseCapacity: distribution?.OnDemandPercentageAboveBaseCapacity ?? null,
    onDemandAllocationStrategy: distribution?.OnDemandAllocationStrategy ?? null,
    spotAllocationStrategy: distribution?.SpotAllocationStrategy ?? null,
    spotInstancePools: distribution?.SpotInstancePools ?? null,
  };
}

function placementOf(data: ResponseLaunchTemplateData): Placement | null {
  const given = Object.entries(data.Placement ?? {}).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [[`${key.charAt(0).toLowerCase()}${key.slice(1)}`, value] as const],
  );
  return given.length === 0 ? null : Object.fromEntries(given);
}

/** The interface of device 0 says what counts; older templates name groups at the top. */
const groupIdsOf = (data: ResponseLaunchTemplateData): readonly string[] =>
  data.NetworkInterfaces?.find((one) => (one.DeviceIndex ?? 0) === 0)?.Groups ?? data.SecurityGroupIds ?? [];

/** Names are the same in every account and network, ids are not. */
async function groupNamesOf(place: Place, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const answer = await place.ec2.describeSecurityGroups(
    { Filters: [{ Name: 'group-id', Values: [...ids] }] },
    { resource: 'security groups' },
  );
  return ids.map((id) => answer.SecurityGroups?.find((one) => one.GroupId === id)?.GroupName ?? id);
}

/** What the group's subnets are for: in another region there are others for it. */
async function purposeOfSubnet(place: Place, id: string | undefined): Promise<string | null> {
  if (!id) return null;
  const answer = await place.ec2.describeSubnets(
    { Filters: [{ Name: 'subnet-id', Values: [id] }] },
    { resource: 'subnets' },
  );
  const subnet = answer.Subnets?.[0];
  return subnet ? purposeOf(subnet) : null;
}

/** Lifecycle hooks of a group; none when there is no such group. */
export async function readHooks(place: Place, name: string): Promise<readonly LifecycleHook[]> {
  try {
    const { LifecycleHooks = [] } = await place.autoScaling.describeLifecycleHooks({ AutoScalingGroupName: name });
    return LifecycleHooks.map(hookOf);
  } catch (error) {
    if (isFailure(error, 'aws.gone')) return [];
    throw error;
  }
}

/** The user's own tags: not AWS's, and none of our bookkeeping, which is written anew for every group. */
const ownTags = (group: AutoScalingGroup): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(tagsOf(group)).filter(([key]) => !/^(aws|cd):/.test(key)));

/** What the user suspended, without what we suspended ourselves. */
function suspendedByUser(group: AutoScalingGroup): readonly string[] {
  const tags = tagsOf(group);
  const ours = [...parseList(tags[TAG.frozen]), ...parseList(tags[TAG.unsettled])];
  return suspendedIn(group).filter((process) => !ours.includes(process));
}

const machineOf = (data: ResponseLaunchTemplateData) => ({
  keyPair: data.KeyName ?? null,
  iamRole: data.IamInstanceProfile?.Arn ?? data.IamInstanceProfile?.Name ?? null,
  base64UserData: data.UserData ?? null,
  associatePublicIpAddress: data.NetworkInterfaces?.[0]?.AssociatePublicIpAddress ?? null,
  ...(data.BlockDeviceMappings?.length ? { blockDevices: data.BlockDeviceMappings.map(deviceOf) } : {}),
  ebsOptimized: data.EbsOptimized ?? null,
  instanceMonitoring: data.Monitoring?.Enabled ?? null,
  requireIMDSv2: data.MetadataOptions ? data.MetadataOptions.HttpTokens === 'required' : null,
  associateIPv6Address: (data.NetworkInterfaces?.[0]?.Ipv6AddressCount ?? 0) > 0 ? true : null,
  unlimitedCpuCredits: data.CreditSpecification ? data.CreditSpecification.CpuCredits === 'unlimited' : null,
  enableEnclave: data.EnclaveOptions?.Enabled ?? null,
  placement: placementOf(data),
  licenses: (data.LicenseSpecifications ?? []).flatMap((one) => one.LicenseConfigurationArn ?? []),
});

/** Reads what a group is made of, as a spec of a group like it. */
export async function readRecipe(place: Place, group: AutoScalingGroup): Promise<ServerGroupSpec> {
  const name = group.AutoScalingGroupName ?? '';
  const data = (await launchDataOf(place, group)) ?? {};
  const subnetIds = parseList(group.VPCZoneIdentifier);
  const [securityGroups, lifecycleHooks, subnetType] = await Promise.all([
    groupNamesOf(place, groupIdsOf(data)),
    readHooks(place, name),
    purposeOfSubnet(place, subnetIds[0]),
  ]);
  const mixedInstances = mixOf(group);
  const spotPrice =
    group.MixedInstancesPolicy?.InstancesDistribution?.SpotMaxPrice ??
    data.InstanceMarketOptions?.SpotOptions?.MaxPrice ??
    null;
  return {
    account: place.account.name,
    region: place.region,
    name,
    moniker: parseMoniker(name) ?? { app: name, stack: null, detail: null, cluster: name, sequence: null },
    imageId: data.ImageId ?? tagsOf(group)[TAG.image] ?? '',
    instanceType: data.InstanceType ?? mixedInstances?.types[0]?.instanceType ?? '',
    capacity: { min: group.MinSize ?? 0, desired: group.DesiredCapacity ?? 0, max: group.MaxSize ?? 0 },
    targetGroups: (group.TargetGroupARNs ?? []).map(targetGroupName),
    securityGroups,
    subnetIds,
    subnetType,
    healthCheckType: group.HealthCheckType?.includes('ELB') ? 'ELB' : 'EC2',
    healthCheckGracePeriodSeconds: group.HealthCheckGracePeriod ?? 0,
    tags: ownTags(group),
    terminationPolicies: group.TerminationPolicies ?? [],
    suspendedProcesses: suspendedByUser(group),
    ...(group.DefaultCooldown === undefined ? {} : { cooldownSeconds: group.DefaultCooldown }),
    ...machineOf(data),
    spotPrice: spotPrice === '' ? null : spotPrice,
    mixedInstances,
    capacityRebalance: group.CapacityRebalance ?? null,
    enabledMetrics: (group.EnabledMetrics ?? []).flatMap((one) => one.Metric ?? []),
    lifecycleHooks,
    startDisabled: false,
    version: tagsOf(group)[TAG.version] ?? null,
  };
}
