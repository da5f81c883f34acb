import type {
  AttachInstancesQuery,
  AttachLoadBalancerTargetGroupsType,
  CompleteLifecycleActionType,
  DeleteLifecycleHookType,
  DescribeAutoScalingInstancesType,
  DescribeLifecycleHooksType,
  DescribeLoadBalancerTargetGroupsRequest,
  DetachInstancesQuery,
  DetachLoadBalancerTargetGroupsType,
  EnterStandbyQuery,
  ExitStandbyQuery,
  PutLifecycleHookType,
  RecordLifecycleActionHeartbeatType,
  SetInstanceHealthQuery,
  SetInstanceProtectionQuery,
  TerminateInstanceInAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { instanceState } from '../ec2/instance-states.ts';
import { deregisterTarget } from '../elbv2/targets.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { addActivity, iso } from './activities.ts';
import { activityOut, attachmentState, hookOut, memberOut } from './describe.ts';
import { groupOf, invalid, liveGroupOf, memberOf } from './find.ts';
import { beginLeaving, currentMembers, deregisterMember, registerMember } from './members.ts';
import { checkTargetGroups, hookIn } from './settings.ts';
import type { Group, HookWait, Member } from './state.ts';

function membersOf(group: Group, ids: string[] | undefined): Member[] {
  return (ids ?? []).map(
    (id) => group.members[id] ?? invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`),
  );
}

function decrement(group: Group, by: number): void {
  if (group.desired - by < group.minSize) {
    invalid(
      `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  }
  group.desired -= by;
}

function waitOf(call: Call, input: CompleteLifecycleActionType): { wait: HookWait; group: Group } {
  const group = groupOf(call.store, input.AutoScalingGroupName);
  const waits = Object.values(group.members).flatMap((member) => member.waits.map((wait) => ({ wait, member })));
  const found = waits.find(
    ({ wait, member }) =>
      wait.hook === input.LifecycleHookName &&
      wait.result === null &&
      (input.LifecycleActionToken === undefined || wait.token === input.LifecycleActionToken) &&
      (input.InstanceId === undefined || member.id === input.InstanceId),
  );
  if (found === undefined) {
    return invalid(
      `No active Lifecycle Action found with instance ID ${input.InstanceId ?? input.LifecycleActionToken ?? ''}`,
    );
  }
  return { wait: found.wait, group };
}

export const instanceHandlers = {
  DescribeAutoScalingInstances(call: Call, input: DescribeAutoScalingInstancesType) {
    const all = Object.values(call.view.groups).flatMap((group) =>
      Object.values(group.members).map((member) => ({ ...memberOut(member), AutoScalingGroupName: group.name })),
    );
    const kept = all.filter((member) => !input.InstanceIds?.length || input.InstanceIds.includes(member.InstanceId));
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    const AutoScalingInstances = items.map((member) => ({
      ...member,
      HealthStatus: member.HealthStatus.toUpperCase(),
    }));
    return { AutoScalingInstances, NextToken: next };
  },

  TerminateInstanceInAutoScalingGroup(call: Call, input: TerminateInstanceInAutoScalingGroupType) {
    const { group, member } = memberOf(call.store, input.InstanceId);
    if (input.ShouldDecrementDesiredCapacity) decrement(group, 1);
    const cause = 'an instance was taken out of service in response to a user request.';
    beginLeaving(call.world, call.store, group, member, call.now, cause);
    const activity = group.activities.find((each) => each.id === member.activityId);
    return { Activity: activity === undefined ? undefined : activityOut(group, activity) };
  },

  AttachInstances(call: Call, input: AttachInstancesQuery): void {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const instances = (input.InstanceIds ?? []).map(
      (id) => call.store.instances[id] ?? invalid(`Invalid Instance ID(s): [${id}] specified`),
    );
    for (const instance of instances) {
      if (instanceState(instance, call.now) !== 'running')
        invalid(`Instance ${instance.id} is not in correct state. Instance(s) must be in 'running' state.`);
      if (instance.tags['aws:autoscaling:groupName'])
        invalid(
          `Instance ${instance.id} is already part of AutoScalingGroup:${instance.tags['aws:autoscaling:groupName']}`,
        );
    }
    if (group.desired + instances.length > group.maxSize) {
      invalid(
        `AutoScalingGroup ${group.name} has min-size=${group.minSize}, max-size=${group.maxSize}, and desired-size=${group.desired}. To attach ${instances.length} more instance, please update the AutoScalingGroup sizes appropriately.`,
      );
    }
    group.desired += instances.length;
    for (const instance of instances) {
      instance.tags['aws:autoscaling:groupName'] = group.name;
      const member: Member = {
        id: instance.id,
        zone: instance.zone,
        type: instance.type,
        state: 'InService',
        health: 'Healthy',
        unhealthyBecause: null,
        protectedFromScaleIn: group.newInstancesProtected,
        template: null,
        inServiceAt: call.now,
        failingSince: null,
        skipHooks: false,
        drainUntilGone: true,
        waits: [],
        activityId: null,
      };
      group.members[instance.id] = member;
      registerMember(call.world, call.store, group, member, call.now);
    }
  },

  DetachInstances(call: Call, input: DetachInstancesQuery) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const members = membersOf(group, input.InstanceIds);
    if (input.ShouldDecrementDesiredCapacity) decrement(group, members.length);
    const Activities = members.map((member) => {
      deregisterMember(call.store, group, member, call.now);
      member.state = 'Detaching';
      const activity = addActivity(call.world, group, call.now, {
        description: `Detaching EC2 instance: ${member.id}`,
        cause: `At ${iso(call.now)} instance ${member.id} was detached in response to a user request.`,
        status: 'InProgress',
        zone: member.zone,
      });
      member.activityId = activity.id;
      return activityOut(group, activity);
    });
    return { Activities };
  },

  EnterStandby(call: Call, input: EnterStandbyQuery) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const members = membersOf(group, input.InstanceIds);
    const wrong = members.find((member) => member.state !== 'InService');
    if (wrong) invalid(`The instance ${wrong.id} is not in InService.`);
    if (input.ShouldDecrementDesiredCapacity) decrement(group, members.length);
    const Activities = members.map((member) => {
      deregisterMember(call.store, group, member, call.now);
      member.state = 'Standby';
      const activity = addActivity(call.world, group, call.now, {
        description: `Moving EC2 instance to Standby: ${member.id}`,
        cause: `At ${iso(call.now)} instance ${member.id} was moved to standby in response to a user request.`,
        status: 'Successful',
        zone: member.zone,
      });
      return activityOut(group, activity);
    });
    return { Activities };
  },

  ExitStandby(call: Call, input: ExitStandbyQuery) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const members = membersOf(group, input.InstanceIds);
    const wrong = members.find((member) => member.state !== 'Standby');
    if (wrong) invalid(`The instance ${wrong.id} is not in Standby.`);
    if (group.desired + members.length > group.maxSize)
      invalid(
        `Desired capacity:${group.desired + members.length} must be between the specified min size:${group.minSize} and max size:${group.maxSize}`,
      );
    group.desired += members.length;
    const Activities = members.map((member) => {
      member.state = 'Pending';
      const activity = addActivity(call.world, group, call.now, {
        description: `Moving EC2 instance out of Standby: ${member.id}`,
        cause: `At ${iso(call.now)} instance ${member.id} was moved out of standby in response to a user request.`,
        status: 'InProgress',
        zone: member.zone,
      });
      member.activityId = activity.id;
      return activityOut(group, activity);
    });
    return { Activities };
  },

  SetInstanceHealth(call: Call, input: SetInstanceHealthQuery): void {
    const { group, member } = memberOf(call.store, input.InstanceId);
    if (input.HealthStatus !== 'Healthy' && input.HealthStatus !== 'Unhealthy')
      invalid(`Invalid health status '${input.HealthStatus}'`);
    const graceEnd = (member.inServiceAt ?? call.now) + group.healthCheckGraceSeconds * 1000;
    const graced = input.ShouldRespectGracePeriod !== false && call.now < graceEnd;
    if (input.HealthStatus === 'Unhealthy' && graced) return;
    member.health = input.HealthStatus;
    member.failingSince = null;
    member.unhealthyBecause = input.HealthStatus === 'Unhealthy' ? 'a user health-check' : null;
  },

  SetInstanceProtection(call: Call, input: SetInstanceProtectionQuery) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    for (const member of membersOf(group, input.InstanceIds))
      member.protectedFromScaleIn = input.ProtectedFromScaleIn ?? false;
    return {};
  },

  AttachLoadBalancerTargetGroups(call: Call, input: AttachLoadBalancerTargetGroupsType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const arns = input.TargetGroupARNs ?? [];
    if (arns.length > 10) invalid('At most 10 target groups can be attached in one call');
    checkTargetGroups(call.view, arns, group.subnetIds);
    for (const arn of arns) {
      if (group.attachments.some((held) => held.arn === arn && held.removingSince === null)) continue;
      group.attachments = group.attachments.filter((held) => held.arn !== arn);
      group.attachments.push({ arn, attachedAt: call.now, removingSince: null });
      for (const member of currentMembers(group)) {
        if (member.state === 'InService') registerMember(call.world, call.store, group, member, call.now, arn);
      }
    }
    return {};
  },

  DetachLoadBalancerTargetGroups(call: Call, input: DetachLoadBalancerTargetGroupsType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    for (const arn of input.TargetGroupARNs ?? []) {
      const held =
        group.attachments.find((attachment) => attachment.arn === arn) ??
        invalid(`Trying to remove Target Groups that are not part of the group: ${arn}`);
      held.removingSince ??= call.now;
      const targets = call.store.targetGroups[arn];
      if (targets === undefined) continue;
      for (const id of Object.keys(group.members)) deregisterTarget(call.store, targets, id, null, call.now);
    }
    return {};
  },

  DescribeLoadBalancerTargetGroups(call: Call, input: DescribeLoadBalancerTargetGroupsRequest) {
    const group = groupOf(call.view, input.AutoScalingGroupName);
    const all = group.attachments.map((attachment) => ({
      LoadBalancerTargetGroupARN: attachment.arn,
      State: attachmentState(call.world, call.view, group, attachment, call.now),
    }));
    const { items, next } = page(all, input.NextToken, input.MaxRecords, 100);
    return { LoadBalancerTargetGroups: items, NextToken: next };
  },

  PutLifecycleHook(call: Call, input: PutLifecycleHookType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const name = input.LifecycleHookName ?? '';
    const { AutoScalingGroupName: _group, ...specification } = input;
    group.hooks[name] = hookIn(specification as Parameters<typeof hookIn>[0], group.hooks[name]);
    return {};
  },

  DescribeLifecycleHooks(call: Call, input: DescribeLifecycleHooksType) {
    const group = groupOf(call.view, input.AutoScalingGroupName);
    const wanted = Object.values(group.hooks).filter(
      (hook) => !input.LifecycleHookNames?.length || input.LifecycleHookNames.includes(hook.name),
    );
    return { LifecycleHooks: wanted.map((hook) => hookOut(group, hook)) };
  },

  DeleteLifecycleHook(call: Call, input: DeleteLifecycleHookType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const name = input.LifecycleHookName ?? '';
    if (group.hooks[name] === undefined) invalid(`No Lifecycle Hook found with name: ${name}`);
    delete group.hooks[name];
    for (const member of Object.values(group.members)) {
      for (const wait of member.waits) if (wait.hook === name) wait.result ??= 'CONTINUE';
    }
    return {};
  },

  CompleteLifecycleAction(call: Call, input: CompleteLifecycleActionType) {
    waitOf(call, input).wait.result = input.LifecycleActionResult === 'CONTINUE' ? 'CONTINUE' : 'ABANDON';
    return {};
  },

  RecordLifecycleActionHeartbeat(call: Call, input: RecordLifecycleActionHeartbeatType) {
    const { wait, group } = waitOf(call, { ...input, LifecycleActionResult: 'CONTINUE' });
    const seconds = group.hooks[wait.hook]?.heartbeatSeconds ?? 3600;
    wait.deadline = Math.min(call.now + seconds * 1000, wait.startedAt + Math.min(172800, seconds * 100) * 1000);
    return {};
  },
};
