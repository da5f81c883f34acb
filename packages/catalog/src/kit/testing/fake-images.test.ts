import { createWorld } from '../in-memory/world.ts';
import { imagesContract } from './images.contract.ts';

imagesContract('The fake in memory', async () => {
  const world = createWorld();
  world.images.add({ id: 'ami-base', tags: { 'base-os': 'al2023' } });
  world.images.parameters.set('/golden/base', 'ami-base');
  return {
    images: world.images,
    account: 'prod',
    region: 'us-east-1',
    otherRegion: 'us-west-2',
    otherAccount: 'staging',
    baseImageId: 'ami-base',
    parameter: '/golden/base',
    use: async (imageId) => void world.serverGroups.add({ name: 'demo-web-v000', imageId }),
    pass: async (ms) => world.clock.advance(ms),
  };
});
