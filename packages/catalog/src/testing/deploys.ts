import type { JsonObject } from '@gennaker/pipeline-dsl';
import { stageExecutors } from '../executors.ts';
import type { RecoveryStart } from '../kit/index.ts';
import { createWorld, type RunStageOptions, runStage, type StageRun, type World } from '../kit/testing/index.ts';

export const OLD = 'demo-web-v000';
export const NEW = 'demo-web-v001';
export const OLD_SIZE = { min: 1, desired: 4, max: 8 };

const CLUSTER = {
  account: 'prod',
  application: 'demo',
  stack: 'web',
  region: 'us-east-1',
  instanceType: 't3.micro',
  targetGroups: ['demo-web-tg'],
  capacity: { min: 2, desired: 4, max: 6 },
  imageId: 'ami-new',
  stableSeconds: 5,
};

/** A world in which version 0 of demo-web serves with four instances. */
export function servingWorld(): World {
  const world = createWorld();
  world.serverGroups.add({ name: OLD, capacity: OLD_SIZE });
  return world;
}

/** Deploys version 1 with the stages that it plans. */
export const deployTo = (
  world: World,
  context: JsonObject,
  options: Omit<RunStageOptions, 'context' | 'world'> = {},
): Promise<StageRun> =>
  runStage(stageExecutors.createServerGroup, {
    executors: stageExecutors,
    ...options,
    world,
    context: { ...CLUSTER, ...context },
  });

/** Deploys version 1 up to the stages that it plans, which are not run. */
export const planDeploy = (world: World, context: JsonObject): Promise<StageRun> =>
  runStage(stageExecutors.createServerGroup, { world, context: { ...CLUSTER, ...context } });

/** Runs what a canceled stage left to an execution of its own; answers how each of its stages ended. */
export async function recover(world: World, recovery: RecoveryStart | undefined): Promise<readonly string[]> {
  const ends: string[] = [];
  for (const [at, stage] of (recovery?.stages ?? []).entries()) {
    const executor = stageExecutors[stage.type as keyof typeof stageExecutors];
    const run = await runStage(executor, {
      executors: stageExecutors,
      world,
      id: `recovery-${at}`,
      context: { ...stage.context, name: stage.name },
    });
    ends.push(`${stage.name}: ${run.status}`);
    if (run.status !== 'SUCCEEDED' && run.status !== 'SKIPPED') break;
  }
  return ends;
}

/** All that a deploy may have changed of each server group: traffic, numbers, remembered numbers, processes, instances. */
export const settingsOf = (world: World): JsonObject =>
  Object.fromEntries(
    world.serverGroups.everything().map((group) => {
      const { min, desired, max } = group.capacity;
      const meant = group.intendedCapacity;
      const up = group.instances.filter(({ health }) => health === 'Up').length;
      return [
        group.name,
        {
          traffic: group.traffic,
          size: `${min}/${desired}/${max}`,
          up,
          suspended: group.suspendedProcesses,
          ...(meant ? { meant: `${meant.min}/${meant.desired}/${meant.max}` } : {}),
        },
      ];
    }),
  );

/** A server group that serves at its size, nothing of it changed. */
export const serving = (size: string, up: number): JsonObject => ({ traffic: 'enabled', size, up, suspended: [] });

/** A server group out of traffic. */
export const outOfTraffic = (size: string, meant?: string): JsonObject => ({
  traffic: 'disabled',
  size,
  up: 0,
  suspended: ['AddToLoadBalancer'],
  ...(meant ? { meant } : {}),
});

/** Calls `look` every second of the world's time for an hour, or until it answers true. */
export function watch(world: World, look: () => boolean): void {
  let left = 3_600;
  const again = (): void => {
    if (!look() && left-- > 0) world.clock.in(1_000, again);
  };
  again();
}
