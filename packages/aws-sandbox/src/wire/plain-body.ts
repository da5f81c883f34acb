import { gunzipSync } from 'node:zlib';

/** The largest request body taken, compressed or not. */
export const maxBodyBytes = 32 * 1024 * 1024;

/** The plain bytes of a body that may have come compressed; signatures are over the bytes as sent. */
export function plainBody(headers: Record<string, string>, body: Uint8Array): Uint8Array {
  return headers['content-encoding'] === 'gzip' ? gunzipSync(body, { maxOutputLength: maxBodyBytes }) : body;
}
