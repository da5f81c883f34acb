import { demoScenario, type Scenario } from '@gennaker/aws-sandbox';
import { type SandboxWorld, startWorld } from './sandbox-world.ts';

/** Plain, to bake on; a parameter `/golden/base` holds its id. */
export const BASE_IMAGE = 'ami-0de0a00000000000d';
export const OTHER_ACCOUNT = '222222222222';
export const BAKE_BUCKET = 'bakes-us-east-1';

const ROLE = `arn:aws:iam::${OTHER_ACCOUNT}:role/gennaker-deploy`;
const REGIONS = ['us-east-1', 'us-west-2'];

const [home] = demoScenario.accounts;

const scenario: Scenario = {
  ...demoScenario,
  accounts: [
    {
      id: '123456789012',
      ...home,
      regions: home?.regions?.map((region) => ({
        ...region,
        groups: [],
        launchTemplates: [],
        ...(region.name === 'us-east-1'
          ? { buckets: [BAKE_BUCKET], parameters: { ...region.parameters, '/golden/base': BASE_IMAGE } }
          : {}),
      })),
    },
    {
      id: OTHER_ACCOUNT,
      roles: [{ arn: ROLE, trust: ['123456789012'] }],
      regions: REGIONS.map((name) => ({ name })),
    },
  ],
};

/** The demo's account with nothing running, a bucket for bakes when asked for, and another account behind a role. */
export const startTwoAccounts = (withBucket = false, bakeBySsm = false): Promise<SandboxWorld> =>
  startWorld({
    scenario,
    accounts: [
      {
        name: 'demo',
        accountId: '123456789012',
        regions: REGIONS,
        bakeBySsm,
        ...(withBucket ? { bakeBucket: 'bakes-{region}' } : {}),
      },
      { name: 'other', accountId: OTHER_ACCOUNT, regions: REGIONS, roleArn: ROLE },
    ],
  });
