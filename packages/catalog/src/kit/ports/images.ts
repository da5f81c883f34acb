import type { Operation } from './server-groups.ts';

/** A machine image in one region. */
export interface Image {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly name: string;
  /** Epoch ms. */
  readonly createdTime: number;
  readonly architecture: string | null;
  /** Number of the account that made it. */
  readonly ownerId?: string | null;
  readonly rootDeviceName?: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** An image that may still be in the making. */
export interface BakedImage extends Image {
  readonly state: 'pending' | 'available' | 'failed';
  /** Why it failed, in the cloud's words. */
  readonly reason: string | null;
}

/** An account in one region. */
export interface CloudPlace {
  readonly account: string;
  readonly region: string;
}

/** A thing by its id. */
export interface CloudRef extends CloudPlace {
  readonly id: string;
}

/** An instance of a base image that runs a script once and shuts itself down. */
export interface BakeSpec extends CloudPlace {
  readonly bakeKey: string;
  readonly baseImageId: string;
  readonly instanceType: string;
  /** Run at the first boot; its last command shuts the machine down. */
  readonly script: string;
  readonly subnetId?: string | null;
  /** Ids. */
  readonly securityGroups?: readonly string[] | null;
  readonly associatePublicIpAddress?: boolean | null;
  readonly iamRole?: string | null;
  readonly rootVolumeSizeGiB?: number | null;
  /** The root volume, and with it the image, is encrypted. */
  readonly encrypted?: boolean | null;
  /** Key to encrypt with; absent: the account's own for volumes. */
  readonly kmsKeyId?: string | null;
  /** Epoch ms after which whoever finds the instance may remove it. */
  readonly expiresTime: number;
}

export interface BakeInstance {
  readonly id: string;
  readonly state: 'starting' | 'running' | 'stopping' | 'stopped' | 'gone';
  /** Why it is not running, in the cloud's words. */
  readonly reason: string | null;
}

/** Where a machine leaves exit code and log: one object, which it may write for a limited time. */
export interface BakeDrop {
  /** `s3://bucket/key` */
  readonly location: string;
  /** Address to PUT to, with its signature. */
  readonly putUrl: string;
}

/** A script that was sent to an instance that bakes. */
export type BakeCommand =
  | { readonly state: 'running' }
  | {
      readonly state: 'ended';
      /** Null when it did not run to its end: it was canceled, or took too long. */
      readonly rc: number | null;
      readonly log: string;
      /** In the cloud's words. */
      readonly reason: string;
    };

/** What an image made from a stopped instance is called and carries. */
export interface ImageSpec extends CloudPlace {
  readonly instanceId: string;
  readonly name: string;
  readonly description: string;
  readonly bakeKey: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A copy of an image in another region of the same account, under the same name. */
export interface ImageCopySpec {
  readonly source: BakedImage | Image;
  readonly region: string;
  readonly bakeKey: string;
  readonly encrypted?: boolean | null;
  readonly kmsKeyId?: string | null;
}

/** Something that runs from an image or would start from it. */
export interface ImageUser {
  readonly kind: 'serverGroup' | 'launchTemplate' | 'instance';
  readonly name: string;
}

/**
 * Machine images, read live. Changes may be repeated with the same operation and then do nothing twice. Failures are
 * thrown as `FailureError` (codes `aws.*`).
 */
export interface Images {
  /** The account to act in where a stage names none: the first configured one that has the region. `aws.no-account`. */
  defaultAccount(region: string): Promise<string>;
  /**
   * Available images carrying all the tags, newest first; those of trusted owners, or of one of them, by its number.
   * `aws.owner-not-trusted`.
   */
  findByTags(query: {
    account: string;
    region: string;
    nameGlob?: string;
    tags: Readonly<Record<string, string>>;
    ownerId?: string;
  }): Promise<readonly Image[]>;
  /**
   * An available image of a trusted owner by id (`ami-…`), exact name, or parameter that holds its id
   * (`resolve:ssm:/path`, or a path that begins with `/`). Null when there is none.
   */
  find(query: { account: string; region: string; nameOrId: string }): Promise<Image | null>;
  /** Images of our own with this bake key, newest first, those in the making included. */
  findBaked(query: { account: string; region: string; bakeKey: string }): Promise<readonly BakedImage[]>;
  /** Sets tags and leaves others alone. */
  tagImage(ref: CloudRef, tags: Readonly<Record<string, string>>, operation: Operation): Promise<void>;
  /** Takes tags away by key, and leaves others alone. Keys that it does not carry are no error. */
  untagImage(ref: CloudRef, keys: readonly string[], operation: Operation): Promise<void>;
  /** Starts the instance and answers its id. */
  startBake(spec: BakeSpec, operation: Operation): Promise<string>;
  /** Null while it cannot be seen yet. */
  readBake(ref: CloudRef): Promise<BakeInstance | null>;
  /** A place for the result of a bake; null when this installation keeps none, and the console has to do. */
  bakeDrop(place: CloudPlace, name: string): Promise<BakeDrop | null>;
  /** What was left there; null while there is nothing. */
  readDrop(place: CloudPlace, location: string): Promise<string | null>;
  /** What its console shows; empty when there is nothing yet. */
  bakeLog(ref: CloudRef): Promise<string>;
  /** Does this installation send scripts to instances that bake, rather than give them at their start? */
  canSendToBakes(place: CloudPlace): Promise<boolean>;
  /** Sends a script, once for each operation, and answers the command's id; null while nobody answers there. */
  sendToBake(ref: CloudRef, script: string, operation: Operation): Promise<string | null>;
  readBakeCommand(ref: CloudRef, commandId: string): Promise<BakeCommand>;
  /** Asks the instance to stop, or turns it off. */
  stopBake(ref: CloudRef, force: boolean, operation: Operation): Promise<void>;
  /** Removes every instance that bakes of this stage have made, `known` ones included. */
  endBake(place: CloudPlace, known: readonly string[], operation: Operation): Promise<void>;
  /** Begins an image of a stopped instance and answers its id. `aws.image-name-taken` when the name belongs to something else. */
  createImage(spec: ImageSpec, operation: Operation): Promise<string>;
  /** Null while it cannot be seen yet. */
  readImage(ref: CloudRef): Promise<BakedImage | null>;
  /** Begins the copy and answers its id; a copy made earlier of the same bake is answered instead. */
  copyImage(spec: ImageCopySpec, operation: Operation): Promise<string>;
  /** Numbers of the accounts that may start instances of it. */
  sharedWith(ref: CloudRef): Promise<readonly string[]>;
  /**
   * Lets another account, by its configured name or its number, start from the image and copy it, and repeats its tags
   * there. `unseen`: ask again, the other account does not see it yet; `unknown`: that account is none of ours to ask.
   */
  shareImage(ref: CloudRef, withAccount: string, operation: Operation): Promise<'seen' | 'unseen' | 'unknown'>;
  /** What runs from it, or would start from it. */
  usersOf(ref: CloudRef): Promise<readonly ImageUser[]>;
  /** Takes the image away, with the snapshots that no other image uses. One that is gone is no error. */
  removeImage(ref: CloudRef, operation: Operation): Promise<void>;
  /** Deletes a snapshot. One that is gone is no error; fails with `aws.busy` while an image uses it. */
  removeSnapshot(ref: CloudRef, operation: Operation): Promise<void>;
}
