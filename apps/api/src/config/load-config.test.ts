import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';
import { findProject } from './project-root.ts';

const project = { root: '/srv/gennaker', version: '1.2.3' };

function load(env: Record<string, string>, argv: string[] = []) {
  return loadConfig({ env, argv, project });
}

function problemsOf(env: Record<string, string>, argv: string[] = []): readonly string[] {
  try {
    load(env, argv);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('needs nothing: every key has a default that runs on one machine', () => {
    expect(load({})).toEqual({
      version: '1.2.3',
      projectRoot: '/srv/gennaker',
      role: 'all',
      http: { host: '127.0.0.1', port: 8084, bodyLimitBytes: 2_097_152 },
      databaseUrl: null,
      redisUrl: null,
      dataFolder: '/srv/gennaker/.gennaker',
      aws: {
        mode: 'sandbox',
        endpointUrl: null,
        region: 'us-east-1',
        accounts: [{ name: 'sandbox', regions: ['us-east-1', 'us-west-2'] }],
        credentials: null,
        rates: {},
        imageOwners: [],
        sandboxSpeed: 1,
      },
      packer: null,
      log: { level: 'info' },
      worker: { concurrency: 32, leaseMs: 4_000, sweepMs: 1_500 },
      outgoing: { allowedHosts: [] },
      deploymentMonitors: [],
      minCapacityRatio: 0,
      janitor: 'report',
      roles: { admin: ['anonymous'] },
      timeZone: 'America/Los_Angeles',
    });
  });

  it('gives nobody a role where the AWS is real and none is given', () => {
    expect(load({ GENNAKER_AWS: 'real' }).roles).toEqual({});
    expect(load({ GENNAKER_ROLES: '{}' }).roles).toEqual({});
  });

  it('reads accounts by the names that pipelines use', () => {
    const accounts = [{ name: 'prod', regions: ['eu-central-1'], roleArn: 'arn:aws:iam::123456789012:role/deploy' }];
    expect(load({ GENNAKER_ACCOUNTS: JSON.stringify(accounts) }).aws.accounts).toEqual(accounts);
    expect(load({ GENNAKER_AWS: 'real', AWS_REGION: 'eu-west-1' }).aws.accounts).toEqual([
      { name: 'default', regions: ['eu-west-1'] },
    ]);
    expect(() => load({ GENNAKER_ACCOUNTS: '[{"name":"prod"}]' })).toThrow('GENNAKER_ACCOUNTS');
  });

  it('takes queues of events for the regions of an account only', () => {
    const withQueue = (region: string, url: string) => () =>
      load({
        GENNAKER_ACCOUNTS: JSON.stringify([{ name: 'prod', regions: ['eu-west-1'], eventQueues: { [region]: url } }]),
      }).aws.accounts[0]?.eventQueues;
    const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/events';
    expect(withQueue('eu-west-1', url)()).toEqual({ 'eu-west-1': url });
    expect(withQueue('us-east-1', url)).toThrow('GENNAKER_ACCOUNTS');
    expect(withQueue('eu-west-1', 'events')).toThrow('GENNAKER_ACCOUNTS');
  });

  it('takes rates of calls by service', () => {
    const rates = '{"ec2":{"perSecond":20,"burst":40},"elasticloadbalancing":{"perSecond":0.5,"burst":1}}';
    expect(load({ GENNAKER_AWS_RATES: rates }).aws.rates).toEqual({
      ec2: { perSecond: 20, burst: 40 },
      loadBalancing: { perSecond: 0.5, burst: 1 },
    });
    expect(load({}).aws.rates).toEqual({});
    for (const wrong of ['20', '{"ec3":{"perSecond":20,"burst":40}}', '{"ec2":{"perSecond":0,"burst":1}}'])
      expect(() => load({ GENNAKER_AWS_RATES: wrong })).toThrow('GENNAKER_AWS_RATES');
  });

  it('trusts owners of images that are named', () => {
    expect(load({ GENNAKER_IMAGE_OWNERS: 'amazon, 099720109477' }).aws.imageOwners).toEqual(['amazon', '099720109477']);
    expect(() => load({ GENNAKER_IMAGE_OWNERS: 'everybody' })).toThrow('GENNAKER_IMAGE_OWNERS');
  });

  it('hands Packer what it needs of the environment, and nothing else', () => {
    const env = { GENNAKER_PACKER: '/opt/packer', GENNAKER_PACKER_TEMPLATES: 'templates' };
    const more = { PATH: '/bin', PKR_VAR_team: 'web', AWS_PROFILE: 'ci', DATABASE_URL: 'postgres://u:secret@db/x' };
    expect(load({ ...env, ...more }).packer).toEqual({
      path: '/opt/packer',
      templates: '/srv/gennaker/templates',
      environment: { PATH: '/bin', PKR_VAR_team: 'web', AWS_PROFILE: 'ci' },
    });
    expect(() => load({ GENNAKER_PACKER: '/opt/packer' })).toThrow('belong together');
  });

  it('is frozen through and through', () => {
    const config = load({});
    expect(
      Object.isFrozen(config) && Object.isFrozen(config.http) && Object.isFrozen(config.outgoing.allowedHosts),
    ).toBe(true);
  });

  it('treats an empty value as an absent one', () => {
    expect(load({ PORT: '', DATABASE_URL: ' ', GENNAKER_AWS: '' })).toEqual(load({}));
  });

  it('reads what is given', () => {
    const config = load(
      {
        PORT: '9000',
        HOST: '::1',
        DATABASE_URL: 'postgresql://u:p@db/gennaker',
        REDIS_URL: 'rediss://cache:6380',
        GENNAKER_DATA: '/data',
        GENNAKER_HTTP_ALLOW: 'Hooks.internal, *.corp.example,10.0.0.0/8,fd00::/8',
        GENNAKER_TIME_ZONE: 'Europe/Berlin',
        GENNAKER_SANDBOX_SPEED: '2.5',
        GENNAKER_MIN_CAPACITY_RATIO: '.4',
        GENNAKER_ROLES: '{"admin":["ana@example.com"]}',
      },
      ['--role', 'worker'],
    );
    expect(config.http).toMatchObject({ host: '::1', port: 9000 });
    expect(config.role).toBe('worker');
    expect(config.dataFolder).toBe('/data');
    expect(config.outgoing.allowedHosts).toEqual(['hooks.internal', '*.corp.example', '10.0.0.0/8', 'fd00::/8']);
    expect(config.timeZone).toBe('Europe/Berlin');
    expect(config.aws.sandboxSpeed).toBe(2.5);
    expect(config.minCapacityRatio).toBe(0.4);
    expect(config.roles).toEqual({ admin: ['ana@example.com'] });
  });

  it.each<Record<string, string>>([
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' },
    { AWS_PROFILE: 'staging' },
    { AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 's' },
    { AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/token' },
  ])('goes to real AWS when the environment has credentials or an endpoint: %o', (env) => {
    expect(load(env).aws.mode).toBe('real');
  });

  it('stays with the sandbox when only a region is given, or when told to, and then uses none of the credentials', () => {
    expect(load({ AWS_REGION: 'eu-central-1' }).aws).toMatchObject({ mode: 'sandbox', region: 'eu-central-1' });
    const told = load({ GENNAKER_AWS: 'sandbox', AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 's' });
    expect(told.aws).toMatchObject({ mode: 'sandbox', credentials: null });
  });

  it.each<[string, string, string]>([
    ['PORT', 'eighty', 'PORT is "eighty"; it must be a whole number from 1 to 65535.'],
    ['PORT', '70000', 'PORT is "70000"; it must be a whole number from 1 to 65535.'],
    [
      'HOST',
      '0.0.0.0',
      'HOST is "0.0.0.0"; it must be an address of this machine (127.0.0.1, ::1 or localhost), because there is no access control yet and anyone who reaches the port could deploy.',
    ],
    [
      'DATABASE_URL',
      'mysql://root:hunter2@db',
      'DATABASE_URL has a value that cannot be used; it must be a URL that starts with postgresql:// or postgres:// and names a host.',
    ],
    [
      'REDIS_URL',
      'localhost:6379',
      'REDIS_URL has a value that cannot be used; it must be a URL that starts with redis:// or rediss:// and names a host.',
    ],
    [
      'AWS_ENDPOINT_URL',
      'localhost',
      'AWS_ENDPOINT_URL is "localhost"; it must be a URL that starts with http:// or https://.',
    ],
    ['AWS_REGION', 'Frankfurt', 'AWS_REGION is "Frankfurt"; it must be a region name such as eu-central-1.'],
    ['GENNAKER_AWS', 'fake', 'GENNAKER_AWS is "fake"; it must be one of sandbox, real.'],
    ['GENNAKER_SANDBOX_SPEED', '-1', 'GENNAKER_SANDBOX_SPEED is "-1"; it must be a number from 0.1 to 1000.'],
    ['GENNAKER_LOG', 'loud', 'GENNAKER_LOG is "loud"; it must be one of silent, error, warn, info, debug, trace.'],
    [
      'GENNAKER_WORKER_CONCURRENCY',
      '0',
      'GENNAKER_WORKER_CONCURRENCY is "0"; it must be a whole number from 1 to 256.',
    ],
    ['GENNAKER_LEASE_MS', '1', 'GENNAKER_LEASE_MS is "1"; it must be a whole number from 500 to 600000.'],
    ['GENNAKER_JANITOR', 'sweep', 'GENNAKER_JANITOR is "sweep"; it must be one of off, report, act.'],
    ['GENNAKER_SWEEP_MS', '1e9', 'GENNAKER_SWEEP_MS is "1e9"; it must be a whole number from 100 to 300000.'],
    [
      'GENNAKER_HTTP_ALLOW',
      'a b',
      'GENNAKER_HTTP_ALLOW is "a b"; it must be a comma list of host names, addresses or CIDR ranges, such as hooks.internal,*.corp.example,10.0.0.0/8.',
    ],
    [
      'GENNAKER_TIME_ZONE',
      'Mars/Base',
      'GENNAKER_TIME_ZONE is "Mars/Base"; it must be a time zone name such as Europe/Berlin or UTC.',
    ],
    [
      'GENNAKER_MIN_CAPACITY_RATIO',
      '0.5',
      'GENNAKER_MIN_CAPACITY_RATIO is "0.5"; it must be a number of at least 0 and under 0.5.',
    ],
    [
      'GENNAKER_ROLES',
      '{"admin":"ana"}',
      'GENNAKER_ROLES is "{\\"admin\\":\\"ana\\"}"; it must be a JSON object of roles with lists of user names, such as {"admin":["ana@example.com"],"emergency":["ben@example.com"]}.',
    ],
    ['GENNAKER_BODY_LIMIT', '1', 'GENNAKER_BODY_LIMIT is "1"; it must be a whole number from 1024 to 67108864.'],
  ])('refuses %s=%s with one sentence', (key, value, sentence) => {
    expect(problemsOf({ [key]: value })).toEqual([sentence]);
  });

  it('never repeats a secret', () => {
    const said = problemsOf({
      DATABASE_URL: 'hunter2',
      AWS_ACCESS_KEY_ID: 'hunter2!',
      AWS_SECRET_ACCESS_KEY: 'hunter 2',
    });
    expect(said).toHaveLength(3);
    expect(said.join()).not.toContain('hunter');
  });

  it('tells every problem at once', () => {
    expect(problemsOf({ PORT: 'x', GENNAKER_LOG: 'y' }, ['--role', 'boss'])).toHaveLength(3);
  });

  it('refuses half a pair of keys', () => {
    expect(problemsOf({ AWS_ACCESS_KEY_ID: 'AKIA1' })).toEqual([
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together; set both or neither.',
    ]);
  });

  it('refuses an unknown role, an unknown argument, and a single role without a shared database', () => {
    expect(problemsOf({}, ['--role', 'boss'])).toEqual(['--role is "boss"; it must be one of all, api, worker.']);
    expect(problemsOf({}, ['--fast'])).toEqual(["Unknown option '--fast'; the only argument is --role."]);
    expect(problemsOf({}, ['--role', 'worker'])[0]).toMatch(/^--role worker needs DATABASE_URL/);
  });
});

describe('findProject', () => {
  it("finds the product's own folder and version from a file inside it", () => {
    expect(findProject()).toMatchObject({ root: expect.any(String), version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  it('says so when the file is outside', () => {
    expect(() => findProject('file:///tmp/x.js')).toThrow('No package.json of gennaker');
  });

  it('reads deployment monitors, with defaults for what they leave out', () => {
    const GENNAKER_DEPLOYMENT_MONITORS = JSON.stringify([
      { id: 'errors', url: 'https://monitor.example' },
      { id: 'slo', name: 'SLO', url: 'http://10.0.0.1:8080/api', maxAnalysisMinutes: 5, failOnError: false },
    ]);
    expect(load({ GENNAKER_DEPLOYMENT_MONITORS }).deploymentMonitors).toEqual([
      { id: 'errors', name: 'errors', url: 'https://monitor.example', maxAnalysisMinutes: 30, failOnError: true },
      { id: 'slo', name: 'SLO', url: 'http://10.0.0.1:8080/api', maxAnalysisMinutes: 5, failOnError: false },
    ]);
    for (const wrong of ['[{"id":"a","url":"ftp://x"}]', '[{"id":"a"}]', '{', '[{"id":"a","url":"http://x","b":1}]'])
      expect(() => load({ GENNAKER_DEPLOYMENT_MONITORS: wrong })).toThrow(/GENNAKER_DEPLOYMENT_MONITORS/);
  });
});
