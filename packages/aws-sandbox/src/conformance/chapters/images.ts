import {
  CopyImageCommand,
  CreateImageCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  EnableImageDeprecationCommand,
  GetConsoleOutputCommand,
  GetLaunchTemplateDataCommand,
  ModifyImageAttributeCommand,
  ModifyInstanceAttributeCommand,
  ModifySnapshotAttributeCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';
import type { Place } from '../place.ts';
import { runCommand } from './instance-commands.ts';

const minutes = (count: number): number => count * 60;

/** A builder from start to stop, an image of it, a copy, shares, and all of it deleted again. */
export async function images(lab: Lab, clients: Clients, place: Place, groupId: string): Promise<void> {
  const id = await runBuilder(lab, clients, place, groupId);
  if (place.profile !== undefined) await runCommand(lab, clients, id);
  await playInstance(lab, clients, id);
  const imageId = await makeImage(lab, clients, place, id);
  await shareImage(lab, clients, place, imageId);
  await copyImage(lab, clients, place, imageId);
  await lab.send(clients.ec2, new TerminateInstancesCommand({ InstanceIds: [id] }));
  await untilState(lab, clients, id, 'terminated');
}

async function runBuilder(lab: Lab, clients: Clients, place: Place, groupId: string): Promise<string> {
  const { ec2 } = clients;
  const input = {
    ImageId: place.imageId,
    InstanceType: place.instanceType,
    MinCount: 1,
    MaxCount: 1,
    ClientToken: `${place.name}-run`,
    NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: place.subnetIds[0], Groups: [groupId] }],
    IamInstanceProfile: place.profile === undefined ? undefined : { Name: place.profile },
    MetadataOptions: { HttpTokens: 'required' as const },
    BlockDeviceMappings: [{ DeviceName: place.rootDevice, Ebs: { VolumeType: 'gp3' as const } }],
    TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [place.tag] }],
  };
  const { Instances } = await lab.send(ec2, new RunInstancesCommand(input));
  const id = Instances?.[0]?.InstanceId ?? '';
  lab.later(`instance ${id}`, () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
  const again = await lab.send(ec2, new RunInstancesCommand(input));
  if (again.Instances?.[0]?.InstanceId !== id) throw new Error('The same client token started another instance');
  await untilState(lab, clients, id, 'running');
  return id;
}

async function stateOf(lab: Lab, { ec2 }: Clients, id: string): Promise<string | undefined> {
  const { Reservations } = await lab.send(ec2, new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations?.[0]?.Instances?.[0]?.State?.Name;
}

function untilState(lab: Lab, clients: Clients, id: string, state: string): Promise<void> {
  return lab.until(`${state} instance ${id}`, minutes(10), async () => (await stateOf(lab, clients, id)) === state);
}

async function playInstance(lab: Lab, clients: Clients, id: string): Promise<void> {
  const { ec2 } = clients;
  const InstanceIds = [id];
  await lab.send(ec2, new DescribeInstanceStatusCommand({ InstanceIds }));
  await lab.send(ec2, new GetConsoleOutputCommand({ InstanceId: id }));
  await lab.send(ec2, new GetLaunchTemplateDataCommand({ InstanceId: id }));
  await lab.send(ec2, new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'instanceType' }));
  await lab.send(
    ec2,
    new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceInitiatedShutdownBehavior: { Value: 'stop' } }),
  );
  await lab.send(ec2, new RebootInstancesCommand({ InstanceIds }));
  await lab.send(ec2, new StopInstancesCommand({ InstanceIds }));
  await untilState(lab, clients, id, 'stopped');
  await lab.send(ec2, new StartInstancesCommand({ InstanceIds }));
  await untilState(lab, clients, id, 'running');
  await lab.send(ec2, new StopInstancesCommand({ InstanceIds }));
  await untilState(lab, clients, id, 'stopped');
  await lab.refused(
    ec2,
    new DescribeInstancesCommand({ InstanceIds: ['i-00000000000000000'] }),
    'InvalidInstanceID.NotFound',
  );
}

async function untilAvailable(lab: Lab, { ec2 }: Clients, id: string): Promise<string> {
  let snapshotId = '';
  await lab.until(`available image ${id}`, minutes(60), async () => {
    const { Images } = await lab.send(ec2, new DescribeImagesCommand({ ImageIds: [id] }));
    snapshotId = Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
    return Images?.[0]?.State === 'available';
  });
  return snapshotId;
}

async function makeImage(lab: Lab, clients: Clients, place: Place, InstanceId: string): Promise<string> {
  const { ec2 } = clients;
  const create = new CreateImageCommand({
    InstanceId,
    Name: `${place.name}-image`,
    NoReboot: true,
    TagSpecifications: [
      { ResourceType: 'image', Tags: [place.tag] },
      { ResourceType: 'snapshot', Tags: [place.tag] },
    ],
  });
  const { ImageId = '' } = await lab.send(ec2, create);
  lab.later(`image ${ImageId}`, () => deleteImage(clients, ImageId));
  await untilAvailable(lab, clients, ImageId);
  await lab.refused(ec2, create, 'InvalidAMIName.Duplicate');
  return ImageId;
}

/** Deletes an image that may be gone already, with its snapshots. */
async function deleteImage({ ec2 }: Clients, ImageId: string): Promise<void> {
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  if (!Images?.some((image) => image.ImageId === ImageId)) return;
  await ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
}

async function shareImage(lab: Lab, { ec2 }: Clients, place: Place, ImageId: string): Promise<void> {
  const Add = [{ UserId: place.account }];
  await lab.send(ec2, new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Add } }));
  await lab.send(ec2, new DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }));
  await lab.send(ec2, new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Remove: Add } }));
  const { Images } = await lab.send(ec2, new DescribeImagesCommand({ ImageIds: [ImageId] }));
  const SnapshotId = Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
  await lab.send(ec2, new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }));
  const Attribute = 'createVolumePermission';
  const UserIds = [place.account];
  await lab.send(ec2, new ModifySnapshotAttributeCommand({ SnapshotId, Attribute, OperationType: 'add', UserIds }));
  await lab.send(ec2, new DescribeSnapshotAttributeCommand({ SnapshotId, Attribute }));
  await lab.send(ec2, new ModifySnapshotAttributeCommand({ SnapshotId, Attribute, OperationType: 'remove', UserIds }));
  const DeprecateAt = new Date((Images?.[0]?.CreationDate ? Date.parse(Images[0].CreationDate) : 0) + 30 * 86_400_000);
  await lab.send(ec2, new EnableImageDeprecationCommand({ ImageId, DeprecateAt }));
}

async function copyImage(lab: Lab, clients: Clients, place: Place, SourceImageId: string): Promise<void> {
  const { ec2 } = clients;
  const { ImageId = '' } = await lab.send(
    ec2,
    new CopyImageCommand({
      Name: `${place.name}-copy`,
      SourceImageId,
      SourceRegion: place.region,
      CopyImageTags: true,
      ClientToken: `${place.name}-copy`,
    }),
  );
  lab.later(`image ${ImageId}`, () => deleteImage(clients, ImageId));
  const snapshotId = await untilAvailable(lab, clients, ImageId);
  await lab.refused(ec2, new DeleteSnapshotCommand({ SnapshotId: snapshotId }), 'InvalidSnapshot.InUse');
  await lab.send(ec2, new DeregisterImageCommand({ ImageId }));
  await lab.send(ec2, new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
  await lab.send(ec2, new DeregisterImageCommand({ ImageId: SourceImageId, DeleteAssociatedSnapshots: true }));
}
