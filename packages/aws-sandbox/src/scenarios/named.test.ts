import { afterEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { type Clients, clientsOf, deployGroup, groupNamed, targetStates } from '../testing/clients.ts';
import { scenarioNames } from './named.ts';

const next = 'demo-web-v001';
const successor = 'ami-0de0200000000000b';

describe('named scenarios', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  const begin = async (scenario: string, options: { region?: string } = {}) => {
    sandbox = await startSandbox({ seed: 11, scenario });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox, options);
  };
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const lifecycles = async () => (await groupNamed(aws, next))?.Instances?.map((each) => each.LifecycleState) ?? [];

  it('are named in the control API, and can be changed to', async () => {
    await begin('happy');
    const names = await fetch(`${sandbox.url}/_sandbox/scenarios`).then((answer) => answer.json());
    expect(names).toEqual(scenarioNames);
    for (const scenario of scenarioNames) {
      sandbox.reset({ scenario });
      expect(sandbox.state().scenario).toBe(scenario);
    }
    await expect(startSandbox({ scenario: 'sunny' })).rejects.toThrow("There is no scenario 'sunny'");
  });

  it('happy: a deploy serves', async () => {
    await begin('happy');
    await deployGroup(aws, next, successor);
    sandbox.clock.advance(30_000);
    expect(await targetStates(aws)).toEqual(Array(6).fill('healthy'));
  });

  it('slow-boot: two minutes pending', async () => {
    await begin('slow-boot');
    await deployGroup(aws, next, successor);
    sandbox.clock.advance(110_000);
    expect(await lifecycles()).toEqual(Array(3).fill('Pending'));
    sandbox.clock.advance(20_000);
    expect(await lifecycles()).toEqual(Array(3).fill('InService'));
  });

  it('no-capacity-one-zone: all in the others', async () => {
    await begin('no-capacity-one-zone');
    await deployGroup(aws, next, successor);
    sandbox.clock.advance(10_000);
    const zones = (await groupNamed(aws, next))?.Instances?.map((each) => each.AvailabilityZone);
    expect(zones).toHaveLength(3);
    expect(zones).not.toContain('us-east-1a');
  });

  it.each([
    ['bad-ami', 'unhealthy'],
    ['flapping', 'unhealthy'],
  ])('%s: the successor is %s sooner or later', async (scenario, state) => {
    await begin(scenario);
    await deployGroup(aws, next, successor);
    const seen = new Set<string>();
    for (let step = 0; step < 15; step += 1) {
      sandbox.clock.advance(5000);
      for (const each of await targetStates(aws)) seen.add(each);
    }
    expect(seen).toContain(state);
    expect(seen).toContain('healthy');
  });

  it('crash-loop: its instances end and are replaced again and again', async () => {
    await begin('crash-loop');
    await deployGroup(aws, next, successor);
    const ids = new Set<string>();
    for (let step = 0; step < 12; step += 1) {
      sandbox.clock.advance(20_000);
      for (const each of (await groupNamed(aws, next))?.Instances ?? []) ids.add(each.InstanceId ?? '');
    }
    expect(ids.size).toBeGreaterThan(8);
  });

  it.each([
    ['throttled', 'Throttling'],
    ['lossy', 'answer lost'],
  ])('%s: some calls meet it', async (scenario, outcome) => {
    await begin(scenario);
    for (let call = 0; call < 40; call += 1) await groupNamed(aws, 'demo-web-v000').catch(() => undefined);
    expect(sandbox.calls().some((call) => call.outcome === outcome)).toBe(true);
  });

  it('laggy: twenty seconds until it is seen', async () => {
    await begin('laggy');
    const suspended = async () => (await groupNamed(aws, 'demo-web-v000'))?.SuspendedProcesses?.length;
    await aws.autoScaling.suspendProcesses({ AutoScalingGroupName: 'demo-web-v000', ScalingProcesses: ['Launch'] });
    sandbox.clock.advance(19_000);
    expect(await suspended()).toBe(0);
    sandbox.clock.advance(2000);
    expect(await suspended()).toBe(1);
  });

  it('hostile-neighbour: somebody resizes while we create', async () => {
    await begin('hostile-neighbour');
    await deployGroup(aws, next, successor, 1);
    expect((await groupNamed(aws, 'demo-web-v000'))?.DesiredCapacity).toBe(4);
  });

  it('expiring-session: sessions end in the midst of work', async () => {
    await begin('expiring-session');
    const role = { RoleArn: 'arn:aws:iam::123456789012:role/gennaker-deploy', RoleSessionName: 'deploy' };
    const { Credentials } = await aws.sts.assumeRole(role);
    const session = clientsOf(sandbox, { credentials: Credentials });
    let failed = '';
    for (let call = 0; call < 200 && failed === ''; call += 1)
      await session.ec2.describeVpcs({}).catch((error: Error) => {
        failed = error.name;
      });
    expect(failed).toBe('RequestExpired');
    session.destroy();
  });

  it('region-down: one region answers nothing', async () => {
    await begin('region-down', { region: 'us-west-2' });
    await expect(aws.ec2.describeVpcs({})).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    const east = clientsOf(sandbox);
    await east.ec2.describeVpcs({});
    east.destroy();
  });
});
