import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A team's own service for tests and release notes, on this machine. */
export interface ChecksService {
  readonly url: string;
  /** Requests in order: method, path and JSON body. */
  readonly requests: Array<{ readonly call: string; readonly body: unknown }>;
  /** Per cent of the checks that pass from now on. */
  passes(percent: number): void;
  stop(): Promise<void>;
}

/** A run of checks answers `running` this often before its end. */
const LOOKS_UNTIL_DONE = 2;

/** Starts the service. `POST /runs` begins a run of checks, `POST /releases` is noted; all else is 404. */
export async function startChecksService(): Promise<ChecksService> {
  const requests: ChecksService['requests'] = [];
  let percent = 100;
  let looks = 0;
  const answerTo = (call: string, url: string): readonly [number, unknown] => {
    if (call === 'POST /runs') return [202, { id: 7, links: { self: `${url}/runs/7` } }];
    if (call === 'POST /releases') return [200, {}];
    if (call !== 'GET /runs/7') return [404, { error: 'no such thing' }];
    looks += 1;
    if (looks <= LOOKS_UNTIL_DONE) return [200, { state: 'running', progress: `${looks} of 3` }];
    return [200, { state: 'Passed', passed: percent }];
  };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString('utf8');
    const call = `${request.method} ${request.url}`;
    requests.push({ call, body: text === '' ? null : JSON.parse(text) });
    const [status, body] = answerTo(call, service.url);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const service: ChecksService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    passes: (share) => {
      percent = share;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return service;
}
