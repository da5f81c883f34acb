import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { HttpAnswer, HttpRequest } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';

/** An address a name leads to. */
export interface Resolved {
  readonly address: string;
  readonly family: number;
}

const MAX_BODY_BYTES = 1_048_576;

/** One request to one of the given addresses; the name in the URL is used for `Host` and the certificate only. */
export function exchange(request: HttpRequest, url: URL, addresses: ReadonlyArray<Resolved>): Promise<HttpAnswer> {
  const options: RequestOptions = {
    method: request.method,
    headers: {
      'user-agent': 'gennaker',
      ...request.headers,
      ...(request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }),
    },
    signal: request.abort,
    agent: false,
    lookup: pinned(addresses),
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = send(url, options, (incoming) => {
      readAnswer(incoming).then(resolve, (error: unknown) => reject(failureOf(error, request, url)));
    });
    outgoing.once('error', (error) => reject(failureOf(error, request, url)));
    outgoing.end(request.body);
  });
}

/** Answers every lookup with the addresses that were checked, so that no later answer of a name server counts. */
function pinned(addresses: ReadonlyArray<Resolved>): LookupFunction {
  const [first] = addresses;
  return (_name, options, callback) => {
    if (options.all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family ?? 4);
  };
}

async function readAnswer(incoming: IncomingMessage): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > MAX_BODY_BYTES) break;
  }
  incoming.destroy();
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    status: incoming.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(parts).subarray(0, MAX_BODY_BYTES).toString('utf8'),
  };
}

function failureOf(error: unknown, request: HttpRequest, url: URL): FailureError {
  const code = error instanceof Error ? String((error as { code?: unknown }).code ?? error.name) : 'unknown';
  if (request.abort?.aborted)
    return new FailureError(
      { code: 'http.timeout', message: `${url.origin} did not answer in time.`, retry: true },
      { cause: error },
    );
  return new FailureError(
    {
      code: 'http.unreachable',
      message: `${url.origin} could not be reached (${code}).`,
      retry: true,
      advice: 'Is the service there up, and may this server reach it?',
      details: { cause: code },
    },
    { cause: error },
  );
}
