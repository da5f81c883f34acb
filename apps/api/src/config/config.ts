import type { DeploymentMonitor } from '@gennaker/catalog/kit';
import type { AccountConfig } from './fields.ts';
import type { RateConfig } from './rates.ts';

/** Which parts of the product a process runs: `all` is both in one process. */
export type Role = 'all' | 'api' | 'worker';

/** Keys for signing requests to AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

/** What the product is told from outside, parsed once at the start and frozen. */
export interface Config {
  /** The product's version, as in its package.json. */
  readonly version: string;
  /** Folder that holds package.json, prisma/ and the built apps. */
  readonly projectRoot: string;
  readonly role: Role;
  readonly http: { readonly host: string; readonly port: number; readonly bodyLimitBytes: number };
  /** Connection string of Postgres; null until the embedded server, started in its place, has one. */
  readonly databaseUrl: string | null;
  /** Connection string of Redis or Valkey for the queue; null keeps the queue on Postgres. */
  readonly redisUrl: string | null;
  /** Folder for everything that outlives a run: the embedded database, the local AWS state, generated secrets. */
  readonly dataFolder: string;
  readonly aws: {
    /** `sandbox` is the local AWS that comes with the product; `real` is AWS itself or another endpoint. */
    readonly mode: 'sandbox' | 'real';
    /** Null means AWS's own endpoints (or, in sandbox mode, that the sandbox is not started yet). */
    readonly endpointUrl: string | null;
    readonly region: string;
    /** Null leaves finding credentials to the AWS SDK's own chain (profile, web identity, instance role). */
    readonly credentials: AwsCredentials | null;
    /** Accounts by the names that pipelines use. */
    readonly accounts: readonly AccountConfig[];
    /** Calls per second of each account and region, by service, of all workers together; absent: 10, 20 at once. */
    readonly rates: RateConfig;
    /** Whose images are used besides those of the accounts: numbers, or `amazon`. */
    readonly imageOwners: readonly string[];
    /** How much faster than real time the sandbox's clock runs. */
    readonly sandboxSpeed: number;
  };
  /** Null: there is no Packer. */
  readonly packer: {
    readonly path: string;
    /** Folder of templates and files of variables. */
    readonly templates: string;
    /** What it is told of the environment of this process. */
    readonly environment: Readonly<Record<string, string>>;
  } | null;
  readonly log: { readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace' };
  readonly worker: { readonly concurrency: number; readonly leaseMs: number; readonly sweepMs: number };
  /** Host names, addresses and CIDR ranges that outgoing requests may reach although they are private. */
  readonly outgoing: { readonly allowedHosts: readonly string[] };
  /** Services outside that judge deployments, by the ids that deploys name. */
  readonly deploymentMonitors: readonly DeploymentMonitor[];
  /** Share of a guarded cluster's healthy instances more than which must stay: at least 0, under 0.5. */
  readonly minCapacityRatio: number;
  /** What is done every hour about things in the cloud whose executions are dead: nothing, tell of them, or clean up. */
  readonly janitor: 'off' | 'report' | 'act';
  /** Names of users by role; with the local AWS and none given, everybody without a name is `admin`. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Time zone of execution windows that name none. */
  readonly timeZone: string;
}

/** A configuration whose outside servers exist: what the application itself is started with. */
export type ApplicationConfig = Config & { readonly databaseUrl: string };
