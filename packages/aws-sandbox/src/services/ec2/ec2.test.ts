import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf } from '../../testing/clients.ts';

const ImageId = 'ami-0de0200000000000b';
const one = { ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 } as const;

describe('EC2', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 2 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const stateOf = async (id: string) =>
    (await aws.ec2.describeInstances({ InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0]?.State?.Name;
  const run = async (extra: object = {}) =>
    (await aws.ec2.runInstances({ ...one, ...extra })).Instances?.[0]?.InstanceId ?? '';

  it('takes an instance from pending to running, stopped, running again, terminated, invisible', async () => {
    const id = await run();
    expect(await stateOf(id)).toBe('pending');
    sandbox.clock.advance(2000);
    expect(await stateOf(id)).toBe('running');
    const status = async () =>
      (await aws.ec2.describeInstanceStatus({ InstanceIds: [id] })).InstanceStatuses?.[0]?.InstanceStatus?.Status;
    expect(await status()).toBe('initializing');
    sandbox.clock.advance(3000);
    expect(await status()).toBe('ok');
    await aws.ec2.stopInstances({ InstanceIds: [id] });
    expect(await stateOf(id)).toBe('stopping');
    sandbox.clock.advance(2000);
    expect(await stateOf(id)).toBe('stopped');
    await aws.ec2.startInstances({ InstanceIds: [id] });
    sandbox.clock.advance(2000);
    expect(await stateOf(id)).toBe('running');
    await aws.ec2.terminateInstances({ InstanceIds: [id] });
    expect(await stateOf(id)).toBe('shutting-down');
    sandbox.clock.advance(2000);
    expect(await stateOf(id)).toBe('terminated');
    sandbox.clock.advance(3_600_000);
    await expect(stateOf(id)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
  });

  it('keeps client tokens: the same call gives the same instance, another one is a mismatch', async () => {
    const id = await run({ ClientToken: 'token-1' });
    expect(await run({ ClientToken: 'token-1' })).toBe(id);
    await expect(run({ ClientToken: 'token-1', InstanceType: 't3.small' })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatch',
    });
  });

  it('refuses what EC2 refuses', async () => {
    await expect(run({ ImageId: 'ami-00000000' })).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' });
    await expect(run({ InstanceType: 't4g.micro' })).rejects.toThrow('architecture');
    await expect(run({ DryRun: true })).rejects.toMatchObject({
      name: 'DryRunOperation',
      $metadata: { httpStatusCode: 412 },
    });
    const nic = { NetworkInterfaces: [{ DeviceIndex: 0 }], SubnetId: 'subnet-0ea0000000000000' };
    await expect(run(nic)).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
    await expect(
      aws.ec2.createTags({ Resources: [await run()], Tags: [{ Key: 'aws:x', Value: 'y' }] }),
    ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(aws.ec2.describeVolumes({})).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'The action DescribeVolumes is not valid for this web service.',
    });
  });

  it('finds images by owner, tags and name patterns, and shows the newest by its date', async () => {
    const { Images } = await aws.ec2.describeImages({
      Owners: ['self'],
      Filters: [
        { Name: 'tag:app', Values: ['demo-web'] },
        { Name: 'name', Values: ['demo-web-?.0.0'] },
      ],
    });
    expect(Images?.map((image) => image.Name)).toEqual(['demo-web-1.0.0', 'demo-web-2.0.0']);
    await expect(aws.ec2.describeImages({ Filters: [{ Name: 'no-such', Values: ['x'] }] })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  it('makes an image of an instance and copies it to another region, names being unique', async () => {
    const InstanceId = await run();
    sandbox.clock.advance(2000);
    const made = await aws.ec2.createImage({
      InstanceId,
      Name: 'baked',
      TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'v', Value: '9' }] }],
    });
    await expect(aws.ec2.createImage({ InstanceId, Name: 'baked' })).rejects.toMatchObject({
      name: 'InvalidAMIName.Duplicate',
    });
    const state = async (client: Clients, id = '') =>
      (await client.ec2.describeImages({ ImageIds: [id] })).Images?.[0]?.State;
    expect(await state(aws, made.ImageId)).toBe('pending');
    sandbox.clock.advance(5000);
    expect(await state(aws, made.ImageId)).toBe('available');
    const west = clientsOf(sandbox, { region: 'us-west-2' });
    const copy = await west.ec2.copyImage({
      Name: 'baked',
      SourceImageId: made.ImageId,
      SourceRegion: 'us-east-1',
      CopyImageTags: true,
    });
    sandbox.clock.advance(9000);
    expect(await state(west, copy.ImageId)).toBe('pending');
    sandbox.clock.advance(1000);
    expect((await west.ec2.describeImages({ ImageIds: [copy.ImageId ?? ''] })).Images?.[0]).toMatchObject({
      State: 'available',
      Tags: [{ Key: 'v', Value: '9' }],
    });
    west.destroy();
  });

  it('keeps launch template versions apart and warns about an image it does not know', async () => {
    const made = await aws.ec2.createLaunchTemplate({
      LaunchTemplateName: 'web',
      LaunchTemplateData: { ImageId: 'ami-00000000' },
    });
    expect(made.Warning?.Errors?.[0]?.Code).toBe('InvalidAMIID.NotFound');
    const LaunchTemplateId = made.LaunchTemplate?.LaunchTemplateId;
    await aws.ec2.createLaunchTemplateVersion({
      LaunchTemplateId,
      SourceVersion: '1',
      LaunchTemplateData: { ImageId },
    });
    const versions = async (Versions: string[]) =>
      (await aws.ec2.describeLaunchTemplateVersions({ LaunchTemplateId, Versions })).LaunchTemplateVersions?.map(
        (each) => each.LaunchTemplateData?.ImageId,
      );
    expect(await versions(['$Latest', '$Default', '1'])).toEqual([ImageId, 'ami-00000000', 'ami-00000000']);
    await expect(
      aws.ec2.createLaunchTemplate({ LaunchTemplateName: 'web', LaunchTemplateData: { ImageId } }),
    ).rejects.toMatchObject({ name: 'InvalidLaunchTemplateName.AlreadyExistsException' });
    const deleted = await aws.ec2.deleteLaunchTemplateVersions({ LaunchTemplateId, Versions: ['1', '2', '9'] });
    expect(deleted.SuccessfullyDeletedLaunchTemplateVersions?.map((each) => each.VersionNumber)).toEqual([2]);
    expect(deleted.UnsuccessfullyDeletedLaunchTemplateVersions?.map((each) => each.VersionNumber)).toEqual([1, 9]);
  });

  it('counts free addresses down and guards security groups', async () => {
    const SubnetId = 'subnet-0ea0000000000000';
    const free = async () =>
      (await aws.ec2.describeSubnets({ SubnetIds: [SubnetId] })).Subnets?.[0]?.AvailableIpAddressCount ?? 0;
    const before = await free();
    await run({ SubnetId });
    expect(await free()).toBe(before - 1);
    const rule = {
      GroupId: 'sg-0e0e000000000000',
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
    };
    await aws.ec2.authorizeSecurityGroupIngress(rule);
    await expect(aws.ec2.authorizeSecurityGroupIngress(rule)).rejects.toMatchObject({
      name: 'InvalidPermission.Duplicate',
    });
    await expect(aws.ec2.deleteSecurityGroup({ GroupId: rule.GroupId })).rejects.toMatchObject({
      name: 'DependencyViolation',
    });
  });
});
