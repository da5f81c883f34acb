import {
  AttachInstancesCommand,
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DeleteLifecycleHookCommand,
  DeleteTagsCommand,
  DescribeAccountLimitsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeLifecycleHooksCommand,
  DescribeScalingActivitiesCommand,
  DescribeTagsCommand,
  DetachInstancesCommand,
  EnterStandbyCommand,
  ExitStandbyCommand,
  PutLifecycleHookCommand,
  RecordLifecycleActionHeartbeatCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  SetInstanceProtectionCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';
import type { Place } from '../place.ts';

const limitSeconds = 900;

/** A group at size nought, as a deploy makes it; it stays for the other chapters. */
export async function makeGroup(
  lab: Lab,
  { autoScaling }: Clients,
  place: Place,
  LaunchTemplateId: string,
): Promise<string> {
  const AutoScalingGroupName = `${place.name}-v000`;
  await lab.send(autoScaling, new DescribeAccountLimitsCommand({}));
  const create = new CreateAutoScalingGroupCommand({
    AutoScalingGroupName,
    LaunchTemplate: { LaunchTemplateId, Version: '1' },
    MinSize: 0,
    MaxSize: 2,
    DesiredCapacity: 0,
    VPCZoneIdentifier: place.subnetIds.join(','),
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod: 30,
    Tags: [{ ...place.tag, PropagateAtLaunch: true }],
  });
  await lab.send(autoScaling, create);
  lab.later(`group ${AutoScalingGroupName}`, () => deleteGroup(lab, { autoScaling }, AutoScalingGroupName));
  await lab.refused(autoScaling, create, 'AlreadyExistsFault');
  return AutoScalingGroupName;
}

/** Ends a group that may be gone, and waits until it is. */
async function deleteGroup(lab: Lab, { autoScaling }: Pick<Clients, 'autoScaling'>, name: string): Promise<void> {
  const describe = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
  const isThere = async () => ((await autoScaling.send(describe)).AutoScalingGroups ?? [])[0];
  const group = await isThere();
  if (group !== undefined && group.Status === undefined)
    await autoScaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true }));
  await lab.until(`end of group ${name}`, limitSeconds, async () => (await isThere()) === undefined);
}

async function membersOf(lab: Lab, { autoScaling }: Clients, name: string) {
  const { AutoScalingGroups } = await lab.send(
    autoScaling,
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  return AutoScalingGroups?.[0]?.Instances ?? [];
}

/** Waits until the group has one member in a state, and names it. */
export async function untilMember(lab: Lab, clients: Clients, name: string, state: string): Promise<string> {
  let id = '';
  await lab.until(`member ${state} in ${name}`, limitSeconds, async () => {
    const [member, ...more] = await membersOf(lab, clients, name);
    id = member?.InstanceId ?? '';
    return more.length === 0 && member?.LifecycleState === state;
  });
  return id;
}

/** A first member that waits for a hook, is completed by hand, and serves. */
export async function launchWithHook(lab: Lab, clients: Clients, name: string): Promise<string> {
  const { autoScaling } = clients;
  const hook = { AutoScalingGroupName: name, LifecycleHookName: 'conformance' };
  await lab.send(
    autoScaling,
    new PutLifecycleHookCommand({
      ...hook,
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      HeartbeatTimeout: 600,
      DefaultResult: 'ABANDON',
    }),
  );
  await lab.send(autoScaling, new DescribeLifecycleHooksCommand({ AutoScalingGroupName: name }));
  await lab.send(
    autoScaling,
    new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, MinSize: 0, DesiredCapacity: 1 }),
  );
  const InstanceId = await untilMember(lab, clients, name, 'Pending:Wait');
  await lab.send(autoScaling, new RecordLifecycleActionHeartbeatCommand({ ...hook, InstanceId }));
  await lab.send(
    autoScaling,
    new CompleteLifecycleActionCommand({ ...hook, InstanceId, LifecycleActionResult: 'CONTINUE' }),
  );
  await untilMember(lab, clients, name, 'InService');
  await lab.send(autoScaling, new DeleteLifecycleHookCommand(hook));
  return InstanceId;
}

/** Tags, processes and sizes of a group with one member. */
export async function playGroup(lab: Lab, { autoScaling }: Clients, name: string): Promise<void> {
  const tag = { ResourceId: name, ResourceType: 'auto-scaling-group', Key: 'gennaker:note', PropagateAtLaunch: false };
  await lab.send(autoScaling, new CreateOrUpdateTagsCommand({ Tags: [{ ...tag, Value: 'passing' }] }));
  const Filters = [{ Name: 'auto-scaling-group', Values: [name] }];
  await lab.send(autoScaling, new DescribeTagsCommand({ Filters }));
  await lab.send(autoScaling, new DeleteTagsCommand({ Tags: [tag] }));
  const processes = { AutoScalingGroupName: name, ScalingProcesses: ['AlarmNotification', 'AZRebalance'] };
  await lab.send(autoScaling, new SuspendProcessesCommand(processes));
  await lab.send(autoScaling, new ResumeProcessesCommand(processes));
  await lab.send(
    autoScaling,
    new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 1, HonorCooldown: false }),
  );
  await lab.refused(
    autoScaling,
    new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 9 }),
    'ValidationError',
  );
  await lab.refused(
    autoScaling,
    new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name }),
    'ResourceInUseFault',
  );
  await lab.send(autoScaling, new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 20 }));
}

/** What can be done to one member; afterwards the group has one in service again. */
export async function playMember(lab: Lab, clients: Clients, name: string, id: string): Promise<void> {
  const { autoScaling } = clients;
  const of = { AutoScalingGroupName: name, InstanceIds: [id] };
  await lab.send(autoScaling, new DescribeAutoScalingInstancesCommand({ InstanceIds: [id] }));
  await lab.send(autoScaling, new SetInstanceProtectionCommand({ ...of, ProtectedFromScaleIn: true }));
  await lab.send(autoScaling, new SetInstanceProtectionCommand({ ...of, ProtectedFromScaleIn: false }));
  await lab.send(autoScaling, new SetInstanceHealthCommand({ InstanceId: id, HealthStatus: 'Healthy' }));
  await lab.send(autoScaling, new EnterStandbyCommand({ ...of, ShouldDecrementDesiredCapacity: true }));
  await untilMember(lab, clients, name, 'Standby');
  await lab.send(autoScaling, new ExitStandbyCommand(of));
  await untilMember(lab, clients, name, 'InService');
  await lab.send(autoScaling, new DetachInstancesCommand({ ...of, ShouldDecrementDesiredCapacity: true }));
  await lab.until('detached instance', limitSeconds, async () => (await membersOf(lab, clients, name)).length === 0);
  await lab.send(autoScaling, new AttachInstancesCommand(of));
  await untilMember(lab, clients, name, 'InService');
}

/** Ends the last member and the group, waiting for both. */
export async function endGroup(lab: Lab, clients: Clients, name: string, id: string): Promise<void> {
  const { autoScaling } = clients;
  await lab.send(
    autoScaling,
    new TerminateInstanceInAutoScalingGroupCommand({ InstanceId: id, ShouldDecrementDesiredCapacity: true }),
  );
  await lab.until('empty group', limitSeconds, async () => (await membersOf(lab, clients, name)).length === 0);
  await lab.send(autoScaling, new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true }));
}
