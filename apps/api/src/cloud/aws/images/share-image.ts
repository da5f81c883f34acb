import type { Image as AwsImage, Tag } from '@aws-sdk/client-ec2';
import type { CloudRef, Operation } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import type { AwsAccount } from '../accounts.ts';
import type { Place, PlaceAt } from '../place.ts';

async function imageBy(place: Place, id: string): Promise<AwsImage | undefined> {
  const Filters = [{ Name: 'image-id', Values: [id] }];
  return (await place.ec2.describeImages({ Filters }, { resource: `image ${id}` })).Images?.[0];
}

/** Numbers of the accounts that may start instances of the image. */
export async function sharedWith(place: Place, id: string): Promise<readonly string[]> {
  const answer = await place.ec2.describeImageAttribute(
    { ImageId: id, Attribute: 'launchPermission' },
    { resource: `image ${id}` },
  );
  return (answer.LaunchPermissions ?? []).flatMap(({ UserId }) => UserId ?? []);
}

interface Other {
  readonly number: string;
  /** Null when it is not configured here, or not for the region. */
  readonly place: Place | null;
}

async function otherAccount(
  placeAt: PlaceAt,
  accounts: readonly AwsAccount[],
  region: string,
  nameOrNumber: string,
): Promise<Other> {
  const account = accounts.find(({ name, accountId }) => name === nameOrNumber || accountId === nameOrNumber);
  const reachable = account?.regions.includes(region) ? placeAt(account.name, region) : null;
  if (/^\d{12}$/.test(nameOrNumber)) return { number: nameOrNumber, place: reachable };
  if (account?.accountId) return { number: account.accountId, place: reachable };
  if (reachable) {
    const { Account } = await reachable.identity.getCallerIdentity({}, { resource: nameOrNumber });
    if (Account) return { number: Account, place: reachable };
  }
  throw new FailureError({
    code: 'aws.unknown-account',
    message: `There is no AWS account named "${nameOrNumber}" in this installation for region ${region}`,
    retry: false,
    advice: 'Name a configured account that has the region, or the number of an account (12 digits).',
  });
}

const tagMap = (tags: readonly Tag[] | undefined): ReadonlyMap<string, string> =>
  new Map((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

/** Tags of a shared image are each account's own: makes those over there equal to ours. */
async function repeatTags(there: Place, image: AwsImage, seen: AwsImage, abort?: AbortSignal): Promise<void> {
  const id = image.ImageId ?? '';
  const [wanted, present] = [tagMap(image.Tags), tagMap(seen.Tags)];
  // Without any tags of ours nothing says what they should be.
  if (wanted.size === 0) return;
  const missing = [...wanted].filter(([key, value]) => present.get(key) !== value);
  const extra = [...present.keys()].filter((key) => !wanted.has(key));
  const about = { abort, resource: `image ${id}` };
  if (missing.length > 0)
    await there.ec2.createTags({ Resources: [id], Tags: missing.map(([Key, Value]) => ({ Key, Value })) }, about);
  if (extra.length > 0) await there.ec2.deleteTags({ Resources: [id], Tags: extra.map((Key) => ({ Key })) }, about);
}

/**
 * Lets another account launch the image and read its snapshots (ModifyImageAttribute, ModifySnapshotAttribute), and
 * repeats its tags with that account's own credentials. All of it may be repeated.
 */
export async function shareImage(
  placeAt: PlaceAt,
  accounts: readonly AwsAccount[],
  ref: CloudRef,
  withAccount: string,
  operation: Operation,
): Promise<'seen' | 'unseen' | 'unknown'> {
  const here = placeAt(ref.account, ref.region);
  const other = await otherAccount(placeAt, accounts, ref.region, withAccount);
  const image = await imageBy(here, ref.id);
  if (!image) return 'unseen';
  if (image.OwnerId === other.number) return 'seen';
  const about = { abort: operation.abort, resource: `image ${ref.id}` };
  if (!(await sharedWith(here, ref.id)).includes(other.number))
    await here.ec2.modifyImageAttribute(
      { ImageId: ref.id, LaunchPermission: { Add: [{ UserId: other.number }] } },
      about,
    );
  for (const { Ebs } of image.BlockDeviceMappings ?? [])
    if (Ebs?.SnapshotId)
      await here.ec2.modifySnapshotAttribute(
        {
          SnapshotId: Ebs.SnapshotId,
          Attribute: 'createVolumePermission',
          OperationType: 'add',
          UserIds: [other.number],
        },
        { ...about, resource: `snapshot ${Ebs.SnapshotId}` },
      );
  if (!other.place) return 'unknown';
  const seen = await imageBy(other.place, ref.id);
  if (!seen) return 'unseen';
  await repeatTags(other.place, image, seen, operation.abort);
  return 'seen';
}
