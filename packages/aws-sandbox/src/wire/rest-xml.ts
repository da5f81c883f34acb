import { crc32 } from 'node:zlib';
import type { NormalizedSchema } from '@smithy/core/schema';
import { unchunk } from './aws-chunked.ts';
import { encodeMembers, escapeXml } from './encode-xml.ts';
import type { Operation } from './operations.ts';
import type { Protocol, WireAnswer } from './protocol.ts';
import { readXml } from './read-xml.ts';
import { type RestRequest, routeOf } from './rest-route.ts';
import { ServiceError } from './service-error.ts';
import type { SignedRequest } from './signature.ts';

/** REST with XML bodies and path-style addresses, as Amazon S3 speaks it. */
export function restXmlProtocol({ xmlns }: { xmlns: string }): Protocol {
  return {
    speaks: () => true,
    read(request, { operations }) {
      const rest = restRequest(request);
      const operation = routeOf(operations, rest);
      return {
        action: operation.name,
        mentions: [rest.bucket ?? '', rest.key ?? ''].filter((text) => text !== ''),
        decode: (found) => decode(found, rest, request),
      };
    },
    success: (operation, output, { requestId, request }) => encode(operation, output, xmlns, requestId, request),
    refusal(error, { requestId, request }) {
      const headers = { 'content-type': 'application/xml', 'x-amz-request-id': requestId, 'x-amz-id-2': requestId };
      const status = error.status || 400;
      if (request.method === 'HEAD' || status === 304) return { status, headers, body: '' };
      const detail = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
      const where = `<Resource>${escapeXml(request.path)}</Resource><RequestId>${requestId}</RequestId>`;
      return { status, headers, body: `${declaration}<Error>${detail}${where}</Error>` };
    },
    throttling: { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 },
    denialCode: 'AccessDenied',
  };
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

function restRequest(request: SignedRequest): RestRequest {
  const [bucket = '', ...rest] = request.path.slice(1).split('/');
  const key = rest.join('/');
  const query = new Map<string, string>();
  for (const pair of request.query.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    query.set(unescapePath(name.replaceAll('+', ' ')), unescapePath(value.replaceAll('+', ' ')));
  }
  return {
    method: request.method,
    bucket: bucket === '' ? null : unescapePath(bucket),
    key: key === '' ? null : unescapePath(key),
    query,
    headers: { ...headersInQuery(query), ...request.headers },
  };
}

function unescapePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.", 400);
  }
}

/**
 * The headers that presigning moves into the query. Checksums among them are no promise about the body: clients sign
 * that of an empty one, and S3 does not look at it.
 */
function headersInQuery(query: Map<string, string>): Record<string, string> {
  if (!query.has('X-Amz-Signature')) return {};
  const moved = [...query].filter(([name]) => /^x-amz-/.test(name) && !/checksum/.test(name));
  return Object.fromEntries(moved.map(([name, value]) => [name.toLowerCase(), value]));
}

const commonHeaders = new Set([
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
  'x-amz-user-agent',
  'x-amz-decoded-content-length',
  'x-amz-trailer',
  'x-amz-checksum-mode',
  'x-amz-sdk-checksum-algorithm',
]);

function decode(operation: Operation, rest: RestRequest, request: SignedRequest): Record<string, unknown> {
  const { body, trailers } = bodyOf(request);
  const headers = { ...rest.headers, ...trailers };
  const input: Record<string, unknown> = {};
  const used = new Set<string>();
  for (const [member, schema] of operation.input.isStructSchema() ? operation.input.structIterator() : []) {
    const { httpLabel, httpQuery, httpHeader, httpPrefixHeaders, httpPayload } = schema.getMergedTraits();
    if (httpLabel) input[member] = member === 'Bucket' ? rest.bucket : rest.key;
    else if (httpQuery) take(input, member, schema, rest.query.get(noted(used, httpQuery)), httpQuery);
    else if (httpHeader)
      take(input, member, schema, headers[noted(used, String(httpHeader).toLowerCase())], httpHeader);
    else if (httpPrefixHeaders) takePrefixed(input, member, String(httpPrefixHeaders), headers, used);
    else if (httpPayload) takePayload(input, member, schema, { body, headers, used });
  }
  refuseUnknown(operation, rest, headers, used);
  return input;
}

/** Notes a name as known and answers how it is looked up: headers in lower case, query parameters as they are. */
function noted(used: Set<string>, name: unknown): string {
  used.add(String(name));
  return String(name);
}

function bodyOf(request: SignedRequest): { body: Uint8Array; trailers: Record<string, string> } {
  const streamed = (request.headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  const chunked = (request.headers['content-encoding'] ?? '').split(',').some((each) => each.trim() === 'aws-chunked');
  return streamed || chunked ? unchunk(request.body) : { body: request.body, trailers: {} };
}

function take(
  input: Record<string, unknown>,
  member: string,
  schema: NormalizedSchema,
  text: string | undefined,
  name: unknown,
): void {
  if (text !== undefined) input[member] = readText(text, schema, String(name));
}

function takePrefixed(
  input: Record<string, unknown>,
  member: string,
  prefix: string,
  headers: Record<string, string>,
  used: Set<string>,
): void {
  const found = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  for (const [name] of found) used.add(name);
  if (found.length > 0) input[member] = Object.fromEntries(found.map(([name, v]) => [name.slice(prefix.length), v]));
}

function takePayload(
  input: Record<string, unknown>,
  member: string,
  schema: NormalizedSchema,
  { body, headers, used }: { body: Uint8Array; headers: Record<string, string>; used: Set<string> },
): void {
  if (!schema.isStructSchema()) {
    input[member] = body;
    return;
  }
  checkDocument(body, headers[noted(used, 'x-amz-checksum-crc32')]);
  if (body.length > 0) input[member] = readXml(Buffer.from(body).toString('utf8'), schema);
}

/** Clients sum up XML documents too, where no member of the input says so. */
function checkDocument(body: Uint8Array, given: string | undefined): void {
  if (given === undefined) return;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  if (bytes.toString('base64') !== given)
    throw new ServiceError('BadDigest', 'The CRC32 you specified did not match the calculated checksum.', 400);
}

function readText(text: string, schema: NormalizedSchema, name: string): unknown {
  if (schema.isListSchema()) return text.split(',').map((each) => each.trim());
  if (schema.isBooleanSchema()) return text === 'true';
  if (schema.isNumericSchema()) {
    if (text === '' || Number.isNaN(Number(text)))
      throw new ServiceError('InvalidArgument', `Provided ${name} not an integer or within integer range`, 400);
    return Number(text);
  }
  if (schema.isTimestampSchema()) return new Date(text);
  return text;
}

function refuseUnknown(
  operation: Operation,
  rest: RestRequest,
  headers: Record<string, string>,
  used: Set<string>,
): void {
  const literals = new Set(
    (operation.http?.[1].split('?')[1] ?? '').split('&').map((pair) => pair.split('=')[0] ?? ''),
  );
  for (const name of rest.query.keys()) {
    const known = used.has(name) || literals.has(name) || name === 'x-id' || /^x-amz-/i.test(name);
    if (!known) throw new ServiceError('UnknownParameter', `The parameter ${name} is not recognized`, 400);
  }
  for (const name of Object.keys(headers)) {
    if (!name.startsWith('x-amz-') || commonHeaders.has(name) || used.has(name)) continue;
    throw new ServiceError('UnknownParameter', `The header ${name} is not recognized`, 400);
  }
}

function encode(
  operation: Operation,
  output: Record<string, unknown>,
  xmlns: string,
  requestId: string,
  request: SignedRequest,
): WireAnswer {
  const headers: Record<string, string> = { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId };
  const rest: Record<string, unknown> = {};
  let payload: { schema: NormalizedSchema; value: unknown } | null = null;
  let hasBody = false;
  for (const [member, schema] of operation.output.isStructSchema() ? operation.output.structIterator() : []) {
    const { httpHeader, httpPrefixHeaders, httpPayload } = schema.getMergedTraits();
    const value = output[member];
    if (!httpHeader && !httpPrefixHeaders && !httpPayload) hasBody = true;
    if (value === undefined || value === null) continue;
    if (httpHeader) headers[String(httpHeader).toLowerCase()] = headerText(value, schema);
    else if (httpPrefixHeaders) {
      for (const [name, text] of Object.entries(value as Record<string, string>))
        headers[`${httpPrefixHeaders}${name}`] = text;
    } else if (httpPayload) payload = { schema, value };
    else rest[member] = value;
  }
  const status = partial(operation, headers);
  if (request.method === 'HEAD') return { status, headers, body: '' };
  if (payload !== null && !payload.schema.isStructSchema()) {
    return { status, headers, body: payload.value as Uint8Array };
  }
  if (payload === null && !hasBody) return { status, headers, body: '' };
  const [schema, value] =
    payload === null ? [operation.output, rest] : [payload.schema, payload.value as Record<string, unknown>];
  const root = String(schema.getMergedTraits().xmlName ?? schema.getName(false) ?? operation.name);
  const body = `${declaration}<${root} xmlns="${xmlns}">${encodeMembers(value, schema)}</${root}>`;
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}

function partial(operation: Operation, headers: Record<string, string>): number {
  return headers['content-range'] !== undefined ? 206 : (operation.http?.[2] ?? 200);
}

function headerText(value: unknown, schema: NormalizedSchema): string {
  if (!schema.isTimestampSchema()) return String(value);
  const iso = schema.getSchema() === 5;
  return iso ? (value as Date).toISOString() : (value as Date).toUTCString();
}
