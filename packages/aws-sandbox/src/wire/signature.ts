import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as it came in, with the path and query still escaped. */
export interface SignedRequest {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** The parts of an `AWS4-HMAC-SHA256` authorization, from the header or from a presigned query. */
export interface Credential {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  amzDate: string;
  sessionToken: string | null;
  presigned: boolean;
  expiresSeconds: number | null;
}

const algorithm = 'AWS4-HMAC-SHA256';

/** Reads who signed and for which service; null when the request carries no authorization. */
export function readCredential(request: SignedRequest): Credential | null {
  const header = request.headers['authorization'];
  if (header === undefined) return fromQuery(new URLSearchParams(request.query));
  const match = /^AWS4-HMAC-SHA256\s+Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)$/.exec(
    header,
  );
  if (match === null) return null;
  return build(match[1] ?? '', match[2] ?? '', match[3] ?? '', {
    amzDate: request.headers['x-amz-date'] ?? '',
    sessionToken: request.headers['x-amz-security-token'] ?? null,
    presigned: false,
    expiresSeconds: null,
  });
}

function fromQuery(query: URLSearchParams): Credential | null {
  if (query.get('X-Amz-Algorithm') !== algorithm) return null;
  return build(
    query.get('X-Amz-Credential') ?? '',
    query.get('X-Amz-SignedHeaders') ?? '',
    query.get('X-Amz-Signature') ?? '',
    {
      amzDate: query.get('X-Amz-Date') ?? '',
      sessionToken: query.get('X-Amz-Security-Token'),
      presigned: true,
      expiresSeconds: Number(query.get('X-Amz-Expires') ?? '900'),
    },
  );
}

function build(
  scope: string,
  signedHeaders: string,
  signature: string,
  rest: Pick<Credential, 'amzDate' | 'sessionToken' | 'presigned' | 'expiresSeconds'>,
): Credential | null {
  const [accessKeyId, date, region, service, end] = scope.split('/');
  if (!accessKeyId || !date || !region || !service || end !== 'aws4_request') return null;
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature, ...rest };
}

/** True when the signature was made with this secret over exactly this request. */
export function signatureMatches(request: SignedRequest, credential: Credential, secret: string): boolean {
  const scope = `${credential.date}/${credential.region}/${credential.service}/aws4_request`;
  const toSign = [algorithm, credential.amzDate, scope, sha256(canonicalRequest(request, credential))].join('\n');
  const key = [credential.date, credential.region, credential.service, 'aws4_request'].reduce<Buffer>(
    (previous, part) => hmac(previous, part),
    Buffer.from(`AWS4${secret}`),
  );
  const expected = hmac(key, toSign);
  const given = Buffer.from(credential.signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** True when `x-amz-content-sha256` is absent, unsigned, streaming, or the hash of the body as received. */
export function bodyHashMatches(request: SignedRequest): boolean {
  const declared = request.headers['x-amz-content-sha256'];
  if (declared === undefined || declared === 'UNSIGNED-PAYLOAD' || declared.startsWith('STREAMING-')) return true;
  return declared === sha256(request.body);
}

function canonicalRequest(request: SignedRequest, credential: Credential): string {
  const headers = credential.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`,
  );
  return [
    request.method,
    canonicalPath(request.path, credential.service),
    canonicalQuery(request.query),
    headers.join(''),
    credential.signedHeaders.join(';'),
    payloadHash(request, credential),
  ].join('\n');
}

function payloadHash(request: SignedRequest, credential: Credential): string {
  if (credential.presigned) return credential.service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256('');
  return request.headers['x-amz-content-sha256'] ?? sha256(request.body);
}

function canonicalPath(path: string, service: string): string {
  return service === 's3' ? path : path.split('/').map(escapeStrict).join('/');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((pair): [string, string] => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [escapeStrict(unescapeQuery(name)), escapeStrict(unescapeQuery(value))];
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function unescapeQuery(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function escapeStrict(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
