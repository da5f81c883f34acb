import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from './sandbox.ts';
import { demoScenario } from './scenarios/demo.ts';
import { clientsOf, deployGroup, groupNamed } from './testing/clients.ts';

describe('a sandbox', () => {
  const running: Sandbox[] = [];
  const start = async (options: Parameters<typeof startSandbox>[0] = {}) => {
    const sandbox = await startSandbox(options);
    running.push(sandbox);
    return sandbox;
  };
  afterEach(async () => {
    for (const sandbox of running.splice(0)) await sandbox.stop();
  });

  it('has its instances still after a restart, template dates included', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const data = join(folder, 'state.json');
    const first = await start({ data });
    first.clock.freeze();
    const aws = clientsOf(first);
    await deployGroup(aws, 'demo-web-v001', 'ami-0de0200000000000b');
    await aws.ec2.createLaunchTemplate({
      LaunchTemplateName: 'spot',
      LaunchTemplateData: {
        InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { ValidUntil: new Date(1_800_000_000_000) } },
      },
    });
    first.clock.advance(20_000);
    const before = await groupNamed(aws, 'demo-web-v001');
    aws.destroy();
    await first.stop();

    const second = clientsOf(await start({ data }));
    expect((await groupNamed(second, 'demo-web-v001'))?.Instances).toEqual(before?.Instances);
    const { LaunchTemplateVersions } = await second.ec2.describeLaunchTemplateVersions({ LaunchTemplateName: 'spot' });
    const options = LaunchTemplateVersions?.[0]?.LaunchTemplateData?.InstanceMarketOptions?.SpotOptions;
    expect(options?.ValidUntil).toEqual(new Date(1_800_000_000_000));
    second.destroy();
    rmSync(folder, { recursive: true });
  });

  it('gives the same ids for the same seed and order of calls', async () => {
    const clock = () => 1_767_225_600_000;
    const ids = async (seed: number) => {
      const sandbox = await start({ seed, clock });
      sandbox.do({
        call: {
          service: 'autoscaling',
          action: 'SetDesiredCapacity',
          input: { AutoScalingGroupName: 'demo-web-v000', DesiredCapacity: 4 },
        },
      });
      return Object.keys(sandbox.state().regions['123456789012/us-east-1']?.instances ?? {});
    };
    expect(await ids(1)).toEqual(await ids(1));
    expect(await ids(1)).not.toEqual(await ids(2));
  });

  it('passes time by itself, without anybody reading', async () => {
    const sandbox = await start({ speed: 100 });
    sandbox.do({
      call: {
        service: 'autoscaling',
        action: 'SetDesiredCapacity',
        input: { AutoScalingGroupName: 'demo-web-v000', DesiredCapacity: 4 },
      },
    });
    const aws = clientsOf(sandbox);
    await expect
      .poll(
        async () =>
          (await groupNamed(aws, 'demo-web-v000'))?.Instances?.filter((each) => each.LifecycleState === 'InService')
            .length,
      )
      .toBe(4);
    aws.destroy();
  });

  it('answers its control routes on this machine and refuses pages from elsewhere', async () => {
    const sandbox = await start();
    const at = (path: string) => `${sandbox.url}/_sandbox${path}`;
    const post = async (path: string, body: unknown) =>
      (await fetch(at(path), { method: 'POST', body: JSON.stringify(body) })).json() as Promise<Record<string, string>>;
    await post('/clock', { freeze: true });
    const before = (await (await fetch(at('/clock'))).json()) as Record<string, string>;
    const after = await post('/clock', { advance: 5000 });
    expect(Date.parse(after['now'] ?? '') - Date.parse(before['now'] ?? '')).toBe(5000);
    const { id } = await post('/faults', { match: { service: 'ec2' }, effect: { kind: 'throttle' } });
    expect(await (await fetch(at('/faults'))).json()).toMatchObject([{ id }]);
    await fetch(at('/faults'), { method: 'DELETE' });
    expect(await (await fetch(at('/faults'))).json()).toEqual([]);
    expect(await (await fetch(at('/assert/leaks'))).json()).toEqual({ ok: true, leaks: [] });
    expect(await (await fetch(at('/assert/traffic'))).json()).toMatchObject({ ok: true, gaps: [] });
    expect(await (await fetch(at('/'))).text()).toContain('demo-web-v000');
    expect((await fetch(at('/faults'), { method: 'POST', body: '{"effect":{"kind":"nonsense"}}' })).status).toBe(400);
    expect((await fetch(at('/state'), { headers: { origin: 'https://example.com' } })).status).toBe(403);
  });

  it('refuses actions outside the allow-list of a role', async () => {
    const role = {
      arn: 'arn:aws:iam::123456789012:role/reader',
      trust: ['123456789012'],
      externalId: 'x-1',
      allow: ['ec2:Describe*'],
    };
    const [account] = demoScenario.accounts;
    const sandbox = await start({ scenario: { ...demoScenario, accounts: [{ ...account!, roles: [role] }] } });
    const aws = clientsOf(sandbox);
    const assume = (ExternalId?: string) =>
      aws.sts.assumeRole({ RoleArn: role.arn, RoleSessionName: 'reader', ExternalId });
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    const { Credentials } = await assume('x-1');
    const reader = clientsOf(sandbox, { credentials: Credentials });
    expect((await reader.ec2.describeVpcs({})).Vpcs).toHaveLength(1);
    await expect(reader.ec2.terminateInstances({ InstanceIds: ['i-1'] })).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
    });
    await expect(reader.autoScaling.describeAutoScalingGroups({})).rejects.toMatchObject({ name: 'AccessDenied' });
    reader.destroy();
    aws.destroy();
  });

  it('writes every call into its journal with parameters, attempt and effect', async () => {
    const sandbox = await start();
    const aws = clientsOf(sandbox);
    await aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'demo-web-v000', DesiredCapacity: 2 });
    expect(sandbox.calls()).toMatchObject([
      {
        account: '123456789012',
        region: 'us-east-1',
        service: 'autoscaling',
        action: 'SetDesiredCapacity',
        parameters: { AutoScalingGroupName: 'demo-web-v000', DesiredCapacity: 2 },
        attempt: 1,
        invocationId: expect.any(String),
        outcome: 'ok',
        applied: true,
        mutating: true,
      },
    ]);
    aws.destroy();
  });

  it('copes with two hundred groups of twenty', async () => {
    const sandbox = await start();
    sandbox.clock.freeze();
    const aws = clientsOf(sandbox);
    await deployGroup(aws, 'many-v000', 'ami-0de0200000000000b', 0);
    const { groups } = sandbox.state().regions['123456789012/us-east-1']!;
    const subnets = sandbox.state().regions['123456789012/us-east-1']!.subnets;
    for (const subnet of Object.values(subnets)) subnet.addresses = 5000;
    for (let index = 1; index <= 200; index += 1) {
      const name = `many-v${String(index).padStart(3, '0')}`;
      groups[name] = { ...structuredClone(groups['many-v000']!), name, minSize: 20, maxSize: 20, desired: 20 };
    }
    await aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'many-v001', DesiredCapacity: 20 });
    sandbox.clock.advance(60_000);
    for (let index = 0; index < 20; index += 1) await groupNamed(aws, 'many-v200');
    expect((await groupNamed(aws, 'many-v200'))?.Instances?.every((each) => each.LifecycleState === 'InService')).toBe(
      true,
    );
    aws.destroy();
  });
});
