import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { type Clients, clientsOf, deployGroup, groupNamed } from '../testing/clients.ts';
import type { FaultRule } from './rule.ts';

describe('faults', () => {
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

  const tag = (value: string) =>
    aws.autoScaling.createOrUpdateTags({
      Tags: [
        {
          ResourceId: 'demo-web-v000',
          ResourceType: 'auto-scaling-group',
          Key: 'k',
          Value: value,
          PropagateAtLaunch: false,
        },
      ],
    });
  const tagNow = async () => (await groupNamed(aws, 'demo-web-v000'))?.Tags?.find((each) => each.Key === 'k')?.Value;
  const failure = (call: Promise<unknown>): Promise<Error & { $metadata?: { httpStatusCode?: number } }> =>
    call.then(
      () => expect.unreachable('the call should have failed'),
      (error) => error,
    );

  it('error: answered in the envelope of the service, nothing done, only as often as asked', async () => {
    sandbox.faults.add({
      match: { action: 'CreateOrUpdate*' },
      effect: { kind: 'error', code: 'ResourceContention', message: 'busy' },
      times: 1,
    });
    await expect(tag('one')).rejects.toMatchObject({ name: 'ResourceContentionFault', message: 'busy' });
    expect(await tagNow()).toBeUndefined();
    await tag('two');
    expect(await tagNow()).toBe('two');
  });

  it.each([
    ['ec2', 503, 'RequestLimitExceeded'],
    ['autoscaling', 400, 'Throttling'],
  ])('throttle: in the words of %s', async (service, status, name) => {
    sandbox.faults.add({ match: { service }, effect: { kind: 'throttle' } });
    const error = await failure(
      service === 'ec2' ? aws.ec2.describeVpcs({}) : aws.autoScaling.describeAutoScalingGroups({}),
    );
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status } });
  });

  it('bucket: empties by calls and fills with time', async () => {
    sandbox.faults.add({ effect: { kind: 'bucket', size: 2, refill: 1 } });
    await aws.ec2.describeVpcs({});
    await aws.ec2.describeVpcs({});
    await expect(aws.ec2.describeVpcs({})).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
    sandbox.clock.advance(1000);
    await aws.ec2.describeVpcs({});
  });

  it('dropBefore: the socket closes and nothing was done', async () => {
    sandbox.faults.add({ match: { action: 'CreateOrUpdateTags' }, effect: { kind: 'dropBefore' }, times: 1 });
    expect((await failure(tag('x'))).message).toMatch(/socket hang up|ECONNRESET/);
    expect(await tagNow()).toBeUndefined();
    expect(sandbox.calls().find((call) => call.action === 'CreateOrUpdateTags')).toMatchObject({
      outcome: 'dropBefore',
      applied: false,
      mutating: true,
    });
  });

  it('dropAfter: the socket closes although it was done', async () => {
    sandbox.faults.add({ match: { action: 'CreateOrUpdateTags' }, effect: { kind: 'dropAfter' }, times: 1 });
    await failure(tag('x'));
    expect(await tagNow()).toBe('x');
    expect(sandbox.calls().find((call) => call.action === 'CreateOrUpdateTags')).toMatchObject({
      outcome: 'answer lost',
      applied: true,
    });
  });

  it.each([
    ['before', undefined],
    ['after', 'x'],
  ] as const)('blackhole %s: never answers', async (side, value) => {
    sandbox.faults.add({ match: { action: 'CreateOrUpdateTags' }, effect: { kind: 'blackhole', side } });
    const controller = new AbortController();
    const sent = failure(
      aws.autoScaling.createOrUpdateTags(
        {
          Tags: [
            {
              ResourceId: 'demo-web-v000',
              ResourceType: 'auto-scaling-group',
              Key: 'k',
              Value: 'x',
              PropagateAtLaunch: false,
            },
          ],
        },
        { abortSignal: controller.signal },
      ),
    );
    await expect.poll(() => sandbox.calls().some((call) => call.action === 'CreateOrUpdateTags')).toBe(true);
    controller.abort();
    expect((await sent).name).toBe('AbortError');
    expect(await tagNow()).toBe(value);
  });

  it('truncate and html: answers that are not XML', async () => {
    sandbox.faults.add({ effect: { kind: 'truncate', bytes: 80 }, times: 1 });
    expect((await failure(aws.ec2.describeVpcs({}))).message).toMatch(/XML/i);
    sandbox.faults.clear();
    sandbox.faults.add({ effect: { kind: 'html' }, times: 1 });
    expect((await failure(aws.ec2.describeVpcs({}))).$metadata?.httpStatusCode).toBe(502);
  });

  it('delay: answers later', async () => {
    sandbox.faults.add({ effect: { kind: 'delay', ms: 60, side: 'after' }, times: 1 });
    const started = performance.now();
    await aws.ec2.describeVpcs({});
    expect(performance.now() - started).toBeGreaterThanOrEqual(55);
  });

  it('lag: what was just made is not seen, and references to it are refused', async () => {
    sandbox.faults.add({
      match: { service: 'autoscaling' },
      effect: { kind: 'lag', ms: 5000, kinds: ['launchTemplates'] },
    });
    await expect(deployGroup(aws, 'demo-web-v001', 'ami-0de0200000000000b')).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('You must use a valid fully-formed launch template.'),
    });
    sandbox.faults.clear();
    sandbox.faults.add({ match: { action: 'DescribeLaunchTemplates' }, effect: { kind: 'lag', ms: 5000 } });
    await aws.ec2.createLaunchTemplate({
      LaunchTemplateName: 'fresh',
      LaunchTemplateData: { ImageId: 'ami-0de0200000000000b' },
    });
    await expect(aws.ec2.describeLaunchTemplates({ LaunchTemplateNames: ['fresh'] })).rejects.toMatchObject({
      name: 'InvalidLaunchTemplateName.NotFoundException',
    });
    sandbox.clock.advance(6000);
    expect((await aws.ec2.describeLaunchTemplates({ LaunchTemplateNames: ['fresh'] })).LaunchTemplates).toHaveLength(1);
  });

  it('stale: reads show an earlier moment', async () => {
    sandbox.faults.add({ match: { action: 'Describe*' }, effect: { kind: 'stale', ms: 10_000 } });
    await tag('new');
    expect(await tagNow()).toBeUndefined();
    sandbox.clock.advance(11_000);
    expect(await tagNow()).toBe('new');
  });

  it.each([
    [
      { vcpu: 6 },
      () =>
        aws.ec2.runInstances({ ImageId: 'ami-0de0200000000000b', InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }),
      'VcpuLimitExceeded',
    ],
    [{ groups: 1 }, () => deployGroup(aws, 'demo-web-v001', 'ami-0de0200000000000b'), 'LimitExceededFault'],
  ])('quota %j: refused by name', async (quota, act, name) => {
    sandbox.faults.add({ effect: { kind: 'quota', ...quota } });
    expect((await failure(act())).name).toBe(name);
  });

  it('has the same chances again after a reset', async () => {
    const outcomes = async () => {
      sandbox.reset();
      sandbox.faults.add({ effect: { kind: 'throttle' }, probability: 0.5 });
      const seen: boolean[] = [];
      for (let call = 0; call < 20; call += 1)
        seen.push(
          await aws.ec2.describeVpcs({}).then(
            () => true,
            () => false,
          ),
        );
      return seen;
    };
    const first = await outcomes();
    expect(first).toContain(false);
    expect(await outcomes()).toEqual(first);
  });

  it('external: another actor acts at the moment of a call', async () => {
    const rule: FaultRule = {
      match: { action: 'SuspendProcesses' },
      effect: {
        kind: 'external',
        call: {
          call: {
            service: 'autoscaling',
            action: 'SetDesiredCapacity',
            input: { AutoScalingGroupName: 'demo-web-v000', DesiredCapacity: 4 },
          },
        },
      },
    };
    sandbox.faults.add(rule);
    await aws.autoScaling.suspendProcesses({ AutoScalingGroupName: 'demo-web-v000', ScalingProcesses: ['Launch'] });
    expect((await groupNamed(aws, 'demo-web-v000'))?.DesiredCapacity).toBe(4);
  });

  it('match narrows by nth call, attempt and mentioned resource', async () => {
    sandbox.faults.add({ match: { action: 'DescribeVpcs', nth: 2 }, effect: { kind: 'throttle' } });
    await aws.ec2.describeVpcs({});
    await expect(aws.ec2.describeVpcs({})).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
    await aws.ec2.describeVpcs({});
    sandbox.faults.add({ match: { resource: 'demo-web-v9*' }, effect: { kind: 'throttle' } });
    await groupNamed(aws, 'demo-web-v000');
    await expect(groupNamed(aws, 'demo-web-v900')).rejects.toMatchObject({ name: 'Throttling' });
    sandbox.faults.clear();
    sandbox.faults.add({ match: { attempt: 1 }, effect: { kind: 'dropBefore' } });
    const patient = clientsOf(sandbox, { maxAttempts: 2 });
    await patient.ec2.describeVpcs({});
    patient.destroy();
  });

  it('expire: the session ends at that call', async () => {
    const role = { RoleArn: 'arn:aws:iam::123456789012:role/gennaker-deploy', RoleSessionName: 'deploy' };
    const { Credentials } = await aws.sts.assumeRole(role);
    const session = clientsOf(sandbox, { credentials: Credentials });
    await session.ec2.describeVpcs({});
    sandbox.faults.add({ match: { action: 'DescribeAutoScalingGroups' }, effect: { kind: 'expire' }, times: 1 });
    await expect(groupNamed(session, 'demo-web-v000')).rejects.toMatchObject({ name: 'ExpiredToken' });
    await expect(session.ec2.describeVpcs({})).rejects.toMatchObject({ name: 'RequestExpired' });
    await aws.ec2.describeVpcs({});
    session.destroy();
  });

  it('skew: the clock of the server is off, and SDK clients correct themselves', async () => {
    sandbox.faults.add({ effect: { kind: 'skew', seconds: 3600 } });
    const patient = clientsOf(sandbox, { maxAttempts: 2 });
    await expect(aws.ec2.describeVpcs({})).rejects.toMatchObject({ name: expect.stringMatching(/Expired|Skewed/) });
    await patient.ec2.describeVpcs({});
    patient.destroy();
  });

  it.each([
    ['before', undefined],
    ['after', 'x'],
  ] as const)('kill %s: ends the process of the caller at the nth change', async (side, value) => {
    const worker = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const ended = new Promise<string | null>((resolve) => worker.once('exit', (_code, signal) => resolve(signal)));
    sandbox.faults.add({ match: { mutating: true, nth: 2 }, effect: { kind: 'kill', pid: worker.pid ?? 0, side } });
    await aws.autoScaling.resumeProcesses({ AutoScalingGroupName: 'demo-web-v000' });
    await aws.ec2.describeVpcs({});
    expect((await failure(tag('x'))).message).toMatch(/socket hang up|ECONNRESET/);
    expect(await ended).toBe('SIGKILL');
    expect(await tagNow()).toBe(value);
  });

  it('lag of creations, changes, tags or deletions alone', async () => {
    const lagging = (changes: Array<'creations' | 'changes' | 'tags' | 'deletions'>) => {
      sandbox.clock.advance(60_000);
      sandbox.faults.clear();
      sandbox.faults.add({ match: { action: 'Describe*' }, effect: { kind: 'lag', ms: 5000, changes } });
    };
    const resize = (DesiredCapacity: number) =>
      aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'demo-web-v000', DesiredCapacity });
    lagging(['tags']);
    await tag('late');
    await resize(4);
    expect(await tagNow()).toBeUndefined();
    expect((await groupNamed(aws, 'demo-web-v000'))?.DesiredCapacity).toBe(4);
    lagging(['changes']);
    await resize(3);
    expect((await groupNamed(aws, 'demo-web-v000'))?.DesiredCapacity).toBe(4);
    lagging(['creations']);
    await deployGroup(aws, 'demo-web-v001', 'ami-0de0200000000000b', 0);
    expect(await groupNamed(aws, 'demo-web-v001')).toBeUndefined();
    sandbox.clock.advance(5000);
    expect(await groupNamed(aws, 'demo-web-v001')).toBeDefined();
    lagging(['deletions']);
    await aws.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'demo-web-v001' });
    sandbox.clock.advance(2000);
    expect(await groupNamed(aws, 'demo-web-v001')).toBeDefined();
    sandbox.clock.advance(5000);
    expect(await groupNamed(aws, 'demo-web-v001')).toBeUndefined();
  });
});
