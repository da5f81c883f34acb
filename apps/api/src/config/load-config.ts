import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Config, Role } from './config.ts';
import { type Environment, environmentSchema } from './environment.ts';
import type { Project } from './project-root.ts';

const roles: readonly Role[] = ['all', 'api', 'worker'];

/** Says what is wrong with the environment or the arguments: one sentence per problem. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Where the configuration comes from; `env` is normally `process.env`, `argv` the arguments after the script's name. */
export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly argv: readonly string[];
  readonly project: Project;
}

/** Parses environment and arguments into a frozen configuration. Throws `ConfigError` with every problem at once. */
export function loadConfig(source: ConfigSource): Config {
  const parsed = environmentSchema.safeParse(source.env);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => issue.message);
  const role = readRole(source.argv, problems);
  if (parsed.success) problems.push(...contradictions(parsed.data, role));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(toConfig(parsed.data, role, source));
}

function toConfig(env: Environment, role: Role, { project, env: all }: ConfigSource): Config {
  return {
    version: project.version,
    projectRoot: project.root,
    role,
    http: { host: env.HOST, port: env.PORT, bodyLimitBytes: env.GENNAKER_BODY_LIMIT },
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    dataFolder: resolve(project.root, env.GENNAKER_DATA ?? '.gennaker'),
    aws: awsConfig(env),
    packer: packerConfig(env, all, project),
    log: { level: env.GENNAKER_LOG },
    worker: {
      concurrency: env.GENNAKER_WORKER_CONCURRENCY,
      leaseMs: env.GENNAKER_LEASE_MS,
      sweepMs: env.GENNAKER_SWEEP_MS,
    },
    outgoing: { allowedHosts: env.GENNAKER_HTTP_ALLOW },
    deploymentMonitors: env.GENNAKER_DEPLOYMENT_MONITORS,
    minCapacityRatio: env.GENNAKER_MIN_CAPACITY_RATIO,
    janitor: env.GENNAKER_JANITOR,
    roles: env.GENNAKER_ROLES ?? (awsMode(env) === 'sandbox' ? PLAYGROUND_ROLES : {}),
    timeZone: env.GENNAKER_TIME_ZONE,
  };
}

/** Nothing real is changed in the local AWS: whoever tries the product may try all of it. */
const PLAYGROUND_ROLES = { admin: ['anonymous'] };

/** The local AWS has one account; its regions are those of the demo. */
const SANDBOX_ACCOUNT = { name: 'sandbox', regions: ['us-east-1', 'us-west-2'] };

function awsConfig(env: Environment): Config['aws'] {
  const mode = awsMode(env);
  const keys = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
  const region = env.AWS_REGION ?? 'us-east-1';
  return {
    mode,
    endpointUrl: mode === 'real' ? env.AWS_ENDPOINT_URL : null,
    region,
    accounts: env.GENNAKER_ACCOUNTS ?? [mode === 'sandbox' ? SANDBOX_ACCOUNT : { name: 'default', regions: [region] }],
    credentials:
      mode === 'real' && keys.accessKeyId !== null && keys.secretAccessKey !== null
        ? { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN }
        : null,
    rates: env.GENNAKER_AWS_RATES,
    imageOwners: env.GENNAKER_IMAGE_OWNERS,
    sandboxSpeed: env.GENNAKER_SANDBOX_SPEED,
  };
}

/** Names that Packer, its plugins and the scripts they call may need. */
const FOR_PACKER = /^(PATH|HOME|TMPDIR|LANG|SSH_AUTH_SOCK|CHECKPOINT_DISABLE|(HTTPS?|NO)_PROXY|(PACKER|PKR|AWS)_\w+)$/i;

function packerConfig(env: Environment, all: ConfigSource['env'], project: Project): Config['packer'] {
  if (env.GENNAKER_PACKER === null || env.GENNAKER_PACKER_TEMPLATES === null) return null;
  const passed = Object.entries(all).flatMap(([name, value]) =>
    value !== undefined && FOR_PACKER.test(name) ? [[name, value]] : [],
  );
  return {
    path: env.GENNAKER_PACKER,
    templates: resolve(project.root, env.GENNAKER_PACKER_TEMPLATES),
    environment: Object.fromEntries(passed),
  };
}

function awsMode(env: Environment): 'sandbox' | 'real' {
  if (env.GENNAKER_AWS !== null) return env.GENNAKER_AWS;
  const signsOfRealAws = [
    env.AWS_ENDPOINT_URL,
    env.AWS_ACCESS_KEY_ID,
    env.AWS_PROFILE,
    env.AWS_WEB_IDENTITY_TOKEN_FILE,
    env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
    env.AWS_CONTAINER_CREDENTIALS_FULL_URI,
  ];
  return signsOfRealAws.some((value) => value !== null) ? 'real' : 'sandbox';
}

function contradictions(env: Environment, role: Role | null): string[] {
  const problems: string[] = [];
  if ((env.AWS_ACCESS_KEY_ID === null) !== (env.AWS_SECRET_ACCESS_KEY === null)) {
    problems.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together; set both or neither.');
  }
  if ((env.GENNAKER_PACKER === null) !== (env.GENNAKER_PACKER_TEMPLATES === null)) {
    problems.push('GENNAKER_PACKER and GENNAKER_PACKER_TEMPLATES belong together; set both or neither.');
  }
  if (role !== 'all' && role !== null && env.DATABASE_URL === null) {
    problems.push(
      `--role ${role} needs DATABASE_URL: a process with one role shares a Postgres server with the others, so it does not start its own.`,
    );
  }
  return problems;
}

function readRole(argv: readonly string[], problems: string[]): Role {
  try {
    const { values } = parseArgs({ args: [...argv], options: { role: { type: 'string', default: 'all' } } });
    const role = roles.find((known) => known === values.role);
    if (role !== undefined) return role;
    problems.push(`--role is ${JSON.stringify(values.role)}; it must be one of ${roles.join(', ')}.`);
  } catch (error) {
    problems.push(
      `${error instanceof Error ? error.message.split('. ')[0] : String(error)}; the only argument is --role.`,
    );
  }
  return 'all';
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
