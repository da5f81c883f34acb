import { createWorld } from '../in-memory/world.ts';
import { stacksContract } from './stacks.contract.ts';

stacksContract('The fake in memory', async () => {
  const { stacks, clock } = createWorld();
  return {
    stacks,
    account: 'prod',
    region: 'us-east-1',
    type: 'AWS::SQS::Queue',
    breakResource(stack, resource) {
      const trouble = { resource, resourceType: 'AWS::SQS::Queue', physicalId: null, status: 'CREATE_FAILED' };
      stacks.nextTroubles.set(stack, [{ ...trouble, reason: 'Access denied' }]);
      return {};
    },
    pass: async (ms) => clock.advance(ms),
  };
});
