import { createWorld } from '../in-memory/world.ts';
import { scalingContract } from './scaling.contract.ts';

scalingContract('The fake in memory', async () => {
  const { scaling, serverGroups, clock } = createWorld();
  for (const name of ['demo-web-v000', 'demo-web-v001']) serverGroups.add({ name });
  const pass = async (ms: number): Promise<void> => clock.advance(ms);
  return { scaling, serverGroups, account: 'prod', region: 'us-east-1', pass };
});
