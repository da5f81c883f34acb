import type {
  AttachLoadBalancerTargetGroupsType,
  AttachTrafficSourcesType,
  DescribeLoadBalancerTargetGroupsRequest,
  DescribeTrafficSourcesRequest,
  DetachLoadBalancerTargetGroupsType,
  DetachTrafficSourcesType,
  TrafficSourceIdentifier,
} from '@aws-sdk/client-auto-scaling';
import { deregisterTarget } from '../elbv2/targets.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { attachmentState } from './describe.ts';
import { groupOf, invalid, liveGroupOf } from './find.ts';
import { currentMembers, registerMember } from './members.ts';
import { checkTargetGroups } from './settings.ts';
import type { Group } from './state.ts';

const mostAtOnce = 10;

/** The target groups among traffic sources; the sandbox has no classic load balancers and no VPC Lattice. */
export function targetGroupsIn(sources: TrafficSourceIdentifier[] | undefined): string[] {
  return (sources ?? []).map(({ Identifier = '', Type }) => {
    if ((Type ?? 'elbv2') !== 'elbv2') invalid(`The sandbox has no traffic sources of type '${Type}'`);
    return Identifier;
  });
}

function attach(call: Call, group: Group, arns: string[], asTrafficSource: boolean): void {
  if (arns.length > mostAtOnce) invalid(`At most ${mostAtOnce} target groups can be attached in one call`);
  checkTargetGroups(call.view, arns, group.subnetIds);
  for (const arn of arns) {
    if (group.attachments.some((held) => held.arn === arn && held.removingSince === null)) continue;
    group.attachments = group.attachments.filter((held) => held.arn !== arn);
    group.attachments.push({ arn, attachedAt: call.now, removingSince: null, asTrafficSource });
    for (const member of currentMembers(group)) {
      if (member.state === 'InService') registerMember(call.world, call.store, group, member, call.now, arn);
    }
  }
}

function detach(call: Call, group: Group, arns: string[], asTrafficSource: boolean): void {
  const held = arns.map(
    (arn) =>
      group.attachments.find((each) => each.arn === arn && (each.asTrafficSource ?? false) === asTrafficSource) ??
      invalid(
        asTrafficSource
          ? `Trying to remove Traffic Sources that are not part of the group: ${arn}`
          : `Trying to remove Target Groups that are not part of the group: ${arn}`,
      ),
  );
  for (const attachment of held) {
    attachment.removingSince ??= call.now;
    const targets = call.store.targetGroups[attachment.arn];
    if (targets === undefined) continue;
    for (const id of Object.keys(group.members)) deregisterTarget(call.store, targets, id, null, call.now);
  }
}

export const trafficSourceHandlers = {
  AttachLoadBalancerTargetGroups(call: Call, input: AttachLoadBalancerTargetGroupsType) {
    attach(call, liveGroupOf(call.store, input.AutoScalingGroupName), input.TargetGroupARNs ?? [], false);
    return {};
  },

  DetachLoadBalancerTargetGroups(call: Call, input: DetachLoadBalancerTargetGroupsType) {
    detach(call, liveGroupOf(call.store, input.AutoScalingGroupName), input.TargetGroupARNs ?? [], false);
    return {};
  },

  AttachTrafficSources(call: Call, input: AttachTrafficSourcesType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    attach(call, group, targetGroupsIn(input.TrafficSources), true);
    return {};
  },

  DetachTrafficSources(call: Call, input: DetachTrafficSourcesType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    detach(call, group, targetGroupsIn(input.TrafficSources), true);
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

  DescribeTrafficSources(call: Call, input: DescribeTrafficSourcesRequest) {
    const group = groupOf(call.view, input.AutoScalingGroupName);
    const wanted = (input.TrafficSourceType ?? 'elbv2') === 'elbv2' ? group.attachments : [];
    const all = wanted.map((attachment) => ({
      TrafficSource: attachment.arn,
      Identifier: attachment.arn,
      Type: 'elbv2',
      State: attachmentState(call.world, call.view, group, attachment, call.now),
    }));
    const { items, next } = page(all, input.NextToken, input.MaxRecords, 50);
    return { TrafficSources: items, NextToken: next };
  },
};
