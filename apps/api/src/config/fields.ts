import type { DeploymentMonitor } from '@gennaker/catalog/kit';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { readMonitors } from './monitors.ts';
import { type RateConfig, readRates } from './rates.ts';

/**
 * Schemas for single environment values. Each turns an absent or empty value into its default, and a bad one into one
 * sentence that names the key and says what is allowed. `secret` values are never repeated in the sentence.
 */
type Read<T> = (text: string) => T | null;

function field<T, D>(key: string, allowed: string, read: Read<T>, byDefault: D, secret = false) {
  return z
    .string()
    .optional()
    .transform((raw, issues): T | D => {
      const text = raw?.trim() ?? '';
      if (text === '') return byDefault;
      const value = read(text);
      if (value !== null) return value;
      const found = secret ? 'has a value that cannot be used' : `is ${JSON.stringify(text.slice(0, 100))}`;
      issues.addIssue({ code: 'custom', message: `${key} ${found}; it must be ${allowed}.` });
      return z.NEVER;
    });
}

export function wholeNumber(key: string, range: { min: number; max: number; byDefault: number }) {
  return field(
    key,
    `a whole number from ${range.min} to ${range.max}`,
    (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= range.min && value <= range.max ? value : null;
    },
    range.byDefault,
  );
}

export function decimalNumber(key: string, range: { min: number; max: number; byDefault: number }) {
  return field(
    key,
    `a number from ${range.min} to ${range.max}`,
    (text) => {
      const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
      return value >= range.min && value <= range.max ? value : null;
    },
    range.byDefault,
  );
}

/** A share of a whole, at least 0 and under a half. */
export function ratioUnderHalf(key: string, byDefault: number) {
  return field(
    key,
    'a number of at least 0 and under 0.5',
    (text) => {
      const value = /^\d?\.?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return value >= 0 && value < 0.5 ? value : null;
    },
    byDefault,
  );
}

export function oneOf<const T extends string, const D extends string | null>(
  key: string,
  values: readonly T[],
  byDefault: D,
) {
  return field(key, `one of ${values.join(', ')}`, (text) => values.find((value) => value === text) ?? null, byDefault);
}

/** A URL with one of the schemes; it may carry a password, so a bad one is not repeated. */
export function secretUrl(key: string, schemes: readonly string[]) {
  const allowed = `a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')} and names a host`;
  return field(key, allowed, (text) => (isUrl(text, schemes) ? text : null), null, true);
}

export function httpUrl(key: string) {
  return field(
    key,
    'a URL that starts with http:// or https://',
    (text) => (isUrl(text, ['http:', 'https:']) ? text : null),
    null,
  );
}

export function plainText(key: string, allowed: string, pattern: RegExp, secret = false) {
  return field(key, allowed, (text) => (pattern.test(text) ? text : null), null, secret);
}

/** An address of this machine only: the product has no access control yet, so nobody else may reach it. */
export function loopbackHost(key: string, byDefault: string) {
  const allowed =
    'an address of this machine (127.0.0.1, ::1 or localhost), because there is no access control yet and anyone who reaches the port could deploy';
  return field(key, allowed, (text) => (isLoopback(text) ? text : null), byDefault);
}

/** A comma list of host names (`*.` in front covers subdomains), addresses and CIDR ranges. */
export function hostList(key: string) {
  const allowed =
    'a comma list of host names, addresses or CIDR ranges, such as hooks.internal,*.corp.example,10.0.0.0/8';
  return field<readonly string[], readonly string[]>(
    key,
    allowed,
    (text) => {
      const items = text.split(',').map((item) => item.trim().toLowerCase());
      return items.length <= 100 && items.every(isHostPattern) ? items : null;
    },
    [],
  );
}

/** A comma list of accounts whose images are trusted: numbers, or names that AWS keeps for its own. */
export function ownerList(key: string) {
  const allowed = 'a comma list of account numbers (12 digits), amazon or aws-marketplace';
  return field<readonly string[], readonly string[]>(
    key,
    allowed,
    (text) => {
      const owners = text.split(',').map((owner) => owner.trim());
      return owners.every((owner) => /^(\d{12}|amazon|aws-marketplace)$/.test(owner)) ? owners : null;
    },
    [],
  );
}

/** An AWS account the product deploys to, under the name that pipelines use for it. */
export interface AccountConfig {
  readonly name: string;
  readonly accountId?: string | undefined;
  readonly regions: readonly string[];
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
  /** Bucket for the results of bakes; `{region}` in it stands for the region. */
  readonly bakeBucket?: string | undefined;
  /** Scripts of bakes are sent by Systems Manager to machines that have a profile. */
  readonly bakeBySsm?: boolean | undefined;
  /** Addresses of SQS queues that get events of Auto Scaling and EC2, by region. */
  readonly eventQueues?: Readonly<Record<string, string>> | undefined;
}

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/);
const accountsSchema = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[\w.-]{1,64}$/),
      accountId: z
        .string()
        .regex(/^\d{12}$/)
        .optional(),
      regions: z.array(region).min(1).max(40),
      roleArn: z
        .string()
        .regex(/^arn:[\w-]+:iam::\d{12}:role\/\S{1,512}$/)
        .optional(),
      externalId: z.string().min(1).max(1_224).optional(),
      bakeBySsm: z.boolean().optional(),
      eventQueues: z.record(region, z.string().regex(/^https?:\/\/[\w.:-]{1,253}\/\d{12}\/[\w-]{1,80}$/)).optional(),
      bakeBucket: z
        .string()
        .regex(/^[a-z0-9.{}-]{3,63}$/)
        .optional(),
    }),
  )
  .min(1)
  .max(200)
  .refine((accounts) => new Set(accounts.map((account) => account.name)).size === accounts.length)
  .refine((accounts) =>
    accounts.every(({ regions, eventQueues }) => Object.keys(eventQueues ?? {}).every((at) => regions.includes(at))),
  );

/** A JSON object of how often each service of AWS may be called. */
export function rateList(key: string) {
  const allowed =
    'a JSON object of services (autoscaling, ec2, elasticloadbalancing, cloudwatch, sts, iam, sqs, s3, cloudformation, ssm) with calls per second from 0.5 to 1000 and at once from 1 to 10000, such as {"ec2":{"perSecond":20,"burst":40}}';
  return field<RateConfig, RateConfig>(key, allowed, readRates, {});
}

const rolesSchema = z.record(z.string().regex(/^[\w.@-]{1,100}$/), z.array(z.string().min(1).max(200)).max(2_000));
type RoleConfig = z.output<typeof rolesSchema>;

/** A JSON object of roles with the names of those who have them. */
export function roleList(key: string) {
  const allowed =
    'a JSON object of roles with lists of user names, such as {"admin":["ana@example.com"],"emergency":["ben@example.com"]}';
  return field<RoleConfig, null>(key, allowed, readRoles, null);
}

function readRoles(text: string): RoleConfig | null {
  try {
    return rolesSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** A JSON list of accounts. External ids are half a secret, so a bad value is not repeated. */
export function accountList(key: string) {
  const allowed =
    'a JSON list of accounts with distinct names, such as [{"name":"prod","regions":["eu-central-1"],"roleArn":"arn:aws:iam::123456789012:role/deploy"}]';
  return field<readonly AccountConfig[], null>(key, allowed, readAccounts, null, true);
}

function readAccounts(text: string): readonly AccountConfig[] | null {
  try {
    const parsed = accountsSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A JSON list of services that judge deployments. Addresses may carry secrets, so a bad value is not repeated. */
export function monitorList(key: string) {
  const allowed =
    'a JSON list of monitors with distinct ids, such as [{"id":"errors","url":"https://monitor.example","maxAnalysisMinutes":30,"failOnError":true}]';
  return field<readonly DeploymentMonitor[], readonly DeploymentMonitor[]>(key, allowed, readMonitors, [], true);
}

export function timeZone(key: string, byDefault: string) {
  return field(
    key,
    'a time zone name such as Europe/Berlin or UTC',
    (text) => (isTimeZone(text) ? text : null),
    byDefault,
  );
}

function isUrl(text: string, schemes: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return schemes.includes(url.protocol) && url.hostname !== '';
}

function isLoopback(text: string): boolean {
  if (text === 'localhost') return true;
  return ipaddr.isValid(text) && ipaddr.process(text).range() === 'loopback';
}

function isHostPattern(item: string): boolean {
  if (ipaddr.isValid(item) || ipaddr.isValidCIDR(item)) return true;
  return item.length <= 253 && /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(item);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
