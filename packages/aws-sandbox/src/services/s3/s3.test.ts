import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, S3 } from '@aws-sdk/client-s3';
import { STS } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { clientOf } from '../../testing/service-clients.ts';

const Bucket = 'artifacts';

describe('S3', () => {
  let sandbox: Sandbox;
  let s3: S3;

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 4 });
    sandbox.clock.freeze();
    s3 = clientOf(sandbox, S3);
    await s3.createBucket({ Bucket });
  });
  afterAll(async () => {
    s3.destroy();
    await sandbox.stop();
  });

  const textOf = async (Key: string) => (await s3.getObject({ Bucket, Key })).Body?.transformToString();

  it('makes buckets, finds them, and keeps their names to one owner and one region', async () => {
    await expect(s3.headBucket({ Bucket })).resolves.toMatchObject({ BucketRegion: 'us-east-1' });
    expect((await s3.listBuckets({})).Buckets?.map((bucket) => bucket.Name)).toEqual([Bucket, 'demo-artifacts']);
    await expect(s3.createBucket({ Bucket })).resolves.toBeDefined();
    await expect(s3.createBucket({ Bucket: 'No_Good' })).rejects.toMatchObject({ name: 'InvalidBucketName' });
    await expect(s3.headBucket({ Bucket: 'absent' })).rejects.toMatchObject({
      name: 'NotFound',
      $metadata: { httpStatusCode: 404 },
    });
    const west = clientOf(sandbox, S3, { region: 'us-west-2' });
    const CreateBucketConfiguration = { LocationConstraint: 'us-west-2' } as const;
    await expect(s3.createBucket({ Bucket: 'west', CreateBucketConfiguration })).rejects.toMatchObject({
      name: 'IllegalLocationConstraintException',
    });
    await west.createBucket({ Bucket: 'west', CreateBucketConfiguration });
    await expect(west.createBucket({ Bucket: 'west', CreateBucketConfiguration })).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    await expect(s3.putObject({ Bucket: 'west', Key: 'a' })).rejects.toMatchObject({ name: 'PermanentRedirect' });
    await west.deleteBucket({ Bucket: 'west' });
    west.destroy();
  });

  it('keeps what is put, with its headers, and gives it back whole or in part', async () => {
    const put = await s3.putObject({
      Bucket,
      Key: 'a b/ü&+.json',
      Body: '{"rc":0}',
      ContentType: 'application/json',
      Metadata: { bake: 'key-1' },
    });
    expect(put).toMatchObject({ ETag: '"7c1fdd2a7be8a17c184aec4a0740ca78"', ChecksumType: 'FULL_OBJECT' });
    const got = await s3.getObject({ Bucket, Key: 'a b/ü&+.json' });
    expect(await got.Body?.transformToString()).toBe('{"rc":0}');
    expect(got).toMatchObject({ ContentType: 'application/json', Metadata: { bake: 'key-1' }, ContentLength: 8 });
    const part = await s3.getObject({ Bucket, Key: 'a b/ü&+.json', Range: 'bytes=2-3' });
    expect([await part.Body?.transformToString(), part.ContentRange]).toEqual(['rc', 'bytes 2-3/8']);
    const head = await s3.headObject({ Bucket, Key: 'a b/ü&+.json' });
    expect([head.ContentLength, head.ETag, head.Metadata]).toEqual([8, got.ETag, { bake: 'key-1' }]);
    await expect(s3.getObject({ Bucket, Key: 'a b/ü&+.json', IfNoneMatch: got.ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(s3.getObject({ Bucket, Key: 'absent' })).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(s3.headObject({ Bucket, Key: 'absent' })).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('creates only once with If-None-Match, and replaces only the version meant with If-Match', async () => {
    const first = await s3.putObject({ Bucket, Key: 'once', Body: '1', IfNoneMatch: '*' });
    await expect(s3.putObject({ Bucket, Key: 'once', Body: '2', IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    await s3.putObject({ Bucket, Key: 'once', Body: '3', IfMatch: first.ETag });
    await expect(s3.putObject({ Bucket, Key: 'once', Body: '4', IfMatch: first.ETag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    expect(await textOf('once')).toBe('3');
  });

  it('takes streams with a trailing checksum, and refuses a body other than its checksum says', async () => {
    const Body = Readable.from([Buffer.from('hel'), Buffer.from('lo')]);
    const streamed = await s3.putObject({ Bucket, Key: 'stream', Body, ContentLength: 5 });
    expect(streamed.ChecksumCRC32).toBe('NhCmhg==');
    expect(await textOf('stream')).toBe('hello');
    const wrong = { Bucket, Key: 'stream', Body: 'hullo', ChecksumCRC32: 'NhCmhg==' };
    await expect(s3.putObject(wrong)).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(
      s3.putObject({ ...wrong, ChecksumCRC32: undefined, ChecksumAlgorithm: 'SHA256' }),
    ).resolves.toBeDefined();
    await expect(s3.putObject({ ...wrong, ChecksumCRC32: undefined, Tagging: 'a=b' })).rejects.toMatchObject({
      name: 'NotImplemented',
    });
  });

  it('lists keys in order, by prefix, in pages, and rolled up at a delimiter', async () => {
    await s3.createBucket({ Bucket: 'many' });
    for (const Key of ['x/2', 'x/1', 'y/a/1', 'z', 'é']) await s3.putObject({ Bucket: 'many', Key, Body: Key });
    const keys = (list: { Contents?: Array<{ Key?: string }> }) => list.Contents?.map((each) => each.Key);
    expect(keys(await s3.listObjectsV2({ Bucket: 'many' }))).toEqual(['x/1', 'x/2', 'y/a/1', 'z', 'é']);
    const rolled = await s3.listObjectsV2({ Bucket: 'many', Delimiter: '/' });
    expect(rolled.CommonPrefixes?.map((each) => each.Prefix)).toEqual(['x/', 'y/']);
    const first = await s3.listObjectsV2({ Bucket: 'many', MaxKeys: 2 });
    expect([keys(first), first.IsTruncated]).toEqual([['x/1', 'x/2'], true]);
    const next = await s3.listObjectsV2({ Bucket: 'many', ContinuationToken: first.NextContinuationToken });
    expect(keys(next)).toEqual(['y/a/1', 'z', 'é']);
    const Objects = [{ Key: 'x/1' }, { Key: 'x/2' }, { Key: 'never <&>' }];
    expect((await s3.deleteObjects({ Bucket: 'many', Delete: { Objects } })).Deleted).toEqual(Objects);
    await expect(s3.deleteBucket({ Bucket: 'many' })).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    await s3.deleteObject({ Bucket: 'many', Key: 'z' });
    expect((await s3.listObjectsV2({ Bucket: 'many', Prefix: 'z' })).KeyCount).toBe(0);
  });

  it('copies objects with or without their metadata', async () => {
    await s3.putObject({ Bucket, Key: 'from/a b', Body: 'text', ContentType: 'text/plain', Metadata: { a: '1' } });
    const CopySource = `${Bucket}/from/a%20b`;
    const { CopyObjectResult } = await s3.copyObject({ Bucket, Key: 'to', CopySource });
    expect(CopyObjectResult?.ETag).toBe('"1cb251ec0d568de6a929b520c4aed8d1"');
    expect((await s3.headObject({ Bucket, Key: 'to' })).Metadata).toEqual({ a: '1' });
    await s3.copyObject({ Bucket, Key: 'to', CopySource, MetadataDirective: 'REPLACE', Metadata: { b: '2' } });
    expect((await s3.headObject({ Bucket, Key: 'to' })).Metadata).toEqual({ b: '2' });
    const CopySelf = `${Bucket}/to`;
    await expect(s3.copyObject({ Bucket, Key: 'to', CopySource: CopySelf })).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
  });

  it('puts an object together from parts', async () => {
    const Key = 'big';
    const { UploadId } = await s3.createMultipartUpload({ Bucket, Key, ContentType: 'text/plain' });
    const big = Buffer.alloc(5 * 1024 * 1024, 'a');
    const one = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: big });
    const two = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 2, Body: 'end' });
    expect((await s3.listParts({ Bucket, Key, UploadId })).Parts?.map((part) => part.Size)).toEqual([big.length, 3]);
    expect((await s3.listMultipartUploads({ Bucket })).Uploads?.map((upload) => upload.Key)).toEqual([Key]);
    const Parts = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    const complete = (parts: typeof Parts) =>
      s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } });
    await expect(complete([...Parts].reverse())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete([{ PartNumber: 1, ETag: '"no"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    expect((await complete(Parts)).ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect((await s3.headObject({ Bucket, Key })).ContentLength).toBe(big.length + 3);
    await expect(complete(Parts)).rejects.toMatchObject({ name: 'NoSuchUpload' });
    const other = await s3.createMultipartUpload({ Bucket, Key });
    await s3.abortMultipartUpload({ Bucket, Key, UploadId: other.UploadId });
    expect((await s3.listMultipartUploads({ Bucket })).Uploads).toBeUndefined();
  });

  it('takes presigned addresses until they expire by the virtual clock, and only as they were signed', async () => {
    const options = { expiresIn: 900, signingDate: new Date(sandbox.clock.now()) };
    const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'pre/signed' }), options);
    const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'pre/signed' }), options);
    expect((await fetch(put, { method: 'PUT', body: '{"rc":0}' })).status).toBe(200);
    const answer = await fetch(get);
    expect([await answer.text(), answer.headers.get('x-amz-request-id')]).toEqual(['{"rc":0}', expect.any(String)]);
    const other = await fetch(put.replace('pre/signed', 'pre/other'), { method: 'PUT', body: 'x' });
    expect([other.status, await other.text()]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')]);
    sandbox.clock.advance(901_000);
    const late = await fetch(put, { method: 'PUT', body: 'x' });
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });

  it('ends presigned addresses with the session that signed them', async () => {
    const sts = clientOf(sandbox, STS);
    const RoleArn = 'arn:aws:iam::123456789012:role/gennaker-deploy';
    const { Credentials } = await sts.assumeRole({ RoleArn, RoleSessionName: 'bake', DurationSeconds: 900 });
    const session = clientOf(sandbox, S3, { credentials: Credentials });
    const options = { expiresIn: 7200, signingDate: new Date(sandbox.clock.now()) };
    const url = await getSignedUrl(session, new PutObjectCommand({ Bucket, Key: 'late' }), options);
    sandbox.clock.advance(1_000_000);
    const answer = await fetch(url, { method: 'PUT', body: 'x' });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('ExpiredToken')]);
    for (const client of [sts, session]) client.destroy();
  });

  it('slows down in its own words, and refuses what it does not know', async () => {
    sandbox.faults.add({ match: { service: 's3', action: 'GetObject' }, effect: { kind: 'throttle' }, times: 1 });
    await expect(s3.getObject({ Bucket, Key: 'once' })).rejects.toMatchObject({
      name: 'SlowDown',
      $metadata: { httpStatusCode: 503 },
    });
    await expect(s3.getBucketVersioning({ Bucket })).rejects.toMatchObject({ name: 'InvalidAction' });
    expect(sandbox.calls().at(-2)).toMatchObject({ service: 's3', action: 'GetObject', outcome: 'SlowDown' });
  });
});
