import { createWorld } from '../in-memory/world.ts';
import { serverGroupsContract } from './server-groups.contract.ts';

serverGroupsContract('The fake in memory', async () => {
  const world = createWorld();
  return {
    serverGroups: world.serverGroups,
    account: 'prod',
    region: 'us-east-1',
    imageId: 'ami-new',
    instanceType: 't3.micro',
    otherInstanceType: 't3.small',
    targetGroup: 'demo-web-tg',
    securityGroups: ['web'],
    subnetIds: ['subnet-1'],
    pass: async (ms) => world.clock.advance(ms),
  };
});
