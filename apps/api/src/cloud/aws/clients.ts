import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type AwsAccount, accountFor, type StaticCredentials } from './accounts.ts';
import { type AroundCall, type CallCount, CallCounters, type CallSetting, callsOf, type Sender } from './calls.ts';
import type { CloudClock, CloudLogger } from './clock.ts';
import {
  type AutoScalingCalls,
  autoScalingCommands,
  type CloudWatchCalls,
  cloudWatchCommands,
  type Ec2Calls,
  ec2Commands,
  type IdentityCalls,
  identityCommands,
  type LoadBalancingCalls,
  loadBalancingCommands,
  type ProfileCalls,
  profileCommands,
  type QueueCalls,
  queueCommands,
  type S3Calls,
  type SsmCalls,
  type StackCalls,
  s3Commands,
  ssmCommands,
  stackCommands,
} from './commands.ts';
import { RoleSession } from './identity/session.ts';
import { systemRandom } from './system-clock.ts';
import { Limiter, type Rate } from './throttle.ts';

/** A call that hangs must end: the SDK has no limit of its own, and only warns without the last flag. */
const REQUEST_LIMITS = { connectionTimeout: 3000, requestTimeout: 30_000, throwOnRequestTimeout: true } as const;

/** What carries the requests of SDK clients, as the SDK defines it. */
export type RequestHandler = NonNullable<EC2ClientConfig['requestHandler']>;

/** Services that have limits of their own. */
type LimitedService =
  | 'autoScaling'
  | 'ec2'
  | 'loadBalancing'
  | 'cloudWatch'
  | 'identity'
  | 'profiles'
  | 'queue'
  | 's3'
  | 'stacks'
  | 'ssm';

export type Rates = Readonly<Partial<Record<LimitedService, Rate>>>;

export interface ClientOptions {
  readonly accounts: readonly AwsAccount[];
  /** Address of a stand-in for AWS; absent = AWS itself. */
  readonly endpoint?: string;
  /** Absent = the SDK's own search (environment, shared files, container and instance role). */
  readonly credentials?: StaticCredentials;
  readonly clock: CloudClock;
  readonly logger: CloudLogger;
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

/** The narrow clients of one account in one region. */
export interface PlaceClients {
  readonly account: AwsAccount;
  readonly region: string;
  readonly autoScaling: AutoScalingCalls;
  readonly ec2: Ec2Calls;
  readonly loadBalancing: LoadBalancingCalls;
  readonly cloudWatch: CloudWatchCalls;
  readonly identity: IdentityCalls;
  readonly profiles: ProfileCalls;
  readonly queue: QueueCalls;
  readonly s3: S3Calls;
  readonly stacks: StackCalls;
  readonly ssm: SsmCalls;
  /** Keys to sign with now; null: the SDK finds them by itself. */
  readonly keys: () => Promise<StaticCredentials | null>;
  /** An address to which whoever has it may write one object, for so many seconds. */
  readonly signPut: (bucket: string, key: string, seconds: number) => Promise<string>;
  /** 0 … 1, how short of calls each service is. */
  readonly pressure: {
    readonly autoScaling: () => number;
    readonly ec2: () => number;
    readonly loadBalancing: () => number;
  };
}

export interface AwsClients {
  /** Fails with `aws.unknown-account` or `aws.unknown-region`. */
  at(account: string, region: string): PlaceClients;
  calls(): readonly CallCount[];
  /** Closes idle connections. */
  stop(): void;
}

interface SdkClient {
  destroy(): void;
}

/** Clients made when first needed, one per account, region and service, kept until `stop`. */
export function createAwsClients(options: ClientOptions): AwsClients {
  const { clock, logger, endpoint, accounts } = options;
  const counters = new CallCounters();
  const places = new Map<string, PlaceClients>();
  const sessions = new Map<string, RoleSession>();
  const made = new Set<SdkClient>();

  const base = (region: string) => ({ region, endpoint, requestHandler: options.requestHandler ?? REQUEST_LIMITS });
  const keep = <C extends SdkClient>(client: C): C => {
    made.add(client);
    return client;
  };

  function sessionOf(account: AwsAccount): RoleSession | null {
    if (!account.roleArn) return null;
    const known = sessions.get(account.name);
    if (known) return known;
    let sts: STSClient | null = null;
    const stsClient = () => {
      sts ??= keep(
        new STSClient({ ...base(account.regions[0] ?? 'us-east-1'), maxAttempts: 5, credentials: options.credentials }),
      );
      return sts;
    };
    const session = new RoleSession(account, stsClient, clock);
    sessions.set(account.name, session);
    return session;
  }

  function makePlace(account: AwsAccount, region: string): PlaceClients {
    const session = sessionOf(account);
    const config = { ...base(region), maxAttempts: 1, credentials: session?.keys ?? options.credentials };
    const setting = (service: string, limiter: Limiter, create: () => SdkClient): CallSetting => {
      let client: SdkClient | null = null;
      return {
        service,
        account: account.name,
        region,
        clock,
        logger,
        counters,
        limiter,
        client: () => {
          client ??= keep(create());
          return client as unknown as Sender;
        },
        session,
        random: options.random ?? systemRandom,
        around: options.around,
      };
    };
    const s3 = () => new S3Client({ ...config, forcePathStyle: endpoint !== undefined });
    const limiter = (service: LimitedService) => new Limiter(clock, options.rates?.[service], options.sharers);
    const limiters = {
      autoScaling: limiter('autoScaling'),
      ec2: limiter('ec2'),
      loadBalancing: limiter('loadBalancing'),
    };
    const at = <S extends keyof typeof limiters>(service: S, create: () => SdkClient) =>
      setting(service, limiters[service], create);
    return {
      account,
      region,
      autoScaling: callsOf(
        autoScalingCommands,
        at('autoScaling', () => new AutoScalingClient(config)),
      ),
      ec2: callsOf(
        ec2Commands,
        at('ec2', () => new EC2Client(config)),
      ),
      loadBalancing: callsOf(
        loadBalancingCommands,
        at('loadBalancing', () => new ElasticLoadBalancingV2Client(config)),
      ),
      cloudWatch: callsOf(
        cloudWatchCommands,
        setting('cloudWatch', limiter('cloudWatch'), () => new CloudWatchClient(config)),
      ),
      identity: callsOf(
        identityCommands,
        setting('identity', limiter('identity'), () => new STSClient(config)),
      ),
      profiles: callsOf(
        profileCommands,
        setting('profiles', limiter('profiles'), () => new IAMClient(config)),
      ),
      queue: callsOf(
        queueCommands,
        setting('queue', limiter('queue'), () => new SQSClient(config)),
      ),
      s3: callsOf(s3Commands, setting('s3', limiter('s3'), s3)),
      stacks: callsOf(
        stackCommands,
        setting('stacks', limiter('stacks'), () => new CloudFormationClient(config)),
      ),
      ssm: callsOf(
        ssmCommands,
        setting('ssm', limiter('ssm'), () => new SSMClient(config)),
      ),
      keys: async () => (session ? session.keys() : (options.credentials ?? null)),
      async signPut(Bucket, Key, expiresIn) {
        // An address dies with the session that signed it: a new session lasts longest.
        session?.drop(session.mark());
        const command = new PutObjectCommand({ Bucket, Key });
        return getSignedUrl(keep(s3()), command, { expiresIn, signingDate: new Date(clock.now()) });
      },
      pressure: {
        autoScaling: () => limiters.autoScaling.pressure,
        ec2: () => limiters.ec2.pressure,
        loadBalancing: () => limiters.loadBalancing.pressure,
      },
    };
  }

  return {
    at(name, region) {
      const key = `${name}|${region}`;
      const known = places.get(key);
      if (known) return known;
      const place = makePlace(accountFor(accounts, name, region), region);
      places.set(key, place);
      return place;
    },
    calls: () => counters.list(),
    stop() {
      for (const client of made) client.destroy();
      made.clear();
    },
  };
}
