import type { Sandbox } from '@gennaker/aws-sandbox';
import { IMAGES, STORE, shopScenario } from '../shop.ts';
import { deployOf } from './stories.ts';
import { MatrixWorld } from './world.ts';

const SOAK_SECONDS = 15;

/** A red/black of three instances by the sandbox's clock; ms since its start. */
export interface RedBlackTime {
  /** When the last new instance was healthy behind the load balancer. */
  readonly healthyMs: number;
  readonly soakMs: number;
  readonly endMs: number;
  readonly calls: number;
}

/** Runs it once with instances that take so long to boot. */
export async function timeOfRedBlack(sandbox: Sandbox, bootSeconds: number): Promise<RedBlackTime> {
  const world = MatrixWorld.begin(sandbox, {
    scenario: shopScenario(),
    prepare: () => {
      const image = sandbox.state().regions[STORE]?.images[IMAGES['2.0.0']];
      if (image) image.tags['sandbox:app'] = JSON.stringify({ boot: bootSeconds });
    },
  });
  const id = await world.start(deployOf({ stableSeconds: SOAK_SECONDS }));
  await world.settle();
  world.stop();
  const { status, endTime } = await world.read(id);
  if (status !== 'SUCCEEDED') throw new Error(`the red/black ended ${status}: ${await world.failures(id)}`);
  const attendance = Object.values(sandbox.state().traffic.targetGroups).flat();
  const healthy = attendance.find(({ value }) => value['shop-web-v002']?.healthy === 3);
  return {
    healthyMs: (healthy?.from ?? Number.NaN) - world.startedAt,
    soakMs: SOAK_SECONDS * 1_000,
    endMs: (endTime ?? Number.NaN) - world.startedAt,
    calls: sandbox.calls().length,
  };
}
