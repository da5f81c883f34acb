import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Pages may load and call this server only, and nobody may frame them. */
const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
} as const;

const NEVER_CHANGES = 'public, max-age=31536000, immutable';

/** Files beside the page, and what it loads. */
const BUILT_FILE = /^\/(assets\/)?[^/]+\.\w+$/;

/** Answers a page to a browser that asks for an address of the web UI; false when the request is not for one. */
export type PageFallback = (request: FastifyRequest, reply: FastifyReply) => boolean;

/**
 * Serves the web UI from a folder as it is at each request, so that a new build needs no restart, and its page under
 * every address that a person opens and nothing else answers. While nothing is built only the API answers.
 */
export async function serveWebUi(server: FastifyInstance, folder: string): Promise<PageFallback> {
  const page = join(folder, 'index.html');
  await server.register(fastifyStatic, {
    root: folder,
    index: false,
    allowedPath: (path) => BUILT_FILE.test(path),
    cacheControl: false,
    setHeaders: (response, path) => {
      const hashed = /[/\\]assets[/\\]/.test(path);
      response.setHeader('cache-control', hashed ? NEVER_CHANGES : 'no-cache');
    },
  });
  return (request, reply) => {
    const isStart = /^\/(\?|$)/.test(request.url);
    const wantsPage = isStart || (request.headers.accept ?? '').includes('text/html');
    if (request.method !== 'GET' || !wantsPage || /^\/(assets|webhooks)\//.test(request.url)) return false;
    const html = readPage(page);
    if (html === null) return false;
    void reply
      .status(200)
      .headers({ ...PAGE_HEADERS, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
      .send(html);
    return true;
  };
}

/** The page as it is now; null while nothing is built. */
const readPage = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null);
