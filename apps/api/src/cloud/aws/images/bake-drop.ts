import type { BakeDrop } from '@gennaker/catalog/kit';
import { isFailure, providerMessageOf } from '../errors.ts';
import type { Place } from '../place.ts';

/** As long as a machine may bake, and some more. A session of an assumed role ends after an hour. */
const SIGNED_FOR_SECONDS = 2 * 3600;

/** The place for a result in the account's bucket; null when it names none. */
export async function bakeDrop(place: Place, name: string): Promise<BakeDrop | null> {
  const bucket = place.account.bakeBucket?.replaceAll('{region}', place.region);
  if (!bucket) return null;
  return { location: `s3://${bucket}/${name}`, putUrl: await place.signPut(bucket, name, SIGNED_FOR_SECONDS) };
}

/** The object as text; null while it is not there. */
export async function readDrop(place: Place, location: string): Promise<string | null> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  if (!Bucket || !Key) return null;
  try {
    const { Body } = await place.s3.getObject({ Bucket, Key }, { resource: location });
    return (await Body?.transformToString()) ?? null;
  } catch (error) {
    if (isFailure(error, 'aws.gone') || /NoSuchKey|does not exist/.test(providerMessageOf(error))) return null;
    throw error;
  }
}
