import { isJsonObject } from '@gennaker/pipeline-dsl';
import { accountOf } from '../../clusters/place.ts';
import type { TaskRun } from '../../kit/index.ts';
import type { ServerGroupSpec } from '../../kit/ports/index.ts';
import { type CreateContext, regionOf } from './spec.ts';

type Disks = Pick<ServerGroupSpec, 'blockDevices'>;

/**
 * Disks of the group that serves now, where the stage takes them over. Remember the answer as `disks`: later tries then
 * use the same ones.
 */
export async function sourceDisks(run: TaskRun<CreateContext, 'serverGroups'>): Promise<Disks> {
  const { context, memory } = run;
  if (isJsonObject(memory['disks'])) return memory['disks'] as Disks;
  const isWanted = context.copySourceCustomBlockDeviceMappings === true && !context.useAmiBlockDeviceMappings;
  if (!isWanted || context.blockDevices?.length || !context.sourceServerGroup) return {};
  const ref = { account: accountOf(context), region: regionOf(context), name: context.sourceServerGroup };
  const blockDevices = (await run.ports.serverGroups.recipe(ref))?.blockDevices;
  return blockDevices?.length ? { blockDevices } : {};
}
