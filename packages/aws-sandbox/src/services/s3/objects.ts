import type {
  CopyObjectRequest,
  DeleteObjectRequest,
  DeleteObjectsRequest,
  GetObjectRequest,
  HeadObjectRequest,
  PutObjectRequest,
} from '@aws-sdk/client-s3';
import { refuse, ServiceError } from '../../wire/service-error.ts';
import type { Call, Handler } from '../service.ts';
import { bucketOf } from './buckets.ts';
import { checksumOf, checksumOut, isAlgorithm, md5Hex, verifyBody } from './checksums.ts';
import { listObjectsV2 } from './list-objects.ts';
import type { Bucket, ObjectHeaders, StoredObject } from './state.ts';

type HeaderInput = Pick<
  PutObjectRequest,
  | 'ContentType'
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentEncoding'
  | 'ContentLanguage'
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'StorageClass'
  | 'Metadata'
>;

const unserved = [
  'VersionId',
  'SSECustomerAlgorithm',
  'SSECustomerKey',
  'ObjectLockMode',
  'ObjectLockRetainUntilDate',
  'ObjectLockLegalHoldStatus',
  'WebsiteRedirectLocation',
  'WriteOffsetBytes',
  'Tagging',
  'PartNumber',
  'MFA',
];

/** Refuses what this bucket would have to remember and does not. */
export function refuseUnserved(input: object, except: string[] = []): void {
  for (const name of unserved) {
    if ((input as Record<string, unknown>)[name] !== undefined && !except.includes(name)) {
      refuse(
        'NotImplemented',
        `A header you provided implies functionality that is not implemented: ${name} is not served by the sandbox.`,
        501,
      );
    }
  }
}

export function headersFrom(input: HeaderInput): ObjectHeaders {
  const encoding = input.ContentEncoding?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== 'aws-chunked')
    .join(',');
  return {
    contentType: input.ContentType ?? 'binary/octet-stream',
    cacheControl: input.CacheControl,
    contentDisposition: input.ContentDisposition,
    contentEncoding: encoding === '' ? undefined : encoding,
    contentLanguage: input.ContentLanguage,
    serverSideEncryption: input.ServerSideEncryption ?? 'AES256',
    kmsKeyId: input.SSEKMSKeyId,
    storageClass: input.StorageClass,
    metadata: input.Metadata ?? {},
  };
}

/** `If-Match` and `If-None-Match` of writes: 412 when the object there is not the one meant. */
export function checkWrite(found: StoredObject | undefined, ifMatch?: string, ifNoneMatch?: string): void {
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*')
    refuse('NotImplemented', 'A header you provided implies functionality that is not implemented', 501);
  if (ifMatch !== undefined && found === undefined) refuse('NoSuchKey', 'The specified key does not exist.', 404);
  const exists = ifNoneMatch === '*' && found !== undefined;
  if (exists || (ifMatch !== undefined && found !== undefined && !sameTag(ifMatch, found.etag)))
    refuse('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
}

const sameTag = (given: string, etag: string): boolean =>
  given === '*' || given.split(',').some((each) => each.trim().replaceAll('"', '') === etag.replaceAll('"', ''));

function storedObject(key: string, body: Uint8Array, now: number, headers: ObjectHeaders): StoredObject {
  return {
    key,
    body: Buffer.from(body).toString('base64'),
    size: body.length,
    etag: `"${md5Hex(body)}"`,
    modifiedAt: now,
    checksum: { algorithm: 'CRC32', value: checksumOf('CRC32', body), type: 'FULL_OBJECT' },
    parts: null,
    headers,
  };
}

/** Puts text where another service delivers its output. */
export function putOutput(bucket: Bucket, key: string, text: string, now: number): void {
  bucket.objects[key] = storedObject(key, Buffer.from(text), now, headersFrom({ ContentType: 'text/plain' }));
}

function putObject(call: Call, input: Omit<PutObjectRequest, 'Body'> & { Body?: Uint8Array }) {
  refuseUnserved(input);
  const bucket = bucketOf(call, input);
  const key = keyOf(input.Key);
  checkWrite(bucket.objects[key], input.IfMatch, input.IfNoneMatch);
  const body = input.Body ?? new Uint8Array();
  const checksum = verifyBody(body, input);
  const stored = storedObject(key, body, call.now, headersFrom(input));
  if (checksum !== null) stored.checksum = checksum;
  bucket.objects[key] = stored;
  return {
    ETag: stored.etag,
    ...checksumOut(stored.checksum),
    ServerSideEncryption: stored.headers.serverSideEncryption,
  };
}

export function keyOf(key: string | undefined): string {
  if (Buffer.byteLength(key ?? '') > 1024) refuse('KeyTooLongError', 'Your key is too long');
  return key ?? '';
}

function found(bucket: Bucket, key: string | undefined): StoredObject {
  return bucket.objects[key ?? ''] ?? refuse('NoSuchKey', 'The specified key does not exist.', 404);
}

function checkRead(object: StoredObject, input: GetObjectRequest | HeadObjectRequest): void {
  if (input.IfMatch !== undefined && !sameTag(input.IfMatch, object.etag))
    refuse('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  const second = Math.floor(object.modifiedAt / 1000) * 1000;
  if (input.IfUnmodifiedSince !== undefined && second > input.IfUnmodifiedSince.getTime())
    refuse('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  const unchanged =
    input.IfNoneMatch === undefined
      ? input.IfModifiedSince !== undefined && second <= input.IfModifiedSince.getTime()
      : sameTag(input.IfNoneMatch, object.etag);
  if (unchanged) throw new ServiceError('NotModified', 'Not Modified', 304, { etag: object.etag });
}

function describe(object: StoredObject, input: GetObjectRequest | HeadObjectRequest) {
  const { headers } = object;
  return {
    AcceptRanges: 'bytes',
    LastModified: new Date(object.modifiedAt),
    ETag: object.etag,
    ContentType: input.ResponseContentType ?? headers.contentType,
    CacheControl: input.ResponseCacheControl ?? headers.cacheControl,
    ContentDisposition: input.ResponseContentDisposition ?? headers.contentDisposition,
    ContentEncoding: input.ResponseContentEncoding ?? headers.contentEncoding,
    ContentLanguage: input.ResponseContentLanguage ?? headers.contentLanguage,
    ServerSideEncryption: headers.serverSideEncryption,
    SSEKMSKeyId: headers.kmsKeyId,
    StorageClass: headers.storageClass === 'STANDARD' ? undefined : headers.storageClass,
    Metadata: headers.metadata,
    PartsCount: undefined,
  };
}

function getObject(call: Call, input: GetObjectRequest) {
  refuseUnserved(input);
  const object = found(bucketOf(call, input), input.Key);
  checkRead(object, input);
  const whole = Buffer.from(object.body, 'base64');
  const range = input.Range === undefined ? null : rangeOf(input.Range, whole.length);
  const body = range === null ? whole : whole.subarray(range.from, range.to + 1);
  return {
    ...describe(object, input),
    ...(range === null && input.ChecksumMode === 'ENABLED' ? checksumOut(object.checksum) : {}),
    ContentRange: range === null ? undefined : `bytes ${range.from}-${range.to}/${whole.length}`,
    ContentLength: body.length,
    Body: new Uint8Array(body),
  };
}

/** A range that cannot be read as one is ignored, as S3 does; one behind the end is refused. */
function rangeOf(text: string, size: number): { from: number; to: number } | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text);
  if (match === null || (match[1] === '' && match[2] === '')) return null;
  const [, first = '', last = ''] = match;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from >= size || from > to) refuse('InvalidRange', 'The requested range is not satisfiable', 416);
  return { from, to };
}

function headObject(call: Call, input: HeadObjectRequest) {
  refuseUnserved(input);
  const bucket = bucketOf(call, input);
  const object = bucket.objects[input.Key ?? ''] ?? refuse('NotFound', 'Not Found', 404);
  checkRead(object, input);
  return {
    ...describe(object, input),
    ...(input.ChecksumMode === 'ENABLED' ? checksumOut(object.checksum) : {}),
    ContentLength: object.size,
  };
}

function deleteObject(call: Call, input: DeleteObjectRequest) {
  refuseUnserved(input);
  const bucket = bucketOf(call, input);
  const object = bucket.objects[input.Key ?? ''];
  if (input.IfMatch !== undefined) checkWrite(object, input.IfMatch);
  delete bucket.objects[input.Key ?? ''];
}

function deleteObjects(call: Call, input: DeleteObjectsRequest) {
  const bucket = bucketOf(call, input);
  const wanted = input.Delete?.Objects ?? [];
  if (wanted.length < 1 || wanted.length > 1000)
    refuse('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  for (const { Key } of wanted) delete bucket.objects[Key ?? ''];
  return { Deleted: input.Delete?.Quiet ? [] : wanted.map(({ Key }) => ({ Key })) };
}

function copyObject(call: Call, input: CopyObjectRequest) {
  refuseUnserved(input);
  const source = /^\/?([^/]+)\/([^?]+)(\?.*)?$/.exec(input.CopySource ?? '');
  if (source === null)
    refuse('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  if (source[3] !== undefined) refuseUnserved({ VersionId: source[3] });
  const from = found(bucketOf(call, { Bucket: source[1] }), decodeURIComponent(source[2] ?? ''));
  const bucket = bucketOf(call, input);
  const key = keyOf(input.Key);
  checkWrite(bucket.objects[key], input.IfMatch, input.IfNoneMatch);
  if (input.CopySourceIfMatch !== undefined && !sameTag(input.CopySourceIfMatch, from.etag))
    refuse('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  const replaced = input.MetadataDirective === 'REPLACE';
  if (from === bucket.objects[key] && !replaced && input.StorageClass === undefined) {
    refuse(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const body = Buffer.from(from.body, 'base64');
  const algorithm = isAlgorithm(input.ChecksumAlgorithm)
    ? input.ChecksumAlgorithm
    : (from.checksum?.algorithm ?? 'CRC32');
  const copy: StoredObject = {
    ...from,
    key,
    etag: `"${md5Hex(body)}"`,
    modifiedAt: call.now,
    checksum: { algorithm, value: checksumOf(algorithm, body), type: 'FULL_OBJECT' },
    parts: null,
    headers: replaced
      ? headersFrom(input)
      : { ...from.headers, storageClass: input.StorageClass ?? from.headers.storageClass },
  };
  bucket.objects[key] = copy;
  return {
    CopyObjectResult: { ETag: copy.etag, LastModified: new Date(call.now), ...checksumOut(copy.checksum) },
    ServerSideEncryption: copy.headers.serverSideEncryption,
  };
}

export const objectHandlers: Record<string, Handler> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  CopyObject: copyObject,
  ListObjectsV2: listObjectsV2,
};
