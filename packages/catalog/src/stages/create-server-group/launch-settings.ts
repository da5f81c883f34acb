import { FailureError } from '@gennaker/pipeline-dsl';
import type { BlockDevice, LifecycleHook, MixedInstances, Placement, ServerGroupSpec } from '../../kit/ports/index.ts';
import type { CreateContext } from './spec.ts';

const wrong = (field: string, why: string): FailureError =>
  new FailureError({
    code: 'deploy.setting-unusable',
    message: `The field ${field} of the stage cannot be used: ${why}.`,
    advice: 'Correct the field and restart the stage. Nothing was changed.',
  });

/** A number given as one or as text; null when absent. */
function numberIn(field: string, value: number | string | null | undefined): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  if (Number.isFinite(number) && number >= 0) return number;
  throw wrong(field, `"${value}" is no number from 0 up`);
}

function blockDevicesOf(context: CreateContext): readonly BlockDevice[] | null {
  if (!context.blockDevices?.length) return null;
  return context.blockDevices.map((device) => {
    const at = (name: string): string => `blockDevices (${device.deviceName}) ${name}`;
    return {
      deviceName: device.deviceName,
      virtualName: device.virtualName || null,
      sizeGiB: numberIn(at('size'), device.size),
      volumeType: device.volumeType || null,
      iops: numberIn(at('iops'), device.iops),
      throughput: numberIn(at('throughput'), device.throughput),
      snapshotId: device.snapshotId || null,
      encrypted: device.encrypted ?? null,
      kmsKeyId: device.kmsKeyId || null,
      deleteOnTermination: device.deleteOnTermination ?? null,
    };
  });
}

/** Transitions are written in AWS's words or, in older pipelines, as `EC2InstanceLaunching`. */
function transitionOf(text: string): LifecycleHook['transition'] {
  if (/launching$/i.test(text)) return 'launching';
  if (/terminating$/i.test(text)) return 'terminating';
  throw wrong('lifecycleHooks', `"${text}" is no lifecycle transition`);
}

const hooksOf = (context: CreateContext): readonly LifecycleHook[] =>
  (context.lifecycleHooks ?? []).map((hook, index) => {
    const transition = transitionOf(hook.lifecycleTransition);
    return {
      name: hook.name || `${transition}-${index + 1}`,
      transition,
      defaultResult: hook.defaultResult ?? null,
      heartbeatSeconds: numberIn('lifecycleHooks heartbeatTimeout', hook.heartbeatTimeout),
      notificationTarget: hook.notificationTargetARN || null,
      role: hook.roleARN || null,
      metadata: hook.notificationMetadata || null,
    };
  });

/** Types by priority, 1 first; those without one keep their order, after the others. */
function typesOf(context: CreateContext): MixedInstances['types'] {
  const ranked = (context.launchTemplateOverridesForInstanceType ?? []).map((entry) => ({
    instanceType: entry.instanceType,
    weightedCapacity:
      entry.weightedCapacity === null || entry.weightedCapacity === undefined || entry.weightedCapacity === ''
        ? null
        : String(entry.weightedCapacity),
    rank: numberIn('launchTemplateOverridesForInstanceType priority', entry.priority) ?? Number.POSITIVE_INFINITY,
  }));
  return ranked
    .sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank))
    .map(({ instanceType, weightedCapacity }) => ({ instanceType, weightedCapacity }));
}

function mixedOf(context: CreateContext): MixedInstances | null {
  const given = [
    context.onDemandBaseCapacity,
    context.onDemandPercentageAboveBaseCapacity,
    context.onDemandAllocationStrategy || null,
    context.spotAllocationStrategy || null,
    context.spotInstancePools,
  ].some((value) => value !== null && value !== undefined);
  const types = typesOf(context);
  if (!given && types.length === 0) return null;
  return {
    types,
    onDemandBaseCapacity: context.onDemandBaseCapacity ?? null,
    onDemandPercentageAboveBaseCapacity: context.onDemandPercentageAboveBaseCapacity ?? null,
    onDemandAllocationStrategy: context.onDemandAllocationStrategy || null,
    spotAllocationStrategy: context.spotAllocationStrategy || null,
    spotInstancePools: context.spotInstancePools ?? null,
  };
}

function placementOf(context: CreateContext): Placement | null {
  const given = Object.entries(context.placement ?? {}).flatMap(([key, value]) =>
    value === null || value === '' ? [] : [[key, value] as const],
  );
  return given.length === 0 ? null : Object.fromEntries(given);
}

const licensesOf = (context: CreateContext): readonly string[] =>
  (context.licenseSpecifications ?? []).map((entry) => {
    const arn = typeof entry === 'string' ? entry : (entry['arn'] ?? entry['licenseConfigurationArn']);
    if (typeof arn === 'string' && arn !== '') return arn;
    throw wrong('licenseSpecifications', 'an entry has no arn');
  });

function spotPriceOf(context: CreateContext): string | null {
  const { spotPrice } = context;
  if (spotPrice === null || spotPrice === undefined || spotPrice === '') return null;
  if (Number(spotPrice) > 0) return String(spotPrice);
  throw wrong('spotPrice', `"${spotPrice}" is no price above 0`);
}

/** How instances are made and bought, and what goes on around them. */
export function launchSettingsOf(context: CreateContext): Partial<ServerGroupSpec> {
  const blockDevices = blockDevicesOf(context);
  return {
    ...(blockDevices ? { blockDevices } : {}),
    ebsOptimized: context.ebsOptimized ?? null,
    instanceMonitoring: context.instanceMonitoring ?? null,
    requireIMDSv2: context.requireIMDSv2 ?? null,
    associateIPv6Address: context.associateIPv6Address ?? null,
    unlimitedCpuCredits: context.unlimitedCpuCredits ?? null,
    enableEnclave: context.enableEnclave ?? null,
    placement: placementOf(context),
    licenses: licensesOf(context),
    spotPrice: spotPriceOf(context),
    mixedInstances: mixedOf(context),
    capacityRebalance: context.capacityRebalance ?? null,
    enabledMetrics: context.enabledMetrics ?? [],
    lifecycleHooks: hooksOf(context),
  };
}
