import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from './sandbox.ts';
import { type Clients, clientsOf, deployGroup, groupNamed, targetStates } from './testing/clients.ts';

describe('the deploy path through real SDK clients', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 7 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  it('starts with version 1.0.0 serving', async () => {
    const group = await groupNamed(aws, 'demo-web-v000');
    expect(group?.Instances).toHaveLength(3);
    expect(await targetStates(aws)).toEqual(['healthy', 'healthy', 'healthy']);
    const who = await aws.sts.getCallerIdentity({});
    expect(who.Account).toBe('123456789012');
  });

  it('walks a red/black without a second in which nobody answers', async () => {
    await deployGroup(aws, 'demo-web-v001', 'ami-0de0200000000000b');
    sandbox.clock.advance(30_000);
    expect(await targetStates(aws)).toEqual(Array(6).fill('healthy'));
    await aws.autoScaling.suspendProcesses({
      AutoScalingGroupName: 'demo-web-v000',
      ScalingProcesses: ['Launch', 'Terminate', 'AddToLoadBalancer', 'HealthCheck'],
    });
    const old = await groupNamed(aws, 'demo-web-v000');
    const { TargetGroups } = await aws.elb.describeTargetGroups({});
    const ids = (old?.Instances ?? []).map((instance) => ({ Id: instance.InstanceId ?? '' }));
    await aws.elb.deregisterTargets({ TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn, Targets: ids });
    expect((await targetStates(aws)).filter((state) => state === 'draining')).toHaveLength(3);
    sandbox.clock.advance(6000);
    expect(await targetStates(aws)).toEqual(Array(3).fill('healthy'));

    await aws.autoScaling.resumeProcesses({ AutoScalingGroupName: 'demo-web-v000' });
    await aws.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'demo-web-v000',
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
    });
    sandbox.clock.advance(10_000);
    await aws.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'demo-web-v000' });
    sandbox.clock.advance(5000);
    expect(await groupNamed(aws, 'demo-web-v000')).toBeUndefined();

    const report = sandbox.traffic();
    expect(report.gaps).toEqual([]);
    const seconds = report.routes[0]?.seconds ?? [];
    expect(seconds[0]?.shares).toEqual({ 'demo-web-v000': 1 });
    expect(seconds.at(-1)?.shares).toEqual({ 'demo-web-v001': 1 });
    expect(sandbox.leaks().map((leak) => leak.kind)).toEqual(['launch-template']);
  });

  it('never lets a bad image become healthy', async () => {
    await deployGroup(aws, 'demo-web-v001', 'ami-0de0300000000000c');
    sandbox.clock.advance(40_000);
    const health = await aws.elb.describeTargetHealth({
      TargetGroupArn: (await aws.elb.describeTargetGroups({})).TargetGroups?.[0]?.TargetGroupArn,
    });
    const bad = (health.TargetHealthDescriptions ?? []).filter((each) => each.TargetHealth?.State === 'unhealthy');
    expect(bad).toHaveLength(3);
    expect(bad[0]?.TargetHealth).toEqual({
      State: 'unhealthy',
      Reason: 'Target.ResponseCodeMismatch',
      Description: 'Health checks failed with these codes: [500]',
    });
    expect(sandbox.traffic().ok).toBe(true);
  });
});
