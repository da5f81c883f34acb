import { isJsonObject } from '@gennaker/pipeline-dsl';
import { accountOf } from '../../clusters/place.ts';
import type { TaskRun } from '../../kit/index.ts';
import type { ServerGroupRef, ServerGroupSpec } from '../../kit/ports/index.ts';
import { copiesScaling } from './scaling.ts';
import { type CreateContext, regionOf } from './spec.ts';

type Run = TaskRun<CreateContext, 'serverGroups'>;
type Parts = Pick<ServerGroupSpec, 'blockDevices' | 'lifecycleHooks'>;

async function disksOf({ context, ports }: Run, ref: ServerGroupRef): Promise<Parts> {
  const isWanted = context.copySourceCustomBlockDeviceMappings === true && !context.useAmiBlockDeviceMappings;
  if (!isWanted || context.blockDevices?.length) return {};
  const blockDevices = (await ports.serverGroups.recipe(ref))?.blockDevices;
  return blockDevices?.length ? { blockDevices } : {};
}

/** Hooks are made together with the group, so that they hold its very first instance. */
async function hooksOf({ context, ports }: Run, ref: ServerGroupRef): Promise<Parts> {
  if (!copiesScaling(context) || context.lifecycleHooks) return {};
  const lifecycleHooks = await ports.serverGroups.readHooks(ref);
  return lifecycleHooks.length > 0 ? { lifecycleHooks } : {};
}

/**
 * Disks and lifecycle hooks of the group that serves now, where the stage takes them over and names none itself.
 * Remember the answer as `parts`: later tries then use the same ones.
 */
export async function sourceParts(run: Run): Promise<Parts> {
  const { context, memory } = run;
  if (isJsonObject(memory['parts'])) return memory['parts'] as Parts;
  if (!context.sourceServerGroup) return {};
  const ref = { account: accountOf(context), region: regionOf(context), name: context.sourceServerGroup };
  const [disks, hooks] = await Promise.all([disksOf(run, ref), hooksOf(run, ref)]);
  return { ...disks, ...hooks };
}
