import type { Ports } from '@gennaker/catalog/kit';
import { createWorld } from '@gennaker/catalog/kit/testing';
import type { ApplicationConfig } from '../config/index.ts';
import { findProject } from '../config/index.ts';
import { startApplication } from '../main.ts';

/** The product in one process, on a free port, with a world in memory in place of AWS. */
export interface TestApplication {
  readonly url: string;
  readonly world: ReturnType<typeof createWorld>;
  /** Sends JSON (an object, or text as it is) and reads the answer. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  stop(): Promise<void>;
}

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  /** Parsed JSON; undefined when the body is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export const testConfig = (databaseUrl: string, more: Partial<ApplicationConfig> = {}): ApplicationConfig => ({
  version: '0.0.0-test',
  projectRoot: findProject().root,
  role: 'all',
  http: { host: '127.0.0.1', port: 0, bodyLimitBytes: 2 * 1024 * 1024 },
  databaseUrl,
  redisUrl: null,
  dataFolder: '/nonexistent',
  aws: {
    mode: 'sandbox',
    endpointUrl: null,
    region: 'us-east-1',
    credentials: null,
    accounts: [{ name: 'prod', regions: ['us-east-1'] }],
    rates: {},
    imageOwners: [],
    sandboxSpeed: 1,
  },
  packer: null,
  log: { level: 'error' },
  worker: { concurrency: 8, leaseMs: 5_000, sweepMs: 500 },
  outgoing: { allowedHosts: [] },
  deploymentMonitors: [],
  minCapacityRatio: 0,
  janitor: 'off',
  roles: { admin: ['ada'], emergency: ['eve'] },
  timeZone: 'UTC',
  ...more,
});

export async function startTestApplication(
  databaseUrl: string,
  more: Partial<ApplicationConfig> = {},
): Promise<TestApplication> {
  const world = createWorld();
  const ports: Partial<Ports> = {
    serverGroups: world.serverGroups,
    images: world.images,
    instances: world.instances,
    loadBalancers: world.loadBalancers,
    stacks: world.stacks,
    securityGroups: world.securityGroups,
    traces: world.traces,
    http: world.http,
  };
  const application = await startApplication(testConfig(databaseUrl, more), { ports });
  const { url } = application;
  return {
    url,
    world,
    stop: () => application.stop(),
    async send(method, path, body, headers = {}) {
      const answer = await fetch(url + path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        type: answer.headers.get('content-type') ?? '',
        headers: answer.headers,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
      };
    },
  };
}

/** Asks until the answer is the wanted one; fails after a minute with the last answer. */
export async function eventually<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const end = performance.now() + 60_000;
  let last: T = await ask();
  while (!wanted(last) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    last = await ask();
  }
  if (!wanted(last)) throw new Error(`waited in vain; the last answer was ${JSON.stringify(last)?.slice(0, 2_000)}`);
  return last;
}
