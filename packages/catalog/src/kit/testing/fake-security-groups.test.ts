import { createWorld } from '../in-memory/world.ts';
import { securityGroupsContract } from './security-groups.contract.ts';

securityGroupsContract('The fake in memory', async () => {
  const { securityGroups } = createWorld();
  securityGroups.add({ name: 'demo-web' });
  return { securityGroups, account: 'prod', region: 'us-east-1', vpcId: 'vpc-1', existing: 'demo-web' };
});
