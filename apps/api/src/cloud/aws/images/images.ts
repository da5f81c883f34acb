import type { Images } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import type { AwsAccount } from '../accounts.ts';
import type { PlaceAt } from '../place.ts';
import { TAG } from '../server-groups/tags.ts';
import { bakeLog, endBake, readBake, startBake } from './bake.ts';
import { readBakeCommand, sendToBake, stopBake } from './bake-command.ts';
import { bakeDrop, readDrop } from './bake-drop.ts';
import { copyImage } from './copy-image.ts';
import { createImage, readImage } from './create-image.ts';
import { describeImages, findByTags, findImage, newestFirst } from './find-images.ts';
import { bakedImageOf } from './read-image.ts';
import { removeImage, removeSnapshot, usersOf } from './remove-image.ts';
import { sharedWith, shareImage } from './share-image.ts';

/** Whose images are used: the account's own, those of the other configured accounts, and those named. */
const trustedOwners = (accounts: readonly AwsAccount[], more: readonly string[]): readonly string[] => [
  ...new Set(['self', ...accounts.flatMap(({ accountId }) => accountId ?? []), ...more]),
];

function defaultAccount(accounts: readonly AwsAccount[], region: string): string {
  const account = accounts.find(({ regions }) => regions.includes(region));
  if (account) return account.name;
  throw new FailureError({
    code: 'aws.no-account',
    message: `No AWS account is configured for region "${region}"`,
    retry: false,
    advice: 'Name the account in the stage, or add the region to an account of this installation.',
    details: { region },
  });
}

/** Images of our own accounts and of the owners configured; never the public's. */
export function createImages(
  placeAt: PlaceAt,
  accounts: readonly AwsAccount[],
  imageOwners: readonly string[],
): Images {
  const owners = trustedOwners(accounts, imageOwners);
  const at = ({ account, region }: { readonly account: string; readonly region: string }) => placeAt(account, region);
  return {
    defaultAccount: async (region) => defaultAccount(accounts, region),
    findByTags: async (query) => findByTags(at(query), owners, query),
    find: async (query) => findImage(at(query), owners, query.nameOrId),
    async findBaked(query) {
      const place = at(query);
      const filters = [{ Name: `tag:${TAG.bakeKey}`, Values: [query.bakeKey] }];
      const found = await describeImages(place, { owners: ['self'], filters });
      return found.map((image) => bakedImageOf(place, image)).sort(newestFirst);
    },
    async tagImage(ref, tags, { abort }) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await at(ref).ec2.createTags({ Resources: [ref.id], Tags }, { abort, resource: `image ${ref.id}` });
    },
    async untagImage(ref, keys, { abort }) {
      if (keys.length === 0) return;
      const Tags = keys.map((Key) => ({ Key }));
      await at(ref).ec2.deleteTags({ Resources: [ref.id], Tags }, { abort, resource: `image ${ref.id}` });
    },
    startBake: async (spec, operation) => startBake(at(spec), spec, operation),
    readBake: async (ref) => readBake(at(ref), ref.id),
    bakeDrop: async (place, name) => bakeDrop(at(place), name),
    readDrop: async (place, location) => readDrop(at(place), location),
    bakeLog: async (ref) => bakeLog(at(ref), ref.id),
    canSendToBakes: async (place) => at(place).account.bakeBySsm === true,
    sendToBake: async (ref, script, operation) => sendToBake(at(ref), ref.id, script, operation),
    readBakeCommand: async (ref, commandId) => readBakeCommand(at(ref), ref.id, commandId),
    stopBake: async (ref, force, operation) => stopBake(at(ref), ref.id, force, operation),
    endBake: async (place, known, operation) => endBake(at(place), known, operation),
    createImage: async (spec, operation) => createImage(at(spec), spec, operation),
    readImage: async (ref) => readImage(at(ref), ref.id),
    copyImage: async (spec, operation) => copyImage(placeAt(spec.source.account, spec.region), spec, operation),
    sharedWith: async (ref) => sharedWith(at(ref), ref.id),
    shareImage: async (ref, withAccount, operation) => shareImage(placeAt, accounts, ref, withAccount, operation),
    usersOf: async (ref) => usersOf(at(ref), ref.id),
    removeImage: async (ref, operation) => removeImage(at(ref), ref.id, operation),
    removeSnapshot: async (ref, operation) => removeSnapshot(at(ref), ref.id, operation),
  };
}
