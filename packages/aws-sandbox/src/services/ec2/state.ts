import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { AppBehaviour } from '../../scenario/app-behaviour.ts';

export type Tags = Record<string, string>;

export interface Vpc {
  id: string;
  cidr: string;
  isDefault: boolean;
  tags: Tags;
}

export interface Subnet {
  id: string;
  vpcId: string;
  zone: string;
  cidr: string;
  addresses: number;
  publicIps: boolean;
  tags: Tags;
}

/** What may come in or go out: one protocol, one range of ports, one source. */
export interface PermissionRule {
  /** Absent in rules that came with a scenario. */
  id?: string;
  description?: string | null;
  protocol: string;
  fromPort: number | null;
  toPort: number | null;
  cidrs: string[];
  cidrs6: string[];
  groups: string[];
  prefixLists?: string[];
}

export interface SecurityGroup {
  id: string;
  name: string;
  description: string;
  vpcId: string;
  ingress: PermissionRule[];
  egress: PermissionRule[];
  tags: Tags;
}

export interface Image {
  id: string;
  name: string;
  description: string;
  owner: string;
  architecture: 'x86_64' | 'arm64';
  createdAt: number;
  availableAt: number;
  deregisteredAt: number | null;
  isPublic: boolean;
  launchAccounts: string[];
  rootDeviceName: string;
  snapshotId: string;
  sourceImageId: string | null;
  deprecatedAt: number | null;
  /** The key of its snapshot; null or absent: not encrypted. */
  encryptedWith?: string | null;
  /** Why it never becomes available. */
  failure?: string;
  /** How the application on it behaves when no tag says it: a copy holds what its source holds. */
  behaviour?: string;
  tags: Tags;
}

export interface Snapshot {
  id: string;
  owner: string;
  createdAt: number;
  completedAt: number;
  sizeGiB: number;
  encryptedWith?: string | null;
  sharedWith: string[];
  tags: Tags;
}

/** What an instance boots from. */
export interface RootVolume {
  sizeGiB: number;
  encryptedWith: string | null;
}

/** User data being played: when it ends, and what it prints by then. */
export interface BootScript {
  endsAt: number;
  log: string[];
  ended: boolean;
  /** Its result. */
  rc?: number;
  /** Presigned addresses its result goes to. */
  putTo?: string[];
}

export interface Instance {
  id: string;
  reservationId: string;
  imageId: string;
  type: string;
  architecture: 'x86_64' | 'arm64';
  vpcId: string;
  subnetId: string;
  zone: string;
  privateIp: string;
  publicIp: string | null;
  securityGroupIds: string[];
  keyName: string | null;
  profileArn: string | null;
  userData: string | null;
  shutdownBehavior: 'stop' | 'terminate';
  disableApiTermination: boolean;
  launchedAt: number;
  runningAt: number;
  stoppingAt: number | null;
  stoppedAt: number | null;
  shuttingDownAt: number | null;
  terminatedAt: number | null;
  impairedAt: number | null;
  stateReason: { code: string; message: string } | null;
  root?: RootVolume;
  spot?: boolean;
  /** `required`: its metadata is read with a session token only. */
  metadataTokens?: 'required' | 'optional';
  /** The last restart from outside: the application starts anew. */
  rebootedAt?: number;
  app: AppBehaviour;
  /** Null: it has no script that ends. */
  script: BootScript | null;
  tags: Tags;
}

export interface LaunchTemplateVersion {
  version: number;
  createdAt: number;
  description: string | null;
  data: RequestLaunchTemplateData;
}

export interface LaunchTemplate {
  id: string;
  name: string;
  createdAt: number;
  createdBy: string;
  defaultVersion: number;
  latestVersion: number;
  versions: Record<string, LaunchTemplateVersion>;
  tags: Tags;
}

export interface KeyPair {
  name: string;
  id: string;
}

/** What a client token was first used for: the same token must come with the same parameters. */
export interface TokenUse {
  fingerprint: string;
  ids: string[];
  at: number;
}

export interface Ec2State {
  vpcs: Record<string, Vpc>;
  subnets: Record<string, Subnet>;
  securityGroups: Record<string, SecurityGroup>;
  images: Record<string, Image>;
  /** This account's own tags on images of other accounts. */
  sharedImageTags?: Record<string, { tags: Tags }>;
  snapshots: Record<string, Snapshot>;
  instances: Record<string, Instance>;
  launchTemplates: Record<string, LaunchTemplate>;
  keyPairs: Record<string, KeyPair>;
  instanceProfiles: string[];
  clientTokens: Record<string, TokenUse>;
}
