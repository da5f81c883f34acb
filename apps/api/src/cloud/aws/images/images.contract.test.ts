import { imagesContract } from '@gennaker/catalog/kit/testing';
import { afterEach } from 'vitest';
import type { SandboxWorld } from '../testing/sandbox-world.ts';
import { BASE_IMAGE, startTwoAccounts } from '../testing/two-accounts.ts';

let open: SandboxWorld[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.stop()));
  open = [];
});

imagesContract('AWS', async () => {
  const one = await startTwoAccounts();
  open.push(one);
  return {
    images: one.cloud.images,
    account: 'demo',
    region: 'us-east-1',
    otherRegion: 'us-west-2',
    otherAccount: 'other',
    baseImageId: BASE_IMAGE,
    parameter: '/golden/base',
    async use(imageId) {
      await one.cloud.images.startBake(
        {
          account: 'demo',
          region: 'us-east-1',
          bakeKey: 'cd'.repeat(32),
          baseImageId: imageId,
          instanceType: 't3.small',
          script: '#!/bin/bash\nsleep 1\n',
          expiresTime: 1_900_000_000_000,
        },
        { key: 'use', executionId: 'execution-2', stageId: 'stage-2' },
      );
    },
    pass: one.pass,
  };
});
