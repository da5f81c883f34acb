import { demoScenario, type Scenario } from '@gennaker/aws-sandbox';
import { instancesContract, scalingContract } from '@gennaker/catalog/kit/testing';
import { afterEach } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { op, port, spec } from '../testing/shop.ts';

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

const PLACE = { account: 'demo', region: 'us-east-1' };

async function world(...versions: readonly number[]): Promise<SandboxWorld> {
  const one = await startWorld({ scenario: bare });
  open.push(one);
  for (const sequence of versions) {
    const name = `demo-web-v00${sequence}`;
    const moniker = { app: 'demo', stack: 'web', detail: null, cluster: 'demo-web', sequence };
    await port(one).create(spec({ name, moniker }), op(`create-${sequence}`));
  }
  return one;
}

scalingContract('AWS', async () => {
  const { cloud, pass } = await world(0, 1);
  return { ...PLACE, scaling: cloud.scaling, serverGroups: cloud.serverGroups, pass };
});

instancesContract('AWS', async () => {
  const { cloud, pass } = await world(0);
  const ref = { ...PLACE, name: 'demo-web-v000' };
  const isUp = async () => (await cloud.serverGroups.read(ref))?.instances.filter(({ health }) => health === 'Up');
  for (let i = 0; i < 60 && (await isUp())?.length !== 2; i++) await pass(5_000);
  return {
    ...PLACE,
    instances: cloud.instances,
    serverGroups: cloud.serverGroups,
    targetGroup: 'demo-web-tg',
    pass,
  };
});
