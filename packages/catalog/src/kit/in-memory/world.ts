import type { Ports } from '../ports/index.ts';
import { VirtualClock } from './clock.ts';
import { FakeImages } from './fake-images.ts';
import { FakeServerGroups } from './fake-server-groups.ts';
import { FakeHttp, FakePipelines } from './fakes.ts';

/** Everything a stage can touch, in memory. */
export interface World extends Ports {
  readonly clock: VirtualClock;
  readonly serverGroups: FakeServerGroups;
  readonly images: FakeImages;
  readonly http: FakeHttp;
  readonly pipelines: FakePipelines;
}

/** A world with two images, `ami-old` and `ami-new`, and nothing running. `start` is its first moment, epoch ms. */
export function createWorld(start?: number): World {
  const clock = new VirtualClock(start);
  const images = new FakeImages(clock);
  images.add({ id: 'ami-old' });
  images.add({ id: 'ami-new' });
  return {
    clock,
    serverGroups: new FakeServerGroups(clock),
    images,
    http: new FakeHttp(),
    pipelines: new FakePipelines(),
  };
}
