import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import {
  type Clients,
  clientsOf,
  deployGroup,
  groupNamed,
  targetGroupArn,
  targetStates,
} from '../../testing/clients.ts';

const good = 'ami-0de0200000000000b';
const bad = 'ami-0de0300000000000c';
const name = 'demo-web-v001';

describe('the life of a group', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 9 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const states = async (group = name) => (await groupNamed(aws, group))?.Instances?.map((each) => each.LifecycleState);
  const ids = async (group = name) =>
    ((await groupNamed(aws, group))?.Instances ?? []).map((each) => each.InstanceId ?? '');
  const activities = async (group = name) =>
    (await aws.autoScaling.describeScalingActivities({ AutoScalingGroupName: group })).Activities ?? [];
  const suspend = (...ScalingProcesses: string[]) =>
    aws.autoScaling.suspendProcesses({ AutoScalingGroupName: name, ScalingProcesses });
  const resume = (...ScalingProcesses: string[]) =>
    aws.autoScaling.resumeProcesses({ AutoScalingGroupName: name, ScalingProcesses });
  const health = async (id: string) => {
    const Targets = [{ Id: id }];
    const answer = await aws.elb.describeTargetHealth({ TargetGroupArn: await targetGroupArn(aws), Targets });
    const { State, Reason } = answer.TargetHealthDescriptions?.[0]?.TargetHealth ?? {};
    return `${State} ${Reason ?? ''}`.trim();
  };

  it('launches one per zone: Pending, InService, registering, checked, healthy', async () => {
    await deployGroup(aws, name, good);
    expect(await states()).toEqual(Array(3).fill('Pending'));
    expect(new Set((await groupNamed(aws, name))?.Instances?.map((each) => each.AvailabilityZone)).size).toBe(3);
    const [id = ''] = await ids();
    expect(await health(id)).toBe('unused Target.NotRegistered');
    sandbox.clock.advance(2000);
    expect(await states()).toEqual(Array(3).fill('InService'));
    expect(await health(id)).toBe('initial Elb.RegistrationInProgress');
    sandbox.clock.advance(1000);
    expect(await health(id)).toBe('initial Elb.InitialHealthChecking');
    sandbox.clock.advance(5000);
    expect(await health(id)).toBe('healthy');
    const [first] = await activities();
    expect(first).toMatchObject({
      StatusCode: 'Successful',
      Description: expect.stringMatching(/^Launching a new EC2 instance: i-/),
    });
    expect(first?.Cause).toContain(
      'an instance was started in response to a difference between desired and actual capacity',
    );
  });

  it('shows instances in EC2 with its name, its template and the propagated tags', async () => {
    await deployGroup(aws, name, good);
    const { Reservations } = await aws.ec2.describeInstances({
      Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: [name] }],
    });
    const tags = Object.fromEntries((Reservations?.[0]?.Instances?.[0]?.Tags ?? []).map((tag) => [tag.Key, tag.Value]));
    expect(tags).toMatchObject({
      'aws:autoscaling:groupName': name,
      'aws:ec2launchtemplate:version': '1',
      'cd:cluster': 'demo-web',
    });
  });

  it('does not register new members while AddToLoadBalancer is suspended, nor afterwards', async () => {
    await deployGroup(aws, name, good, 0);
    await suspend('AddToLoadBalancer');
    await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MaxSize: 2, DesiredCapacity: 2 });
    sandbox.clock.advance(20_000);
    expect(await states()).toEqual(Array(2).fill('InService'));
    await resume('AddToLoadBalancer');
    sandbox.clock.advance(20_000);
    expect(await health((await ids())[0] ?? '')).toBe('unused Target.NotRegistered');
  });

  it('launches nothing while Launch is suspended and ends nothing while Terminate is', async () => {
    await deployGroup(aws, name, good, 0);
    await suspend('Launch', 'Terminate');
    await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MaxSize: 2, DesiredCapacity: 2 });
    sandbox.clock.advance(20_000);
    expect(await states()).toEqual([]);
    await resume('Launch');
    sandbox.clock.advance(10_000);
    await aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: name, DesiredCapacity: 0 });
    sandbox.clock.advance(20_000);
    expect(await states()).toEqual(Array(2).fill('InService'));
    await resume('Terminate');
    sandbox.clock.advance(20_000);
    expect(await states()).toEqual([]);
  });

  it('drains a leaving member before it ends it', async () => {
    const [id = ''] = await ids('demo-web-v000');
    await aws.autoScaling.terminateInstanceInAutoScalingGroup({ InstanceId: id, ShouldDecrementDesiredCapacity: true });
    expect(await health(id)).toBe('draining Target.DeregistrationInProgress');
    expect((await activities('demo-web-v000'))[0]?.StatusCode).toBe('WaitingForELBConnectionDraining');
    sandbox.clock.advance(4900);
    expect(await states('demo-web-v000')).toContain('Terminating');
    sandbox.clock.advance(200);
    expect(await health(id)).toBe('unused Target.NotRegistered');
    expect(await states('demo-web-v000')).toContain('Terminating:Proceed');
    sandbox.clock.advance(2000);
    expect(await ids('demo-web-v000')).toHaveLength(2);
    expect((await activities('demo-web-v000'))[0]).toMatchObject({
      StatusCode: 'Successful',
      Description: `Terminating EC2 instance: ${id}`,
    });
  });

  it('waits for launching hooks until they are completed or time out', async () => {
    await deployGroup(aws, name, good, 0);
    await aws.autoScaling.putLifecycleHook({
      AutoScalingGroupName: name,
      LifecycleHookName: 'warm-up',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      HeartbeatTimeout: 60,
      DefaultResult: 'CONTINUE',
    });
    await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MaxSize: 2, DesiredCapacity: 2 });
    sandbox.clock.advance(3000);
    expect(await states()).toEqual(Array(2).fill('Pending:Wait'));
    const [InstanceId] = await ids();
    const hook = { AutoScalingGroupName: name, LifecycleHookName: 'warm-up', LifecycleActionResult: 'CONTINUE' };
    await aws.autoScaling.completeLifecycleAction({ ...hook, InstanceId });
    expect((await states())?.sort()).toEqual(['InService', 'Pending:Wait']);
    sandbox.clock.advance(60_000);
    expect(await states()).toEqual(Array(2).fill('InService'));
  });

  it('marks a failing member only after its grace period, replaces it, and obeys HealthCheck', async () => {
    await deployGroup(aws, name, bad, 1);
    sandbox.clock.advance(290_000);
    const before = await ids();
    expect((await groupNamed(aws, name))?.Instances?.[0]?.HealthStatus).toBe('Healthy');
    await suspend('HealthCheck');
    sandbox.clock.advance(120_000);
    expect(await ids()).toEqual(before);
    await resume('HealthCheck');
    sandbox.clock.advance(60_000);
    expect(await ids()).not.toEqual(before);
    const ended = (await activities()).find((activity) => activity.Description?.startsWith('Terminating'));
    expect(ended?.Cause).toContain('taken out of service in response to an ELB system health check failure');
  });

  it('ends unhealthy members without replacing them while Launch is suspended', async () => {
    await deployGroup(aws, name, good, 2);
    sandbox.clock.advance(20_000);
    const [InstanceId] = await ids();
    await suspend('Launch');
    await aws.autoScaling.setInstanceHealth({ InstanceId, HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false });
    sandbox.clock.advance(30_000);
    expect(await ids()).toHaveLength(1);
    await resume('Launch');
    sandbox.clock.advance(30_000);
    expect(await ids()).toHaveLength(2);
  });

  it('replaces a member that EC2 no longer runs at the next health check', async () => {
    const before = await ids('demo-web-v000');
    await aws.ec2.terminateInstances({ InstanceIds: before.slice(0, 1) });
    sandbox.clock.advance(60_000);
    const after = await ids('demo-web-v000');
    expect(after).toHaveLength(3);
    expect(after).not.toContain(before[0]);
    expect(await targetStates(aws)).toEqual(Array(3).fill('healthy'));
  });

  it('tells a failed launch in an activity and backs off, longer each time', async () => {
    await deployGroup(aws, name, good, 0);
    await aws.ec2.deregisterImage({ ImageId: good });
    await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MaxSize: 1, DesiredCapacity: 1 });
    sandbox.clock.advance(100_000);
    const failed = (await activities()).reverse();
    expect(failed.map((each) => each.StatusMessage)[0]).toBe(
      `The image id '[${good}]' does not exist. Launching EC2 instance failed.`,
    );
    const started = failed.map((each) => each.StartTime?.getTime() ?? 0);
    expect(started.slice(1).map((time, index) => (time - (started[index] ?? 0)) / 1000)).toEqual([20, 40]);
  });

  it('keeps desired inside min and max', async () => {
    await deployGroup(aws, name, good, 0);
    const update = (sizes: object) => aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, ...sizes });
    await update({ MinSize: 2, MaxSize: 5 });
    expect((await groupNamed(aws, name))?.DesiredCapacity).toBe(2);
    await update({ MinSize: 0, MaxSize: 1 });
    expect((await groupNamed(aws, name))?.DesiredCapacity).toBe(1);
    await expect(update({ DesiredCapacity: 5 })).rejects.toThrow(
      'Desired capacity:5 must be between the specified min size:0 and max size:1',
    );
  });

  it('is deleted only when empty, unless forced, and keeps its name until the last member is gone', async () => {
    const remove = (ForceDelete: boolean) =>
      aws.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'demo-web-v000', ForceDelete });
    await expect(remove(false)).rejects.toMatchObject({ name: 'ResourceInUseFault' });
    await remove(true);
    expect((await groupNamed(aws, 'demo-web-v000'))?.Status).toBe('Delete in progress');
    await expect(deployGroup(aws, 'demo-web-v000', good)).rejects.toMatchObject({ name: 'AlreadyExistsFault' });
    sandbox.clock.advance(5000);
    expect(await groupNamed(aws, 'demo-web-v000')).toBeUndefined();
    const gone = aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'demo-web-v000', DesiredCapacity: 1 });
    await expect(gone).rejects.toThrow("AutoScalingGroup name not found - AutoScalingGroup 'demo-web-v000' not found");
  });

  it('attaches and detaches target groups: Adding, InService, Removing, gone, instances keep running', async () => {
    const TargetGroupARNs = [await targetGroupArn(aws)];
    const state = async () =>
      (
        await aws.autoScaling.describeLoadBalancerTargetGroups({ AutoScalingGroupName: 'demo-web-v000' })
      ).LoadBalancerTargetGroups?.map((each) => each.State);
    expect(await state()).toEqual(['InService']);
    await aws.autoScaling.detachLoadBalancerTargetGroups({ AutoScalingGroupName: 'demo-web-v000', TargetGroupARNs });
    expect(await state()).toEqual(['Removing']);
    sandbox.clock.advance(6000);
    expect(await state()).toEqual([]);
    expect(await states('demo-web-v000')).toEqual(Array(3).fill('InService'));
    await aws.autoScaling.attachLoadBalancerTargetGroups({ AutoScalingGroupName: 'demo-web-v000', TargetGroupARNs });
    expect(await state()).toEqual(['Adding']);
    sandbox.clock.advance(10_000);
    expect(await state()).toEqual(['InService']);
  });

  it('evens out its zones by launching first, and settles', async () => {
    const { Subnets } = await aws.ec2.describeSubnets({});
    await deployGroup(aws, name, good, 0);
    const all = Subnets?.map((subnet) => subnet.SubnetId).join(',');
    await aws.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: name,
      MaxSize: 3,
      DesiredCapacity: 3,
      VPCZoneIdentifier: Subnets?.[0]?.SubnetId,
    });
    sandbox.clock.advance(10_000);
    await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, VPCZoneIdentifier: all });
    sandbox.clock.advance(120_000);
    const zones = (await groupNamed(aws, name))?.Instances?.map((each) => each.AvailabilityZone).sort();
    expect(new Set(zones).size).toBeGreaterThanOrEqual(2);
    expect(zones).toHaveLength(3);
  });
});
