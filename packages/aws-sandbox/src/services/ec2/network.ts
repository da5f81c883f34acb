import type {
  AuthorizeSecurityGroupIngressRequest,
  CreateSecurityGroupRequest,
  DeleteSecurityGroupRequest,
  DescribeAvailabilityZonesRequest,
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypesRequest,
  DescribeKeyPairsRequest,
  DescribeRegionsRequest,
  DescribeSecurityGroupsRequest,
  DescribeSubnetsRequest,
  DescribeVpcsRequest,
  IpPermission,
  RevokeSecurityGroupIngressRequest,
} from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { byIds, filtered, tagList } from './filters.ts';
import { instanceTypes } from './instance-types.ts';
import { freeAddresses } from './launch.ts';
import type { PermissionRule, SecurityGroup } from './state.ts';
import { tagsFor } from './tags.ts';

const regions = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-2'];

function permissionIn(permission: IpPermission): PermissionRule {
  return {
    protocol: permission.IpProtocol ?? '-1',
    fromPort: permission.FromPort ?? null,
    toPort: permission.ToPort ?? null,
    cidrs: (permission.IpRanges ?? []).map((range) => range.CidrIp ?? ''),
    cidrs6: (permission.Ipv6Ranges ?? []).map((range) => range.CidrIpv6 ?? ''),
    groups: (permission.UserIdGroupPairs ?? []).map((pair) => pair.GroupId ?? pair.GroupName ?? ''),
  };
}

function permissionOut(rule: PermissionRule, account: string): IpPermission {
  return {
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort ?? undefined,
    ToPort: rule.toPort ?? undefined,
    IpRanges: rule.cidrs.map((CidrIp) => ({ CidrIp })),
    Ipv6Ranges: rule.cidrs6.map((CidrIpv6) => ({ CidrIpv6 })),
    UserIdGroupPairs: rule.groups.map((GroupId) => ({ GroupId, UserId: account })),
    PrefixListIds: [],
  };
}

/** One rule per source, so that duplicates and removals are told apart by source. */
function single(rule: PermissionRule): PermissionRule[] {
  const bare = { ...rule, cidrs: [], cidrs6: [], groups: [] };
  return [
    ...rule.cidrs.map((cidr) => ({ ...bare, cidrs: [cidr] })),
    ...rule.cidrs6.map((cidr) => ({ ...bare, cidrs6: [cidr] })),
    ...rule.groups.map((group) => ({ ...bare, groups: [group] })),
  ];
}

const sameRule = (a: PermissionRule, b: PermissionRule): boolean => JSON.stringify(a) === JSON.stringify(b);

interface IngressInput {
  GroupId?: string;
  GroupName?: string;
  IpPermissions?: IpPermission[];
  IpProtocol?: string;
  FromPort?: number;
  ToPort?: number;
  CidrIp?: string;
}

function wantedRules(input: IngressInput): PermissionRule[] {
  const short = input.CidrIp === undefined ? [] : [{ ...input, IpRanges: [{ CidrIp: input.CidrIp }] }];
  return [...(input.IpPermissions ?? []), ...short].map(permissionIn).flatMap(single);
}

function groupOf(call: Call, input: { GroupId?: string; GroupName?: string }): SecurityGroup {
  const found =
    input.GroupId !== undefined
      ? call.store.securityGroups[input.GroupId]
      : Object.values(call.store.securityGroups).find((group) => group.name === input.GroupName);
  return found ?? noGroup(input.GroupId ?? input.GroupName ?? '');
}

function noGroup(id: string): never {
  refuse('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
}

export const networkHandlers = {
  DescribeRegions(_call: Call, input: DescribeRegionsRequest) {
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

  DescribeSecurityGroups(call: Call, input: DescribeSecurityGroupsRequest) {
    const named = Object.values(call.view.securityGroups);
    for (const name of input.GroupNames ?? []) if (!named.some((group) => group.name === name)) noGroup(name);
    const all = byIds(call.view.securityGroups, input.GroupIds, noGroup).filter(
      (group) => !input.GroupNames?.length || input.GroupNames.includes(group.name),
    );
    const kept = filtered(all, input.Filters, {
      'group-id': (group) => group.id,
      'group-name': (group) => group.name,
      'vpc-id': (group) => group.vpcId,
      description: (group) => group.description,
      'owner-id': () => call.view.account,
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    const SecurityGroups = items.map((group) => ({
      GroupId: group.id,
      GroupName: group.name,
      Description: group.description,
      VpcId: group.vpcId,
      OwnerId: call.view.account,
      IpPermissions: group.ingress.map((rule) => permissionOut(rule, call.view.account)),
      IpPermissionsEgress: group.egress.map((rule) => permissionOut(rule, call.view.account)),
      Tags: tagList(group.tags),
    }));
    return { SecurityGroups, NextToken: next };
  },

  CreateSecurityGroup(call: Call, input: CreateSecurityGroupRequest) {
    const { GroupName: name = '', Description: description = '' } = input;
    const vpcId = input.VpcId ?? Object.values(call.store.vpcs).find((vpc) => vpc.isDefault)?.id ?? '';
    if (call.view.vpcs[vpcId] === undefined) refuse('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`);
    if (name.startsWith('sg-')) refuse('InvalidParameterValue', 'Invalid group name: names may not begin with sg-');
    const taken = Object.values(call.store.securityGroups).some(
      (group) => group.name === name && group.vpcId === vpcId,
    );
    if (taken) refuse('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpcId}'`);
    const id = `sg-${call.world.random.hex(17)}`;
    const tags = tagsFor(input.TagSpecifications, 'security-group');
    const open: PermissionRule = {
      protocol: '-1',
      fromPort: null,
      toPort: null,
      cidrs: ['0.0.0.0/0'],
      cidrs6: [],
      groups: [],
    };
    call.store.securityGroups[id] = { id, name, description, vpcId, ingress: [], egress: [open], tags };
    return { GroupId: id, Tags: tagList(tags) };
  },

  AuthorizeSecurityGroupIngress(call: Call, input: AuthorizeSecurityGroupIngressRequest) {
    const group = groupOf(call, input);
    const rules = wantedRules(input);
    for (const rule of rules) {
      if (!group.ingress.some((held) => sameRule(held, rule))) continue;
      const peer = [...rule.cidrs, ...rule.cidrs6, ...rule.groups].join();
      refuse('InvalidPermission.Duplicate', `the specified rule "peer: ${peer}, ALLOW" already exists`);
    }
    group.ingress.push(...rules);
    return { Return: true, SecurityGroupRules: [] };
  },

  RevokeSecurityGroupIngress(call: Call, input: RevokeSecurityGroupIngressRequest) {
    const group = groupOf(call, input);
    const rules = wantedRules(input);
    const missing = rules.find((rule) => !group.ingress.some((held) => sameRule(held, rule)));
    if (missing !== undefined) {
      refuse('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
    }
    group.ingress = group.ingress.filter((held) => !rules.some((rule) => sameRule(held, rule)));
    return { Return: true };
  },

  DeleteSecurityGroup(call: Call, input: DeleteSecurityGroupRequest) {
    const group = groupOf(call, input);
    const used =
      Object.values(call.store.instances).some(
        (i) => i.terminatedAt === null && i.securityGroupIds.includes(group.id),
      ) ||
      Object.values(call.store.loadBalancers).some((lb) => lb.securityGroups.includes(group.id)) ||
      Object.values(call.store.securityGroups).some(
        (other) => other !== group && other.ingress.some((rule) => rule.groups.includes(group.id)),
      );
    if (used) refuse('DependencyViolation', `resource ${group.id} has a dependent object`);
    delete call.store.securityGroups[group.id];
    return { Return: true, GroupId: group.id };
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
    const { items, next } = page(all, input.NextToken, input.MaxResults);
    const InstanceTypes = items.map((type) => ({
      InstanceType: type.name,
      CurrentGeneration: true,
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
