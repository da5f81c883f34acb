import type {
  LaunchTemplateBlockDeviceMappingRequest,
  LaunchTemplatePlacementRequest,
  RequestLaunchTemplateData,
  ResourceType,
} from '@aws-sdk/client-ec2';
import type { BlockDevice, Operation, Placement, ServerGroupSpec } from '@gennaker/catalog/kit';
import type { Network } from './network.ts';
import { ownerTags, type Pair } from './tags.ts';

/** Types whose processors gather and spend credits. */
const isBurstable = (type: string): boolean => /^t\d/.test(type);

/** Every instance type the group may launch, the best first. */
export const typesOf = (spec: Pick<ServerGroupSpec, 'instanceType' | 'mixedInstances'>): readonly string[] => {
  const types = (spec.mixedInstances?.types ?? []).map(({ instanceType }) => instanceType);
  return types.length > 0 ? types : [spec.instanceType];
};

export const tagSpecification = <Type extends string>(type: Type, pairs: readonly Pair[]) => ({
  ResourceType: type as ResourceType,
  Tags: pairs.map(({ key, value }) => ({ Key: key, Value: value })),
});

const profileOf = (role: string | null | undefined) =>
  role ? { IamInstanceProfile: role.startsWith('arn:') ? { Arn: role } : { Name: role } } : {};

/** The given entries without those that say nothing. */
function present<Fields extends object>(fields: Fields): { [K in keyof Fields]?: Exclude<Fields[K], null> } {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(given) as { [K in keyof Fields]?: Exclude<Fields[K], null> };
}

function mappingOf(device: BlockDevice): LaunchTemplateBlockDeviceMappingRequest {
  const { deviceName, virtualName } = device;
  if (virtualName) return { DeviceName: deviceName, VirtualName: virtualName };
  const Ebs = present({
    VolumeSize: device.sizeGiB,
    VolumeType: device.volumeType,
    Iops: device.iops,
    Throughput: device.throughput,
    SnapshotId: device.snapshotId,
    Encrypted: device.encrypted,
    KmsKeyId: device.kmsKeyId,
    DeleteOnTermination: device.deleteOnTermination,
  });
  return { DeviceName: deviceName, Ebs: Ebs as LaunchTemplateBlockDeviceMappingRequest['Ebs'] };
}

/** AWS's names are ours with a capital. */
const placementOf = (placement: Placement): LaunchTemplatePlacementRequest =>
  Object.fromEntries(
    Object.entries(placement).map(([key, value]) => [
      `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
      key === 'partitionNumber' ? Number(value) : String(value),
    ]),
  );

/** Spot instances of a group without a mix are asked for by the template; a mix has its own distribution. */
const marketOf = ({ spotPrice, mixedInstances }: ServerGroupSpec) =>
  spotPrice && !mixedInstances
    ? { InstanceMarketOptions: { MarketType: 'spot' as const, SpotOptions: { MaxPrice: spotPrice } } }
    : {};

function creditsOf(spec: ServerGroupSpec) {
  const { unlimitedCpuCredits: unlimited } = spec;
  if (unlimited === null || unlimited === undefined || !typesOf(spec).every(isBurstable)) return {};
  return { CreditSpecification: { CpuCredits: unlimited ? 'unlimited' : 'standard' } };
}

function settingsOf(spec: ServerGroupSpec): RequestLaunchTemplateData {
  return {
    ...(spec.blockDevices?.length ? { BlockDeviceMappings: spec.blockDevices.map(mappingOf) } : {}),
    ...(spec.ebsOptimized == null ? {} : { EbsOptimized: spec.ebsOptimized }),
    ...(spec.instanceMonitoring == null ? {} : { Monitoring: { Enabled: spec.instanceMonitoring } }),
    ...(spec.enableEnclave == null ? {} : { EnclaveOptions: { Enabled: spec.enableEnclave } }),
    ...(spec.placement ? { Placement: placementOf(spec.placement) } : {}),
    ...(spec.licenses?.length
      ? { LicenseSpecifications: spec.licenses.map((arn) => ({ LicenseConfigurationArn: arn })) }
      : {}),
    ...creditsOf(spec),
    ...marketOf(spec),
  };
}

/** What a launch template of the group says. */
export function templateData(
  spec: ServerGroupSpec,
  operation: Operation,
  network: Network,
  tags: readonly Pair[],
): RequestLaunchTemplateData {
  const instanceTags = [...tags, ...ownerTags(operation)];
  return {
    ImageId: spec.imageId,
    InstanceType: typesOf(spec)[0] as RequestLaunchTemplateData['InstanceType'],
    ...(spec.keyPair ? { KeyName: spec.keyPair } : {}),
    ...profileOf(spec.iamRole),
    ...(spec.base64UserData ? { UserData: spec.base64UserData } : {}),
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        Groups: [...network.securityGroupIds],
        ...(spec.associatePublicIpAddress == null ? {} : { AssociatePublicIpAddress: spec.associatePublicIpAddress }),
        ...(spec.associateIPv6Address ? { Ipv6AddressCount: 1 } : {}),
      },
    ],
    MetadataOptions: { HttpTokens: spec.requireIMDSv2 === false ? 'optional' : 'required' },
    ...settingsOf(spec),
    TagSpecifications: [tagSpecification('instance', instanceTags), tagSpecification('volume', instanceTags)],
  };
}
