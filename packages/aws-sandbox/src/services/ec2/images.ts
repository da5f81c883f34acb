import type {
  CopyImageRequest,
  CreateImageRequest,
  DeregisterImageRequest,
  DescribeImageAttributeRequest,
  DescribeImagesRequest,
  EnableImageDeprecationRequest,
  LaunchPermission,
  ModifyImageAttributeRequest,
  PermissionGroup,
} from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import { emptyRegion, type RegionStore } from '../../world/state.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { onceByToken } from './client-token.ts';
import { byIds, filtered, tagList } from './filters.ts';
import { defaultKey, imageFor, keyArn, mayReadStorage, visibleImages } from './image-storage.ts';
import { instanceState } from './instance-states.ts';
import type { Image, Tags } from './state.ts';
import { tagsFor } from './tags.ts';

const namePattern = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;

function noImage(id: string): never {
  refuse('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
}

function imageState(image: Image, now: number): 'pending' | 'available' | 'failed' {
  if (now < image.availableAt) return 'pending';
  return image.failure === undefined ? 'available' : 'failed';
}

/** The tags this account put on an image; the owner's tags are the owner's alone. */
function tagsSeen(view: RegionStore, image: Image): Tags {
  return image.owner === view.account ? image.tags : (view.sharedImageTags?.[image.id]?.tags ?? {});
}

function imageOut(call: Call, image: Image) {
  const state = imageState(image, call.now);
  const failure = image.failure ?? '';
  const home = call.world.region(image.owner, call.view.region) ?? call.view;
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    OwnerId: image.owner,
    ImageLocation: `${image.owner}/${image.name}`,
    CreationDate: new Date(image.createdAt).toISOString(),
    DeprecationTime: image.deprecatedAt === null ? undefined : new Date(image.deprecatedAt).toISOString(),
    State: state,
    StateReason: state === 'failed' ? { Code: 'Server.InternalError', Message: failure } : undefined,
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
          VolumeSize: home.snapshots[image.snapshotId]?.sizeGiB ?? 8,
          VolumeType: 'gp3',
          DeleteOnTermination: true,
          Encrypted: Boolean(image.encryptedWith),
        },
      },
    ],
    Tags: tagList(tagsSeen(call.view, image)),
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

function ownImage(call: Call, id = ''): Image {
  const image = call.store.images[id];
  if (image === undefined || image.deregisteredAt !== null || call.view.images[id] === undefined) {
    if (imageFor(call.world, call.view, id, call.look)) refuse('AuthFailure', `Not authorized for image:${id}`, 403);
    noImage(id);
  }
  if (image.owner !== call.store.account) refuse('AuthFailure', `Not authorized for image:${id}`, 403);
  return image;
}

interface ImageParts
  extends Pick<Image, 'name' | 'description' | 'architecture' | 'rootDeviceName' | 'sourceImageId' | 'tags'> {
  sizeGiB: number;
  encryptedWith: string | null;
  behaviour?: string;
  /** How often the usual time it takes. */
  factor: number;
  snapshotTags: Tags;
}

function makeImage(call: Call, { sizeGiB, factor, snapshotTags, ...parts }: ImageParts): Image {
  checkImageName(call, parts.name);
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
    failure: call.world.faults.imageFailure(call.store, parts.name),
  };
  call.store.snapshots[snapshotId] = {
    id: snapshotId,
    owner: call.store.account,
    createdAt: call.now,
    completedAt: availableAt,
    sizeGiB,
    encryptedWith: parts.encryptedWith,
    sharedWith: [],
    tags: snapshotTags,
  };
  call.store.images[image.id] = image;
  return image;
}

function checkImageName(call: Call, name: string): void {
  if (!namePattern.test(name)) {
    refuse(
      'InvalidAMIName.Malformed',
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, and only the following special characters: ( ) [ ] space . / - ' @ _",
    );
  }
  const held = Object.values(call.store.images).find(
    (image) => image.deregisteredAt === null && image.name === name && image.owner === call.store.account,
  );
  if (held) refuse('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${held.id}`);
}

/** The image to copy, as this account sees it where it is; refused when its storage may not be read. */
function copySource(call: Call, input: CopyImageRequest): Image {
  const { account } = call.store;
  const region = input.SourceRegion ?? call.store.region;
  const home = call.world.region(account, region) ?? emptyRegion(account, region);
  const source = imageFor(call.world, call.look(home), input.SourceImageId ?? '', call.look);
  if (source === undefined) noImage(input.SourceImageId ?? '');
  if (call.now < source.availableAt || source.failure !== undefined)
    refuse('InvalidAMIID.Unavailable', `The image ID '${source.id}' is not available`);
  if (!mayReadStorage(call.world, source, account, region))
    refuse('InvalidRequest', 'You do not have permission to access the storage of this ami');
  return source;
}

/** The key of a copy: the one named, the default one, or none; an encrypted image stays encrypted. */
function keyOfCopy(call: Call, input: CopyImageRequest, source: Image): string | null {
  if (input.KmsKeyId !== undefined) {
    if (input.Encrypted !== true && !source.encryptedWith)
      refuse('InvalidParameterDependency', 'KmsKeyId can only be given together with Encrypted');
    return keyArn(call.store, input.KmsKeyId);
  }
  return input.Encrypted || source.encryptedWith ? defaultKey(call.store) : null;
}

export const imageHandlers = {
  DescribeImages(call: Call, input: DescribeImagesRequest) {
    const visible = Object.fromEntries(
      visibleImages(call.world, call.view, call.look).map((image) => [image.id, image]),
    );
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
    const masked = all.map((image) => ({ ...image, tags: tagsSeen(call.view, image) }));
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
      'block-device-mapping.snapshot-id': (image) => image.snapshotId,
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
    const base = imageFor(call.world, call.store, instance.imageId);
    const image = makeImage(call, {
      name: input.Name ?? '',
      description: input.Description ?? '',
      architecture: instance.architecture,
      rootDeviceName: base?.rootDeviceName ?? '/dev/xvda',
      sourceImageId: instance.imageId,
      tags: tagsFor(input.TagSpecifications, 'image'),
      sizeGiB: instance.root?.sizeGiB ?? 8,
      encryptedWith: instance.root?.encryptedWith ?? null,
      factor: 1,
      snapshotTags: tagsFor(input.TagSpecifications, 'snapshot'),
    });
    return { ImageId: image.id };
  },

  CopyImage(call: Call, input: CopyImageRequest) {
    const source = copySource(call, input);
    const copied = input.CopyImageTags && source.owner === call.store.account ? source.tags : {};
    const own = tagsFor(input.TagSpecifications, 'image');
    const [id] = onceByToken(call, input.ClientToken, input, () => {
      const home = call.world.region(source.owner, input.SourceRegion ?? call.store.region);
      const image = makeImage(call, {
        name: input.Name ?? '',
        description: input.Description ?? source.description,
        architecture: source.architecture,
        rootDeviceName: source.rootDeviceName,
        sourceImageId: source.id,
        tags: { ...copied, ...own },
        sizeGiB: home?.snapshots[source.snapshotId]?.sizeGiB ?? 8,
        encryptedWith: keyOfCopy(call, input, source),
        behaviour: source.tags['sandbox:app'] ?? source.behaviour,
        factor: 2,
        snapshotTags: tagsFor(input.TagSpecifications, 'snapshot'),
      });
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
    if (input.Attribute !== 'launchPermission')
      refuse('InvalidParameterValue', `The sandbox does not keep the image attribute '${input.Attribute}'`);
    return { ImageId: image.id, LaunchPermissions: permissions };
  },

  ModifyImageAttribute(call: Call, input: ModifyImageAttributeRequest): void {
    const image = ownImage(call, input.ImageId);
    const short = [
      ...(input.UserIds ?? []).map((UserId): LaunchPermission => ({ UserId })),
      ...(input.UserGroups ?? []).map((Group): LaunchPermission => ({ Group: Group as PermissionGroup })),
    ];
    const adding = input.LaunchPermission?.Add ?? (input.OperationType === 'add' ? short : []);
    const removing = input.LaunchPermission?.Remove ?? (input.OperationType === 'remove' ? short : []);
    for (const { UserId } of adding) {
      if (UserId !== undefined && !/^\d{12}$/.test(UserId))
        refuse('InvalidAMIAttributeItemValue', `Invalid attribute item value "${UserId}" for userId item type.`);
    }
    if (adding.length > 0 && image.encryptedWith === defaultKey(call.store))
      refuse('InvalidParameter', `Image ${image.id} is encrypted with the default aws/ebs key and cannot be shared.`);
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
    const { snapshotId } = image;
    delete call.store.images[image.id];
    const shared = Object.values(call.store.images).some((other) => other.snapshotId === snapshotId);
    if (input.DeleteAssociatedSnapshots && !shared) delete call.store.snapshots[snapshotId];
    const result = { SnapshotId: snapshotId, ReturnCode: shared ? 'skipped' : 'success' };
    return { Return: true, DeleteSnapshotResults: input.DeleteAssociatedSnapshots ? [result] : [] };
  },

  EnableImageDeprecation(call: Call, input: EnableImageDeprecationRequest) {
    const at = input.DeprecateAt?.getTime() ?? call.now;
    if (at < call.now) refuse('InvalidParameterValue', 'The deprecation time must be in the future.');
    ownImage(call, input.ImageId).deprecatedAt = at;
    return { Return: true };
  },
};
