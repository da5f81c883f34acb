import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { demoScenario } from '../../scenarios/demo.ts';
import { type Clients, clientsOf } from '../../testing/clients.ts';

const ours = '123456789012';
const theirs = '210987654321';
const ImageId = 'ami-0de0200000000000b';
const twoAccounts = {
  ...demoScenario,
  accounts: [
    ...demoScenario.accounts,
    {
      id: theirs,
      keys: [{ accessKeyId: 'OTHERKEY', secretAccessKey: 'other-secret' }],
      regions: (demoScenario.accounts[0]?.regions ?? []).map(({ name, vpcs }) => ({ name, vpcs })),
    },
  ],
};

describe('images between accounts and regions', () => {
  let sandbox: Sandbox;
  let aws: Clients;
  let other: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 3, scenario: twoAccounts });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
    const credentials = { AccessKeyId: 'OTHERKEY', SecretAccessKey: 'other-secret' };
    other = clientsOf(sandbox, { credentials: { ...credentials, SessionToken: undefined, Expiration: undefined } });
  });
  afterEach(async () => {
    aws.destroy();
    other.destroy();
    await sandbox.stop();
  });

  const seen = async (client: Clients, id = ImageId) =>
    (await client.ec2.describeImages({ ImageIds: [id] })).Images?.[0];
  const share = (id = ImageId) =>
    aws.ec2.modifyImageAttribute({ ImageId: id, LaunchPermission: { Add: [{ UserId: theirs }] } });
  const snapshotOf = async (id = ImageId) => (await seen(aws, id))?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
  const bake = async (extra: object = {}, name = 'baked') => {
    const { Instances } = await aws.ec2.runInstances({ ImageId, MinCount: 1, MaxCount: 1, ...extra });
    sandbox.clock.advance(2000);
    const InstanceId = Instances?.[0]?.InstanceId ?? '';
    const made = await aws.ec2.createImage({ InstanceId, Name: name });
    sandbox.clock.advance(5000);
    return made.ImageId ?? '';
  };

  it('shows an image to another account once it may launch it, without the tags of its owner', async () => {
    await expect(seen(other)).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' });
    await share();
    expect((await seen(aws))?.Tags?.length).toBeGreaterThan(0);
    expect(await seen(other)).toMatchObject({ OwnerId: ours, Tags: [] });
    const tagged = { Filters: [{ Name: 'tag:version', Values: ['2.0.0'] }] };
    expect((await other.ec2.describeImages(tagged)).Images).toEqual([]);
    await other.ec2.createTags({ Resources: [ImageId], Tags: [{ Key: 'version', Value: '2.0.0' }] });
    expect((await other.ec2.describeImages(tagged)).Images?.[0]?.Tags).toEqual([{ Key: 'version', Value: '2.0.0' }]);
    expect((await seen(aws))?.Tags).toContainEqual({ Key: 'app', Value: 'demo-web' });
    const { LaunchPermissions } = await aws.ec2.describeImageAttribute({ ImageId, Attribute: 'launchPermission' });
    expect(LaunchPermissions).toEqual([{ UserId: theirs }]);
    await expect(other.ec2.describeImageAttribute({ ImageId, Attribute: 'launchPermission' })).rejects.toMatchObject({
      name: 'AuthFailure',
    });
    const { Instances } = await other.ec2.runInstances({ ImageId, MinCount: 1, MaxCount: 1 });
    expect(Instances?.[0]?.ImageId).toBe(ImageId);
    await aws.ec2.modifyImageAttribute({ ImageId, LaunchPermission: { Remove: [{ UserId: theirs }] } });
    await expect(seen(other)).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' });
  });

  it('lists by owner and by who may launch', async () => {
    await share();
    const ids = async (input: object) =>
      (await other.ec2.describeImages({ ...input })).Images?.map((image) => image.ImageId);
    expect(await ids({ Owners: ['self'] })).toEqual([]);
    expect(await ids({ Owners: [ours] })).toEqual([ImageId]);
    expect(await ids({ ExecutableUsers: ['self'] })).toEqual([ImageId]);
    expect(await ids({ ExecutableUsers: ['all'] })).toEqual([]);
    await aws.ec2.modifyImageAttribute({ ImageId, LaunchPermission: { Add: [{ Group: 'all' }] } });
    expect(await ids({ ExecutableUsers: ['all'] })).toEqual([ImageId]);
  });

  it('another account sees a share only after the lag of its reads', async () => {
    sandbox.faults.add({ effect: { kind: 'lag', ms: 5000 } });
    await share();
    await expect(seen(other)).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' });
    sandbox.clock.advance(6000);
    expect((await seen(other))?.ImageId).toBe(ImageId);
  });

  it('copies what another account shared only when its snapshot is shared too', async () => {
    await share();
    const copy = () => other.ec2.copyImage({ Name: 'copy', SourceImageId: ImageId, SourceRegion: 'us-east-1' });
    await expect(copy()).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: 'You do not have permission to access the storage of this ami',
    });
    const SnapshotId = await snapshotOf();
    await aws.ec2.modifySnapshotAttribute({
      SnapshotId,
      Attribute: 'createVolumePermission',
      OperationType: 'add',
      UserIds: [theirs],
    });
    const { Snapshots } = await other.ec2.describeSnapshots({ SnapshotIds: [SnapshotId] });
    expect(Snapshots?.[0]).toMatchObject({ OwnerId: ours, Tags: [] });
    const made = await copy();
    sandbox.clock.advance(10_000);
    expect(await seen(other, made.ImageId)).toMatchObject({ OwnerId: theirs, State: 'available' });
  });

  it('answers a repeated CopyImage with the same image, and keeps tags and key as asked', async () => {
    const west = clientsOf(sandbox, { region: 'us-west-2' });
    const input = { Name: 'far', SourceImageId: ImageId, SourceRegion: 'us-east-1', ClientToken: 'token-1' };
    const first = await west.ec2.copyImage({ ...input, CopyImageTags: true, Encrypted: true });
    expect((await west.ec2.copyImage({ ...input, CopyImageTags: true, Encrypted: true })).ImageId).toBe(first.ImageId);
    await expect(west.ec2.copyImage({ ...input, Name: 'other' })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatch',
    });
    const image = await seen(west, first.ImageId);
    expect(image?.BlockDeviceMappings?.[0]?.Ebs?.Encrypted).toBe(true);
    expect(image?.Tags).toContainEqual({ Key: 'app', Value: 'demo-web' });
    await expect(
      west.ec2.modifyImageAttribute({ ImageId: first.ImageId, LaunchPermission: { Add: [{ UserId: theirs }] } }),
    ).rejects.toMatchObject({ name: 'InvalidParameter' });
    west.destroy();
  });

  it('starts an encrypted image of another account only with its snapshot shared', async () => {
    const KmsKeyId = `arn:aws:kms:us-east-1:${ours}:key/1234`;
    const Ebs = { Encrypted: true, KmsKeyId, VolumeSize: 12 };
    const id = await bake({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }] });
    expect((await seen(aws, id))?.BlockDeviceMappings?.[0]?.Ebs).toMatchObject({ Encrypted: true, VolumeSize: 12 });
    await share(id);
    const start = async () => {
      const { Instances } = await other.ec2.runInstances({ ImageId: id, MinCount: 1, MaxCount: 1 });
      sandbox.clock.advance(2000);
      const InstanceIds = [Instances?.[0]?.InstanceId ?? ''];
      return (await other.ec2.describeInstances({ InstanceIds })).Reservations?.[0]?.Instances?.[0];
    };
    expect(await start()).toMatchObject({
      State: { Name: 'terminated' },
      StateReason: { Code: 'Client.InternalError' },
    });
    await aws.ec2.modifySnapshotAttribute({
      SnapshotId: await snapshotOf(id),
      CreateVolumePermission: { Add: [{ UserId: theirs }] },
    });
    expect(await start()).toMatchObject({ State: { Name: 'running' } });
  });

  it('deregisters, with the snapshot when asked, and guards a snapshot in use', async () => {
    const id = await bake();
    const SnapshotId = await snapshotOf(id);
    await expect(aws.ec2.deleteSnapshot({ SnapshotId })).rejects.toMatchObject({ name: 'InvalidSnapshot.InUse' });
    await aws.ec2.deregisterImage({ ImageId: id });
    await expect(seen(aws, id)).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' });
    await aws.ec2.deleteSnapshot({ SnapshotId });
    const second = await bake({}, 'baked');
    const snapshot = await snapshotOf(second);
    const gone = await aws.ec2.deregisterImage({ ImageId: second, DeleteAssociatedSnapshots: true });
    expect(gone.DeleteSnapshotResults).toEqual([{ SnapshotId: snapshot, ReturnCode: 'success' }]);
    await expect(aws.ec2.describeSnapshots({ SnapshotIds: [snapshot] })).rejects.toMatchObject({
      name: 'InvalidSnapshot.NotFound',
    });
  });

  it('hides a deprecated image from others who do not name it', async () => {
    await share();
    await aws.ec2.enableImageDeprecation({ ImageId, DeprecateAt: new Date(sandbox.clock.now() + 60_000) });
    const listed = async () => (await other.ec2.describeImages({ Owners: [ours] })).Images?.length;
    expect(await listed()).toBe(1);
    sandbox.clock.advance(61_000);
    expect(await listed()).toBe(0);
    expect((await seen(other))?.DeprecationTime).toBeDefined();
    expect((await other.ec2.describeImages({ Owners: [ours], IncludeDeprecated: true })).Images).toHaveLength(1);
  });

  it('fault image: an image ends as failed and says why', async () => {
    sandbox.faults.add({ match: { resource: 'baked*' }, effect: { kind: 'image', message: 'No space for it' } });
    const id = await bake();
    expect(await seen(aws, id)).toMatchObject({ State: 'failed', StateReason: { Message: 'No space for it' } });
    await expect(aws.ec2.runInstances({ ImageId: id, MinCount: 1, MaxCount: 1 })).rejects.toMatchObject({
      name: 'InvalidAMIID.Unavailable',
    });
  });
});
