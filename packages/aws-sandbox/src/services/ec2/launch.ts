import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { appFor } from '../../traffic/overrides.ts';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { bootScriptOf } from './boot-script.ts';
import { defaultKey, imageFor, keyArn, mayReadStorage } from './image-storage.ts';
import { instanceType } from './instance-types.ts';
import type { Image, Instance, RootVolume, Subnet, Tags } from './state.ts';

/** What an instance is made from, after templates and overrides have been put together. */
export interface LaunchSpec {
  imageId: string;
  type: string;
  subnet: Subnet;
  securityGroupIds: string[];
  keyName: string | null;
  profile: string | null;
  userData: string | null;
  publicIp: boolean | null;
  shutdownBehavior: 'stop' | 'terminate';
  disableApiTermination: boolean;
  /** What the request says of the root volume; the image says the rest. */
  root: Partial<RootVolume>;
  spot: boolean;
  metadataTokens: 'required' | 'optional';
  tags: Tags;
}

/** Reads launch template data (or RunInstances parameters, which have the same members) into a spec. */
export function specFrom(
  data: RequestLaunchTemplateData,
  subnet: Subnet,
  overrides: Partial<Pick<LaunchSpec, 'type' | 'tags'>> = {},
): LaunchSpec {
  const nic = data.NetworkInterfaces?.[0];
  const tags: Tags = {};
  for (const spec of data.TagSpecifications ?? []) {
    if (spec.ResourceType !== 'instance') continue;
    for (const tag of spec.Tags ?? []) tags[tag.Key ?? ''] = tag.Value ?? '';
  }
  return {
    imageId: data.ImageId ?? refuse('MissingParameter', 'The request must contain the parameter ImageId'),
    type: overrides.type ?? data.InstanceType ?? 'm1.small',
    subnet,
    securityGroupIds: nic?.Groups ?? data.SecurityGroupIds ?? [],
    keyName: data.KeyName ?? null,
    profile: data.IamInstanceProfile?.Name ?? data.IamInstanceProfile?.Arn ?? null,
    userData: data.UserData ?? null,
    publicIp: nic?.AssociatePublicIpAddress ?? null,
    shutdownBehavior: data.InstanceInitiatedShutdownBehavior === 'terminate' ? 'terminate' : 'stop',
    disableApiTermination: data.DisableApiTermination ?? false,
    root: rootFrom(data),
    spot: data.InstanceMarketOptions?.MarketType === 'spot',
    metadataTokens: data.MetadataOptions?.HttpTokens ?? 'optional',
    tags: { ...tags, ...overrides.tags },
  };
}

function rootFrom(data: RequestLaunchTemplateData): Partial<RootVolume> {
  const ebs = data.BlockDeviceMappings?.find((device) => rootDevices.includes(device.DeviceName ?? ''))?.Ebs;
  if (ebs === undefined) return {};
  return {
    ...(ebs.VolumeSize === undefined ? {} : { sizeGiB: ebs.VolumeSize }),
    ...(ebs.Encrypted ? { encryptedWith: ebs.KmsKeyId ?? '' } : {}),
  };
}

const rootDevices = ['/dev/xvda', '/dev/sda1'];

/** Refuses a spec that EC2 would refuse; nothing is changed. `view` is what the caller can see. */
export function checkSpec(world: World, store: RegionStore, view: RegionStore, spec: LaunchSpec, now: number): void {
  const image = launchableImage(world, view, spec.imageId, now);
  const type =
    instanceType(spec.type) ?? refuse('InvalidParameterValue', `Invalid value '${spec.type}' for InstanceType.`);
  if (!type.architectures.includes(image.architecture)) {
    const message = `The architecture '${type.architectures.join(',')}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`;
    refuse('InvalidParameterValue', message);
  }
  checkNetwork(store, view, spec);
  if (spec.keyName !== null && view.keyPairs[spec.keyName] === undefined) {
    refuse('InvalidKeyPair.NotFound', `The key pair '${spec.keyName}' does not exist`);
  }
  checkProfile(view, spec.profile);
  world.faults.checkCapacity(store, spec, now);
}

function launchableImage(world: World, view: RegionStore, id: string, now: number): Image {
  const image = imageFor(world, view, id) ?? refuse('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
  if (now < image.availableAt || image.failure !== undefined)
    refuse('InvalidAMIID.Unavailable', `The image ID '${id}' is not available`);
  return image;
}

function checkNetwork(store: RegionStore, view: RegionStore, spec: LaunchSpec): void {
  for (const id of spec.securityGroupIds) {
    const group =
      view.securityGroups[id] ?? refuse('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
    if (group.vpcId !== spec.subnet.vpcId) {
      refuse('InvalidParameter', `Security group ${id} and subnet ${spec.subnet.id} belong to different networks.`);
    }
  }
  if (freeAddresses(store, spec.subnet) < 1) {
    refuse(
      'InsufficientFreeAddressesInSubnet',
      `There are not enough free addresses in subnet '${spec.subnet.id}' to satisfy the requested number of instances.`,
    );
  }
}

/** Refuses an instance profile that does not exist. */
export function checkProfile(view: RegionStore, profile: string | null): void {
  const name = profile?.split('/').at(-1) ?? null;
  if (name !== null && !view.instanceProfiles.includes(name)) {
    refuse(
      'InvalidParameterValue',
      `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
    );
  }
}

/** Addresses a subnet has left; terminated instances have given theirs back. */
export function freeAddresses(store: RegionStore, subnet: Subnet): number {
  let used = 0;
  for (const id in store.instances) {
    const instance = store.instances[id];
    if (instance?.subnetId === subnet.id && instance.shuttingDownAt === null) used += 1;
  }
  return subnet.addresses - used;
}

/** Starts one instance of a checked spec. */
export function launchInstance(
  world: World,
  store: RegionStore,
  spec: LaunchSpec,
  reservationId: string,
  now: number,
): Instance {
  const image = imageFor(world, store, spec.imageId)!;
  const { random, profile } = world;
  const app = appFor(world, store, image.tags['sandbox:app'] ?? image.behaviour, spec.tags);
  const slowerMs = app.pending * 1000 + world.faults.slowerBootMs(store, spec);
  const pendingMs = Math.round(random.between(profile.pending) * 1000) + slowerMs;
  const base = spec.subnet.cidr.split('.').slice(0, 3).join('.');
  const instance: Instance = {
    id: `i-${random.hex(17)}`,
    reservationId,
    imageId: image.id,
    type: spec.type,
    architecture: image.architecture,
    vpcId: spec.subnet.vpcId,
    subnetId: spec.subnet.id,
    zone: spec.subnet.zone,
    privateIp: `${base}.${4 + Math.floor(random.next() * 250)}`,
    publicIp: (spec.publicIp ?? spec.subnet.publicIps) ? `203.0.113.${1 + Math.floor(random.next() * 254)}` : null,
    securityGroupIds:
      spec.securityGroupIds.length > 0 ? spec.securityGroupIds : defaultGroups(store, spec.subnet.vpcId),
    keyName: spec.keyName,
    profileArn: spec.profile === null ? null : profileArn(store.account, spec.profile),
    userData: spec.userData,
    shutdownBehavior: spec.shutdownBehavior,
    disableApiTermination: spec.disableApiTermination,
    launchedAt: now,
    runningAt: now + pendingMs,
    stoppingAt: null,
    stoppedAt: null,
    shuttingDownAt: null,
    terminatedAt: null,
    impairedAt: null,
    stateReason: null,
    root: rootVolume(store, image, spec),
    spot: spec.spot,
    metadataTokens: spec.metadataTokens,
    app,
    script: bootScriptOf(world, spec.userData, now, now + pendingMs),
    tags: spec.tags,
  };
  const locked = image.encryptedWith && !mayReadStorage(world, image, store.account, store.region);
  if (locked || world.faults.failsOnBoot(store, spec)) {
    instance.shuttingDownAt = now + 500;
    instance.terminatedAt = now + 500;
    instance.stateReason = { code: 'Client.InternalError', message: 'Client.InternalError: Client error on launch' };
  }
  store.instances[instance.id] = instance;
  return instance;
}

function rootVolume(store: RegionStore, image: Image, { root }: LaunchSpec): RootVolume {
  const asked = root.encryptedWith;
  const key = asked === undefined ? null : asked === '' ? defaultKey(store) : keyArn(store, asked ?? '');
  const sizeGiB = root.sizeGiB ?? store.snapshots[image.snapshotId]?.sizeGiB ?? 8;
  return { sizeGiB, encryptedWith: key ?? image.encryptedWith ?? null };
}

function defaultGroups(store: RegionStore, vpcId: string): string[] {
  return Object.values(store.securityGroups)
    .filter((group) => group.vpcId === vpcId && group.name === 'default')
    .map((group) => group.id);
}

const profileArn = (account: string, profile: string): string =>
  profile.startsWith('arn:') ? profile : `arn:aws:iam::${account}:instance-profile/${profile}`;
