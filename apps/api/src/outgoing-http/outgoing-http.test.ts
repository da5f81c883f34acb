import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FailureError } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import { AllowedAddresses } from './addresses.ts';
import { OutgoingHttp } from './outgoing-http.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'answered',
    (error: unknown) => (error instanceof FailureError ? error.failure.code : String(error)),
  );

const local = [{ address: '127.0.0.1', family: 4 }];

describe('addresses', () => {
  const none = new AllowedAddresses([]);
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'not an address',
  ])('%s is not reached', (address) => expect(none.allows(address, 80)).toBe(false));

  it.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:93.184.216.34'])('%s is', (address) =>
    expect(none.allows(address, 443)).toBe(true),
  );

  it('what is listed is reached: ranges, addresses, and with a port only there', () => {
    const some = new AllowedAddresses(['10.0.0.0/8', '127.0.0.1:8080', 'fd00::/8', '*.corp.example', 'hooks.internal']);
    expect([some.allows('10.9.9.9', 1), some.allows('fd00::1', 1), some.allows('127.0.0.1', 8080)]).toEqual([
      true,
      true,
      true,
    ]);
    expect([some.allows('127.0.0.1', 80), some.allows('192.168.0.1', 80)]).toEqual([false, false]);
    expect([some.namesHost('a.corp.example', 80), some.namesHost('hooks.internal', 80)]).toEqual([true, true]);
    expect([some.namesHost('corp.example', 80), some.namesHost('evilcorp.example', 80)]).toEqual([false, false]);
  });
});

describe('outgoing requests', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://017700000001/',
    'http://localhost/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0/',
  ])('%s is refused', async (url) => {
    expect(await codeOf(new OutgoingHttp({ allowedHosts: [] }).send({ method: 'GET', url }))).toBe(
      'http.address-refused',
    );
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'nonsense', 'http://user:pass@example.com/'])(
    '%s is no address',
    async (url) => {
      expect(await codeOf(new OutgoingHttp({ allowedHosts: [] }).send({ method: 'GET', url }))).toBe(
        'http.bad-address',
      );
    },
  );

  it('a name that leads to a private address is refused, and is asked about once for each connection', async () => {
    const asked: string[] = [];
    const http = new OutgoingHttp({
      allowedHosts: [],
      lookup: async (name) => {
        asked.push(name);
        return [{ address: asked.length === 1 ? '192.168.0.1' : '93.184.216.34', family: 4 }];
      },
    });
    expect(await codeOf(http.send({ method: 'GET', url: 'http://rebinding.example/' }))).toBe('http.address-refused');
    expect(asked).toEqual(['rebinding.example']);
  });

  it('sends what it is given and reads the answer, connecting to the address that was checked', async () => {
    const port = await serve((request, response) => {
      response.setHeader('X-Seen', `${request.method} ${request.headers.host} ${request.headers['content-length']}`);
      request.pipe(response.writeHead(201));
    });
    const http = new OutgoingHttp({ allowedHosts: ['127.0.0.1'], lookup: async () => local });
    const answer = await http.send({ method: 'POST', url: `http://hook.example:${port}/a`, body: 'grüße' });
    expect(answer).toMatchObject({ status: 201, body: 'grüße', headers: { 'x-seen': `POST hook.example:${port} 7` } });
  });

  it('a redirect is checked like a first request, keeps credentials at home, and ends after five', async () => {
    const seen: Array<string | undefined> = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end('there');
    });
    const port = await serve((request, response) => {
      const to = {
        '/meta': 'http://169.254.169.254/latest/',
        '/other': `http://localhost:${other}/`,
        '/loop': '/loop',
      }[request.url ?? ''];
      response.writeHead(302, { location: to }).end();
    });
    const http = new OutgoingHttp({ allowedHosts: ['127.0.0.1', 'localhost'], lookup: async () => local });
    const get = (path: string) =>
      http.send({ method: 'GET', url: `http://127.0.0.1:${port}${path}`, headers: { authorization: 'Bearer x' } });
    expect(await codeOf(get('/meta'))).toBe('http.address-refused');
    expect((await get('/other')).body).toBe('there');
    expect(seen).toEqual([undefined]);
    expect(await codeOf(get('/loop'))).toBe('http.too-many-redirects');
  });

  it('reads no more than one megabyte', async () => {
    const port = await serve((_request, response) => response.end('a'.repeat(3_000_000)));
    const http = new OutgoingHttp({ allowedHosts: ['127.0.0.1'] });
    expect((await http.send({ method: 'GET', url: `http://127.0.0.1:${port}/` })).body).toHaveLength(1_048_576);
  });

  it('silence, a closed port and an unknown name have names of their own', async () => {
    const silent = await serve(() => undefined);
    const http = new OutgoingHttp({
      allowedHosts: ['127.0.0.1'],
      lookup: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    });
    expect(await codeOf(http.send({ method: 'GET', url: `http://127.0.0.1:${silent}/`, timeoutMs: 50 }))).toBe(
      'http.timeout',
    );
    expect(await codeOf(http.send({ method: 'GET', url: 'http://127.0.0.1:1/' }))).toBe('http.unreachable');
    expect(await codeOf(http.send({ method: 'GET', url: 'http://nowhere.example/' }))).toBe('http.dns');
  });
});
