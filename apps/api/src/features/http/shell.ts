import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../auth/index.ts';
import { parseBody } from './json-body.ts';
import { ProblemError, toProblem } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body's bytes as they came. */
    rawBytes?: Buffer;
    /** Who makes the request. */
    principal: Principal;
  }
}

/** Id of a request: the caller's own when it is harmless, else a new one. */
export function requestIdOf(headers: Readonly<Record<string, unknown>>): string {
  const given = headers['x-spinnaker-request-id'] ?? headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:/@+-]{1,128}$/.test(given) ? given : randomUUID();
}

/** An expression may be sent as it is; every other body is JSON, whatever it says it is. */
const isPlainText = ({ headers, url }: FastifyRequest): boolean =>
  headers['content-type']?.startsWith('text/plain') === true && /\/evaluateExpression(?:\?|$)/.test(url);

/** Puts on a Fastify server what every request gets: JSON bodies, request ids, content type, safety headers, a caller. */
export function furnish(server: FastifyInstance, principalOf: (headers: FastifyRequest['headers']) => Principal): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes, done) => {
    request.rawBytes = bytes as Buffer;
    try {
      done(null, isPlainText(request) ? (bytes as Buffer).toString('utf8') : parseBody(bytes as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  server.decorateRequest('principal');
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-spinnaker-request-id', request.id);
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('x-frame-options', 'DENY');
    refuseForeignPages(request);
    request.principal = principalOf(request.headers);
  });
  server.addHook('onSend', async (_request, reply, payload) => {
    if (!reply.hasHeader('content-type')) reply.header('content-type', 'application/json; charset=utf-8');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    return payload;
  });
}

/** Answer to a request that breaks before it has a route, such as one with a broken percent escape. */
export function answerBrokenRequest(error: Error, request: FastifyRequest, reply: FastifyReply, now: number): void {
  const { problem } = toProblem(error, now, String(request.id));
  void reply
    .status(problem.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(problem));
}

/**
 * Until there is access control only this machine reaches the port, so a page of another site in its browser must not
 * act through it: requests with a foreign `Origin` are refused, and names other than this machine's are taken for
 * webhooks alone (a foreign name that resolves to this machine is how pages get around the first rule).
 */
function refuseForeignPages(request: FastifyRequest): void {
  const host = request.headers.host ?? '';
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const foreign =
    (origin !== undefined && !isOwnPage(origin, host)) || (site === 'cross-site' && request.method !== 'GET');
  if (foreign) throw new ProblemError(403, 'request.foreign-origin', 'A page of another site may not use this server.');
  if (!request.url.startsWith('/webhooks/') && !isOwnName(host))
    throw new ProblemError(
      403,
      'request.foreign-host',
      'This server answers under localhost and IP addresses only, since it has no access control yet.',
    );
}

/** A page of this server, or of another one on this machine, such as the UI's development server. */
function isOwnPage(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  return page.host === host || /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(page.hostname);
}

function isOwnName(host: string): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  return name === '' || name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0;
}
