import type {
  BatchDeleteScheduledActionType,
  BatchPutScheduledUpdateGroupActionType,
  DeleteNotificationConfigurationType,
  DeletePolicyType,
  DeleteScheduledActionType,
  DescribeNotificationConfigurationsType,
  DescribePoliciesType,
  DescribeScheduledActionsType,
  DisableMetricsCollectionQuery,
  EnableMetricsCollectionQuery,
  PutNotificationConfigurationType,
  PutScalingPolicyType,
  PutScheduledUpdateGroupActionType,
  ScheduledUpdateGroupActionRequest,
} from '@aws-sdk/client-auto-scaling';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { groupOf, invalid, liveGroupOf } from './find.ts';
import type { Group } from './state.ts';

const groupMetrics = [
  'GroupMinSize',
  'GroupMaxSize',
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupPendingInstances',
  'GroupStandbyInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
];

function groupsNamed(call: Call, name: string | undefined): Group[] {
  return name === undefined ? Object.values(call.view.groups) : [groupOf(call.view, name)];
}

function putScheduled(call: Call, group: Group, request: ScheduledUpdateGroupActionRequest): void {
  const name = request.ScheduledActionName ?? '';
  const arn = `arn:aws:autoscaling:${call.store.region}:${call.store.account}:scheduledUpdateGroupAction:${call.world.random.uuid()}:autoScalingGroupName/${group.name}:scheduledActionName/${name}`;
  group.scheduled[name] = {
    ...request,
    AutoScalingGroupName: group.name,
    ScheduledActionARN: group.scheduled[name]?.ScheduledActionARN ?? arn,
  };
}

/** Policies, schedules, notifications and metrics are kept and shown; they do not act yet. */
export const policyHandlers = {
  PutScalingPolicy(call: Call, input: PutScalingPolicyType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const name = input.PolicyName ?? '';
    const PolicyARN =
      group.policies[name]?.PolicyARN ??
      `arn:aws:autoscaling:${call.store.region}:${call.store.account}:scalingPolicy:${call.world.random.uuid()}:autoScalingGroupName/${group.name}:policyName/${name}`;
    group.policies[name] = {
      ...input,
      PolicyARN,
      PolicyType: input.PolicyType ?? 'SimpleScaling',
      Enabled: input.Enabled ?? true,
      Alarms: [],
    };
    return { PolicyARN, Alarms: [] };
  },

  DescribePolicies(call: Call, input: DescribePoliciesType) {
    const all = groupsNamed(call, input.AutoScalingGroupName).flatMap((group) => Object.values(group.policies));
    const kept = all.filter(
      (policy) =>
        (!input.PolicyNames?.length ||
          input.PolicyNames.some((name) => name === policy.PolicyName || name === policy.PolicyARN)) &&
        (!input.PolicyTypes?.length || input.PolicyTypes.includes(policy.PolicyType ?? '')),
    );
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    return { ScalingPolicies: items, NextToken: next };
  },

  DeletePolicy(call: Call, input: DeletePolicyType): void {
    for (const group of groupsNamed({ ...call, view: call.store }, input.AutoScalingGroupName)) {
      const [name] =
        Object.entries(group.policies).find(
          ([key, policy]) => key === input.PolicyName || policy.PolicyARN === input.PolicyName,
        ) ?? [];
      if (name === undefined) continue;
      delete group.policies[name];
      return;
    }
    invalid(`No policy found with name ${input.PolicyName}`);
  },

  PutScheduledUpdateGroupAction(call: Call, input: PutScheduledUpdateGroupActionType): void {
    const { AutoScalingGroupName, ...request } = input;
    putScheduled(call, liveGroupOf(call.store, AutoScalingGroupName), request);
  },

  BatchPutScheduledUpdateGroupAction(call: Call, input: BatchPutScheduledUpdateGroupActionType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    for (const request of input.ScheduledUpdateGroupActions ?? []) putScheduled(call, group, request);
    return { FailedScheduledUpdateGroupActions: [] };
  },

  DescribeScheduledActions(call: Call, input: DescribeScheduledActionsType) {
    const all = groupsNamed(call, input.AutoScalingGroupName).flatMap((group) => Object.values(group.scheduled));
    const kept = all.filter(
      (action) =>
        !input.ScheduledActionNames?.length || input.ScheduledActionNames.includes(action.ScheduledActionName ?? ''),
    );
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    return { ScheduledUpdateGroupActions: items, NextToken: next };
  },

  DeleteScheduledAction(call: Call, input: DeleteScheduledActionType): void {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const name = input.ScheduledActionName ?? '';
    if (group.scheduled[name] === undefined)
      invalid(`Scheduled action name not found - Scheduled Action '${name}' not found`);
    delete group.scheduled[name];
  },

  BatchDeleteScheduledAction(call: Call, input: BatchDeleteScheduledActionType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const FailedScheduledActions = (input.ScheduledActionNames ?? [])
      .filter((name) => group.scheduled[name] === undefined)
      .map((ScheduledActionName) => ({
        ScheduledActionName,
        ErrorCode: 'ValidationError',
        ErrorMessage: 'Scheduled action not found',
      }));
    for (const name of input.ScheduledActionNames ?? []) delete group.scheduled[name];
    return { FailedScheduledActions };
  },

  PutNotificationConfiguration(call: Call, input: PutNotificationConfigurationType): void {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const topic = input.TopicARN ?? '';
    const others = group.notifications.filter((held) => held.topic !== topic);
    group.notifications = [...others, ...(input.NotificationTypes ?? []).map((type) => ({ topic, type }))];
  },

  DescribeNotificationConfigurations(call: Call, input: DescribeNotificationConfigurationsType) {
    const names = input.AutoScalingGroupNames;
    const groups = Object.values(call.view.groups).filter((group) => !names?.length || names.includes(group.name));
    const NotificationConfigurations = groups.flatMap((group) =>
      group.notifications.map(({ topic, type }) => ({
        AutoScalingGroupName: group.name,
        TopicARN: topic,
        NotificationType: type,
      })),
    );
    return { NotificationConfigurations };
  },

  DeleteNotificationConfiguration(call: Call, input: DeleteNotificationConfigurationType): void {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    group.notifications = group.notifications.filter((held) => held.topic !== input.TopicARN);
  },

  EnableMetricsCollection(call: Call, input: EnableMetricsCollectionQuery): void {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const wanted = input.Metrics?.length ? input.Metrics : groupMetrics;
    group.metrics = [...new Set([...group.metrics, ...wanted])];
  },

  DisableMetricsCollection(call: Call, input: DisableMetricsCollectionQuery): void {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    group.metrics = input.Metrics?.length ? group.metrics.filter((metric) => !input.Metrics?.includes(metric)) : [];
  },

  DescribeAccountLimits(call: Call) {
    return {
      MaxNumberOfAutoScalingGroups: 500,
      MaxNumberOfLaunchConfigurations: 200,
      NumberOfAutoScalingGroups: Object.keys(call.view.groups).length,
      NumberOfLaunchConfigurations: 0,
    };
  },
};
