import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf } from '../../testing/clients.ts';

const VpcId = 'vpc-0e00000000000000';
const web = 'sg-0e0e000000000000';

describe('security groups', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 6 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const create = async (GroupName = 'app') =>
    (await aws.ec2.createSecurityGroup({ GroupName, Description: 'An application', VpcId })).GroupId ?? '';
  const read = async (id: string) => (await aws.ec2.describeSecurityGroups({ GroupIds: [id] })).SecurityGroups?.[0];
  const http = (CidrIp: string, Description?: string) => ({
    IpProtocol: 'tcp',
    FromPort: 80,
    ToPort: 80,
    IpRanges: [{ CidrIp, Description }],
  });

  it('is made once by name and VPC, open outwards, and goes when nothing uses it', async () => {
    const id = await create();
    await expect(create()).rejects.toMatchObject({ name: 'InvalidGroup.Duplicate' });
    expect(await read(id)).toMatchObject({
      GroupName: 'app',
      IpPermissions: [],
      IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
    await aws.ec2.authorizeSecurityGroupIngress({
      GroupId: web,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs: [{ GroupName: 'app' }] }],
    });
    await expect(aws.ec2.deleteSecurityGroup({ GroupId: id })).rejects.toMatchObject({ name: 'DependencyViolation' });
    const pair = [{ GroupId: id }];
    await aws.ec2.revokeSecurityGroupIngress({
      GroupId: web,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs: pair }],
    });
    await aws.ec2.deleteSecurityGroup({ GroupId: id });
    await expect(read(id)).rejects.toMatchObject({ name: 'InvalidGroup.NotFound' });
  });

  it('keeps one rule per source, shows them together by port, and knows duplicates whatever they are called', async () => {
    const GroupId = await create();
    const made = await aws.ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [http('10.0.0.0/8', 'office'), http('192.168.0.0/16')],
    });
    expect(made.SecurityGroupRules?.map((rule) => rule.CidrIpv4)).toEqual(['10.0.0.0/8', '192.168.0.0/16']);
    expect((await read(GroupId))?.IpPermissions).toMatchObject([
      { FromPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'office' }, { CidrIp: '192.168.0.0/16' }] },
    ]);
    await expect(
      aws.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [http('10.0.0.0/8', 'renamed')] }),
    ).rejects.toMatchObject({ name: 'InvalidPermission.Duplicate' });
    await aws.ec2.updateSecurityGroupRuleDescriptionsIngress({
      GroupId,
      IpPermissions: [http('10.0.0.0/8', 'renamed')],
    });
    const { SecurityGroupRules } = await aws.ec2.describeSecurityGroupRules({
      Filters: [{ Name: 'group-id', Values: [GroupId] }],
    });
    expect(SecurityGroupRules?.find((rule) => rule.CidrIpv4 === '10.0.0.0/8')?.Description).toBe('renamed');
    await aws.ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions: [http('10.0.0.0/8')] });
    await expect(
      aws.ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions: [http('10.0.0.0/8')] }),
    ).rejects.toMatchObject({ name: 'InvalidPermission.NotFound' });
  });

  it('takes egress rules and rule ids, and refuses what is malformed', async () => {
    const GroupId = await create();
    const out = await aws.ec2.authorizeSecurityGroupEgress({ GroupId, IpPermissions: [http('10.0.0.0/8')] });
    const id = out.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? '';
    await aws.ec2.revokeSecurityGroupEgress({ GroupId, SecurityGroupRuleIds: [id] });
    expect((await read(GroupId))?.IpPermissionsEgress).toHaveLength(1);
    await expect(
      aws.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [http('10.0.0.0/99')] }),
    ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    const missing = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-000' }] };
    await expect(aws.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [missing] })).rejects.toMatchObject({
      name: 'InvalidGroup.NotFound',
    });
    await expect(aws.ec2.deleteSecurityGroup({ GroupId: 'sg-0e0d000000000000' })).rejects.toMatchObject({
      name: 'CannotDelete',
    });
  });

  it('restarts an instance: its application is away for a moment', async () => {
    const { Reservations } = await aws.ec2.describeInstances({});
    const id = Reservations?.[0]?.Instances?.[0]?.InstanceId ?? '';
    await aws.ec2.rebootInstances({ InstanceIds: [id] });
    const at = (await aws.ec2.describeInstances({ InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0];
    expect(at?.State?.Name).toBe('running');
    await aws.ec2.stopInstances({ InstanceIds: [id] });
    await expect(aws.ec2.rebootInstances({ InstanceIds: [id] })).rejects.toMatchObject({
      name: 'IncorrectInstanceState',
    });
  });

  it('tells instance types by architecture, and where they are offered', async () => {
    const arm = await aws.ec2.describeInstanceTypes({
      Filters: [{ Name: 'processor-info.supported-architecture', Values: ['arm64'] }],
    });
    expect(arm.InstanceTypes?.every((type) => type.ProcessorInfo?.SupportedArchitectures?.includes('arm64'))).toBe(
      true,
    );
    const offered = await aws.ec2.describeInstanceTypeOfferings({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: ['t3.micro'] }],
    });
    expect(offered.InstanceTypeOfferings?.map((each) => each.Location)).toHaveLength(3);
  });
});
