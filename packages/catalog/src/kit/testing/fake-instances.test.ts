import { createWorld } from '../in-memory/world.ts';
import { instancesContract } from './instances.contract.ts';

instancesContract('The fake in memory', async () => {
  const { instances, serverGroups, clock } = createWorld();
  serverGroups.add({ name: 'demo-web-v000', capacity: { min: 1, desired: 2, max: 3 } });
  const pass = async (ms: number): Promise<void> => clock.advance(ms);
  return { instances, serverGroups, account: 'prod', region: 'us-east-1', targetGroup: 'demo-web-tg', pass };
});
