import type {
  CreateAutoScalingGroupCommandInput,
  LifecycleHookSpecification,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';
import type { LifecycleHook, Operation, ServerGroupSpec } from '@gennaker/catalog/kit';
import { typesOf } from './launch-data.ts';
import type { TemplateRef } from './launch-template.ts';
import type { Network } from './network.ts';
import { descriptionTags, groupTag, ownerTags, TAG } from './tags.ts';

/** Processes of a group made to stay out of traffic until it is enabled. */
const KEPT_BACK = ['AddToLoadBalancer', 'AlarmNotification', 'ScheduledActions'] as const;

/** What a new group has suspended from the start. */
export const wantedSuspended = (spec: ServerGroupSpec): readonly string[] => [
  ...new Set([...(spec.suspendedProcesses ?? []), ...(spec.startDisabled ? KEPT_BACK : [])]),
];

/** What enabling has to give back: ours, not what the user asked to be suspended. */
const frozenAtStart = (spec: ServerGroupSpec): readonly string[] =>
  spec.startDisabled ? KEPT_BACK.filter((process) => !(spec.suspendedProcesses ?? []).includes(process)) : [];

const hookInput = (hook: LifecycleHook): LifecycleHookSpecification => ({
  LifecycleHookName: hook.name,
  LifecycleTransition:
    hook.transition === 'launching' ? 'autoscaling:EC2_INSTANCE_LAUNCHING' : 'autoscaling:EC2_INSTANCE_TERMINATING',
  ...(hook.defaultResult ? { DefaultResult: hook.defaultResult } : {}),
  ...(hook.heartbeatSeconds == null ? {} : { HeartbeatTimeout: hook.heartbeatSeconds }),
  ...(hook.notificationTarget ? { NotificationTargetARN: hook.notificationTarget } : {}),
  ...(hook.role ? { RoleARN: hook.role } : {}),
  ...(hook.metadata ? { NotificationMetadata: hook.metadata } : {}),
});

/** The template to launch from: a number, never $Latest, since another version must not slip in. */
const templateInput = ({ id }: TemplateRef) => ({ LaunchTemplateId: id, Version: '1' });

function mixedInput(spec: ServerGroupSpec, template: TemplateRef): MixedInstancesPolicy {
  const mix = spec.mixedInstances ?? { types: [] };
  const distribution = Object.entries({
    OnDemandBaseCapacity: mix.onDemandBaseCapacity,
    OnDemandPercentageAboveBaseCapacity: mix.onDemandPercentageAboveBaseCapacity,
    OnDemandAllocationStrategy: mix.onDemandAllocationStrategy,
    SpotAllocationStrategy: mix.spotAllocationStrategy,
    SpotInstancePools: mix.spotInstancePools,
    SpotMaxPrice: spec.spotPrice,
  }).filter(([, value]) => value !== null && value !== undefined);
  const weighted = new Map(mix.types.map(({ instanceType, weightedCapacity }) => [instanceType, weightedCapacity]));
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: templateInput(template),
      Overrides: typesOf(spec).map((type) => {
        const weight = weighted.get(type);
        return { InstanceType: type, ...(weight ? { WeightedCapacity: weight } : {}) };
      }),
    },
    InstancesDistribution: Object.fromEntries(distribution),
  };
}

const launchInput = (spec: ServerGroupSpec, template: TemplateRef) =>
  spec.mixedInstances
    ? { MixedInstancesPolicy: mixedInput(spec, template) }
    : { LaunchTemplate: templateInput(template) };

function tagsInput(spec: ServerGroupSpec, operation: Operation, imageName: string | null) {
  const frozen = frozenAtStart(spec);
  return [
    ...descriptionTags(spec, imageName).map(({ key, value }) => groupTag(spec.name, key, value, true)),
    ...ownerTags(operation).map(({ key, value }) => groupTag(spec.name, key, value)),
    groupTag(spec.name, TAG.making, operation.key),
    ...(frozen.length === 0 ? [] : [groupTag(spec.name, TAG.frozen, frozen.join(','))]),
  ];
}

/** The call that makes the group, empty. */
export function groupInput(
  spec: ServerGroupSpec,
  operation: Operation,
  network: Network,
  template: TemplateRef,
  imageName: string | null,
): CreateAutoScalingGroupCommandInput {
  return {
    AutoScalingGroupName: spec.name,
    ...launchInput(spec, template),
    // Empty first: at full size instances could reach the load balancer before the suspension does.
    MinSize: 0,
    DesiredCapacity: 0,
    MaxSize: spec.capacity.max,
    VPCZoneIdentifier: network.subnets.map((subnet) => subnet.SubnetId).join(','),
    ...(network.targetGroups.length === 0
      ? {}
      : { TargetGroupARNs: network.targetGroups.flatMap((group) => group.TargetGroupArn ?? []) }),
    HealthCheckType: spec.healthCheckType,
    // The API's own default is 0 and would kill every slow starter.
    HealthCheckGracePeriod: spec.healthCheckGracePeriodSeconds,
    ...(spec.cooldownSeconds === undefined ? {} : { DefaultCooldown: spec.cooldownSeconds }),
    ...(spec.terminationPolicies?.length ? { TerminationPolicies: [...spec.terminationPolicies] } : {}),
    ...(spec.capacityRebalance == null ? {} : { CapacityRebalance: spec.capacityRebalance }),
    ...(spec.lifecycleHooks?.length ? { LifecycleHookSpecificationList: spec.lifecycleHooks.map(hookInput) } : {}),
    Tags: tagsInput(spec, operation, imageName),
  };
}
