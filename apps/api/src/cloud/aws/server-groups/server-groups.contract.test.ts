import { demoScenario, type Scenario } from '@gennaker/aws-sandbox';
import { serverGroupsContract } from '@gennaker/catalog/kit/testing';
import { afterEach } from 'vitest';
import { GOOD_IMAGE, type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';

/** The demo without its running server group. */
const bare: Scenario = {
  ...demoScenario,
  accounts: demoScenario.accounts.map((account) => ({
    ...account,
    regions: account.regions?.map((region) => ({ ...region, groups: [] })),
  })),
};

let open: SandboxWorld[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.stop()));
  open = [];
});

serverGroupsContract('AWS', async () => {
  const one = await startWorld({ scenario: bare });
  open.push(one);
  return {
    serverGroups: one.cloud.serverGroups,
    account: 'demo',
    region: 'us-east-1',
    imageId: GOOD_IMAGE,
    instanceType: 't3.micro',
    otherInstanceType: 't3.small',
    targetGroup: 'demo-web-tg',
    securityGroups: ['demo-web'],
    subnetIds: Object.keys(one.sandbox.state().regions['123456789012/us-east-1']?.subnets ?? {}),
    pass: one.pass,
  };
});
