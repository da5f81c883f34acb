import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { type Clients, clientsOf, deployGroup, groupNamed, targetGroupArn, targetStates } from '../testing/clients.ts';

describe('faults of the world', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 5 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const failure = (call: Promise<unknown>): Promise<Error> =>
    call.then(
      () => expect.unreachable('the call should have failed'),
      (error) => error,
    );

  it('capacity: RunInstances is refused, a group says so in a failed activity and uses the other zones', async () => {
    sandbox.faults.add({ effect: { kind: 'capacity', type: 't3.micro', zone: 'us-east-1a' } });
    const run = aws.ec2.runInstances({
      ImageId: 'ami-0de0200000000000b',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: 'subnet-0ea0000000000000',
    });
    await expect(run).rejects.toMatchObject({
      name: 'InsufficientInstanceCapacity',
      $metadata: { httpStatusCode: 500 },
    });
    await deployGroup(aws, 'demo-web-v001', 'ami-0de0200000000000b');
    sandbox.clock.advance(3000);
    const zones = (await groupNamed(aws, 'demo-web-v001'))?.Instances?.map((each) => each.AvailabilityZone);
    expect(zones).toHaveLength(3);
    expect(zones).not.toContain('us-east-1a');
    const { Activities } = await aws.autoScaling.describeScalingActivities({ AutoScalingGroupName: 'demo-web-v001' });
    const failed = Activities?.find((activity) => activity.StatusCode === 'Failed');
    expect(failed?.StatusMessage).toMatch(
      /^We currently do not have sufficient t3.micro capacity in the Availability Zone you requested \(us-east-1a\).* Launching EC2 instance failed\.$/,
    );
  });

  it('quota of groups: shown among the limits of the account', async () => {
    const limit = async () => (await aws.autoScaling.describeAccountLimits({})).MaxNumberOfAutoScalingGroups;
    expect(await limit()).toBe(500);
    sandbox.faults.add({ effect: { kind: 'quota', groups: 2 } });
    expect(await limit()).toBe(2);
  });

  it('quota of targets: refused by name', async () => {
    sandbox.faults.add({ effect: { kind: 'quota', targets: 3 } });
    const id = (await groupNamed(aws, 'demo-web-v000'))?.Instances?.[0]?.InstanceId ?? '';
    const more = aws.elb.registerTargets({
      TargetGroupArn: await targetGroupArn(aws),
      Targets: [{ Id: id, Port: 8080 }],
    });
    expect((await failure(more)).name).toBe('TooManyTargetsException');
  });

  it('boot: instances stay pending longer, or end at once with kms', async () => {
    sandbox.faults.add({ effect: { kind: 'boot', seconds: 60 } });
    await deployGroup(aws, 'demo-web-v001', 'ami-0de0200000000000b');
    sandbox.clock.advance(60_000);
    expect((await groupNamed(aws, 'demo-web-v001'))?.Instances?.map((each) => each.LifecycleState)).toEqual(
      Array(3).fill('Pending'),
    );
    sandbox.clock.advance(3000);
    expect((await groupNamed(aws, 'demo-web-v001'))?.Instances?.map((each) => each.LifecycleState)).toEqual(
      Array(3).fill('InService'),
    );
    sandbox.faults.clear();
    sandbox.faults.add({ effect: { kind: 'kms' } });
    const { Instances } = await aws.ec2.runInstances({ ImageId: 'ami-0de0200000000000b', MinCount: 1, MaxCount: 1 });
    sandbox.clock.advance(1000);
    const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: [Instances?.[0]?.InstanceId ?? ''] });
    expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({
      State: { Name: 'terminated' },
      StateReason: { Code: 'Client.InternalError' },
    });
  });

  it('unhealthy and die: targets fail, instances end and are replaced', async () => {
    sandbox.faults.add({ match: { resource: 'demo-web-v000' }, effect: { kind: 'unhealthy' }, until: 20 });
    sandbox.clock.advance(11_000);
    expect(await targetStates(aws)).toEqual(Array(3).fill('unhealthy'));
    expect(sandbox.traffic().ok).toBe(false);
    sandbox.faults.clear();
    sandbox.clock.advance(60_000);
    expect(await targetStates(aws)).toEqual(Array(3).fill('healthy'));

    const before = (await groupNamed(aws, 'demo-web-v000'))?.Instances?.map((each) => each.InstanceId) ?? [];
    sandbox.faults.add({ match: { resource: before[0] }, effect: { kind: 'die' } });
    sandbox.clock.advance(60_000);
    const after = (await groupNamed(aws, 'demo-web-v000'))?.Instances?.map((each) => each.InstanceId) ?? [];
    expect(after).toHaveLength(3);
    expect(after).not.toContain(before[0]);
  });

  it('unhealthy with flap: good and bad spells take turns', async () => {
    sandbox.faults.add({ effect: { kind: 'unhealthy', flap: 30 } });
    const seen = new Set<string>();
    for (let step = 0; step < 12; step += 1) {
      sandbox.clock.advance(10_000);
      for (const state of await targetStates(aws)) seen.add(state);
    }
    expect(seen).toContain('unhealthy');
    expect(seen).toContain('healthy');
  });

  it('capacity of spot instances alone', async () => {
    sandbox.faults.add({ effect: { kind: 'capacity', market: 'spot' } });
    const run = (extra: object) =>
      aws.ec2.runInstances({ ImageId: 'ami-0de0200000000000b', MinCount: 1, MaxCount: 1, ...extra });
    await expect(run({ InstanceMarketOptions: { MarketType: 'spot' } })).rejects.toMatchObject({
      name: 'InsufficientInstanceCapacity',
    });
    const { Instances } = await run({ MetadataOptions: { HttpTokens: 'required' } });
    expect(Instances?.[0]?.MetadataOptions?.HttpTokens).toBe('required');
  });

  it('capacity runs dry after what is free, and is back when the rule ends', async () => {
    sandbox.faults.add({ effect: { kind: 'capacity', type: 't3.*', free: 2 }, until: 60 });
    const run = () =>
      aws.ec2.runInstances({
        ImageId: 'ami-0de0200000000000b',
        InstanceType: 't3.large',
        SubnetId: 'subnet-0ea0000000000000',
        MinCount: 1,
        MaxCount: 1,
      });
    await run();
    await run();
    await expect(run()).rejects.toMatchObject({ name: 'InsufficientInstanceCapacity' });
    sandbox.clock.advance(60_000);
    await run();
  });
});
