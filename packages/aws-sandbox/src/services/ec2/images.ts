import type {
  CopyImageRequest,
  CreateImageRequest,
  DeleteSnapshotRequest,
  DeregisterImageRequest,
  DescribeImageAttributeRequest,
  DescribeImagesRequest,
  DescribeSnapshotsRequest,
  EnableImageDeprecationRequest,
  ModifyImageAttributeRequest,
  ModifySnapshotAttributeRequest,
} from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { onceByToken } from './client-token.ts';
import { byIds, filtered, tagList } from './filters.ts';
import { instanceState } from './instance-states.ts';
import { mayLaunch } from './launch.ts';
import type { Image, Tags } from './state.ts';
import { tagsFor } from './tags.ts';

const namePattern = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;

function noImage(id: string): never {
  refuse('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
}

/** Every image of a region an account can see: its own, public ones, and those shared with it. */
export function visibleImages(world: World, view: RegionStore): Image[] {
  const others = Object.values(world.state.regions).filter(
    (store) => store.region === view.region && store.account !== view.account,
  );
  const shared = others.flatMap((store) =>
    Object.values(store.images).filter((image) => mayLaunch(image, view.account)),
  );
  return [...Object.values(view.images), ...shared].filter((image) => image.deregisteredAt === null);
}

const imageState = (image: Image, now: number): string => (now < image.availableAt ? 'pending' : 'available');

function imageOut(call: Call, image: Image) {
  const own = image.owner === call.view.account;
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    OwnerId: image.owner,
    ImageLocation: `${image.owner}/${image.name}`,
    CreationDate: new Date(image.createdAt).toISOString(),
    DeprecationTime: image.deprecatedAt === null ? undefined : new Date(image.deprecatedAt).toISOString(),
    State: imageState(image, call.now),
    Architecture: image.architecture,
    Public: image.isPublic,
    ImageType: 'machine',
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EnaSupport: true,
    SourceImageId: image.sourceImageId ?? undefined,
    BlockDeviceMappings: [
      {
        DeviceName: image.rootDeviceName,
        Ebs: {
          SnapshotId: image.snapshotId,
          VolumeSize: 8,
          VolumeType: 'gp3',
          DeleteOnTermination: true,
          Encrypted: false,
        },
      },
    ],
    Tags: own ? tagList(image.tags) : [],
  };
}

function ownedBy(image: Image, owners: string[] | undefined, account: string): boolean {
  if (!owners?.length) return true;
  return owners.some((owner) =>
    owner === 'self'
      ? image.owner === account
      : owner === image.owner || (owner === 'amazon' && image.owner === '137112412989'),
  );
}

function executableBy(image: Image, users: string[] | undefined, account: string): boolean {
  if (!users?.length) return true;
  return users.some((user) =>
    user === 'all' ? image.isPublic : image.launchAccounts.includes(user === 'self' ? account : user),
  );
}

function ownImage(call: Call, id: string | undefined): Image {
  const image = call.store.images[id ?? ''];
  if (image === undefined || image.deregisteredAt !== null) noImage(id ?? '');
  if (call.view.images[image.id] === undefined) noImage(image.id);
  return image;
}

function makeImage(
  call: Call,
  parts: Pick<Image, 'name' | 'description' | 'architecture' | 'rootDeviceName' | 'sourceImageId' | 'tags'>,
  factor: number,
  snapshotTags: Tags,
): Image {
  if (!namePattern.test(parts.name)) {
    refuse(
      'InvalidAMIName.Malformed',
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, and only the following special characters: ( ) [ ] space . / - ' @ _",
    );
  }
  const held = Object.values(call.store.images).find(
    (image) => image.deregisteredAt === null && image.name === parts.name && image.owner === call.store.account,
  );
  if (held) refuse('InvalidAMIName.Duplicate', `AMI name ${parts.name} is already in use by AMI ${held.id}`);
  const { random, profile } = call.world;
  const availableAt = call.now + Math.round(random.between(profile.image) * 1000) * factor;
  const snapshotId = `snap-${random.hex(17)}`;
  const image: Image = {
    ...parts,
    id: `ami-${random.hex(17)}`,
    owner: call.store.account,
    createdAt: call.now,
    availableAt,
    deregisteredAt: null,
    isPublic: false,
    launchAccounts: [],
    snapshotId,
    deprecatedAt: null,
  };
  call.store.snapshots[snapshotId] = {
    id: snapshotId,
    owner: call.store.account,
    createdAt: call.now,
    completedAt: availableAt,
    sizeGiB: 8,
    sharedWith: [],
    tags: snapshotTags,
  };
  call.store.images[image.id] = image;
  return image;
}

export const imageHandlers = {
  DescribeImages(call: Call, input: DescribeImagesRequest) {
    const visible = Object.fromEntries(visibleImages(call.world, call.view).map((image) => [image.id, image]));
    const all = byIds(visible, input.ImageIds, noImage).filter(
      (image) =>
        ownedBy(image, input.Owners, call.view.account) &&
        executableBy(image, input.ExecutableUsers, call.view.account) &&
        (input.IncludeDeprecated ||
          input.ImageIds?.length ||
          image.owner === call.view.account ||
          image.deprecatedAt === null ||
          image.deprecatedAt > call.now),
    );
    const masked = all.map((image) => (image.owner === call.view.account ? image : { ...image, tags: {} }));
    const kept = filtered(masked, input.Filters, {
      name: (image) => image.name,
      'image-id': (image) => image.id,
      state: (image) => imageState(image, call.now),
      architecture: (image) => image.architecture,
      'owner-id': (image) => image.owner,
      'is-public': (image) => String(image.isPublic),
      'root-device-type': () => 'ebs',
      'virtualization-type': () => 'hvm',
      'image-type': () => 'machine',
      description: (image) => image.description,
      'source-image-id': (image) => image.sourceImageId,
      'creation-date': (image) => new Date(image.createdAt).toISOString(),
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    return { Images: items.map((image) => imageOut(call, image)), NextToken: next };
  },

  CreateImage(call: Call, input: CreateImageRequest) {
    const instance =
      call.store.instances[input.InstanceId ?? ''] ??
      refuse('InvalidInstanceID.NotFound', `The instance ID '${input.InstanceId}' does not exist`);
    const state = instanceState(instance, call.now);
    if (state !== 'running' && state !== 'stopped') {
      refuse('IncorrectInstanceState', `The instance '${instance.id}' is not in the 'running' or 'stopped' state.`);
    }
    const base = call.store.images[instance.imageId];
    const image = makeImage(
      call,
      {
        name: input.Name ?? '',
        description: input.Description ?? '',
        architecture: instance.architecture,
        rootDeviceName: base?.rootDeviceName ?? '/dev/xvda',
        sourceImageId: instance.imageId,
        tags: tagsFor(input.TagSpecifications, 'image'),
      },
      1,
      tagsFor(input.TagSpecifications, 'snapshot'),
    );
    return { ImageId: image.id };
  },

  CopyImage(call: Call, input: CopyImageRequest) {
    const home = call.world.region(call.store.account, input.SourceRegion ?? call.store.region);
    const source =
      home === undefined
        ? undefined
        : visibleImages(call.world, home).find((image) => image.id === input.SourceImageId);
    if (source === undefined) noImage(input.SourceImageId ?? '');
    if (call.now < source.availableAt)
      refuse('InvalidAMIID.Unavailable', `The image ID '${source.id}' is not available`);
    const copied = input.CopyImageTags && source.owner === call.store.account ? source.tags : {};
    const own = tagsFor(input.TagSpecifications, 'image');
    const [id] = onceByToken(call, input.ClientToken, input, () => {
      const image = makeImage(
        call,
        {
          name: input.Name ?? '',
          description: input.Description ?? source.description,
          architecture: source.architecture,
          rootDeviceName: source.rootDeviceName,
          sourceImageId: source.id,
          tags: { ...copied, ...own },
        },
        2,
        tagsFor(input.TagSpecifications, 'snapshot'),
      );
      return [image.id];
    });
    return { ImageId: id };
  },

  DescribeImageAttribute(call: Call, input: DescribeImageAttributeRequest) {
    const image = ownImage(call, input.ImageId);
    const permissions = [
      ...image.launchAccounts.map((UserId) => ({ UserId })),
      ...(image.isPublic ? [{ Group: 'all' }] : []),
    ];
    if (input.Attribute === 'description') return { ImageId: image.id, Description: { Value: image.description } };
    return { ImageId: image.id, LaunchPermissions: permissions };
  },

  ModifyImageAttribute(call: Call, input: ModifyImageAttributeRequest): void {
    const image = ownImage(call, input.ImageId);
    const users = input.UserIds ?? [];
    const adding =
      input.LaunchPermission?.Add ??
      (input.OperationType === 'add' ? users.map((UserId) => ({ UserId, Group: undefined })) : []);
    const removing =
      input.LaunchPermission?.Remove ??
      (input.OperationType === 'remove' ? users.map((UserId) => ({ UserId, Group: undefined })) : []);
    if (input.Description?.Value !== undefined) image.description = input.Description.Value;
    for (const { UserId, Group } of adding) {
      if (Group === 'all') image.isPublic = true;
      if (UserId !== undefined && !image.launchAccounts.includes(UserId)) image.launchAccounts.push(UserId);
    }
    for (const { UserId, Group } of removing) {
      if (Group === 'all') image.isPublic = false;
      image.launchAccounts = image.launchAccounts.filter((account) => account !== UserId);
    }
  },

  DeregisterImage(call: Call, input: DeregisterImageRequest) {
    const image = ownImage(call, input.ImageId);
    image.deregisteredAt = call.now;
    const { snapshotId } = image;
    const shared = Object.values(call.store.images).some(
      (other) => other.deregisteredAt === null && other.snapshotId === snapshotId,
    );
    if (input.DeleteAssociatedSnapshots && !shared) delete call.store.snapshots[snapshotId];
    delete call.store.images[image.id];
    const result = { SnapshotId: snapshotId, ReturnCode: shared ? 'skipped' : 'success' };
    return { Return: true, DeleteSnapshotResults: input.DeleteAssociatedSnapshots ? [result] : [] };
  },

  EnableImageDeprecation(call: Call, input: EnableImageDeprecationRequest) {
    const at = input.DeprecateAt?.getTime() ?? call.now;
    if (at < call.now) refuse('InvalidParameterValue', 'The deprecation time must be in the future.');
    ownImage(call, input.ImageId).deprecatedAt = at;
    return { Return: true };
  },

  DescribeSnapshots(call: Call, input: DescribeSnapshotsRequest) {
    const all = byIds(call.view.snapshots, input.SnapshotIds, (id) =>
      refuse('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`),
    );
    const kept = filtered(all, input.Filters, {
      'snapshot-id': (snapshot) => snapshot.id,
      'owner-id': (snapshot) => snapshot.owner,
      status: (snapshot) => (call.now < snapshot.completedAt ? 'pending' : 'completed'),
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    const Snapshots = items.map((snapshot) => ({
      SnapshotId: snapshot.id,
      OwnerId: snapshot.owner,
      StartTime: new Date(snapshot.createdAt),
      State: call.now < snapshot.completedAt ? 'pending' : 'completed',
      Progress: call.now < snapshot.completedAt ? '50%' : '100%',
      VolumeSize: snapshot.sizeGiB,
      Encrypted: false,
      Tags: tagList(snapshot.tags),
    }));
    return { Snapshots, NextToken: next };
  },

  ModifySnapshotAttribute(call: Call, input: ModifySnapshotAttributeRequest): void {
    const snapshot =
      call.store.snapshots[input.SnapshotId ?? ''] ??
      refuse('InvalidSnapshot.NotFound', `The snapshot '${input.SnapshotId}' does not exist.`);
    const users = input.UserIds ?? [];
    snapshot.sharedWith = snapshot.sharedWith.filter((user) => !users.includes(user));
    if (input.OperationType === 'add') snapshot.sharedWith.push(...users);
  },

  DeleteSnapshot(call: Call, input: DeleteSnapshotRequest): void {
    const id = input.SnapshotId ?? '';
    if (call.store.snapshots[id] === undefined)
      refuse('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
    const user = Object.values(call.store.images).find((image) => image.snapshotId === id);
    if (user) refuse('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${user.id}`);
    delete call.store.snapshots[id];
  },
};
