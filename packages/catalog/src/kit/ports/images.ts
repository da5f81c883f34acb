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
  readonly tags: Readonly<Record<string, string>>;
}

/** An image that may still be in the making. */
export interface BakedImage extends Image {
  readonly state: 'pending' | 'available' | 'failed';
  /** Why it failed, in the cloud's words. */
  readonly reason: string | null;
}

/** A thing by its id. */
export interface CloudRef {
  readonly account: string;
  readonly region: string;
  readonly id: string;
}

/** An instance of a base image that runs a script once and shuts itself down. */
export interface BakeSpec {
  readonly account: string;
  readonly region: string;
  readonly bakeKey: string;
  readonly baseImageId: string;
  readonly instanceType: string;
  /** Run at the first boot; its last command shuts the machine down. */
  readonly script: string;
  readonly subnetId?: string | null;
  readonly iamRole?: string | null;
  readonly rootVolumeSizeGiB?: number | null;
  /** Epoch ms after which whoever finds the instance may remove it. */
  readonly expiresTime: number;
}

export interface BakeInstance {
  readonly id: string;
  readonly state: 'starting' | 'running' | 'stopping' | 'stopped' | 'gone';
  /** Why it is not running, in the cloud's words. */
  readonly reason: string | null;
}

/** What an image made from a stopped instance is called and carries. */
export interface ImageSpec {
  readonly account: string;
  readonly region: string;
  readonly instanceId: string;
  readonly name: string;
  readonly description: string;
  readonly bakeKey: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Machine images, read live. Changes may be repeated with the same operation and then do nothing twice. Failures are
 * thrown as `FailureError` (codes `aws.*`).
 */
export interface Images {
  /** Images of the trusted owners carrying all the tags, newest first. */
  findByTags(query: {
    account: string;
    region: string;
    nameGlob?: string;
    tags: Readonly<Record<string, string>>;
  }): Promise<readonly Image[]>;
  /** By id (`ami-…`) or exact name; null when there is none. */
  find(query: { account: string; region: string; nameOrId: string }): Promise<Image | null>;
  /** Images of our own with this bake key, newest first, those in the making included. */
  findBaked(query: { account: string; region: string; bakeKey: string }): Promise<readonly BakedImage[]>;
  /** Starts the instance and answers its id. */
  startBake(spec: BakeSpec, operation: Operation): Promise<string>;
  /** Null while it cannot be seen yet. */
  readBake(ref: CloudRef): Promise<BakeInstance | null>;
  /** What its console shows; empty when there is nothing yet. */
  bakeLog(ref: CloudRef): Promise<string>;
  /** Removes every instance that bakes of this stage have made, `known` ones included. */
  endBake(place: { account: string; region: string }, known: readonly string[], operation: Operation): Promise<void>;
  /** Begins an image of a stopped instance and answers its id. `aws.image-name-taken` when the name belongs to something else. */
  createImage(spec: ImageSpec, operation: Operation): Promise<string>;
  /** Null while it cannot be seen yet. */
  readImage(ref: CloudRef): Promise<BakedImage | null>;
}
