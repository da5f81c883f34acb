import type { CreateBucketRequest, HeadBucketRequest, ListBucketsRequest } from '@aws-sdk/client-s3';
import { refuse, ServiceError } from '../../wire/service-error.ts';
import type { Call, Handler } from '../service.ts';
import type { Bucket } from './state.ts';

interface Asked {
  Bucket?: string;
  ExpectedBucketOwner?: string;
}

/** The bucket a call names; refused when it does not exist, is another account's, or lies in another region. */
export function bucketOf(call: Call, input: Asked): Bucket {
  const bucket = call.world.state.buckets[input.Bucket ?? ''];
  if (bucket === undefined) refuse('NoSuchBucket', 'The specified bucket does not exist', 404);
  const wrongOwner = input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== bucket.account;
  if (bucket.account !== call.identity.account || wrongOwner) refuse('AccessDenied', 'Access Denied', 403);
  if (bucket.region !== call.store.region) throw elsewhere(bucket);
  return bucket;
}

function elsewhere(bucket: Bucket): ServiceError {
  return new ServiceError(
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    301,
    { 'x-amz-bucket-region': bucket.region },
  );
}

const goodName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

function createBucket(call: Call, input: CreateBucketRequest) {
  const name = input.Bucket ?? '';
  if (!goodName.test(name) || name.includes('..') || /^\d+\.\d+\.\d+\.\d+$/.test(name))
    refuse('InvalidBucketName', 'The specified bucket is not valid.');
  const asked = input.CreateBucketConfiguration?.LocationConstraint ?? 'us-east-1';
  const { account, region } = call.store;
  if (asked !== region) {
    const told = input.CreateBucketConfiguration?.LocationConstraint ?? 'unspecified';
    refuse(
      'IllegalLocationConstraintException',
      `The ${told} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  const { buckets } = call.world.state;
  const existing = buckets[name];
  if (existing !== undefined && existing.account !== account) {
    refuse(
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      409,
    );
  }
  if (existing !== undefined && (region !== 'us-east-1' || existing.region !== region)) {
    refuse(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
    );
  }
  buckets[name] ??= emptyBucket(name, account, region, call.now);
  return { Location: `/${name}` };
}

/** A bucket as it is when new. */
export const emptyBucket = (name: string, account: string, region: string, now: number): Bucket => ({
  name,
  account,
  region,
  createdAt: now,
  objects: {},
  uploads: {},
});

function headBucket(call: Call, input: HeadBucketRequest) {
  const bucket = call.world.state.buckets[input.Bucket ?? ''];
  if (bucket === undefined) refuse('NotFound', 'Not Found', 404);
  if (bucket.account !== call.identity.account) refuse('Forbidden', 'Forbidden', 403);
  return { BucketRegion: bucketOf(call, input).region, BucketArn: `arn:aws:s3:::${bucket.name}` };
}

function listBuckets({ world, identity }: Call, input: ListBucketsRequest) {
  const mine = Object.values(world.state.buckets)
    .filter((bucket) => bucket.account === identity.account && bucket.name.startsWith(input.Prefix ?? ''))
    .filter((bucket) => input.BucketRegion === undefined || bucket.region === input.BucketRegion)
    .filter((bucket) => bucket.name > (input.ContinuationToken ?? ''))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const most = input.MaxBuckets ?? 10_000;
  const page = mine.slice(0, most);
  return {
    Buckets: page.map((bucket) => ({
      Name: bucket.name,
      CreationDate: new Date(bucket.createdAt),
      BucketRegion: bucket.region,
    })),
    Owner: { ID: ownerId(identity.account) },
    ContinuationToken: mine.length > most ? page.at(-1)?.name : undefined,
  };
}

const ownerId = (account: string): string => account.padStart(64, '0');

function deleteBucket(call: Call, input: Asked) {
  const bucket = bucketOf(call, input);
  if (Object.keys(bucket.objects).length > 0 || Object.keys(bucket.uploads).length > 0)
    refuse('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
  delete call.world.state.buckets[bucket.name];
}

function getBucketLocation(call: Call, input: Asked) {
  const { region } = bucketOf(call, input);
  return { LocationConstraint: region === 'us-east-1' ? undefined : region };
}

export const bucketHandlers: Record<string, Handler> = {
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  ListBuckets: listBuckets,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
};
