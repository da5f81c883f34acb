import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf, deployGroup, groupNamed, targetStates } from '../../testing/clients.ts';

const good = 'ami-0de0200000000000b';
const name = 'demo-web-v001';
const live = 'demo-web-v000';

describe('members of a group', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 12 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const members = async (group = name) => (await groupNamed(aws, group))?.Instances ?? [];
  const states = async (group = name) => (await members(group)).map((each) => each.LifecycleState);
  const firstId = async (group = name) => (await members(group))[0]?.InstanceId ?? '';
  const hook = (transition: 'LAUNCHING' | 'TERMINATING', DefaultResult: 'CONTINUE' | 'ABANDON', group = name) =>
    aws.autoScaling.putLifecycleHook({
      AutoScalingGroupName: group,
      LifecycleHookName: 'check',
      LifecycleTransition: `autoscaling:EC2_INSTANCE_${transition}`,
      HeartbeatTimeout: 60,
      DefaultResult,
    });
  const size = (DesiredCapacity: number, group = name) =>
    aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: group, MaxSize: 4, DesiredCapacity });
  const action = (LifecycleActionResult: string, InstanceId: string, group = name) =>
    aws.autoScaling.completeLifecycleAction({
      AutoScalingGroupName: group,
      LifecycleHookName: 'check',
      LifecycleActionResult,
      InstanceId,
    });

  describe('with hooks', () => {
    it('ends an instance whose launch is abandoned, by hand or because nobody answers, and tries again', async () => {
      await deployGroup(aws, name, good, 0);
      await hook('LAUNCHING', 'ABANDON');
      await size(1);
      sandbox.clock.advance(3000);
      const first = await firstId();
      await action('ABANDON', first);
      sandbox.clock.advance(10_000);
      const second = await firstId();
      expect(second).not.toBe(first);
      expect(await states()).toEqual(['Pending:Wait']);
      sandbox.clock.advance(61_000);
      expect((await members()).some((each) => each.InstanceId === second && each.LifecycleState === 'InService')).toBe(
        false,
      );
    });

    it('waits longer after a heartbeat', async () => {
      await deployGroup(aws, name, good, 0);
      await hook('LAUNCHING', 'CONTINUE');
      await size(1);
      sandbox.clock.advance(3000);
      const InstanceId = await firstId();
      sandbox.clock.advance(50_000);
      const of = { AutoScalingGroupName: name, LifecycleHookName: 'check', InstanceId };
      await aws.autoScaling.recordLifecycleActionHeartbeat(of);
      sandbox.clock.advance(50_000);
      expect(await states()).toEqual(['Pending:Wait']);
      sandbox.clock.advance(11_000);
      expect(await states()).toEqual(['InService']);
      await expect(action('CONTINUE', InstanceId)).rejects.toThrow('No active Lifecycle Action found');
    });

    it('holds a leaving member in Terminating:Wait until it is completed; forced deletion does not wait', async () => {
      await hook('TERMINATING', 'CONTINUE', live);
      const id = await firstId(live);
      await aws.autoScaling.terminateInstanceInAutoScalingGroup({
        InstanceId: id,
        ShouldDecrementDesiredCapacity: true,
      });
      sandbox.clock.advance(6000);
      expect(await states(live)).toContain('Terminating:Wait');
      await action('CONTINUE', id, live);
      sandbox.clock.advance(3000);
      expect(await members(live)).toHaveLength(2);
      await aws.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: live, ForceDelete: true });
      sandbox.clock.advance(10_000);
      expect(await groupNamed(aws, live)).toBeUndefined();
    });
  });

  it('goes to standby out of traffic and comes back into it', async () => {
    const of = { AutoScalingGroupName: live, InstanceIds: [await firstId(live)] };
    await aws.autoScaling.enterStandby({ ...of, ShouldDecrementDesiredCapacity: true });
    sandbox.clock.advance(10_000);
    expect((await states(live)).sort()).toEqual(['InService', 'InService', 'Standby']);
    expect(await targetStates(aws)).toHaveLength(2);
    await aws.autoScaling.exitStandby(of);
    sandbox.clock.advance(10_000);
    expect(await states(live)).toEqual(Array(3).fill('InService'));
    expect(await targetStates(aws)).toEqual(Array(3).fill('healthy'));
    await expect(aws.autoScaling.exitStandby(of)).rejects.toThrow('is not in Standby');
  });

  it('leaves a group running, and joins it again', async () => {
    const of = { AutoScalingGroupName: live, InstanceIds: [await firstId(live)] };
    await aws.autoScaling.detachInstances({ ...of, ShouldDecrementDesiredCapacity: true });
    sandbox.clock.advance(10_000);
    expect(await members(live)).toHaveLength(2);
    const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: of.InstanceIds });
    expect(Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe('running');
    await aws.autoScaling.attachInstances(of);
    sandbox.clock.advance(10_000);
    expect(await states(live)).toEqual(Array(3).fill('InService'));
    await expect(aws.autoScaling.attachInstances(of)).rejects.toThrow('already part of AutoScalingGroup');
  });

  it('never ends a protected member to scale in', async () => {
    const ids = (await members(live)).map((each) => each.InstanceId ?? '');
    await aws.autoScaling.setInstanceProtection({
      AutoScalingGroupName: live,
      InstanceIds: ids,
      ProtectedFromScaleIn: true,
    });
    await size(2, live);
    sandbox.clock.advance(30_000);
    expect(await members(live)).toHaveLength(3);
    await aws.autoScaling.setInstanceProtection({
      AutoScalingGroupName: live,
      InstanceIds: ids.slice(0, 1),
      ProtectedFromScaleIn: false,
    });
    sandbox.clock.advance(30_000);
    expect((await members(live)).map((each) => each.InstanceId)).toEqual(ids.slice(1));
  });

  it('keeps what is unhealthy while Terminate is suspended, and replaces all of it at once on resume', async () => {
    await aws.autoScaling.suspendProcesses({ AutoScalingGroupName: live, ScalingProcesses: ['Terminate'] });
    const before = (await members(live)).map((each) => each.InstanceId);
    for (const InstanceId of before)
      await aws.autoScaling.setInstanceHealth({
        InstanceId,
        HealthStatus: 'Unhealthy',
        ShouldRespectGracePeriod: false,
      });
    sandbox.clock.advance(300_000);
    expect((await members(live)).map((each) => each.InstanceId)).toEqual(before);
    await aws.autoScaling.resumeProcesses({ AutoScalingGroupName: live, ScalingProcesses: ['Terminate'] });
    expect((await states(live)).filter((state) => state === 'Terminating')).toHaveLength(3);
  });

  it('is safe from deletion while protection is on', async () => {
    const protect = (DeletionProtection: 'prevent-all-deletion' | 'none') =>
      aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: live, DeletionProtection });
    await protect('prevent-all-deletion');
    const remove = aws.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: live, ForceDelete: true });
    await expect(remove).rejects.toMatchObject({ name: 'ResourceInUseFault' });
    await protect('none');
    await aws.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: live, ForceDelete: true });
  });

  describe('from an image that says so', () => {
    const deployWith = async (app: object) => {
      const Tags = [{ Key: 'sandbox:app', Value: JSON.stringify(app) }];
      await aws.ec2.createTags({ Resources: [good], Tags });
      await deployGroup(aws, name, good, 1);
    };
    const health = async (id: string) => {
      const { TargetGroups } = await aws.elb.describeTargetGroups({ Names: ['demo-web-tg'] });
      const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn;
      const answer = await aws.elb.describeTargetHealth({ TargetGroupArn, Targets: [{ Id: id }] });
      const { State, Reason } = answer.TargetHealthDescriptions?.[0]?.TargetHealth ?? {};
      return `${State} ${Reason ?? ''}`.trim();
    };

    it('boots slowly', async () => {
      await deployWith({ pending: 90 });
      sandbox.clock.advance(90_000);
      expect(await states()).toEqual(['Pending']);
      sandbox.clock.advance(3000);
      expect(await states()).toEqual(['InService']);
    });

    it('flaps', async () => {
      await deployWith({ flap: 30 });
      sandbox.clock.advance(3000);
      const id = await firstId();
      const seen: string[] = [];
      for (let step = 0; step < 18; step += 1) {
        sandbox.clock.advance(5000);
        const now = await health(id);
        if (seen.at(-1) !== now) seen.push(now);
      }
      expect(seen.slice(-3)).toEqual(['healthy', 'unhealthy Target.ResponseCodeMismatch', 'healthy']);
    });

    it('crashes: health checks time out', async () => {
      await deployWith({ crash: true });
      sandbox.clock.advance(30_000);
      expect(await health(await firstId())).toBe('unhealthy Target.Timeout');
    });

    it('fails its status checks and is replaced', async () => {
      await deployWith({ impairedAfter: 60 });
      sandbox.clock.advance(30_000);
      const id = await firstId();
      sandbox.clock.advance(35_000);
      const { InstanceStatuses } = await aws.ec2.describeInstanceStatus({ InstanceIds: [id] });
      expect(InstanceStatuses?.[0]?.InstanceStatus?.Status).toBe('impaired');
      sandbox.clock.advance(60_000);
      expect((await members()).map((each) => each.InstanceId)).not.toContain(id);
    });
  });

  it('takes as long as AWS does with the profile of real times', async () => {
    const slow = await startSandbox({ seed: 12, profile: 'real' });
    slow.clock.freeze();
    const clients = clientsOf(slow);
    await deployGroup(clients, name, good, 1);
    const state = async () => (await groupNamed(clients, name))?.Instances?.[0]?.LifecycleState;
    slow.clock.advance(14_000);
    expect(await state()).toBe('Pending');
    slow.clock.advance(27_000);
    expect(await state()).toBe('InService');
    const { Instances } = await clients.ec2.runInstances({ ImageId: good, MinCount: 1, MaxCount: 1 });
    slow.clock.advance(40_000);
    const made = await clients.ec2.createImage({ InstanceId: Instances?.[0]?.InstanceId, Name: 'slow' });
    const image = async () => (await clients.ec2.describeImages({ ImageIds: [made.ImageId ?? ''] })).Images?.[0]?.State;
    slow.clock.advance(119_000);
    expect(await image()).toBe('pending');
    slow.clock.advance(181_000);
    expect(await image()).toBe('available');
    clients.destroy();
    await slow.stop();
  });
});
