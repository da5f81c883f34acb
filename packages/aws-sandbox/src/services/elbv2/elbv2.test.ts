import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf, groupNamed, targetGroupArn } from '../../testing/clients.ts';

const subnets = ['subnet-0ea0000000000000', 'subnet-0eb0000000000000'];
const vpc = 'vpc-0e00000000000000';

describe('load balancers and target groups', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 4 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const newTargetGroup = async (Name: string) => {
    const made = await aws.elb.createTargetGroup({
      Name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpc,
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
    });
    return made.TargetGroups?.[0]?.TargetGroupArn ?? '';
  };
  const listener = async () => (await aws.elb.describeLoadBalancers({ Names: ['demo-alb'] })).LoadBalancers?.[0];
  const demoListener = async () =>
    (await aws.elb.describeListeners({ LoadBalancerArn: (await listener())?.LoadBalancerArn })).Listeners?.[0];
  const memberIds = async () =>
    ((await groupNamed(aws, 'demo-web-v000'))?.Instances ?? []).map((each) => ({ Id: each.InstanceId ?? '' }));
  const health = async (TargetGroupArn: string) =>
    (await aws.elb.describeTargetHealth({ TargetGroupArn })).TargetHealthDescriptions?.map((each) =>
      `${each.TargetHealth?.State} ${each.TargetHealth?.Reason ?? ''}`.trim(),
    );

  it('a load balancer is provisioned, then active; equal settings give the same one, others a duplicate', async () => {
    const create = (Scheme: 'internal' | 'internet-facing') =>
      aws.elb.createLoadBalancer({ Name: 'second', Subnets: subnets, Scheme });
    const first = (await create('internal')).LoadBalancers?.[0];
    expect(first?.State?.Code).toBe('provisioning');
    sandbox.clock.advance(3000);
    const again = (await create('internal')).LoadBalancers?.[0];
    expect(again).toMatchObject({ LoadBalancerArn: first?.LoadBalancerArn, State: { Code: 'active' } });
    await expect(create('internet-facing')).rejects.toMatchObject({ name: 'DuplicateLoadBalancerNameException' });
  });

  it('targets of a group on no listener are unused, and are checked once a listener sends to it', async () => {
    const arn = await newTargetGroup('spare');
    await aws.elb.registerTargets({ TargetGroupArn: arn, Targets: await memberIds() });
    sandbox.clock.advance(60_000);
    expect(await health(arn)).toEqual(Array(3).fill('unused Target.NotInUse'));
    const TargetGroups = [
      { TargetGroupArn: await targetGroupArn(aws), Weight: 100 },
      { TargetGroupArn: arn, Weight: 0 },
    ];
    const ListenerArn = (await demoListener())?.ListenerArn;
    await aws.elb.modifyListener({
      ListenerArn,
      DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
    });
    expect(await health(arn)).toEqual(Array(3).fill('initial Elb.RegistrationInProgress'));
    sandbox.clock.advance(1000);
    expect(await health(arn)).toEqual(Array(3).fill('healthy'));
    expect(sandbox.traffic().ok).toBe(true);
  });

  it('a healthy target fails after as many checks as the threshold says, and comes back after its passes', async () => {
    const arn = await targetGroupArn(aws);
    sandbox.clock.advance(60_000);
    sandbox.do({ setApp: { resource: 'demo-web-v000', app: { healthy: false } } });
    sandbox.clock.advance(4900);
    expect(await health(arn)).toEqual(Array(3).fill('healthy'));
    sandbox.clock.advance(5100);
    expect(await health(arn)).toEqual(Array(3).fill('unhealthy Target.ResponseCodeMismatch'));
    sandbox.do({ setApp: { resource: 'demo-web-v000', app: { healthy: true } } });
    sandbox.clock.advance(10_000);
    expect(await health(arn)).toEqual(Array(3).fill('healthy'));
    const gap = sandbox.traffic().gaps.reduce((sum, each) => sum + each.seconds, 0);
    expect(gap).toBeGreaterThan(4);
    expect(gap).toBeLessThanOrEqual(10);
  });

  it('a stopped instance makes its target unused, and it cannot be registered', async () => {
    const arn = await targetGroupArn(aws);
    await aws.autoScaling.suspendProcesses({ AutoScalingGroupName: 'demo-web-v000' });
    const [first] = await memberIds();
    await aws.ec2.stopInstances({ InstanceIds: [first?.Id ?? ''] });
    expect(await health(arn)).toContain('unused Target.InvalidState');
    const other = await newTargetGroup('other');
    await expect(aws.elb.registerTargets({ TargetGroupArn: other, Targets: [first!] })).rejects.toMatchObject({
      name: 'InvalidTargetException',
    });
  });

  it('deregistered targets drain, leave the full list, and unknown ones are no error', async () => {
    const TargetGroupArn = await targetGroupArn(aws);
    const Targets = await memberIds();
    await aws.elb.deregisterTargets({ TargetGroupArn, Targets: [...Targets, { Id: 'i-00000000000000000' }] });
    expect(await health(TargetGroupArn)).toEqual(Array(3).fill('draining Target.DeregistrationInProgress'));
    sandbox.clock.advance(5000);
    expect(await health(TargetGroupArn)).toEqual([]);
    const asked = await aws.elb.describeTargetHealth({ TargetGroupArn, Targets: Targets.slice(0, 1) });
    expect(asked.TargetHealthDescriptions?.[0]?.TargetHealth).toMatchObject({
      State: 'unused',
      Reason: 'Target.NotRegistered',
    });
    expect(sandbox.traffic().ok).toBe(false);
  });

  it('switching health checks off makes targets unavailable', async () => {
    const TargetGroupArn = await targetGroupArn(aws);
    await aws.elb.modifyTargetGroup({ TargetGroupArn, HealthCheckEnabled: false });
    expect(await health(TargetGroupArn)).toEqual(Array(3).fill('unavailable Target.HealthCheckDisabled'));
  });

  it('refuses to delete a target group in use, a taken priority, and weights above 999', async () => {
    const arn = await targetGroupArn(aws);
    await expect(aws.elb.deleteTargetGroup({ TargetGroupArn: arn })).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    const ListenerArn = (await demoListener())?.ListenerArn;
    const rule = (Weight: number, Priority: number) =>
      aws.elb.createRule({
        ListenerArn,
        Priority,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/canary*'] } }],
        Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: arn, Weight }] } }],
      });
    await rule(1, 10);
    await expect(rule(1, 10)).rejects.toMatchObject({ name: 'PriorityInUseException' });
    await expect(rule(1000, 11)).rejects.toMatchObject({ name: 'ValidationError' });
    const { Rules } = await aws.elb.describeRules({ ListenerArn });
    expect(Rules?.map((each) => each.Priority)).toEqual(['10', 'default']);
  });
});
