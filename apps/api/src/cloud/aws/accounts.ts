import { FailureError } from '@gennaker/pipeline-dsl';

/** An account this installation may change, with its explicit list of regions. */
export interface AwsAccount {
  /** The name pipelines use. */
  readonly name: string;
  /** Twelve digits; when given, `verify` compares it with who AWS says we are. */
  readonly accountId?: string;
  readonly regions: readonly string[];
  /** Queues that get events of Auto Scaling and EC2, by region. */
  readonly eventQueues?: Readonly<Record<string, string>>;
  /** Role to assume; without it the base credentials are used directly. */
  readonly roleArn?: string;
  readonly externalId?: string;
  /** Bucket for scripts' results of bakes; `{region}` in it stands for the region. */
  readonly bakeBucket?: string;
  /** Scripts of bakes are sent by Systems Manager to machines that have a profile. */
  readonly bakeBySsm?: boolean;
}

/** Keys that never change while the process runs. */
export interface StaticCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The configured account of that name, provided the region is one of its own. */
export function accountFor(accounts: readonly AwsAccount[], name: string, region: string): AwsAccount {
  const account = accounts.find((candidate) => candidate.name === name);
  if (!account)
    throw new FailureError({
      code: 'aws.unknown-account',
      message: `There is no AWS account named "${name}" in this installation`,
      retry: false,
      advice: `Use one of: ${accounts.map((known) => known.name).join(', ') || 'none is configured'}.`,
      details: { account: name, region },
    });
  if (!account.regions.includes(region))
    throw new FailureError({
      code: 'aws.unknown-region',
      message: `Account "${name}" is not configured for region "${region}"`,
      retry: false,
      advice: `Use one of its regions (${account.regions.join(', ')}), or add the region to the account.`,
      details: { account: name, region },
    });
  return account;
}
