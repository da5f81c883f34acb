import {
  AttachLoadBalancerTargetGroupsCommand,
  AttachTrafficSourcesCommand,
  BatchDeleteScheduledActionCommand,
  BatchPutScheduledUpdateGroupActionCommand,
  CancelInstanceRefreshCommand,
  DeleteAutoScalingGroupCommand,
  DeletePolicyCommand,
  DeleteScheduledActionCommand,
  DeleteWarmPoolCommand,
  DescribeInstanceRefreshesCommand,
  DescribeLoadBalancerTargetGroupsCommand,
  DescribePoliciesCommand,
  DescribeScheduledActionsCommand,
  DescribeTrafficSourcesCommand,
  DescribeWarmPoolCommand,
  DetachLoadBalancerTargetGroupsCommand,
  DetachTrafficSourcesCommand,
  DisableMetricsCollectionCommand,
  EnableMetricsCollectionCommand,
  PutScalingPolicyCommand,
  PutScheduledUpdateGroupActionCommand,
  PutWarmPoolCommand,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstanceStatusCommand } from '@aws-sdk/client-ec2';
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';
import type { Balancing } from './load-balancing.ts';

const limitSeconds = 900;

/** Scaling policies, scheduled actions and group metrics are kept, shown and deleted. */
export async function policiesAndSchedules(lab: Lab, { autoScaling }: Clients, name: string): Promise<void> {
  const of = { AutoScalingGroupName: name };
  await lab.send(
    autoScaling,
    new PutScalingPolicyCommand({
      ...of,
      PolicyName: 'steps',
      PolicyType: 'StepScaling',
      AdjustmentType: 'ChangeInCapacity',
      StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
      Enabled: false,
    }),
  );
  await lab.send(autoScaling, new DescribePoliciesCommand(of));
  await lab.send(autoScaling, new DeletePolicyCommand({ ...of, PolicyName: 'steps' }));
  const evening = { Recurrence: '0 20 * * *', TimeZone: 'Europe/Berlin', MinSize: 0 };
  await lab.send(
    autoScaling,
    new PutScheduledUpdateGroupActionCommand({ ...of, ScheduledActionName: 'evening', ...evening }),
  );
  const batch = await lab.send(
    autoScaling,
    new BatchPutScheduledUpdateGroupActionCommand({
      ...of,
      ScheduledUpdateGroupActions: [{ ScheduledActionName: 'night', ...evening, Recurrence: '0 23 * * *' }],
    }),
  );
  if (batch.FailedScheduledUpdateGroupActions?.length) throw new Error('A scheduled action of the batch was refused');
  await lab.send(autoScaling, new DescribeScheduledActionsCommand(of));
  await lab.send(autoScaling, new DeleteScheduledActionCommand({ ...of, ScheduledActionName: 'evening' }));
  await lab.send(autoScaling, new BatchDeleteScheduledActionCommand({ ...of, ScheduledActionNames: ['night'] }));
  const Metrics = ['GroupInServiceInstances'];
  await lab.send(autoScaling, new EnableMetricsCollectionCommand({ ...of, Granularity: '1Minute', Metrics }));
  await lab.send(autoScaling, new DisableMetricsCollectionCommand({ ...of, Metrics }));
}

/** A member behind target groups: by hand, attached to the group, and as a traffic source. */
export async function traffic(
  lab: Lab,
  { autoScaling, ec2, elb }: Clients,
  name: string,
  id: string,
  { targetGroupArns: [blue, green] }: Balancing,
): Promise<void> {
  await lab.until('running instance', limitSeconds, async () => {
    const { InstanceStatuses } = await lab.send(ec2, new DescribeInstanceStatusCommand({ InstanceIds: [id] }));
    return InstanceStatuses?.[0]?.InstanceState?.Name === 'running';
  });
  const targets = { TargetGroupArn: green, Targets: [{ Id: id }] };
  const stateIn = async (TargetGroupArn: string) => {
    const answer = await lab.send(elb, new DescribeTargetHealthCommand({ TargetGroupArn, Targets: [{ Id: id }] }));
    return answer.TargetHealthDescriptions?.[0]?.TargetHealth?.State;
  };
  await lab.send(elb, new RegisterTargetsCommand(targets));
  await lab.until('registered target', 120, async () => (await stateIn(green)) !== 'unused');
  await lab.send(elb, new DeregisterTargetsCommand(targets));
  await lab.until('deregistered target', limitSeconds, async () => (await stateIn(green)) === 'unused');
  const of = { AutoScalingGroupName: name };
  const TargetGroupARNs = [blue];
  await lab.send(autoScaling, new AttachLoadBalancerTargetGroupsCommand({ ...of, TargetGroupARNs }));
  const attached = async () =>
    (await lab.send(autoScaling, new DescribeLoadBalancerTargetGroupsCommand(of))).LoadBalancerTargetGroups ?? [];
  await lab.until('attached target group', limitSeconds, async () => (await attached())[0]?.State !== 'Adding');
  await lab.send(autoScaling, new DetachLoadBalancerTargetGroupsCommand({ ...of, TargetGroupARNs }));
  await lab.until('detached target group', limitSeconds, async () => (await attached()).length === 0);
  const TrafficSources = [{ Identifier: green, Type: 'elbv2' }];
  const sources = async () => (await lab.send(autoScaling, new DescribeTrafficSourcesCommand(of))).TrafficSources ?? [];
  await lab.send(autoScaling, new AttachTrafficSourcesCommand({ ...of, TrafficSources }));
  await lab.until('attached traffic source', limitSeconds, async () => (await sources())[0]?.State !== 'Adding');
  await lab.send(autoScaling, new DetachTrafficSourcesCommand({ ...of, TrafficSources }));
  await lab.until('detached traffic source', limitSeconds, async () => (await sources()).length === 0);
}

/** A warm pool of one instance that boots and stops, and is deleted with it. */
export async function warmPool(lab: Lab, { autoScaling }: Clients, name: string): Promise<void> {
  const of = { AutoScalingGroupName: name };
  const pool = () => lab.send(autoScaling, new DescribeWarmPoolCommand(of));
  await lab.send(
    autoScaling,
    new PutWarmPoolCommand({ ...of, MinSize: 1, MaxGroupPreparedCapacity: 1, PoolState: 'Stopped' }),
  );
  await lab.until('instance that rests in the warm pool', limitSeconds, async () => {
    const [instance] = (await pool()).Instances ?? [];
    return instance?.LifecycleState === 'Warmed:Stopped';
  });
  await lab.refused(autoScaling, new DeleteAutoScalingGroupCommand(of), 'ResourceInUseFault');
  await lab.send(autoScaling, new DeleteWarmPoolCommand({ ...of, ForceDelete: true }));
  await lab.until('end of the warm pool', limitSeconds, async () => (await pool()).WarmPoolConfiguration === undefined);
}

/** A refresh that is cancelled, and one that is rolled back. */
export async function refresh(lab: Lab, { autoScaling }: Clients, name: string, templateId: string): Promise<void> {
  const of = { AutoScalingGroupName: name };
  const ended = async () => {
    const { InstanceRefreshes } = await lab.send(autoScaling, new DescribeInstanceRefreshesCommand(of));
    return /Successful|Failed|Cancelled/.test(InstanceRefreshes?.[0]?.Status ?? '');
  };
  const start = new StartInstanceRefreshCommand({
    ...of,
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: templateId, Version: '1' } },
    Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 60 },
  });
  await lab.send(autoScaling, start);
  await lab.refused(autoScaling, start, 'InstanceRefreshInProgressFault');
  await lab.send(autoScaling, new CancelInstanceRefreshCommand(of));
  await lab.until('cancelled refresh', limitSeconds, ended);
  await lab.send(autoScaling, start);
  await lab.send(autoScaling, new RollbackInstanceRefreshCommand(of));
  await lab.until('refresh rolled back', limitSeconds, ended);
}
