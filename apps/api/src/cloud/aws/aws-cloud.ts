import type {
  Images,
  Instances,
  LoadBalancers,
  Metrics,
  Scaling,
  SecurityGroups,
  ServerGroups,
  Stacks,
  Traces,
} from '@gennaker/catalog/kit';
import type { AwsAccount, StaticCredentials } from './accounts.ts';
import type { AroundCall, CallCount } from './calls.ts';
import { createAwsClients, type Rates, type RequestHandler } from './clients.ts';
import { type CloudClock, type CloudLogger, silentLogger } from './clock.ts';
import { createEvents, type Events, Hearing } from './events/events.ts';
import { type AccountCheck, verifyAccounts } from './identity/verify.ts';
import { createImages } from './images/images.ts';
import { createLoadBalancers } from './load-balancers/load-balancers.ts';
import { createMetrics } from './metrics/metrics.ts';
import { createPlaces } from './place.ts';
import { createSecurityGroups } from './security-groups/security-groups.ts';
import { createInstances } from './server-groups/instances.ts';
import { createScaling } from './server-groups/scaling/scaling.ts';
import { createServerGroups } from './server-groups/server-groups.ts';
import { createStacks } from './stacks/stacks.ts';
import { systemClock } from './system-clock.ts';
import { createTraces } from './traces/traces.ts';

export interface AwsCloudOptions {
  readonly accounts: readonly AwsAccount[];
  /** Address of a stand-in for AWS; absent = AWS itself. */
  readonly endpoint?: string;
  /** Absent = the SDK's own search (environment, shared files, container and instance role). */
  readonly credentials?: StaticCredentials;
  /** Owners of images besides the account itself: account ids, or `amazon`. */
  readonly imageOwners?: readonly string[];
  readonly clock?: CloudClock;
  readonly logger?: CloudLogger;
  /** 0 … 1, spreads pauses between tries. */
  readonly random?: () => number;
  /** Calls per second of each account and region, by service; absent: 10, at most 20 at once. */
  readonly rates?: Rates;
  /** How many processes with the same options call now, this one included: each keeps to its part of the rates. */
  readonly sharers?: () => number;
  /** Carries requests; absent: over sockets, within limits of time. */
  readonly requestHandler?: RequestHandler;
  /** Stands around every try of a call, for tests that count calls or let a process die at one. */
  readonly around?: AroundCall;
}

export interface AwsCloud {
  readonly serverGroups: ServerGroups;
  readonly scaling: Scaling;
  readonly instances: Instances;
  readonly images: Images;
  readonly loadBalancers: LoadBalancers;
  readonly metrics: Metrics;
  readonly stacks: Stacks;
  readonly securityGroups: SecurityGroups;
  readonly traces: Traces;
  readonly events: Events;
  /** Who we are in each account and whether its regions answer. Never throws. */
  verify(): Promise<readonly AccountCheck[]>;
  /** Environment of a program that shall act in the account and region: keys, region and endpoint. */
  environment(account: string, region: string): Promise<Readonly<Record<string, string>>>;
  /** Calls sent so far, per service and operation. */
  calls(): readonly CallCount[];
  /** Closes connections. */
  stop(): void;
}

/** AWS as stages see it. Nothing is contacted before the first question. */
export function createAwsCloud(options: AwsCloudOptions): AwsCloud {
  const { accounts, clock = systemClock, logger = silentLogger } = options;
  const clients = createAwsClients({ ...options, clock, logger });
  const hearing = new Hearing();
  const placeAt = createPlaces(clients, clock, logger, hearing);
  return {
    serverGroups: createServerGroups(placeAt, accounts),
    scaling: createScaling(placeAt),
    instances: createInstances(placeAt),
    images: createImages(placeAt, accounts, options.imageOwners ?? []),
    loadBalancers: createLoadBalancers(placeAt, accounts),
    metrics: createMetrics(placeAt),
    stacks: createStacks(placeAt),
    securityGroups: createSecurityGroups(placeAt, accounts),
    traces: createTraces(placeAt),
    events: createEvents(placeAt, accounts, hearing),
    verify: () => verifyAccounts(accounts, placeAt),
    async environment(account, region) {
      const keys = await clients.at(account, region).keys();
      return {
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        ...(options.endpoint ? { AWS_ENDPOINT_URL: options.endpoint } : {}),
        ...(keys ? { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey } : {}),
        ...(keys?.sessionToken ? { AWS_SESSION_TOKEN: keys.sessionToken } : {}),
      };
    },
    calls: () => clients.calls(),
    stop: () => clients.stop(),
  };
}
