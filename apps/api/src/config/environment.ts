import * as z from 'zod';
import {
  accountList,
  decimalNumber,
  hostList,
  httpUrl,
  loopbackHost,
  monitorList,
  oneOf,
  ownerList,
  plainText,
  rateList,
  ratioUnderHalf,
  secretUrl,
  timeZone,
  wholeNumber,
} from './fields.ts';

/** Every environment key the product reads, with its default. Keys not listed here are ignored. */
export const environmentSchema = z.object({
  PORT: wholeNumber('PORT', { min: 1, max: 65_535, byDefault: 8084 }),
  HOST: loopbackHost('HOST', '127.0.0.1'),
  DATABASE_URL: secretUrl('DATABASE_URL', ['postgresql:', 'postgres:']),
  REDIS_URL: secretUrl('REDIS_URL', ['redis:', 'rediss:']),
  AWS_ENDPOINT_URL: httpUrl('AWS_ENDPOINT_URL'),
  AWS_REGION: plainText('AWS_REGION', 'a region name such as eu-central-1', /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/),
  AWS_ACCESS_KEY_ID: plainText(
    'AWS_ACCESS_KEY_ID',
    'an access key id of 1 to 128 letters, digits or _',
    /^\w{1,128}$/,
    true,
  ),
  AWS_SECRET_ACCESS_KEY: plainText('AWS_SECRET_ACCESS_KEY', 'a secret key without spaces', /^\S{1,256}$/, true),
  AWS_SESSION_TOKEN: plainText('AWS_SESSION_TOKEN', 'a session token without spaces', /^\S{1,8192}$/, true),
  AWS_PROFILE: plainText('AWS_PROFILE', 'the name of a profile in your AWS configuration', /^\S[^\n]{0,200}$/),
  AWS_WEB_IDENTITY_TOKEN_FILE: plainText('AWS_WEB_IDENTITY_TOKEN_FILE', 'the path of a token file', /^[^\n]{1,4096}$/),
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: plainText(
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'a path',
    /^\S{1,4096}$/,
    true,
  ),
  AWS_CONTAINER_CREDENTIALS_FULL_URI: plainText('AWS_CONTAINER_CREDENTIALS_FULL_URI', 'a URL', /^\S{1,4096}$/, true),
  GENNAKER_ACCOUNTS: accountList('GENNAKER_ACCOUNTS'),
  GENNAKER_AWS_RATES: rateList('GENNAKER_AWS_RATES'),
  GENNAKER_IMAGE_OWNERS: ownerList('GENNAKER_IMAGE_OWNERS'),
  GENNAKER_PACKER: plainText('GENNAKER_PACKER', 'the path of the program', /^[^\n\0]{1,1024}$/),
  GENNAKER_PACKER_TEMPLATES: plainText('GENNAKER_PACKER_TEMPLATES', 'the path of a folder', /^[^\n\0]{1,1024}$/),
  GENNAKER_AWS: oneOf('GENNAKER_AWS', ['sandbox', 'real'], null),
  GENNAKER_DATA: plainText('GENNAKER_DATA', 'the path of a folder', /^[^\n\0]{1,1024}$/),
  GENNAKER_SANDBOX_SPEED: decimalNumber('GENNAKER_SANDBOX_SPEED', { min: 0.1, max: 1000, byDefault: 1 }),
  GENNAKER_LOG: oneOf('GENNAKER_LOG', ['silent', 'error', 'warn', 'info', 'debug', 'trace'], 'info'),
  GENNAKER_WORKER_CONCURRENCY: wholeNumber('GENNAKER_WORKER_CONCURRENCY', { min: 1, max: 256, byDefault: 32 }),
  GENNAKER_LEASE_MS: wholeNumber('GENNAKER_LEASE_MS', { min: 500, max: 600_000, byDefault: 4_000 }),
  GENNAKER_SWEEP_MS: wholeNumber('GENNAKER_SWEEP_MS', { min: 100, max: 300_000, byDefault: 1_500 }),
  GENNAKER_HTTP_ALLOW: hostList('GENNAKER_HTTP_ALLOW'),
  GENNAKER_DEPLOYMENT_MONITORS: monitorList('GENNAKER_DEPLOYMENT_MONITORS'),
  GENNAKER_MIN_CAPACITY_RATIO: ratioUnderHalf('GENNAKER_MIN_CAPACITY_RATIO', 0),
  GENNAKER_JANITOR: oneOf('GENNAKER_JANITOR', ['off', 'report', 'act'], 'report'),
  GENNAKER_TIME_ZONE: timeZone('GENNAKER_TIME_ZONE', 'America/Los_Angeles'),
  GENNAKER_BODY_LIMIT: wholeNumber('GENNAKER_BODY_LIMIT', {
    min: 1024,
    max: 64 * 1024 * 1024,
    byDefault: 2 * 1024 * 1024,
  }),
});

/** The environment after parsing: every key present, absent ones as their defaults or null. */
export type Environment = z.output<typeof environmentSchema>;
