import type { Ports } from '../ports/index.ts';
import { VirtualClock } from './clock.ts';
import { FakeJudge, FakeMetrics } from './fake-canary.ts';
import { FakeGuards } from './fake-guards.ts';
import { FakeImages } from './fake-images.ts';
import { FakeInstances } from './fake-instances.ts';
import { FakeLeases } from './fake-leases.ts';
import { FakeLoadBalancers } from './fake-load-balancers.ts';
import { FakePacker } from './fake-packer.ts';
import { FakeScaling } from './fake-scaling.ts';
import { FakeSecurityGroups } from './fake-security-groups.ts';
import { FakeServerGroups } from './fake-server-groups.ts';
import { FakeStacks } from './fake-stacks.ts';
import { FakeTraces } from './fake-traces.ts';
import { FakeDeployments, FakeHttp, FakeMonitors, FakePipelines, FakeRecoveries } from './fakes.ts';

/** Everything a stage can touch, in memory. */
export interface World extends Ports {
  readonly clock: VirtualClock;
  readonly serverGroups: FakeServerGroups;
  readonly scaling: FakeScaling;
  readonly instances: FakeInstances;
  readonly images: FakeImages;
  readonly packer: FakePacker;
  readonly loadBalancers: FakeLoadBalancers;
  readonly stacks: FakeStacks;
  readonly securityGroups: FakeSecurityGroups;
  readonly leases: FakeLeases;
  readonly guards: FakeGuards;
  readonly http: FakeHttp;
  readonly pipelines: FakePipelines;
  readonly traces: FakeTraces;
  readonly recoveries: FakeRecoveries;
  readonly deployments: FakeDeployments;
  readonly monitors: FakeMonitors;
  readonly metrics: FakeMetrics;
  readonly judge: FakeJudge;
}

/** A world with two images, `ami-old` and `ami-new`, and nothing running. `start` is its first moment, epoch ms. */
export function createWorld(start?: number): World {
  const clock = new VirtualClock(start);
  const serverGroups = new FakeServerGroups(clock);
  const images = new FakeImages(clock, ({ id, region }) =>
    serverGroups
      .everything()
      .filter((group) => group.image.id === id && group.region === region)
      .map(({ name }) => ({ kind: 'serverGroup', name })),
  );
  images.add({ id: 'ami-old' });
  images.add({ id: 'ami-new' });
  return {
    clock,
    serverGroups,
    scaling: new FakeScaling(serverGroups),
    instances: new FakeInstances(serverGroups),
    images,
    packer: new FakePacker(clock, images),
    loadBalancers: new FakeLoadBalancers(clock, serverGroups),
    stacks: new FakeStacks(clock),
    securityGroups: new FakeSecurityGroups(),
    leases: new FakeLeases(clock),
    guards: new FakeGuards(),
    http: new FakeHttp(),
    pipelines: new FakePipelines(),
    traces: new FakeTraces(serverGroups, images),
    recoveries: new FakeRecoveries(),
    deployments: new FakeDeployments(),
    monitors: new FakeMonitors(),
    metrics: new FakeMetrics(),
    judge: new FakeJudge(),
  };
}
