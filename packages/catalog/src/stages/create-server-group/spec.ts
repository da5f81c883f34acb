import { FailureError } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { accountOf, monikerOf } from '../../clusters/place.ts';
import type { Capacity, Image, ServerGroupSpec } from '../../kit/ports/index.ts';
import type { createServerGroupStage } from './definition.ts';
import { launchSettingsOf } from './launch-settings.ts';
import { fillUserData } from './user-data.ts';

export type CreateContext = z.output<typeof createServerGroupStage.context>;

const DEFAULT_GRACE_SECONDS = 600;

export function regionOf(context: CreateContext): string {
  const region = context.region ?? Object.keys(context.availabilityZones ?? {})[0];
  if (region) return region;
  throw new FailureError({
    code: 'deploy.no-region',
    message: 'The stage names no region to deploy into.',
    advice: 'Choose a region in the stage.',
  });
}

/** Parts of the new group's name. */
export const partsOf = (context: CreateContext, application: string) => ({
  app: context.application || application,
  stack: context.stack || null,
  detail: context.freeFormDetails || null,
});

const pick = ({ min, desired, max }: Capacity): Capacity => ({ min, desired, max });

/** Size of the new group: the source's where the stage asks for it, else the given one. */
export function capacityOf(context: CreateContext): Capacity {
  const source = context.sourceServerGroupCapacitySnapshot;
  if (source && (context.useSourceCapacity || context.preferSourceCapacity)) return pick(source);
  if (context.useSourceCapacity && !context.preferSourceCapacity)
    throw new FailureError({
      code: 'deploy.no-source-capacity',
      message: 'The stage takes its size from the server group that serves now, but none does.',
      advice: 'Give a size in the stage, or prefer the source’s size instead of insisting on it.',
    });
  const { capacity } = context;
  if (!capacity)
    throw new FailureError({
      code: 'deploy.no-capacity',
      message: 'The stage gives no size for the new server group.',
      advice: 'Set the size in the stage.',
    });
  if (capacity.min <= capacity.desired && capacity.desired <= capacity.max) return pick(capacity);
  throw new FailureError({
    code: 'deploy.capacity-out-of-order',
    message: `The size of the new server group does not fit together: min ${capacity.min}, desired ${capacity.desired}, max ${capacity.max}.`,
    advice: 'Choose min ≤ desired ≤ max.',
  });
}

/** Size in the end of a group that is made empty: the source's, so that it can carry all of its traffic. */
export function grownCapacity(context: CreateContext): Capacity {
  const source = context.sourceServerGroupCapacitySnapshot;
  return source && source.desired > 0 ? pick(source) : capacityOf(context);
}

/** What the adapter makes. `name` is not known before one has been reserved. */
export function specOf(context: CreateContext, application: string, image: Image, name: string): ServerGroupSpec {
  const region = regionOf(context);
  const targetGroups = [...new Set([...(context.targetGroups ?? []), ...(context.spelTargetGroups ?? [])])];
  const settings = launchSettingsOf(context);
  const instanceType = context.instanceType || settings.mixedInstances?.types[0]?.instanceType;
  if (!instanceType)
    throw new FailureError({
      code: 'deploy.no-instance-type',
      message: 'The stage names no instance type.',
      advice: 'Choose an instance type in the stage.',
    });
  const spec: ServerGroupSpec = {
    account: accountOf(context),
    region,
    name,
    moniker: monikerOf(partsOf(context, application), name),
    imageId: image.id,
    instanceType,
    capacity: capacityOf(context),
    targetGroups,
    securityGroups: context.securityGroups ?? [],
    ...(context.subnetIds?.length ? { subnetIds: context.subnetIds } : {}),
    subnetType: context.subnetType ?? null,
    availabilityZones: context.availabilityZones?.[region] ?? [],
    healthCheckType: context.healthCheckType ?? (targetGroups.length > 0 ? 'ELB' : 'EC2'),
    healthCheckGracePeriodSeconds: context.healthCheckGracePeriod ?? DEFAULT_GRACE_SECONDS,
    keyPair: context.keyPair ?? null,
    iamRole: context.iamRole ?? null,
    base64UserData: context.base64UserData ?? null,
    tags: context.tags ?? {},
    ...(context.terminationPolicies?.length ? { terminationPolicies: context.terminationPolicies } : {}),
    ...(context.suspendedProcesses?.length ? { suspendedProcesses: context.suspendedProcesses } : {}),
    ...(typeof context.cooldown === 'number' ? { cooldownSeconds: context.cooldown } : {}),
    associatePublicIpAddress: context.associatePublicIpAddress ?? null,
    ...settings,
    startDisabled: context.startDisabled === true,
    version: image.tags['version'] ?? image.tags['appversion'] ?? null,
  };
  const { userDataOverride: override } = context;
  const fills = typeof override === 'object' ? override?.enabled : override;
  if (!fills || !spec.base64UserData) return spec;
  return { ...spec, base64UserData: fillUserData(spec.base64UserData, spec) };
}
