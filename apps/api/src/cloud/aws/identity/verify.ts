import { FailureError } from '@gennaker/pipeline-dsl';
import type { AwsAccount } from '../accounts.ts';
import type { Place, PlaceAt } from '../place.ts';

/** Whether an account can be used, and in one sentence per trouble why not. */
export interface AccountCheck {
  readonly account: string;
  /** Twelve digits, as AWS says; null when it did not answer. */
  readonly accountId: string | null;
  readonly problems: readonly string[];
}

const sentence = (error: unknown): string =>
  error instanceof FailureError ? error.failure.message : error instanceof Error ? error.message : String(error);

async function checkIdentity(account: AwsAccount, placeAt: PlaceAt): Promise<AccountCheck> {
  const region = account.regions[0];
  if (region === undefined)
    return { account: account.name, accountId: null, problems: [`account "${account.name}" has no region`] };
  try {
    const answer = await placeAt(account.name, region).identity.getCallerIdentity({}, { resource: account.name });
    const accountId = answer.Account ?? null;
    const differs = account.accountId !== undefined && account.accountId !== accountId;
    const problem = `account "${account.name}" should be ${account.accountId}, but the credentials belong to ${accountId}`;
    return { account: account.name, accountId, problems: differs ? [problem] : [] };
  } catch (error) {
    return { account: account.name, accountId: null, problems: [sentence(error)] };
  }
}

/** A dry run: AWS says whether it would be allowed, and makes nothing. */
async function mayCreate(place: Place): Promise<readonly string[]> {
  try {
    await place.ec2.createLaunchTemplate({
      DryRun: true,
      LaunchTemplateName: 'gennaker-permission-check',
      LaunchTemplateData: { InstanceType: 't3.micro' },
    });
    return [];
  } catch (error) {
    return isDryRun(error) ? [] : [sentence(error)];
  }
}

const isDryRun = (error: unknown): boolean =>
  error instanceof FailureError && error.failure.details?.['providerCode'] === 'DryRunOperation';

async function checkRegion(account: string, region: string, placeAt: PlaceAt): Promise<readonly string[]> {
  try {
    const place = placeAt(account, region);
    await place.autoScaling.describeAutoScalingGroups({ MaxRecords: 1 }, { resource: 'server groups' });
    return mayCreate(place);
  } catch (error) {
    return [sentence(error)];
  }
}

/**
 * Asks AWS who we are in every account, and whether each of its regions answers and would let us create (by a dry
 * run). Never throws.
 */
export async function verifyAccounts(
  accounts: readonly AwsAccount[],
  placeAt: PlaceAt,
): Promise<readonly AccountCheck[]> {
  return Promise.all(
    accounts.map(async (account) => {
      const identity = await checkIdentity(account, placeAt);
      if (identity.problems.length > 0) return identity;
      const regions = await Promise.all(account.regions.map((region) => checkRegion(account.name, region, placeAt)));
      return { ...identity, problems: regions.flat() };
    }),
  );
}
