import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { OutgoingHttp } from '../outgoing-http/index.ts';
import { createOutsideWorld } from './index.ts';

const closers: Array<() => void> = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const stored = [{ id: 'c1', name: 'errors', content: { applications: ['shop'] } }];
const world = (allowedHosts: readonly string[]) =>
  createOutsideWorld({
    http: new OutgoingHttp({ allowedHosts }),
    pipelines: { find: async (application, name) => (name === 'Deploy' ? { id: `${application}-1` } : null) },
    applications: { find: async (name) => (name === 'shop' ? { name, email: 'a@example.com' } : null) },
    canaryConfigs: { list: async () => stored },
  });
const abort = AbortSignal.timeout(30_000);

describe('the world as expressions ask it', () => {
  it('reads an address that may be reached, and no other', async () => {
    const url = await serve((_request, response) => response.end('hello'));
    expect(await world(['127.0.0.1']).ask({ kind: 'url', url }, abort)).toBe('hello');
    await expect(world([]).ask({ kind: 'url', url }, abort)).rejects.toThrow('is not reached');
    for (const bad of ['http://169.254.169.254/latest/meta-data/', 'file:///etc/passwd', 'http://localhost/'])
      await expect(world([]).ask({ kind: 'url', url: bad }, abort)).rejects.toThrow();
  });

  it('refuses an answer that is no success, and one of more than 1 MB', async () => {
    const url = await serve((request, response) => {
      response.statusCode = request.url === '/teapot' ? 418 : 200;
      response.end('x'.repeat(request.url === '/big' ? 1_500_000 : 10));
    });
    const open = world(['127.0.0.1']);
    await expect(open.ask({ kind: 'url', url: `${url}teapot` }, abort)).rejects.toThrow('answered 418');
    await expect(open.ask({ kind: 'url', url: `${url}big` }, abort)).rejects.toThrow('more than 1 MB');
  });

  it('answers ids and attributes from what is stored', async () => {
    const here = world([]);
    expect(await here.ask({ kind: 'pipelineId', name: 'Deploy', application: 'shop' }, abort)).toBe('shop-1');
    expect(await here.ask({ kind: 'pipelineId', name: 'Nope', application: 'shop' }, abort)).toBeNull();
    expect(await here.ask({ kind: 'application', name: 'shop' }, abort)).toMatchObject({ email: 'a@example.com' });
    expect(await here.ask({ kind: 'canaryConfig', name: 'errors', application: 'shop' }, abort)).toBe('c1');
    expect(await here.ask({ kind: 'canaryConfig', name: 'errors', application: 'other' }, abort)).toBeNull();
  });
});
