import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Capacity, ServerGroupSpec } from '../../kit/ports/index.ts';

/** Where the copy is made, as seen from its source. */
export interface Distance {
  readonly isOtherRegion: boolean;
  readonly isOtherAccount: boolean;
}

function purchaseFields({ mixedInstances: mix, spotPrice }: ServerGroupSpec): JsonObject {
  if (!mix) return { spotPrice: spotPrice ?? null };
  return {
    spotPrice: spotPrice ?? null,
    onDemandBaseCapacity: mix.onDemandBaseCapacity ?? null,
    onDemandPercentageAboveBaseCapacity: mix.onDemandPercentageAboveBaseCapacity ?? null,
    onDemandAllocationStrategy: mix.onDemandAllocationStrategy ?? null,
    spotAllocationStrategy: mix.spotAllocationStrategy ?? null,
    spotInstancePools: mix.spotInstancePools ?? null,
    launchTemplateOverridesForInstanceType: mix.types.map(({ instanceType, weightedCapacity }, index) => ({
      instanceType,
      weightedCapacity: weightedCapacity ?? null,
      priority: index + 1,
    })),
  };
}

const machineFields = (spec: ServerGroupSpec): JsonObject => ({
  blockDevices: (spec.blockDevices ?? []).map(({ sizeGiB, ...device }) => ({ ...device, size: sizeGiB ?? null })),
  ebsOptimized: spec.ebsOptimized ?? null,
  instanceMonitoring: spec.instanceMonitoring ?? null,
  requireIMDSv2: spec.requireIMDSv2 ?? null,
  associatePublicIpAddress: spec.associatePublicIpAddress ?? null,
  associateIPv6Address: spec.associateIPv6Address ?? null,
  unlimitedCpuCredits: spec.unlimitedCpuCredits ?? null,
  enableEnclave: spec.enableEnclave ?? null,
  placement: spec.placement ?? null,
  licenseSpecifications: (spec.licenses ?? []).map((arn) => ({ arn })),
});

const lifecycleFields = (spec: ServerGroupSpec): JsonObject => ({
  lifecycleHooks: (spec.lifecycleHooks ?? []).map((hook) => ({
    name: hook.name,
    lifecycleTransition:
      hook.transition === 'launching' ? 'autoscaling:EC2_INSTANCE_LAUNCHING' : 'autoscaling:EC2_INSTANCE_TERMINATING',
    heartbeatTimeout: hook.heartbeatSeconds ?? null,
    defaultResult: hook.defaultResult ?? null,
    notificationTargetARN: hook.notificationTarget ?? null,
    roleARN: hook.role ?? null,
    notificationMetadata: hook.metadata ?? null,
  })),
  enabledMetrics: [...(spec.enabledMetrics ?? [])],
  terminationPolicies: [...(spec.terminationPolicies ?? [])],
  suspendedProcesses: [...(spec.suspendedProcesses ?? [])],
  capacityRebalance: spec.capacityRebalance ?? null,
  cooldown: spec.cooldownSeconds ?? null,
});

/** Fields of a deploy that would make such a server group again. Ids that mean nothing in another place are left out. */
export function fieldsOf(
  spec: ServerGroupSpec,
  capacity: Capacity,
  { isOtherRegion, isOtherAccount }: Distance,
): JsonObject {
  const isElsewhere = isOtherRegion || isOtherAccount;
  return {
    application: spec.moniker.app,
    stack: spec.moniker.stack ?? null,
    freeFormDetails: spec.moniker.detail ?? null,
    capacity: { min: capacity.min, desired: capacity.desired, max: capacity.max },
    imageId: spec.imageId,
    instanceType: spec.instanceType,
    keyPair: isOtherAccount ? null : (spec.keyPair ?? null),
    iamRole: spec.iamRole ?? null,
    securityGroups: [...spec.securityGroups],
    subnetIds: isElsewhere ? [] : [...(spec.subnetIds ?? [])],
    subnetType: spec.subnetType ?? null,
    base64UserData: spec.base64UserData ?? null,
    tags: { ...spec.tags },
    targetGroups: [...spec.targetGroups],
    healthCheckType: spec.healthCheckType,
    healthCheckGracePeriod: spec.healthCheckGracePeriodSeconds,
    ...machineFields(spec),
    ...purchaseFields(spec),
    ...lifecycleFields(spec),
  };
}
