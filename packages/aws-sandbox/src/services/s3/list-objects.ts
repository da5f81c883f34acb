import type { ListObjectsV2Request } from '@aws-sdk/client-s3';
import { refuse } from '../../wire/service-error.ts';
import type { Call } from '../service.ts';
import { bucketOf } from './buckets.ts';
import type { StoredObject } from './state.ts';

const mostKeys = 1000;

type Row = { after: string } & ({ object: StoredObject } | { prefix: string });

/** One page of a bucket's keys in the order of their UTF-8 bytes, with what lies behind a delimiter rolled up. */
export function listObjectsV2(call: Call, input: ListObjectsV2Request) {
  const bucket = bucketOf(call, input);
  const { Prefix = '', Delimiter, MaxKeys = mostKeys, StartAfter, ContinuationToken, EncodingType } = input;
  if (MaxKeys < 0) refuse('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647');
  const start = ContinuationToken === undefined ? (StartAfter ?? '') : fromToken(ContinuationToken);
  const rows = rowsOf(Object.values(bucket.objects), Prefix, Delimiter).filter(
    ({ after }) => byBytes(after, start) > 0,
  );
  const page = rows.slice(0, Math.min(MaxKeys, mostKeys));
  const truncated = MaxKeys > 0 && rows.length > page.length;
  const shown = (text: string) => (EncodingType === 'url' ? encodeURIComponent(text).replaceAll('%2F', '/') : text);
  return {
    Name: bucket.name,
    Prefix: shown(Prefix),
    Delimiter: Delimiter === undefined ? undefined : shown(Delimiter),
    MaxKeys,
    KeyCount: page.length,
    IsTruncated: truncated,
    EncodingType,
    StartAfter,
    ContinuationToken,
    NextContinuationToken: truncated ? toToken(page.at(-1)?.after ?? '') : undefined,
    Contents: page.flatMap((row) => ('object' in row ? [contentOf(row.object, shown)] : [])),
    CommonPrefixes: page.flatMap((row) => ('prefix' in row ? [{ Prefix: shown(row.prefix) }] : [])),
  };
}

function rowsOf(objects: StoredObject[], prefix: string, delimiter: string | undefined): Row[] {
  const sorted = objects.filter(({ key }) => key.startsWith(prefix)).sort((a, b) => byBytes(a.key, b.key));
  const rows: Row[] = [];
  const rolled = new Set<string>();
  for (const object of sorted) {
    const at = delimiter === undefined || delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (at < 0) {
      rows.push({ after: object.key, object });
      continue;
    }
    const common = object.key.slice(0, at + (delimiter?.length ?? 0));
    if (rolled.has(common)) continue;
    rolled.add(common);
    rows.push({ after: common, prefix: common });
  }
  return rows;
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function contentOf(object: StoredObject, shown: (text: string) => string) {
  return {
    Key: shown(object.key),
    LastModified: new Date(object.modifiedAt),
    ETag: object.etag,
    Size: object.size,
    StorageClass: object.headers.storageClass ?? 'STANDARD',
    ChecksumAlgorithm: object.checksum === null ? undefined : [object.checksum.algorithm],
    ChecksumType: object.checksum?.type,
  };
}

const toToken = (after: string): string => Buffer.from(after).toString('base64');

function fromToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  return toToken(text) === token ? text : refuse('InvalidArgument', 'The continuation token provided is incorrect');
}
