import type { AutoScalingGroup, WarmPoolConfiguration } from '@aws-sdk/client-auto-scaling';
import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { isLeaving } from './members.ts';
import type { Activity, Attachment, Group, Hook, Member, WarmPool } from './state.ts';

export const groupTags = (group: Group) =>
  Object.entries(group.tags).map(([Key, tag]) => ({
    ResourceId: group.name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value: tag.value,
    PropagateAtLaunch: tag.propagate,
  }));

const templateOut = (template: Member['template']) =>
  template === null
    ? undefined
    : { LaunchTemplateId: template.id, LaunchTemplateName: template.name, Version: template.version };

export function memberOut(member: Member) {
  return {
    InstanceId: member.id,
    InstanceType: member.type,
    AvailabilityZone: member.zone,
    LifecycleState: member.state,
    HealthStatus: member.health,
    LaunchTemplate: templateOut(member.template),
    ProtectedFromScaleIn: member.protectedFromScaleIn,
  };
}

export const warmPoolOut = (pool: WarmPool): WarmPoolConfiguration => ({
  MinSize: pool.minSize,
  MaxGroupPreparedCapacity: pool.maxPrepared ?? undefined,
  PoolState: pool.poolState,
  Status: pool.deletingSince === null ? undefined : 'PendingDelete',
  InstanceReusePolicy: pool.reuseOnScaleIn ? { ReuseOnScaleIn: true } : undefined,
});

export function groupOut(group: Group): AutoScalingGroup {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    LaunchTemplate: templateOut(group.template),
    MixedInstancesPolicy: group.mixedInstances ?? undefined,
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.cooldownSeconds,
    DefaultInstanceWarmup: group.warmupSeconds ?? undefined,
    AvailabilityZones: group.zones,
    LoadBalancerNames: [],
    TargetGroupARNs: group.attachments.filter(({ removingSince }) => removingSince === null).map(({ arn }) => arn),
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.healthCheckGraceSeconds,
    Instances: Object.values(group.members).map(memberOut) as AutoScalingGroup['Instances'],
    WarmPoolConfiguration: group.warmPool ? warmPoolOut(group.warmPool) : undefined,
    WarmPoolSize: group.warmPool
      ? Object.values(group.warmPool.members).filter((member) => !isLeaving(member)).length
      : undefined,
    CreatedTime: new Date(group.createdAt),
    SuspendedProcesses: Object.entries(group.suspended).map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    VPCZoneIdentifier: group.subnetIds.join(','),
    EnabledMetrics: group.metrics.map((Metric) => ({ Metric, Granularity: '1Minute' })),
    Status: group.deletingSince === null ? undefined : 'Delete in progress',
    Tags: groupTags(group),
    TerminationPolicies: group.terminationPolicies,
    NewInstancesProtectedFromScaleIn: group.newInstancesProtected,
    CapacityRebalance: group.capacityRebalance,
    MaxInstanceLifetime: group.maxInstanceLifetime ?? undefined,
    DeletionProtection: group.deletionProtection as AutoScalingGroup['DeletionProtection'],
    ServiceLinkedRoleARN: `arn:aws:iam::${group.arn.split(':')[4]}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    TrafficSources: group.attachments
      .filter(({ removingSince }) => removingSince === null)
      .map(({ arn }) => ({ Identifier: arn, Type: 'elbv2' })),
  };
}

export function activityOut(group: Group, activity: Activity) {
  const done = activity.status === 'Successful' || activity.status === 'Failed' || activity.status === 'Cancelled';
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: new Date(activity.startedAt),
    EndTime: activity.endedAt === null ? undefined : new Date(activity.endedAt),
    StatusCode: activity.status,
    StatusMessage: activity.message ?? undefined,
    Progress: done ? 100 : 50,
    Details: activity.details,
  };
}

/** `Adding` → `Added` → `InService` once a member is healthy there and the group uses ELB checks; `Removing`. */
export function attachmentState(
  world: World,
  store: RegionStore,
  group: Group,
  attachment: Attachment,
  now: number,
): string {
  if (attachment.removingSince !== null) return 'Removing';
  if (now < attachment.attachedAt + world.profile.attachment * 1000) return 'Adding';
  const targets = Object.values(store.targetGroups[attachment.arn]?.targets ?? {});
  const serving = targets.some((target) => target.state === 'healthy' && group.members[target.id] !== undefined);
  return serving && group.healthCheckType.includes('ELB') ? 'InService' : 'Added';
}

export function hookOut(group: Group, hook: Hook) {
  return {
    LifecycleHookName: hook.name,
    AutoScalingGroupName: group.name,
    LifecycleTransition: hook.transition,
    HeartbeatTimeout: hook.heartbeatSeconds,
    GlobalTimeout: Math.min(172800, hook.heartbeatSeconds * 100),
    DefaultResult: hook.defaultResult,
    NotificationMetadata: hook.metadata ?? undefined,
    NotificationTargetARN: hook.targetArn ?? undefined,
    RoleARN: hook.roleArn ?? undefined,
  };
}
