import { demoScenario, type Scenario } from '@gennaker/aws-sandbox';
import { loadBalancersContract } from '@gennaker/catalog/kit/testing';
import { afterAll, beforeAll } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';

const PLACE = { account: 'demo', region: 'us-east-1' };

/** The demo without its server group, and with a second target group that nothing sends to. */
const twoTargetGroups: Scenario = {
  ...demoScenario,
  accounts: demoScenario.accounts.map((account) => ({
    ...account,
    regions: account.regions?.map((region) => ({
      ...region,
      groups: [],
      targetGroups: [
        ...(region.targetGroups ?? []),
        ...(region.targetGroups ?? []).slice(0, 1).map((group) => ({ ...group, name: 'demo-new-tg' })),
      ],
    })),
  })),
};

let open: SandboxWorld | undefined;
beforeAll(async () => {
  open = await startWorld({ scenario: twoTargetGroups });
});
afterAll(() => open?.stop());

loadBalancersContract('AWS', async () => {
  if (!open) throw new Error('no world');
  const { cloud, sandbox } = open;
  sandbox.reset();
  return {
    loadBalancers: cloud.loadBalancers,
    listener: { ...PLACE, loadBalancer: 'demo-alb', port: 80 },
    targetGroups: ['demo-web-tg', 'demo-new-tg'],
    subnetIds: Object.keys(sandbox.state().regions['123456789012/us-east-1']?.subnets ?? {}),
    securityGroups: ['demo-web'],
    pass: open.pass,
  };
});
