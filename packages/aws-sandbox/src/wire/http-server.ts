import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ControlAnswer } from '../control/routes.ts';
import { maxBodyBytes } from './plain-body.ts';
import type { Answer } from './serve-call.ts';
import type { SignedRequest } from './signature.ts';

export interface Doors {
  aws(request: SignedRequest): Promise<Answer>;
  control(method: string, path: string, query: string, body: string): ControlAnswer;
}

/** One listener for every service, and for the control routes under `/_sandbox` (from this machine only). */
export function createHttpServer(doors: Doors): Server {
  const server = createServer((request, response) => {
    serve(doors, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`The sandbox failed: ${String(error)}`);
    });
  });
  server.keepAliveTimeout = 65_000;
  return server;
}

async function serve(doors: Doors, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/', query = ''] = splitOnce(request.url ?? '/', '?');
  const raw = await readBody(request);
  if (raw === null) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  if (path === '/_sandbox' || path.startsWith('/_sandbox/')) {
    serveControl(doors, request, response, path.slice('/_sandbox'.length), query, raw);
    return;
  }
  const signed: SignedRequest = { method: request.method ?? 'GET', path, query, headers: flat(request), body: raw };
  await deliver(await doors.aws(signed), request, response);
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function flat(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBodyBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const local = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

function serveControl(
  doors: Doors,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: string,
  body: Buffer,
): void {
  const from = request.socket.remoteAddress ?? '';
  const near = from === '127.0.0.1' || from === '::1' || from === '::ffff:127.0.0.1';
  const fromPage = request.headers.origin !== undefined && !local.test(new URL(request.headers.origin).host);
  if (!near || !local.test(request.headers.host ?? '') || fromPage) {
    response.writeHead(403, { 'content-type': 'text/plain' }).end('The control routes answer this machine only.');
    return;
  }
  const answer = doors.control(request.method ?? 'GET', path.replace(/\/$/, ''), query, body.toString('utf8'));
  response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
}

async function deliver(answer: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (answer.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
  if (answer.silent) return;
  if (answer.drop) {
    request.socket.destroy();
    return;
  }
  const whole = Buffer.from(answer.body);
  const body = answer.truncate === null ? whole : whole.subarray(0, answer.truncate);
  const told = request.method === 'HEAD' ? answer.headers['content-length'] : undefined;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': told ?? body.length }).end(body);
}
