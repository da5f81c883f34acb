import type {
  AutoScalingGroupNamesType,
  CreateAutoScalingGroupType,
  CreateOrUpdateTagsType,
  DeleteAutoScalingGroupType,
  DeleteTagsType,
  DescribeScalingActivitiesType,
  DescribeTagsType,
  Filter,
  ScalingProcessQuery,
  SetDesiredCapacityType,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { activityOut, groupOut, groupTags } from './describe.ts';
import { groupOf, invalid, liveGroupOf } from './find.ts';
import { beginLeaving, everyMember, isLeaving } from './members.ts';
import {
  checkHealthCheckType,
  checkMixed,
  checkSizes,
  checkSubnets,
  checkTargetGroups,
  checkTemplate,
  hookIn,
  putTags,
} from './settings.ts';
import type { Configuration, Group } from './state.ts';
import { targetGroupsIn } from './traffic-sources.ts';

/** The processes of a group that can be suspended. */
export const scalingProcesses = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
];

function changedBy(group: Group, before: number): string {
  return `a user request update of AutoScalingGroup constraints to min: ${group.minSize}, max: ${group.maxSize}, desired: ${group.desired} changing the desired capacity from ${before} to ${group.desired}`;
}

/** The configuration a request asks for; null when it says nothing of it. */
export function configurationIn(
  call: Call,
  input: Pick<CreateAutoScalingGroupType, 'LaunchTemplate' | 'MixedInstancesPolicy'>,
): Configuration | null {
  const { LaunchTemplate, MixedInstancesPolicy: mixed } = input;
  if (LaunchTemplate && mixed)
    invalid('Valid requests must contain either LaunchTemplate or MixedInstancesPolicy, not both');
  if (mixed) return { template: null, mixedInstances: checkMixed(call, mixed) };
  return LaunchTemplate ? { template: checkTemplate(call, LaunchTemplate), mixedInstances: null } : null;
}

function matches(group: Group, { Name = '', Values = [] }: Filter): boolean {
  if (Name === 'tag-key') return Object.keys(group.tags).some((key) => Values.includes(key));
  if (Name === 'tag-value') return Object.values(group.tags).some((tag) => Values.includes(tag.value));
  if (Name.startsWith('tag:')) return Values.includes(group.tags[Name.slice(4)]?.value ?? '\u0000');
  return invalid(`Filter type ${Name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>`);
}

function changeProcesses(
  call: Call,
  input: ScalingProcessQuery,
  change: (group: Group, process: string) => void,
): void {
  const group = liveGroupOf(call.store, input.AutoScalingGroupName);
  const wanted = input.ScalingProcesses?.length ? input.ScalingProcesses : scalingProcesses;
  const unknown = wanted.find((process) => !scalingProcesses.includes(process));
  if (unknown !== undefined) invalid(`Scaling process '${unknown}' is not valid`);
  for (const process of wanted) change(group, process);
}

export const groupHandlers = {
  CreateAutoScalingGroup(call: Call, input: CreateAutoScalingGroupType): void {
    const name = input.AutoScalingGroupName ?? '';
    if (!/^[!-9;-~]{1,255}$/.test(name))
      invalid(`Group name '${name}' must be 1 to 255 printable characters without ':'`);
    if (call.store.groups[name] !== undefined) {
      const pending = call.store.groups[name].deletingSince !== null;
      refuse(
        'AlreadyExists',
        `AutoScalingGroup by this name already exists - A group with the name ${name} ${pending ? 'is pending delete' : 'already exists'}`,
      );
    }
    const { MinSize: minSize = 0, MaxSize: maxSize = 0 } = input;
    const desired = input.DesiredCapacity ?? minSize;
    checkSizes(minSize, maxSize, desired);
    const configuration =
      configurationIn(call, input) ??
      invalid(
        'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
      );
    checkHealthCheckType(input.HealthCheckType);
    const network = checkSubnets(call.view, input.VPCZoneIdentifier, input.AvailabilityZones);
    const sources = targetGroupsIn(input.TrafficSources);
    const arns = [...(input.TargetGroupARNs ?? []), ...sources];
    checkTargetGroups(call.view, arns, network.subnetIds);
    call.world.faults.checkGroups(call.store);
    const hooks = (input.LifecycleHookSpecificationList ?? []).map((specification) => hookIn(specification));
    const group: Group = {
      name,
      arn: `arn:aws:autoscaling:${call.store.region}:${call.store.account}:autoScalingGroup:${call.world.random.uuid()}:autoScalingGroupName/${name}`,
      createdAt: call.now,
      minSize,
      maxSize,
      desired,
      capacityCause: `a user request created an AutoScalingGroup changing the desired capacity from 0 to ${desired}`,
      ...configuration,
      ...network,
      attachments: arns.map((arn) => ({
        arn,
        attachedAt: call.now,
        removingSince: null,
        asTrafficSource: sources.includes(arn),
      })),
      healthCheckType: input.HealthCheckType ?? 'EC2',
      healthCheckGraceSeconds: input.HealthCheckGracePeriod ?? 0,
      cooldownSeconds: input.DefaultCooldown ?? 300,
      warmupSeconds: input.DefaultInstanceWarmup ?? null,
      terminationPolicies: input.TerminationPolicies?.length ? input.TerminationPolicies : ['Default'],
      newInstancesProtected: input.NewInstancesProtectedFromScaleIn ?? false,
      capacityRebalance: input.CapacityRebalance ?? false,
      maxInstanceLifetime: input.MaxInstanceLifetime ?? null,
      deletionProtection: input.DeletionProtection ?? 'none',
      hooks: Object.fromEntries(hooks.map((hook) => [hook.name, hook])),
      suspended: {},
      tags: {},
      metrics: [],
      members: {},
      activities: [],
      policies: {},
      scheduled: {},
      notifications: [],
      deletingSince: null,
      launchBackoffUntil: null,
      launchBackoffSeconds: 0,
    };
    putTags(group, input.Tags ?? []);
    call.store.groups[name] = group;
  },

  DescribeAutoScalingGroups(call: Call, input: AutoScalingGroupNamesType) {
    const names = input.AutoScalingGroupNames ?? [];
    if (names.length > 50) invalid('AutoScalingGroupNames can hold at most 50 names');
    if ((input.MaxRecords ?? 0) > 100) invalid('MaxRecords can be at most 100');
    const all = Object.values(call.view.groups).filter((group) => names.length === 0 || names.includes(group.name));
    const kept = all.filter((group) => (input.Filters ?? []).every((filter) => matches(group, filter)));
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    const shown = items.map(groupOut);
    const AutoScalingGroups =
      input.IncludeInstances === false ? shown.map((group) => ({ ...group, Instances: [] })) : shown;
    return { AutoScalingGroups, NextToken: next };
  },

  UpdateAutoScalingGroup(call: Call, input: UpdateAutoScalingGroupType): void {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const minSize = input.MinSize ?? group.minSize;
    const maxSize = input.MaxSize ?? group.maxSize;
    const pulled = Math.max(input.MinSize ?? 0, Math.min(input.MaxSize ?? Number.POSITIVE_INFINITY, group.desired));
    const desired = input.DesiredCapacity ?? pulled;
    checkSizes(minSize, maxSize, desired);
    const configuration = configurationIn(call, input);
    checkHealthCheckType(input.HealthCheckType);
    const network =
      input.VPCZoneIdentifier === undefined ? null : checkSubnets(call.view, input.VPCZoneIdentifier, undefined);
    const before = group.desired;
    Object.assign(group, { minSize, maxSize, desired }, network ?? {}, configuration ?? {});
    group.healthCheckType = input.HealthCheckType ?? group.healthCheckType;
    group.healthCheckGraceSeconds = input.HealthCheckGracePeriod ?? group.healthCheckGraceSeconds;
    group.cooldownSeconds = input.DefaultCooldown ?? group.cooldownSeconds;
    group.warmupSeconds = input.DefaultInstanceWarmup ?? group.warmupSeconds;
    group.terminationPolicies = input.TerminationPolicies?.length
      ? input.TerminationPolicies
      : group.terminationPolicies;
    group.newInstancesProtected = input.NewInstancesProtectedFromScaleIn ?? group.newInstancesProtected;
    group.capacityRebalance = input.CapacityRebalance ?? group.capacityRebalance;
    group.maxInstanceLifetime = input.MaxInstanceLifetime ?? group.maxInstanceLifetime;
    group.deletionProtection = input.DeletionProtection ?? group.deletionProtection;
    if (before !== desired) group.capacityCause = changedBy(group, before);
  },

  SetDesiredCapacity(call: Call, input: SetDesiredCapacityType): void {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const desired = input.DesiredCapacity ?? group.desired;
    if (desired > group.maxSize)
      invalid(`New SetDesiredCapacity value ${desired} is above max value ${group.maxSize} for the AutoScalingGroup.`);
    if (desired < group.minSize)
      invalid(`New SetDesiredCapacity value ${desired} is below min value ${group.minSize} for the AutoScalingGroup.`);
    const moving = group.activities.find((activity) => activity.endedAt === null);
    if (input.HonorCooldown && moving) {
      refuse('ScalingActivityInProgress', `Scaling activity ${moving.id} is in progress and blocks this action`);
    }
    const before = group.desired;
    group.desired = desired;
    group.capacityCause = `a user request explicitly set group desired capacity changing the desired capacity from ${before} to ${desired}`;
  },

  DeleteAutoScalingGroup(call: Call, input: DeleteAutoScalingGroupType): void {
    const group = groupOf(call.store, input.AutoScalingGroupName);
    const force = input.ForceDelete ?? false;
    const guarded =
      group.deletionProtection === 'prevent-all-deletion' ||
      (force && group.deletionProtection === 'prevent-force-deletion');
    if (guarded)
      refuse(
        'ResourceInUse',
        `The group ${group.name} has deletion protection '${group.deletionProtection}' and cannot be deleted.`,
      );
    const members = everyMember(group);
    if (!force && group.warmPool)
      refuse(
        'ResourceInUse',
        'You cannot delete an AutoScalingGroup while it has a warm pool. Delete the warm pool first, or force the deletion.',
      );
    if (!force && members.some((member) => !isLeaving(member))) {
      refuse(
        'ResourceInUse',
        'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
      );
    }
    if (!force && group.activities.some((activity) => activity.endedAt === null)) {
      refuse(
        'ScalingActivityInProgress',
        'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
      );
    }
    group.deletingSince ??= call.now;
    group.minSize = 0;
    group.desired = 0;
    for (const member of members) {
      member.skipHooks = true;
      member.drainUntilGone = false;
      for (const wait of member.waits) wait.result = 'CONTINUE';
      const cause = 'a user request force deleted the AutoScalingGroup, and an instance was taken out of service.';
      beginLeaving(call.world, call.store, group, member, call.now, cause, { force: true });
    }
  },

  SuspendProcesses(call: Call, input: ScalingProcessQuery): void {
    const reason = `User suspended at ${new Date(call.now).toISOString()}`;
    changeProcesses(call, input, (group, process) => {
      group.suspended[process] ??= reason;
    });
  },

  ResumeProcesses(call: Call, input: ScalingProcessQuery): void {
    changeProcesses(call, input, (group, process) => {
      delete group.suspended[process];
    });
  },

  DescribeScalingActivities(call: Call, input: DescribeScalingActivitiesType) {
    const groups =
      input.AutoScalingGroupName === undefined
        ? Object.values(call.view.groups)
        : [groupOf(call.view, input.AutoScalingGroupName)];
    const all = groups
      .flatMap((group) => group.activities.map((activity) => activityOut(group, activity)))
      .filter((activity) => !input.ActivityIds?.length || input.ActivityIds.includes(activity.ActivityId));
    const { items, next } = page(all, input.NextToken, input.MaxRecords, 100);
    return { Activities: items, NextToken: next };
  },

  CreateOrUpdateTags(call: Call, input: CreateOrUpdateTagsType): void {
    const groups = new Set((input.Tags ?? []).map((tag) => liveGroupOf(call.store, tag.ResourceId)));
    for (const group of groups)
      putTags(
        group,
        (input.Tags ?? []).filter((tag) => tag.ResourceId === group.name),
      );
  },

  DeleteTags(call: Call, input: DeleteTagsType): void {
    for (const { ResourceId, Key = '' } of input.Tags ?? []) delete groupOf(call.store, ResourceId).tags[Key];
  },

  DescribeTags(call: Call, input: DescribeTagsType) {
    const all = Object.values(call.view.groups).flatMap(groupTags);
    const kept = all.filter((tag) =>
      (input.Filters ?? []).every(({ Name = '', Values = [] }) => Values.includes(tagField(tag, Name))),
    );
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    return { Tags: items, NextToken: next };
  },
};

function tagField(tag: ReturnType<typeof groupTags>[number], name: string): string {
  if (name === 'auto-scaling-group') return tag.ResourceId;
  if (name === 'key') return tag.Key;
  if (name === 'value') return tag.Value;
  if (name === 'propagate-at-launch') return String(tag.PropagateAtLaunch);
  return invalid(
    `Filter type ${name} is not correct. Allowed Filter types are: auto-scaling-group, key, value, propagate-at-launch`,
  );
}
