import type {
  AttachInstancesQuery,
  DescribeAutoScalingInstancesType,
  DetachInstancesQuery,
  EnterStandbyQuery,
  ExitStandbyQuery,
  SetInstanceHealthQuery,
  SetInstanceProtectionQuery,
  TerminateInstanceInAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { instanceState } from '../ec2/instance-states.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { addActivity, iso } from './activities.ts';
import { activityOut, memberOut } from './describe.ts';
import { invalid, liveGroupOf, memberOf } from './find.ts';
import { beginLeaving, deregisterMember, everyMember, isWarm, registerMember } from './members.ts';
import type { Group, Member } from './state.ts';

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

export const instanceHandlers = {
  DescribeAutoScalingInstances(call: Call, input: DescribeAutoScalingInstancesType) {
    const all = Object.values(call.view.groups).flatMap((group) =>
      everyMember(group).map((member) => ({ ...memberOut(member), AutoScalingGroupName: group.name })),
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
    const ids = input.InstanceIds ?? [];
    if (ids.length > 0 && input.InstanceId !== undefined) invalid('Give either InstanceId or InstanceIds, not both');
    const single = ids.length === 0 ? memberOf(call.store, input.InstanceId) : null;
    const group = single?.group ?? liveGroupOf(call.store, input.AutoScalingGroupName);
    const members = single === null ? membersOf(group, ids) : [single.member];
    if (input.ShouldDecrementDesiredCapacity && members.some(isWarm))
      invalid('The desired capacity cannot be decremented for an instance in a warm pool.');
    if (input.ShouldDecrementDesiredCapacity) decrement(group, members.length);
    const cause = 'an instance was taken out of service in response to a user request.';
    const Activities = members.flatMap((member) => {
      beginLeaving(call.world, call.store, group, member, call.now, cause);
      const activity = group.activities.find((each) => each.id === member.activityId);
      return activity === undefined ? [] : [activityOut(group, activity)];
    });
    return single === null ? { Activities } : { Activity: Activities[0] };
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
};
