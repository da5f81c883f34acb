import type { SecurityGroup, Subnet } from '@aws-sdk/client-ec2';
import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ServerGroupSpec } from '@gennaker/catalog/kit';
import type { Place } from '../place.ts';

/** Where a new group will live, in AWS ids; `problems` are sentences about what was not found or does not fit. */
export interface Network {
  readonly subnets: readonly Subnet[];
  readonly vpcId: string | null;
  readonly securityGroupIds: readonly string[];
  readonly targetGroups: readonly TargetGroup[];
  readonly problems: readonly string[];
}

export type NetworkSpec = Pick<
  ServerGroupSpec,
  'subnetIds' | 'subnetType' | 'availabilityZones' | 'securityGroups' | 'targetGroups' | 'healthCheckType'
>;

interface Found<Thing> {
  readonly found: readonly Thing[];
  readonly problems: readonly string[];
}

/**
 * What a subnet is for: the tag `purpose`, else the JSON tag `immutable_metadata` that Spinnaker reads, else the
 * middle part of a three-part Name (`main.internal.us-east-1a`).
 */
export function purposeOf(subnet: Subnet): string | null {
  const tags = Object.fromEntries((subnet.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
  const stated = tags['purpose'] ?? tags['cd:purpose'];
  if (stated) return stated;
  const fromJson = /"purpose"\s*:\s*"([^"]+)"/.exec(tags['immutable_metadata'] ?? '')?.[1];
  if (fromJson) return fromJson;
  const parts = (tags['Name'] ?? '').split('.');
  return parts.length >= 3 ? (parts[1] ?? null) : null;
}

async function findSubnets(place: Place, spec: NetworkSpec): Promise<Found<Subnet>> {
  const ids = spec.subnetIds ?? [];
  const zones = spec.availabilityZones ?? [];
  const byZone = zones.length > 0 ? [{ Name: 'availability-zone', Values: [...zones] }] : [];
  if (ids.length > 0) {
    const filter = [{ Name: 'subnet-id', Values: [...ids] }];
    const found = (await place.ec2.describeSubnets({ Filters: filter }, { resource: 'subnets' })).Subnets ?? [];
    const missing = ids.filter((id) => !found.some((subnet) => subnet.SubnetId === id));
    return { found, problems: missing.map((id) => `subnet ${id} does not exist in ${place.region}`) };
  }
  const all = (await place.ec2.describeSubnets({ Filters: byZone }, { resource: 'subnets' })).Subnets ?? [];
  const wanted = spec.subnetType;
  const found = all.filter((subnet) => (wanted ? purposeOf(subnet) === wanted : subnet.DefaultForAz === true));
  if (found.length > 0) return { found, problems: [] };
  const where = zones.length > 0 ? `${zones.join(', ')}` : place.region;
  const what = wanted ? `no subnet with purpose "${wanted}"` : 'no default subnet; give subnets or a subnet purpose';
  return { found, problems: [`${what} in ${where}`] };
}

const isGroupId = (nameOrId: string): boolean => /^sg-[0-9a-z]+$/.test(nameOrId);

async function findSecurityGroups(place: Place, spec: NetworkSpec, vpcId: string | null): Promise<Found<string>> {
  if (spec.securityGroups.length === 0) return { found: [], problems: ['no security group is given'] };
  const vpc = vpcId === null ? [] : [{ Name: 'vpc-id', Values: [vpcId] }];
  const lookUp = async (field: 'group-id' | 'group-name', values: readonly string[]) =>
    values.length === 0
      ? []
      : ((
          await place.ec2.describeSecurityGroups(
            { Filters: [{ Name: field, Values: [...values] }, ...vpc] },
            { resource: 'security groups' },
          )
        ).SecurityGroups ?? []);
  const [byId, byName] = await Promise.all([
    lookUp('group-id', spec.securityGroups.filter(isGroupId)),
    lookUp(
      'group-name',
      spec.securityGroups.filter((one) => !isGroupId(one)),
    ),
  ]);
  const all = [...byId, ...byName];
  const match = (wanted: string): SecurityGroup | undefined =>
    all.find((group) => group.GroupId === wanted || group.GroupName === wanted);
  return {
    found: [...new Set(spec.securityGroups.flatMap((wanted) => match(wanted)?.GroupId ?? []))],
    problems: spec.securityGroups
      .filter((wanted) => !match(wanted))
      .map((wanted) => `security group "${wanted}" does not exist${vpcId ? ` in ${vpcId}` : ''}`),
  };
}

function targetGroupProblems(name: string, group: TargetGroup | undefined, spec: NetworkSpec, vpcId: string | null) {
  if (!group) return [`target group "${name}" does not exist`];
  const balanced = (group.LoadBalancerArns ?? []).length > 0;
  return [
    ...(vpcId && group.VpcId && group.VpcId !== vpcId
      ? [`target group "${name}" is in ${group.VpcId}, the subnets are in ${vpcId}`]
      : []),
    ...(group.TargetType && group.TargetType !== 'instance'
      ? [`target group "${name}" takes targets of type "${group.TargetType}", not instances`]
      : []),
    ...(spec.healthCheckType === 'ELB' && !balanced
      ? [`target group "${name}" is on no load balancer, so its instances could never become healthy`]
      : []),
  ];
}

async function findTargetGroups(place: Place, spec: NetworkSpec, vpcId: string | null): Promise<Found<TargetGroup>> {
  const looked = await Promise.all(
    spec.targetGroups.map(async (name) => ({ name, group: await place.targetGroups.find(name) })),
  );
  return {
    found: looked.flatMap(({ group }) => group ?? []),
    problems: looked.flatMap(({ name, group }) => targetGroupProblems(name, group, spec, vpcId)),
  };
}

/**
 * The network as it was resolved without problems a moment ago, as by the check before a group is made; else resolved
 * now. AWS itself refuses what has gone since.
 */
export async function knownNetwork(place: Place, spec: NetworkSpec): Promise<Network> {
  return place.networks.get(keyOf(spec)) ?? resolveNetwork(place, spec);
}

const keyOf = (spec: NetworkSpec): string =>
  JSON.stringify([
    spec.subnetIds ?? [],
    spec.subnetType ?? null,
    spec.availabilityZones ?? [],
    spec.securityGroups,
    spec.targetGroups,
    spec.healthCheckType,
  ]);

/** Resolves names of subnets, security groups and target groups to ids, by reads alone. */
export async function resolveNetwork(place: Place, spec: NetworkSpec): Promise<Network> {
  const network = await resolve(place, spec);
  if (network.problems.length === 0) place.networks.set(keyOf(spec), network);
  return network;
}

async function resolve(place: Place, spec: NetworkSpec): Promise<Network> {
  const subnets = await findSubnets(place, spec);
  const vpcs = [...new Set(subnets.found.flatMap((subnet) => subnet.VpcId ?? []))];
  const vpcId = vpcs[0] ?? null;
  const [securityGroups, targetGroups] = await Promise.all([
    findSecurityGroups(place, spec, vpcId),
    findTargetGroups(place, spec, vpcId),
  ]);
  const scattered = vpcs.length > 1 ? [`the subnets lie in several VPCs (${vpcs.join(', ')})`] : [];
  return {
    subnets: subnets.found,
    vpcId,
    securityGroupIds: securityGroups.found,
    targetGroups: targetGroups.found,
    problems: [...subnets.problems, ...scattered, ...securityGroups.problems, ...targetGroups.problems],
  };
}
