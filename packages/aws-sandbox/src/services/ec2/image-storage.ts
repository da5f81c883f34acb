import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import type { Image } from './state.ts';

/** The key that encrypts when none is named. What it encrypts cannot be shared. */
export const defaultKey = (store: RegionStore): string => `arn:aws:kms:${store.region}:${store.account}:alias/aws/ebs`;

/** Full name of a key as a caller may write it: id, alias or ARN. */
export function keyArn(store: RegionStore, key: string): string {
  if (key.startsWith('arn:')) return key;
  return `arn:aws:kms:${store.region}:${store.account}:${key.startsWith('alias/') ? key : `key/${key}`}`;
}

/** True when an account owns the image, was given it, or it is public. */
export const mayLaunch = (image: Image, account: string): boolean =>
  image.owner === account || image.isPublic || image.launchAccounts.includes(account);

/**
 * Every image of a region an account can see: its own, public ones, and those shared with it. `look` shows another
 * account's region as the caller sees it.
 */
export function visibleImages(
  world: World,
  view: RegionStore,
  look: (store: RegionStore) => RegionStore = (store) => store,
): Image[] {
  const others = Object.values(world.state.regions).filter(
    (store) => store.region === view.region && store.account !== view.account,
  );
  const shared = others.flatMap((store) =>
    Object.values(look(store).images).filter((image) => mayLaunch(image, view.account)),
  );
  return [...Object.values(view.images), ...shared].filter((image) => image.deregisteredAt === null);
}

/** One image an account may launch in a region; undefined when it cannot see it. */
export function imageFor(
  world: World,
  view: RegionStore,
  id: string,
  look?: (store: RegionStore) => RegionStore,
): Image | undefined {
  const own = view.images[id];
  if (own !== undefined) return own.deregisteredAt === null && mayLaunch(own, view.account) ? own : undefined;
  return visibleImages(world, view, look).find((image) => image.id === id);
}

/** True when the account may read the image's snapshot: needed to copy it, and to start it when it is encrypted. */
export function mayReadStorage(world: World, image: Image, account: string, region: string): boolean {
  if (image.owner === account || image.isPublic) return true;
  const snapshot = world.region(image.owner, region)?.snapshots[image.snapshotId];
  return snapshot?.sharedWith.some((user) => user === account || user === 'all') ?? false;
}
