import { createWorld, tracesContract } from './index.ts';

tracesContract('the fake', async () => {
  const world = createWorld();
  world.serverGroups.add({ name: 'demo-web-v000', targetGroups: ['demo-web-tg'] });
  const place = { account: 'prod', region: 'us-east-1' };
  return {
    traces: world.traces,
    serverGroups: world.serverGroups,
    images: world.images,
    place,
    spec: {
      ...place,
      name: 'demo-web-v001',
      moniker: { app: 'demo', stack: 'web', detail: null, cluster: 'demo-web', sequence: 1 },
      imageId: 'ami-new',
      instanceType: 't3.micro',
      capacity: { min: 1, desired: 2, max: 3 },
      targetGroups: ['demo-web-tg'],
      securityGroups: [],
      healthCheckType: 'ELB',
      healthCheckGracePeriodSeconds: 30,
      tags: {},
      startDisabled: false,
    },
    baseImageId: 'ami-old',
    foreign: 'demo-web-v000',
    leaveSnapshot({ imageId, bakeKey }) {
      world.images.images.splice(0, Number.MAX_SAFE_INTEGER);
      const owner = { executionId: 'execution-1', stageId: 'stage-1' };
      const snapshot = { id: `snap of ${imageId}`, name: imageId, bakeKey, createdTime: 0 };
      world.images.snapshots.push({ kind: 'snapshot', ...place, ...owner, ...snapshot });
    },
    pass: async (ms) => world.clock.advance(ms),
  };
});
