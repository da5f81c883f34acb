import type { Operation, ServerGroup, ServerGroupSpec } from '@gennaker/catalog/kit';
import { GOOD_IMAGE, type SandboxWorld } from './sandbox-world.ts';

export const REF = { account: 'demo', region: 'us-east-1', name: 'shop-web-v000' };

export const spec = (more: Partial<ServerGroupSpec> = {}): ServerGroupSpec => ({
  ...REF,
  moniker: { app: 'shop', stack: 'web', detail: null, cluster: 'shop-web', sequence: 0 },
  imageId: GOOD_IMAGE,
  instanceType: 't3.micro',
  capacity: { min: 1, desired: 2, max: 3 },
  targetGroups: ['demo-web-tg'],
  securityGroups: ['demo-web'],
  subnetType: 'internal',
  healthCheckType: 'ELB',
  healthCheckGracePeriodSeconds: 30,
  tags: { team: 'web' },
  startDisabled: false,
  version: '2.0.0',
  ...more,
});

export const op = (key: string, abort?: AbortSignal): Operation => ({
  key,
  executionId: 'ex-1',
  stageId: 'st-1',
  abort,
});

export const port = (one: SandboxWorld) => one.cloud.serverGroups;

export async function until(
  one: SandboxWorld,
  holds: (group: ServerGroup | null) => boolean,
): Promise<ServerGroup | null> {
  for (let round = 0; round < 60; round++) {
    const group = await port(one).read(REF);
    if (holds(group)) return group;
    await one.pass(5_000);
  }
  throw new Error(`never came: ${JSON.stringify(await port(one).read(REF), null, 1)}`);
}
export const allUp = (group: ServerGroup | null): boolean =>
  group !== null &&
  group.instances.length === group.capacity.desired &&
  group.instances.every((instance) => instance.health === 'Up');
export const isQuiet = (group: ServerGroup | null): boolean => group?.traffic === 'disabled' && group.draining === 0;

/** What must be equal after every way an operation may have gone. */
export async function endState(one: SandboxWorld): Promise<unknown> {
  const group = await port(one).read(REF);
  return {
    group: group && {
      capacity: group.capacity,
      traffic: group.traffic,
      health: group.instances.map((instance) => instance.health).sort(),
      suspended: [...group.suspendedProcesses].sort(),
      operationKey: group.operationKey,
      intendedCapacity: group.intendedCapacity,
      targetGroups: group.targetGroups,
    },
    templates: one.templates('shop-'),
    tags: one.tagKeys(REF.name),
  };
}

export const prepareUp = async (one: SandboxWorld) => {
  await port(one).create(spec(), op('create'));
  await until(one, allUp);
};
export const prepareQuiet = async (one: SandboxWorld) => {
  await prepareUp(one);
  await port(one).disable(REF, op('disable'));
  await until(one, isQuiet);
};
