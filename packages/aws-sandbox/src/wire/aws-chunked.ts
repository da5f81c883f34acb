import { ServiceError } from './service-error.ts';

/** A streamed body put together again, and the headers that came after it. */
export interface Unchunked {
  body: Uint8Array;
  trailers: Record<string, string>;
}

const lineEnd = Buffer.from('\r\n');

/**
 * Takes the chunks of an `aws-chunked` body apart: `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n`. The
 * signatures that signed streams carry in each chunk are not checked.
 */
export function unchunk(raw: Uint8Array): Unchunked {
  const buffer = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const { line, next } = lineAt(buffer, at);
    const size = /^([0-9a-f]+)(?:;.*)?$/i.exec(line)?.[1];
    if (size === undefined) malformed();
    const length = Number.parseInt(size, 16);
    at = next;
    if (length === 0) break;
    if (at + length + 2 > buffer.length) malformed();
    parts.push(buffer.subarray(at, at + length));
    at += length + 2;
  }
  return { body: Buffer.concat(parts), trailers: trailersAt(buffer, at) };
}

function trailersAt(buffer: Buffer, from: number): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (let at = from; at < buffer.length; ) {
    const { line, next } = lineAt(buffer, at);
    at = next;
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return trailers;
}

function lineAt(buffer: Buffer, from: number): { line: string; next: number } {
  const end = buffer.indexOf(lineEnd, from);
  if (end < 0) malformed();
  return { line: buffer.toString('latin1', from, end), next: end + 2 };
}

function malformed(): never {
  throw new ServiceError('IncompleteBody', 'The request body terminated unexpectedly', 400);
}
