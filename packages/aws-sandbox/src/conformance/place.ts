import {
  DescribeAccountAttributesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Clients } from './clients.ts';
import type { Lab } from './lab.ts';

/** Where the suite works, and what everything it makes is called and tagged. */
export interface Place {
  account: string;
  region: string;
  vpcId: string;
  /** Two subnets in different zones. */
  subnetIds: string[];
  imageId: string;
  rootDevice: string;
  instanceType: 't3.micro';
  /** Instance profile of the builder; undefined: it has none, and no command is sent to it. */
  profile: string | undefined;
  /** Begins every name. */
  name: string;
  tag: { Key: string; Value: string };
}

/** What the caller may decide; the rest is found in the account. */
export interface PlaceWishes {
  /** Told apart from other runs by this. */
  runId: string;
  /** Default: the account's default VPC. */
  vpcId?: string;
  /** Default: Amazon Linux 2023, or else the newest image of the account. */
  imageId?: string;
  /** A role the caller may assume; without it AssumeRole is not tried. */
  roleArn?: string;
  /** Instance profile with which the SSM agent may report; without it no command is sent to an instance. */
  profile?: string;
}

/** Reads who and where we are, and finds a network and an image to work with. */
export async function findPlace(lab: Lab, clients: Clients, wishes: PlaceWishes): Promise<Place> {
  const { ec2, sts } = clients;
  const { Account: account = '' } = await lab.send(sts, new GetCallerIdentityCommand({}));
  if (wishes.roleArn !== undefined) {
    const RoleSessionName = 'gennaker-conformance';
    await lab.send(sts, new AssumeRoleCommand({ RoleArn: wishes.roleArn, RoleSessionName, DurationSeconds: 900 }));
  }
  await lab.send(ec2, new DescribeRegionsCommand({}));
  await lab.send(ec2, new DescribeAvailabilityZonesCommand({}));
  await lab.send(ec2, new DescribeAccountAttributesCommand({}));
  await lab.send(ec2, new DescribeKeyPairsCommand({}));
  const vpcId = wishes.vpcId ?? (await defaultVpc(lab, clients));
  await lab.send(ec2, new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }));
  await lab.send(ec2, new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.micro'] }));
  const zones = await zonesOffering(lab, clients, 't3.micro');
  const subnetIds = await twoSubnets(lab, clients, vpcId, zones);
  const image = await baseImage(lab, clients, wishes.imageId);
  return {
    account,
    region: await ec2.config.region(),
    vpcId,
    subnetIds,
    ...image,
    instanceType: 't3.micro',
    profile: wishes.profile,
    name: `gconf-${wishes.runId}`,
    tag: { Key: 'gennaker:conformance', Value: wishes.runId },
  };
}

async function defaultVpc(lab: Lab, { ec2 }: Clients): Promise<string> {
  const { Vpcs } = await lab.send(
    ec2,
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  );
  const id = Vpcs?.[0]?.VpcId;
  if (id === undefined) throw new Error('The account has no default VPC in this region: name one with --vpc');
  return id;
}

async function zonesOffering(lab: Lab, { ec2 }: Clients, type: string): Promise<string[]> {
  const { InstanceTypeOfferings } = await lab.send(
    ec2,
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: [type] }],
    }),
  );
  return (InstanceTypeOfferings ?? []).map((offering) => offering.Location ?? '');
}

async function twoSubnets(lab: Lab, { ec2 }: Clients, vpcId: string, zones: string[]): Promise<string[]> {
  const { Subnets } = await lab.send(
    ec2,
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
  );
  const usable = (Subnets ?? []).filter((subnet) => zones.includes(subnet.AvailabilityZone ?? ''));
  const byZone = new Map(usable.map((subnet) => [subnet.AvailabilityZone, subnet.SubnetId ?? '']));
  const ids = [...byZone.values()].slice(0, 2);
  if (ids.length < 2) throw new Error(`The VPC ${vpcId} has no two subnets in zones that offer t3.micro`);
  return ids;
}

async function baseImage(lab: Lab, { ec2 }: Clients, wanted: string | undefined) {
  const filters = [
    { Name: 'architecture', Values: ['x86_64'] },
    { Name: 'state', Values: ['available'] },
  ];
  const amazon = { Owners: ['amazon'], Filters: [...filters, { Name: 'name', Values: ['al2023-ami-2023.*-x86_64'] }] };
  const questions = wanted === undefined ? [amazon, { Owners: ['self'], Filters: filters }] : [{ ImageIds: [wanted] }];
  for (const question of questions) {
    const { Images } = await lab.send(ec2, new DescribeImagesCommand(question));
    const newest = (Images ?? []).sort((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''))[0];
    if (newest?.ImageId !== undefined)
      return { imageId: newest.ImageId, rootDevice: newest.RootDeviceName ?? '/dev/xvda' };
  }
  throw new Error('There is no image to start from: name one with --image');
}
