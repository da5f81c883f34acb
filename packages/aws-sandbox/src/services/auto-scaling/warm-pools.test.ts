import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf, deployGroup, groupNamed, targetStates } from '../../testing/clients.ts';

const good = 'ami-0de0200000000000b';
const name = 'demo-web-v001';
const of = { AutoScalingGroupName: name };

describe('a warm pool', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 9 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
    await deployGroup(aws, name, good, 2);
    await aws.autoScaling.updateAutoScalingGroup({ ...of, MinSize: 0, MaxSize: 4, DesiredCapacity: 2 });
    sandbox.clock.advance(15_000);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const states = async () => (await groupNamed(aws, name))?.Instances?.map((each) => each.LifecycleState);
  const warm = async () => (await aws.autoScaling.describeWarmPool(of)).Instances ?? [];
  const warmStates = async () => (await warm()).map((each) => each.LifecycleState);
  const machines = async () => {
    const ids = (await warm()).flatMap((each) => each.InstanceId ?? []);
    const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: ids });
    return (Reservations ?? []).flatMap((each) => each.Instances ?? []).map((each) => each.State?.Name);
  };
  const size = (DesiredCapacity: number) => aws.autoScaling.setDesiredCapacity({ ...of, DesiredCapacity });
  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => 'nothing',
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it('fills up to what the group could grow by: boots, stops, and counts for nothing in the group', async () => {
    await aws.autoScaling.putWarmPool(of);
    expect(await warmStates()).toEqual(['Warmed:Pending', 'Warmed:Pending']);
    sandbox.clock.advance(2000);
    expect(await warmStates()).toEqual(['Warmed:Pending:Proceed', 'Warmed:Pending:Proceed']);
    sandbox.clock.advance(2000);
    expect(await warmStates()).toEqual(['Warmed:Stopped', 'Warmed:Stopped']);
    expect(await machines()).toEqual(['stopped', 'stopped']);
    expect(await states()).toEqual(['InService', 'InService']);
    expect(await targetStates(aws)).toHaveLength(5);
    const group = await groupNamed(aws, name);
    expect(group).toMatchObject({
      DesiredCapacity: 2,
      WarmPoolSize: 2,
      WarmPoolConfiguration: { PoolState: 'Stopped' },
    });
    expect(sandbox.leaks().filter(({ kind }) => kind === 'instance')).toEqual([]);
  });

  it('keeps its instances running when asked, and as many as the prepared capacity and the least size say', async () => {
    await aws.autoScaling.putWarmPool({ ...of, MaxGroupPreparedCapacity: 3, PoolState: 'Running' });
    sandbox.clock.advance(5000);
    expect(await warmStates()).toEqual(['Warmed:Running']);
    await aws.autoScaling.putWarmPool({ ...of, MinSize: 3 });
    sandbox.clock.advance(5000);
    expect(await warmStates()).toEqual(Array(3).fill('Warmed:Running'));
    await aws.autoScaling.putWarmPool({ ...of, MinSize: 0, MaxGroupPreparedCapacity: -1 });
    sandbox.clock.advance(5000);
    expect(await warmStates()).toHaveLength(2);
    const { WarmPoolConfiguration } = await aws.autoScaling.describeWarmPool(of);
    expect(WarmPoolConfiguration).toEqual({ MinSize: 0, PoolState: 'Running' });
  });

  it('gives its instances first when the group grows', async () => {
    await aws.autoScaling.putWarmPool(of);
    sandbox.clock.advance(5000);
    const rested = (await warm()).map((each) => each.InstanceId);
    await size(3);
    const first = (await groupNamed(aws, name))?.Instances?.map((each) => each.InstanceId).at(-1);
    expect(rested).toContain(first);
    expect(await warmStates()).toEqual(['Warmed:Stopped']);
    sandbox.clock.advance(2000);
    expect(await states()).toEqual(Array(3).fill('InService'));
    const { Activities } = await aws.autoScaling.describeScalingActivities(of);
    expect(Activities?.map((each) => each.Description)).toContain(
      `Launching a new EC2 instance from warm pool: ${first}`,
    );
    sandbox.clock.advance(10_000);
    expect((await targetStates(aws)).filter((state) => state === 'healthy')).toHaveLength(6);
  });

  it('takes instances back when they are to be used again, after their connections have ended', async () => {
    await aws.autoScaling.putWarmPool({ ...of, InstanceReusePolicy: { ReuseOnScaleIn: true } });
    sandbox.clock.advance(5000);
    const before = (await groupNamed(aws, name))?.Instances?.map((each) => each.InstanceId);
    await size(1);
    expect(await states()).toEqual(['InService']);
    expect(await warmStates()).toEqual(['Warmed:Stopped', 'Warmed:Stopped', 'Warmed:Pending']);
    expect(await targetStates(aws)).toContain('draining');
    sandbox.clock.advance(310_000);
    expect(await warmStates()).toEqual(Array(3).fill('Warmed:Stopped'));
    expect(before).toContain((await warm())[2]?.InstanceId);
  });

  it('lets launch hooks have their turn before an instance rests, and again as it leaves', async () => {
    await aws.autoScaling.putLifecycleHook({
      ...of,
      LifecycleHookName: 'prepare',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      DefaultResult: 'CONTINUE',
      HeartbeatTimeout: 60,
    });
    await aws.autoScaling.putWarmPool({ ...of, MaxGroupPreparedCapacity: 3 });
    sandbox.clock.advance(5000);
    expect(await warmStates()).toEqual(['Warmed:Pending:Wait']);
    const InstanceId = (await warm())[0]?.InstanceId;
    const complete = { ...of, InstanceId, LifecycleHookName: 'prepare', LifecycleActionResult: 'CONTINUE' };
    await aws.autoScaling.completeLifecycleAction(complete);
    sandbox.clock.advance(5000);
    expect(await warmStates()).toEqual(['Warmed:Stopped']);
    await size(3);
    sandbox.clock.advance(2000);
    expect(await states()).toContain('Pending:Wait');
    await aws.autoScaling.completeLifecycleAction(complete);
    expect(await states()).toEqual(Array(3).fill('InService'));
  });

  it('replaces an instance that ends while it waits', async () => {
    await aws.autoScaling.putWarmPool({ ...of, MaxGroupPreparedCapacity: 3 });
    sandbox.clock.advance(5000);
    const [gone] = (await warm()).flatMap((each) => each.InstanceId ?? []);
    await aws.ec2.terminateInstances({ InstanceIds: [gone ?? ''] });
    sandbox.clock.advance(5000);
    expect(await warmStates()).toEqual(['Warmed:Stopped']);
    expect((await warm())[0]?.InstanceId).not.toBe(gone);
  });

  it('is told page by page', async () => {
    await aws.autoScaling.putWarmPool({ ...of, MinSize: 3 });
    const first = await aws.autoScaling.describeWarmPool({ ...of, MaxRecords: 2 });
    expect(first.Instances).toHaveLength(2);
    const second = await aws.autoScaling.describeWarmPool({ ...of, MaxRecords: 2, NextToken: first.NextToken });
    expect(second.Instances).toHaveLength(1);
    expect(second.NextToken).toBeUndefined();
    expect(await refusal(aws.autoScaling.describeWarmPool({ ...of, MaxRecords: 51 }))).toMatch(/^ValidationError/);
  });

  it('holds its group: it goes by itself when empty, with its instances by force, and then so may the group', async () => {
    await aws.autoScaling.putWarmPool(of);
    sandbox.clock.advance(5000);
    await aws.autoScaling.updateAutoScalingGroup({ ...of, MinSize: 0, MaxSize: 0, DesiredCapacity: 0 });
    sandbox.clock.advance(310_000);
    expect(await warmStates()).toEqual([]);
    expect(await refusal(aws.autoScaling.deleteAutoScalingGroup(of))).toMatch(/^ResourceInUseFault.*warm pool/);
    await aws.autoScaling.putWarmPool({ ...of, MinSize: 1 });
    expect(await refusal(aws.autoScaling.deleteWarmPool(of))).toMatch(/^ResourceInUseFault/);
    await aws.autoScaling.deleteWarmPool({ ...of, ForceDelete: true });
    expect((await aws.autoScaling.describeWarmPool(of)).WarmPoolConfiguration?.Status).toBe('PendingDelete');
    expect(await refusal(aws.autoScaling.putWarmPool(of))).toMatch(/^ResourceInUseFault/);
    sandbox.clock.advance(5000);
    expect(await aws.autoScaling.describeWarmPool(of)).not.toHaveProperty('WarmPoolConfiguration.Status');
    expect(await refusal(aws.autoScaling.deleteWarmPool(of))).toMatch(/^ValidationError: No warm pool found/);
    await aws.autoScaling.deleteAutoScalingGroup(of);
    sandbox.clock.advance(5000);
    expect(await groupNamed(aws, name)).toBeUndefined();
  });

  it('goes with a group that is deleted by force', async () => {
    await aws.autoScaling.putWarmPool(of);
    sandbox.clock.advance(5000);
    await aws.autoScaling.deleteAutoScalingGroup({ ...of, ForceDelete: true });
    sandbox.clock.advance(10_000);
    expect(await groupNamed(aws, name)).toBeUndefined();
    expect(sandbox.leaks().filter(({ kind }) => kind === 'instance')).toEqual([]);
  });

  it('refuses sizes and states that there are not', async () => {
    expect(await refusal(aws.autoScaling.putWarmPool({ ...of, MinSize: -1 }))).toMatch(/^ValidationError/);
    expect(await refusal(aws.autoScaling.putWarmPool({ ...of, MaxGroupPreparedCapacity: -2 }))).toMatch(/^Valid/);
    const wrong = { ...of, PoolState: 'Sleeping' } as never;
    expect(await refusal(aws.autoScaling.putWarmPool(wrong))).toMatch(/^ValidationError/);
  });
});
