import { createHash } from 'node:crypto';
import type {
  AbortMultipartUploadRequest,
  CompleteMultipartUploadRequest,
  CreateMultipartUploadRequest,
  ListMultipartUploadsRequest,
  ListPartsRequest,
  UploadPartRequest,
} from '@aws-sdk/client-s3';
import { refuse } from '../../wire/service-error.ts';
import type { Call, Handler } from '../service.ts';
import { bucketOf } from './buckets.ts';
import { checksumOf, checksumOut, isAlgorithm, md5Hex, verifyBody } from './checksums.ts';
import { checkWrite, headersFrom, keyOf, refuseUnserved } from './objects.ts';
import type { Bucket, Checksum, StoredObject, Upload, UploadPart } from './state.ts';

const leastPart = 5 * 1024 * 1024;

function createMultipartUpload(call: Call, input: CreateMultipartUploadRequest) {
  refuseUnserved(input);
  const bucket = bucketOf(call, input);
  if (input.ChecksumAlgorithm !== undefined && !isAlgorithm(input.ChecksumAlgorithm))
    refuse('NotImplemented', `The sandbox does not compute ${input.ChecksumAlgorithm} checksums: use CRC32.`, 501);
  const algorithm = isAlgorithm(input.ChecksumAlgorithm) ? input.ChecksumAlgorithm : null;
  const upload: Upload = {
    id: call.world.random.hex(64),
    key: keyOf(input.Key),
    startedAt: call.now,
    headers: headersFrom(input),
    algorithm,
    type: input.ChecksumType === 'FULL_OBJECT' ? 'FULL_OBJECT' : 'COMPOSITE',
    parts: {},
  };
  bucket.uploads[upload.id] = upload;
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    ChecksumAlgorithm: algorithm ?? undefined,
    ChecksumType: algorithm === null ? undefined : upload.type,
    ServerSideEncryption: upload.headers.serverSideEncryption,
  };
}

function uploadOf(bucket: Bucket, { Key, UploadId }: { Key?: string; UploadId?: string }): Upload {
  const upload = bucket.uploads[UploadId ?? ''];
  if (upload === undefined || upload.key !== Key) {
    refuse(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
    );
  }
  return upload;
}

function uploadPart(call: Call, input: Omit<UploadPartRequest, 'Body'> & { Body?: Uint8Array }) {
  refuseUnserved(input, ['PartNumber']);
  const upload = uploadOf(bucketOf(call, input), input);
  const number = input.PartNumber ?? 0;
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    refuse('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  const body = input.Body ?? new Uint8Array();
  const checksum = verifyBody(body, input);
  if (checksum !== null && upload.algorithm !== null && checksum.algorithm !== upload.algorithm) {
    refuse(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.toLowerCase()}, actual checksum Type: ${checksum.algorithm.toLowerCase()}`,
    );
  }
  const part: UploadPart = {
    number,
    body: Buffer.from(body).toString('base64'),
    size: body.length,
    etag: `"${md5Hex(body)}"`,
    modifiedAt: call.now,
    checksum,
  };
  upload.parts[number] = part;
  const { ChecksumType: _type, ...sums } = checksumOut(checksum);
  return { ETag: part.etag, ...sums, ServerSideEncryption: upload.headers.serverSideEncryption };
}

function completeMultipartUpload(call: Call, input: CompleteMultipartUploadRequest) {
  const bucket = bucketOf(call, input);
  const upload = uploadOf(bucket, input);
  checkWrite(bucket.objects[upload.key], input.IfMatch, input.IfNoneMatch);
  const parts = chosenParts(upload, input);
  const body = Buffer.concat(parts.map((part) => Buffer.from(part.body, 'base64')));
  if (input.MpuObjectSize !== undefined && Number(input.MpuObjectSize) !== body.length)
    refuse('InvalidRequest', 'The provided x-amz-mp-object-size header does not match what was computed.');
  const digests = createHash('md5');
  for (const part of parts) digests.update(Buffer.from(part.etag.replaceAll('"', ''), 'hex'));
  const object: StoredObject = {
    key: upload.key,
    body: body.toString('base64'),
    size: body.length,
    etag: `"${digests.digest('hex')}-${parts.length}"`,
    modifiedAt: call.now,
    checksum: wholeChecksum(upload, parts, body),
    parts: parts.length,
    headers: upload.headers,
  };
  bucket.objects[object.key] = object;
  delete bucket.uploads[upload.id];
  return {
    Bucket: bucket.name,
    Key: object.key,
    ETag: object.etag,
    Location: `/${bucket.name}/${object.key}`,
    ...checksumOut(object.checksum),
    ServerSideEncryption: object.headers.serverSideEncryption,
  };
}

function chosenParts(upload: Upload, input: CompleteMultipartUploadRequest): UploadPart[] {
  const wanted = input.MultipartUpload?.Parts ?? [];
  if (wanted.length === 0)
    refuse('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  let last = 0;
  const parts = wanted.map(({ PartNumber = 0, ETag = '' }) => {
    if (PartNumber <= last)
      refuse('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.');
    last = PartNumber;
    const part = upload.parts[PartNumber];
    if (part === undefined || part.etag.replaceAll('"', '') !== ETag.replaceAll('"', '')) {
      refuse(
        'InvalidPart',
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      );
    }
    return part;
  });
  if (parts.slice(0, -1).some((part) => part.size < leastPart))
    refuse('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  return parts;
}

function wholeChecksum({ algorithm, type }: Upload, parts: UploadPart[], body: Uint8Array): Checksum | null {
  if (algorithm === null) return null;
  if (type === 'FULL_OBJECT') return { algorithm, type, value: checksumOf(algorithm, body) };
  const sums = parts.map((part) =>
    Buffer.from(part.checksum?.value ?? checksumOf(algorithm, Buffer.from(part.body, 'base64')), 'base64'),
  );
  return { algorithm, type, value: `${checksumOf(algorithm, Buffer.concat(sums))}-${parts.length}` };
}

function abortMultipartUpload(call: Call, input: AbortMultipartUploadRequest) {
  const bucket = bucketOf(call, input);
  delete bucket.uploads[uploadOf(bucket, input).id];
}

function listParts(call: Call, input: ListPartsRequest) {
  const bucket = bucketOf(call, input);
  const upload = uploadOf(bucket, input);
  const most = Math.min(input.MaxParts ?? 1000, 1000);
  const after = Number(input.PartNumberMarker ?? 0);
  const left = Object.values(upload.parts)
    .filter((part) => part.number > after)
    .sort((a, b) => a.number - b.number);
  const page = left.slice(0, most);
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(after),
    MaxParts: most,
    IsTruncated: left.length > most,
    NextPartNumberMarker: left.length > most ? String(page.at(-1)?.number) : undefined,
    StorageClass: 'STANDARD',
    Parts: page.map((part) => ({
      PartNumber: part.number,
      ETag: part.etag,
      Size: part.size,
      LastModified: new Date(part.modifiedAt),
    })),
  };
}

function listMultipartUploads(call: Call, input: ListMultipartUploadsRequest) {
  const bucket = bucketOf(call, input);
  if (input.Delimiter !== undefined)
    refuse('NotImplemented', 'The sandbox does not roll uploads up by a delimiter.', 501);
  const marker = input.KeyMarker ?? '';
  const most = Math.min(input.MaxUploads ?? 1000, 1000);
  const left = Object.values(bucket.uploads)
    .filter((upload) => upload.key.startsWith(input.Prefix ?? ''))
    .sort((a, b) => (`${a.key}\0${a.id}` < `${b.key}\0${b.id}` ? -1 : 1))
    .filter((upload) => upload.key > marker || (upload.key === marker && upload.id > (input.UploadIdMarker ?? '~')));
  const page = left.slice(0, most);
  return {
    Bucket: bucket.name,
    Prefix: input.Prefix,
    KeyMarker: marker,
    MaxUploads: most,
    IsTruncated: left.length > most,
    NextKeyMarker: left.length > most ? page.at(-1)?.key : undefined,
    NextUploadIdMarker: left.length > most ? page.at(-1)?.id : undefined,
    Uploads: page.map((upload) => ({
      Key: upload.key,
      UploadId: upload.id,
      Initiated: new Date(upload.startedAt),
      StorageClass: 'STANDARD' as const,
    })),
  };
}

export const multipartHandlers: Record<string, Handler> = {
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
  ListMultipartUploads: listMultipartUploads,
};
