import type {
  DescribeAvailabilityZonesRequest,
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypesRequest,
  DescribeKeyPairsRequest,
  DescribeRegionsRequest,
  DescribeSubnetsRequest,
  DescribeVpcsRequest,
} from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { byIds, filtered, tagList } from './filters.ts';
import { type InstanceType, instanceTypes } from './instance-types.ts';
import { freeAddresses } from './launch.ts';

const regions = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-2'];

export const networkHandlers = {
  DescribeRegions(_call: Call, input: DescribeRegionsRequest) {
    const unknown = input.RegionNames?.find((name) => !regions.includes(name));
    if (unknown !== undefined) refuse('InvalidParameterValue', `Invalid region provided: ${unknown}`);
    const names = input.RegionNames?.length ? input.RegionNames : regions;
    const Regions = names.map((RegionName) => ({
      RegionName,
      Endpoint: `ec2.${RegionName}.amazonaws.com`,
      OptInStatus: 'opt-in-not-required',
    }));
    return { Regions };
  },

  DescribeAvailabilityZones(call: Call, input: DescribeAvailabilityZonesRequest) {
    const zones = call.view.zones.map((name, index) => ({ name, id: `${call.view.region}-az${index + 1}` }));
    const wanted = zones.filter(({ name }) => !input.ZoneNames?.length || input.ZoneNames.includes(name));
    const kept = filtered(wanted as Array<{ name: string; id: string; tags?: Record<string, string> }>, input.Filters, {
      'zone-name': (zone) => zone.name,
      'zone-id': (zone) => zone.id,
      'region-name': () => call.view.region,
      state: () => 'available',
      'zone-type': () => 'availability-zone',
      'opt-in-status': () => 'opt-in-not-required',
    });
    const AvailabilityZones = kept.map(({ name, id }) => ({
      ZoneName: name,
      ZoneId: id,
      State: 'available' as const,
      RegionName: call.view.region,
      GroupName: call.view.region,
      NetworkBorderGroup: call.view.region,
      OptInStatus: 'opt-in-not-required' as const,
      ZoneType: 'availability-zone',
      Messages: [],
    }));
    return { AvailabilityZones };
  },

  DescribeVpcs(call: Call, input: DescribeVpcsRequest) {
    const all = byIds(call.view.vpcs, input.VpcIds, (id) =>
      refuse('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`),
    );
    const kept = filtered(all, input.Filters, {
      'vpc-id': (vpc) => vpc.id,
      cidr: (vpc) => vpc.cidr,
      state: () => 'available',
      'is-default': (vpc) => String(vpc.isDefault),
      isDefault: (vpc) => String(vpc.isDefault),
      'owner-id': () => call.view.account,
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    const Vpcs = items.map((vpc) => ({
      VpcId: vpc.id,
      CidrBlock: vpc.cidr,
      IsDefault: vpc.isDefault,
      State: 'available' as const,
      OwnerId: call.view.account,
      InstanceTenancy: 'default' as const,
      DhcpOptionsId: 'dopt-default',
      Tags: tagList(vpc.tags),
    }));
    return { Vpcs, NextToken: next };
  },

  DescribeSubnets(call: Call, input: DescribeSubnetsRequest) {
    const all = byIds(call.view.subnets, input.SubnetIds, (id) =>
      refuse('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`),
    );
    const kept = filtered(all, input.Filters, {
      'subnet-id': (subnet) => subnet.id,
      'vpc-id': (subnet) => subnet.vpcId,
      'availability-zone': (subnet) => subnet.zone,
      availabilityZone: (subnet) => subnet.zone,
      state: () => 'available',
      'owner-id': () => call.view.account,
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    const Subnets = items.map((subnet) => ({
      SubnetId: subnet.id,
      VpcId: subnet.vpcId,
      AvailabilityZone: subnet.zone,
      CidrBlock: subnet.cidr,
      AvailableIpAddressCount: freeAddresses(call.view, subnet),
      MapPublicIpOnLaunch: subnet.publicIps,
      DefaultForAz: false,
      State: 'available' as const,
      OwnerId: call.view.account,
      SubnetArn: `arn:aws:ec2:${call.view.region}:${call.view.account}:subnet/${subnet.id}`,
      Tags: tagList(subnet.tags),
    }));
    return { Subnets, NextToken: next };
  },

  DescribeKeyPairs(call: Call, input: DescribeKeyPairsRequest) {
    const all = byIds(call.view.keyPairs, input.KeyNames, (name) =>
      refuse('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`),
    );
    return { KeyPairs: all.map((pair) => ({ KeyName: pair.name, KeyPairId: pair.id, KeyType: 'ed25519' as const })) };
  },

  DescribeInstanceTypes(_call: Call, input: DescribeInstanceTypesRequest) {
    const all = instanceTypes.filter(
      (type) => !input.InstanceTypes?.length || input.InstanceTypes.includes(type.name as never),
    );
    const missing = input.InstanceTypes?.find((name) => !all.some((type) => type.name === name));
    if (missing !== undefined) {
      refuse('InvalidInstanceType', `The following supplied instance types do not exist: [${missing}]`);
    }
    const kept = filtered(all as Array<InstanceType & { tags?: Record<string, string> }>, input.Filters, {
      'instance-type': (type) => type.name,
      'processor-info.supported-architecture': (type) => type.architectures,
      'burstable-performance-supported': (type) => String(type.burstable),
      'current-generation': () => 'true',
      'vcpu-info.default-vcpus': (type) => String(type.vcpus),
      'memory-info.size-in-mib': (type) => String(type.memoryMiB),
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    const InstanceTypes = items.map((type) => ({
      InstanceType: type.name,
      CurrentGeneration: true,
      Hypervisor: 'nitro',
      SupportedVirtualizationTypes: ['hvm'],
      SupportedRootDeviceTypes: ['ebs'],
      BurstablePerformanceSupported: type.burstable,
      SupportedUsageClasses: ['on-demand', 'spot'],
      VCpuInfo: { DefaultVCpus: type.vcpus },
      MemoryInfo: { SizeInMiB: type.memoryMiB },
      ProcessorInfo: { SupportedArchitectures: type.architectures },
    }));
    return { InstanceTypes, NextToken: next };
  },

  DescribeInstanceTypeOfferings(call: Call, input: DescribeInstanceTypeOfferingsRequest) {
    const byZone = input.LocationType === 'availability-zone';
    const places = byZone ? call.view.zones : [call.view.region];
    const offerings = places.flatMap((location) => instanceTypes.map((type) => ({ location, name: type.name })));
    const kept = filtered(
      offerings as Array<{ location: string; name: string; tags?: Record<string, string> }>,
      input.Filters,
      {
        'instance-type': (offering) => offering.name,
        location: (offering) => offering.location,
      },
    );
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    const InstanceTypeOfferings = items.map(({ location, name }) => ({
      InstanceType: name,
      Location: location,
      LocationType: input.LocationType ?? 'region',
    }));
    return { InstanceTypeOfferings, NextToken: next };
  },

  DescribeAccountAttributes(_call: Call) {
    const attribute = (AttributeName: string, value: string) => ({
      AttributeName,
      AttributeValues: [{ AttributeValue: value }],
    });
    return {
      AccountAttributes: [
        attribute('supported-platforms', 'VPC'),
        attribute('max-instances', '1000'),
        attribute('vpc-max-security-groups-per-interface', '5'),
      ],
    };
  },
};
