import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf, deployGroup, groupNamed, targetGroupArn } from '../../testing/clients.ts';

const good = 'ami-0de0200000000000b';
const bad = 'ami-0de0300000000000c';
const name = 'demo-web-v001';
const live = 'demo-web-v000';

describe('what changes a group', () => {
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

  const members = async (group = name) => (await groupNamed(aws, group))?.Instances ?? [];
  const sizes = async (group = live) => {
    const { MinSize, MaxSize, DesiredCapacity } = (await groupNamed(aws, group)) ?? {};
    return `${MinSize}/${DesiredCapacity}/${MaxSize}`;
  };
  const activities = async (group = live) =>
    (await aws.autoScaling.describeScalingActivities({ AutoScalingGroupName: group })).Activities ?? [];
  const inSeconds = (seconds: number) => new Date(sandbox.clock.now() + seconds * 1000);

  describe('scheduled actions', () => {
    const put = (action: object, group = live) =>
      aws.autoScaling.putScheduledUpdateGroupAction({
        AutoScalingGroupName: group,
        ScheduledActionName: 'evening',
        ...action,
      });
    const list = async () =>
      (await aws.autoScaling.describeScheduledActions({ AutoScalingGroupName: live })).ScheduledUpdateGroupActions;

    it('runs once at its time, says so in an activity, and is gone', async () => {
      await put({ StartTime: inSeconds(60), MinSize: 1, MaxSize: 5, DesiredCapacity: 5 });
      sandbox.clock.advance(59_000);
      expect(await sizes()).toBe('2/3/4');
      sandbox.clock.advance(1000);
      expect(await sizes()).toBe('1/5/5');
      expect(await list()).toEqual([]);
      const done = (await activities()).find((each) => each.Description === 'Executing scheduled action evening');
      expect(done?.Cause).toContain(
        'a scheduled action update of AutoScalingGroup constraints to min: 1, max: 5, desired: 5 changing the desired capacity from 3 to 5',
      );
      sandbox.clock.advance(10_000);
      expect(await members(live)).toHaveLength(5);
    });

    it('runs again and again in its time zone, until its end, and not while suspended', async () => {
      sandbox.clock.set(Date.parse('2030-07-01T00:00:00Z'));
      const fresh = clientsOf(sandbox);
      const EndTime = new Date('2030-07-04T00:00:00Z');
      await fresh.autoScaling.putScheduledUpdateGroupAction({
        AutoScalingGroupName: live,
        ScheduledActionName: 'morning',
        Recurrence: '0 9 * * *',
        TimeZone: 'Europe/Berlin',
        DesiredCapacity: 4,
        EndTime,
      });
      const shown = await fresh.autoScaling.describeScheduledActions({ AutoScalingGroupName: live });
      expect(shown.ScheduledUpdateGroupActions?.[0]).toMatchObject({
        StartTime: new Date('2030-07-01T07:00:00Z'),
        TimeZone: 'Europe/Berlin',
        EndTime,
      });
      const group = () => sandbox.state().regions['123456789012/us-east-1']?.groups[live];
      sandbox.clock.set(Date.parse('2030-07-01T07:00:00Z'));
      expect(group()?.desired).toBe(4);
      sandbox.do({
        call: {
          service: 'autoscaling',
          action: 'SetDesiredCapacity',
          input: { AutoScalingGroupName: live, DesiredCapacity: 3 },
        },
      });
      sandbox.do({
        call: {
          service: 'autoscaling',
          action: 'SuspendProcesses',
          input: { AutoScalingGroupName: live, ScalingProcesses: ['ScheduledActions'] },
        },
      });
      sandbox.clock.set(Date.parse('2030-07-02T08:00:00Z'));
      expect(group()?.desired).toBe(3);
      sandbox.do({
        call: { service: 'autoscaling', action: 'ResumeProcesses', input: { AutoScalingGroupName: live } },
      });
      expect(group()?.desired).toBe(3);
      sandbox.clock.set(Date.parse('2030-07-03T08:00:00Z'));
      expect(group()?.desired).toBe(4);
      sandbox.clock.set(Date.parse('2030-07-05T00:00:00Z'));
      expect(group()?.scheduled).toEqual({});
      fresh.destroy();
    });

    it('refuses what it cannot run, and a batch tells which parts failed', async () => {
      await expect(put({ Recurrence: 'at dawn', MinSize: 1 })).rejects.toThrow('at dawn is invalid');
      await expect(put({ StartTime: inSeconds(-5), MinSize: 1 })).rejects.toThrow('in the past');
      await expect(put({ StartTime: inSeconds(60) })).rejects.toThrow('At least one of');
      await expect(put({ Recurrence: '0 9 * * *', TimeZone: 'Mars', MinSize: 1 })).rejects.toThrow('time zone');
      const batch = await aws.autoScaling.batchPutScheduledUpdateGroupAction({
        AutoScalingGroupName: live,
        ScheduledUpdateGroupActions: [
          { ScheduledActionName: 'good', Recurrence: '0 9 * * *', MinSize: 1 },
          { ScheduledActionName: 'poor', Recurrence: 'never', MinSize: 1 },
        ],
      });
      expect(batch.FailedScheduledUpdateGroupActions).toMatchObject([
        { ScheduledActionName: 'poor', ErrorCode: 'ValidationError' },
      ]);
      expect((await list())?.map((each) => each.ScheduledActionName)).toEqual(['good']);
      const removed = await aws.autoScaling.batchDeleteScheduledAction({
        AutoScalingGroupName: live,
        ScheduledActionNames: ['good', 'absent'],
      });
      expect(removed.FailedScheduledActions?.map((each) => each.ScheduledActionName)).toEqual(['absent']);
      expect(await list()).toEqual([]);
    });
  });

  describe('mixed instances', () => {
    const deployMixed = async (InstancesDistribution: object, types: string[], size: number) => {
      await deployGroup(aws, name, good, 0);
      const LaunchTemplateName = `${name}-template`;
      await aws.autoScaling.updateAutoScalingGroup({
        AutoScalingGroupName: name,
        MaxSize: size,
        DesiredCapacity: size,
        MixedInstancesPolicy: {
          LaunchTemplate: {
            LaunchTemplateSpecification: { LaunchTemplateName, Version: '1' },
            Overrides: types.map((InstanceType) => ({ InstanceType })),
          },
          InstancesDistribution,
        },
      });
      sandbox.clock.advance(10_000);
    };

    it('starts the base on demand and its share of spot, of the first type there is capacity for', async () => {
      sandbox.faults.add({ effect: { kind: 'capacity', type: 't3.small' } });
      const distribution = { OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 50 };
      await deployMixed(distribution, ['t3.small', 't3.medium'], 5);
      const ids = (await members()).map((each) => each.InstanceId ?? '');
      expect((await members()).every((each) => each.InstanceType === 't3.medium')).toBe(true);
      const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: ids });
      const lifecycles = Reservations?.flatMap((each) => each.Instances ?? []).map((each) => each.InstanceLifecycle);
      expect(lifecycles?.filter((each) => each === 'spot')).toHaveLength(2);
      const shown = (await groupNamed(aws, name))?.MixedInstancesPolicy;
      expect(shown?.LaunchTemplate?.LaunchTemplateSpecification?.LaunchTemplateId).toMatch(/^lt-/);
      expect(shown?.InstancesDistribution?.SpotAllocationStrategy).toBe('lowest-price');
    });

    it('refuses a type that does not exist', async () => {
      await expect(deployMixed({}, ['t9.huge'], 1)).rejects.toThrow('Invalid instance type specified: t9.huge');
    });
  });

  it('ends the member its termination policies choose, zones being even', async () => {
    await deployGroup(aws, name, good, 0);
    const update = (extra: object) =>
      aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MaxSize: 4, ...extra });
    await update({ VPCZoneIdentifier: 'subnet-0ea0000000000000', DesiredCapacity: 1 });
    sandbox.clock.advance(10_000);
    const [oldest] = await members();
    await update({ DesiredCapacity: 2, TerminationPolicies: ['NewestInstance'] });
    sandbox.clock.advance(10_000);
    await update({ DesiredCapacity: 1 });
    sandbox.clock.advance(20_000);
    expect((await members()).map((each) => each.InstanceId)).toEqual([oldest?.InstanceId]);
  });

  it('ends several members in one call, and shows traffic sources beside target groups', async () => {
    const ids = (await members(live)).map((each) => each.InstanceId ?? '');
    const ended = await aws.autoScaling.terminateInstanceInAutoScalingGroup({
      AutoScalingGroupName: live,
      InstanceIds: ids.slice(0, 2),
      ShouldDecrementDesiredCapacity: false,
    });
    expect(ended.$metadata.httpStatusCode).toBe(200);
    const terminating = (await members(live)).filter((each) => each.LifecycleState === 'Terminating');
    expect(terminating).toHaveLength(2);

    await deployGroup(aws, name, good, 1);
    const arn = await targetGroupArn(aws);
    const TrafficSources = [{ Identifier: arn, Type: 'elbv2' }];
    const of = { AutoScalingGroupName: name };
    await expect(aws.autoScaling.detachTrafficSources({ ...of, TrafficSources })).rejects.toThrow('not part');
    await aws.autoScaling.detachLoadBalancerTargetGroups({ ...of, TargetGroupARNs: [arn] });
    sandbox.clock.advance(20_000);
    await aws.autoScaling.attachTrafficSources({ ...of, TrafficSources });
    const state = async () => (await aws.autoScaling.describeTrafficSources(of)).TrafficSources;
    expect(await state()).toMatchObject([{ Identifier: arn, State: 'Adding' }]);
    sandbox.clock.advance(20_000);
    expect(await state()).toMatchObject([{ Identifier: arn, State: 'InService' }]);
    await aws.autoScaling.detachTrafficSources({ ...of, TrafficSources });
    sandbox.clock.advance(20_000);
    expect(await state()).toEqual([]);
  });

  describe('instance refresh', () => {
    const refreshes = async () =>
      (await aws.autoScaling.describeInstanceRefreshes({ AutoScalingGroupName: name })).InstanceRefreshes ?? [];
    const withImage = async (ImageId: string, image = good, size = 3) => {
      await deployGroup(aws, name, image, size);
      sandbox.clock.advance(20_000);
      const { LaunchTemplateVersion } = await aws.ec2.createLaunchTemplateVersion({
        LaunchTemplateName: `${name}-template`,
        SourceVersion: '1',
        LaunchTemplateData: { ImageId },
      });
      const { LaunchTemplateId, VersionNumber } = LaunchTemplateVersion ?? {};
      return { LaunchTemplate: { LaunchTemplateId, Version: String(VersionNumber) } };
    };
    const start = (DesiredConfiguration: object | undefined, Preferences: object = {}) =>
      aws.autoScaling.startInstanceRefresh({
        AutoScalingGroupName: name,
        DesiredConfiguration,
        Preferences: { InstanceWarmup: 5, ...Preferences },
      });
    const versions = async () => (await members()).map((each) => each.LaunchTemplate?.Version);

    it('replaces member after member, keeping the healthy share, and then the group has the new template', async () => {
      const wanted = await withImage('ami-0de0100000000000a');
      await start(wanted, { MinHealthyPercentage: 66 });
      await expect(start(wanted)).rejects.toMatchObject({ name: 'InstanceRefreshInProgressFault' });
      let lowest = 3;
      for (let step = 0; step < 100 && (await refreshes())[0]?.Status === 'InProgress'; step += 1) {
        sandbox.clock.advance(2000);
        const serving = (await members()).filter((each) => each.LifecycleState === 'InService').length;
        lowest = Math.min(lowest, serving);
      }
      expect((await refreshes())[0]).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
      expect(lowest).toBe(2);
      expect(await versions()).toEqual(['2', '2', '2']);
      expect((await groupNamed(aws, name))?.LaunchTemplate?.Version).toBe('2');
    });

    it('starts before it ends with a maximum above 100, stops at checkpoints, bakes', async () => {
      const wanted = await withImage('ami-0de0100000000000a');
      await start(wanted, {
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: 140,
        CheckpointPercentages: [34, 100],
        CheckpointDelay: 120,
        BakeTime: 600,
      });
      let lowest = 3;
      for (let step = 0; step < 30; step += 1) {
        sandbox.clock.advance(2000);
        const serving = (await members()).filter((each) => each.LifecycleState === 'InService').length;
        lowest = Math.min(lowest, serving);
      }
      expect(lowest).toBe(3);
      expect((await versions()).filter((version) => version === '2').length).toBeLessThan(3);
      sandbox.clock.advance(200_000);
      expect((await refreshes())[0]?.Status).toBe('Baking');
      sandbox.clock.advance(600_000);
      expect((await refreshes())[0]?.Status).toBe('Successful');
      expect(await versions()).toEqual(['2', '2', '2']);
    });

    it('goes back by itself when what it starts never becomes healthy', async () => {
      const wanted = await withImage(bad);
      await start(wanted, { MinHealthyPercentage: 66, AutoRollback: true });
      sandbox.clock.advance(4_000_000);
      expect((await refreshes())[0]).toMatchObject({ Status: 'RollbackSuccessful' });
      expect(await versions()).toEqual(['1', '1', '1']);
    });

    it('is cancelled, or rolled back by hand, or has nothing to do', async () => {
      const wanted = await withImage('ami-0de0100000000000a');
      const of = { AutoScalingGroupName: name };
      await expect(aws.autoScaling.cancelInstanceRefresh(of)).rejects.toMatchObject({
        name: 'ActiveInstanceRefreshNotFoundFault',
      });
      await start(wanted, { SkipMatching: false });
      sandbox.clock.advance(1000);
      await aws.autoScaling.cancelInstanceRefresh(of);
      sandbox.clock.advance(30_000);
      expect((await refreshes())[0]?.Status).toBe('Cancelled');
      await start(wanted);
      sandbox.clock.advance(1000);
      await aws.autoScaling.rollbackInstanceRefresh(of);
      sandbox.clock.advance(120_000);
      expect((await refreshes())[0]?.Status).toBe('RollbackSuccessful');
      expect((await groupNamed(aws, name))?.LaunchTemplate?.Version).toBe('1');
      const old = { LaunchTemplate: { ...wanted.LaunchTemplate, Version: '1' } };
      await start(old, { SkipMatching: true });
      sandbox.clock.advance(120_000);
      expect(await versions()).toEqual(['1', '1', '1']);
      await start(old, { SkipMatching: true });
      sandbox.clock.advance(1000);
      expect((await refreshes())[0]?.Status).toBe('Successful');
    });
  });
});
