import type {
  DeleteNotificationConfigurationType,
  DescribeNotificationConfigurationsType,
  DisableMetricsCollectionQuery,
  EnableMetricsCollectionQuery,
  PutNotificationConfigurationType,
} from '@aws-sdk/client-auto-scaling';
import type { Call } from '../service.ts';
import { liveGroupOf } from './find.ts';

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

/** What a group tells others: notifications, group metrics, and the account's limits. */
export const reportingHandlers = {
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
      MaxNumberOfAutoScalingGroups: call.world.faults.groupLimit(call.store),
      MaxNumberOfLaunchConfigurations: 200,
      NumberOfAutoScalingGroups: Object.keys(call.view.groups).length,
      NumberOfLaunchConfigurations: 0,
    };
  },
};
