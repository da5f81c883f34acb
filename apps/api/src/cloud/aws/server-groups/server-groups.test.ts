import { FailureError } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import { BAD_IMAGE, GOOD_IMAGE, type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { allUp, endState, isQuiet, op, port, prepareQuiet, prepareUp, REF, spec, until } from '../testing/shop.ts';

let worlds: SandboxWorld[] = [];
async function world(): Promise<SandboxWorld> {
  const made = await startWorld();
  worlds.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(worlds.map((one) => one.stop()));
  worlds = [];
});

describe('a new server group', () => {
  it('is refused when the name belongs to another operation, and nothing of it is touched', async () => {
    const one = await world();
    await prepareUp(one);
    const before = await endState(one);
    await expect(
      port(one).create(spec({ capacity: { min: 9, desired: 9, max: 9 } }), op('other')),
    ).rejects.toMatchObject({
      failure: { code: 'aws.name-taken', retry: false },
    });
    expect(await endState(one)).toEqual(before);
  });

  it('whose name somebody takes at the last moment leaves nothing behind', async () => {
    const one = await world();
    const theirs = {
      AutoScalingGroupName: REF.name,
      MinSize: 0,
      MaxSize: 0,
      LaunchTemplate: { LaunchTemplateName: 'demo-web-v000-00000000', Version: '1' },
    };
    const subnet = Object.keys(one.sandbox.state().regions['123456789012/us-east-1']?.subnets ?? {})[0];
    one.fault({
      match: { action: 'CreateAutoScalingGroup' },
      effect: {
        kind: 'external',
        call: {
          call: {
            service: 'autoscaling',
            action: 'CreateAutoScalingGroup',
            input: { ...theirs, VPCZoneIdentifier: subnet },
          },
        },
      },
      times: 1,
    });
    await expect(port(one).create(spec(), op('create'))).rejects.toMatchObject({ failure: { code: 'aws.name-taken' } });
    expect(one.templates('shop-')).toEqual([]);
    expect((await port(one).read(REF))?.operationKey).toBeNull();
  });

  it.each(['CreateAutoScalingGroup', 'SuspendProcesses', 'UpdateAutoScalingGroup'])(
    'that is refused for good at %s leaves nothing behind',
    async (action) => {
      const one = await world();
      one.fault({ match: { action }, effect: { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' } });
      await expect(port(one).create(spec({ startDisabled: true }), op('create'))).rejects.toMatchObject({
        failure: { code: 'aws.denied' },
      });
      await one.pass(30_000);
      expect(await port(one).read(REF)).toBeNull();
      expect(one.templates('shop-')).toEqual([]);
    },
  );

  it('cannot claim, by a tag of its own, to belong to another operation', async () => {
    const one = await world();
    await expect(port(one).create(spec({ tags: { 'cd:op-key': 'other' } }), op('create'))).rejects.toMatchObject({
      failure: { code: 'aws.wrong-input', message: expect.stringContaining('cd:op-key') },
    });
    expect(one.tripwire.changes).toEqual([]);
  });

  it('reports everything that is wrong with it at once, by reads alone', async () => {
    const one = await world();
    const problems = await port(one).preflight(
      spec({
        imageId: 'ami-0ffffffffffffffff',
        instanceType: 'x9.huge',
        capacity: { min: 3, desired: 2, max: 1 },
        targetGroups: ['no-such-tg'],
        securityGroups: ['no-such-sg'],
        subnetType: 'nowhere',
        keyPair: 'no-such-key',
        iamRole: 'no-such-profile',
        tags: { 'aws:mine': 'x' },
      }),
    );
    const words = [
      'ami-0ffffffffffffffff',
      'x9.huge',
      'min ≤ desired',
      'no-such-tg',
      'no-such-sg',
      'nowhere',
      'no-such-key',
      'instance profile "no-such-profile" does not exist',
      'aws:mine',
    ];
    for (const word of words) expect(problems.join('\n')).toContain(word);
    expect(one.tripwire.changes).toEqual([]);
    expect(await port(one).preflight(spec())).toEqual([]);
    expect(await port(one).preflight(spec({ iamRole: 'demo-web' }))).toEqual([]);
  });

  it('is not refused for its instance profile where the role of the account may not ask for it', async () => {
    const one = await world();
    one.fault({ match: { service: 'iam' }, effect: { kind: 'error', code: 'AccessDenied', status: 403 } });
    expect(await port(one).preflight(spec({ iamRole: 'anything' }))).toEqual([]);
  });

  it('gets the next free name, read live', async () => {
    const one = await world();
    const moniker = { app: 'demo', stack: 'web', detail: null };
    const cluster = { account: 'demo', region: 'us-east-1', cluster: 'demo-web' };
    expect(await port(one).nextName(cluster, moniker)).toBe('demo-web-v001');
  });

  it('carries whose and what it is', async () => {
    const one = await world();
    await prepareUp(one);
    expect(one.tags(REF.name)).toMatchObject({
      'cd:application': 'shop',
      'cd:stack': 'web',
      'cd:cluster': 'shop-web',
      'cd:op-key': 'create',
      'cd:execution': 'ex-1',
      'cd:image': GOOD_IMAGE,
      'cd:image-name': 'demo-web-2.0.0',
      'cd:version': '2.0.0',
      team: 'web',
    });
    expect((await port(one).read(REF))?.image).toEqual({ id: GOOD_IMAGE, name: 'demo-web-2.0.0', version: '2.0.0' });
    expect((await port(one).read(REF))?.loadBalancers).toEqual(['demo-alb']);
  });
});

describe('traffic', () => {
  it('gives back exactly what was taken: what a user suspended stays suspended', async () => {
    const one = await world();
    await port(one).create(spec({ suspendedProcesses: ['AZRebalance'] }), op('create'));
    await until(one, allUp);
    await port(one).disable(REF, op('disable'));
    expect((await until(one, isQuiet))?.suspendedProcesses).toContain('HealthCheck');
    expect(one.tags(REF.name)['cd:frozen']).not.toContain('AZRebalance');
    await port(one).enable(REF, op('enable'));
    const back = await until(one, allUp);
    expect(back?.suspendedProcesses).toEqual(['AZRebalance']);
    expect(one.tags(REF.name)).not.toHaveProperty('cd:frozen');
  });

  it('of a group disabled by another tool comes back with the processes such tools suspend', async () => {
    const one = await world();
    await prepareQuiet(one);
    one.sandbox.do({
      call: {
        service: 'autoscaling',
        action: 'DeleteTags',
        input: { Tags: [{ ResourceId: REF.name, ResourceType: 'auto-scaling-group', Key: 'cd:frozen' }] },
      },
    });
    await port(one).enable(REF, op('enable'));
    const back = await until(one, allUp);
    expect(back?.suspendedProcesses).not.toContain('Terminate');
    expect(back?.suspendedProcesses).toContain('HealthCheck');
  });

  it('is not given to instances that launched while it was off, until it is enabled again', async () => {
    const one = await world();
    await prepareQuiet(one);
    await port(one).resize(REF, { min: 3, desired: 3, max: 3 }, op('resize'));
    const grown = await until(one, (group) => group?.instances.length === 3);
    expect(grown?.traffic).toBe('disabled');
    await port(one).enable(REF, op('enable'));
    expect((await until(one, (group) => allUp(group) && group?.instances.length === 3))?.traffic).toBe('enabled');
  });

  it('of a group that does not exist is off already, and cannot be switched on', async () => {
    const one = await world();
    await port(one).disable(REF, op('disable'));
    await expect(port(one).enable(REF, op('enable'))).rejects.toMatchObject({ failure: { code: 'aws.gone' } });
    expect(one.tripwire.changes).toEqual([]);
  });
});

describe('a size', () => {
  it('that a user has blocked is refused, naming the process', async () => {
    const one = await world();
    await port(one).create(spec({ suspendedProcesses: ['Launch'] }), op('create'));
    await expect(port(one).resize(REF, { min: 3, desired: 3, max: 3 }, op('resize'))).rejects.toMatchObject({
      failure: { code: 'aws.process-suspended', message: expect.stringContaining('Launch') },
    });
  });

  it('set by a later stage is not undone by a late repeat of an earlier one', async () => {
    const one = await world();
    await prepareUp(one);
    await port(one).resize(REF, { min: 1, desired: 3, max: 5 }, op('first'));
    await port(one).resize(REF, { min: 1, desired: 2, max: 5 }, op('second'));
    await port(one).resize(REF, { min: 1, desired: 3, max: 5 }, op('first'));
    expect((await port(one).read(REF))?.capacity.desired).toBe(2);
  });
});

describe('every way AWS may refuse', () => {
  it.each([
    ['throttle', { kind: 'throttle' }, 'aws.throttled'],
    ['a broken AWS', { kind: 'error', code: 'InternalFailure', status: 500 }, 'aws.try-again'],
    ['lost requests', { kind: 'dropBefore' }, 'aws.no-answer'],
    ['half an answer', { kind: 'truncate' }, 'aws.no-answer'],
    ['a proxy in between', { kind: 'html' }, 'aws.try-again'],
    ['no permission', { kind: 'error', code: 'AccessDenied', status: 403 }, 'aws.denied'],
    ['an ended session', { kind: 'error', code: 'ExpiredToken', status: 403 }, 'aws.session-ended'],
    ['wrong input', { kind: 'error', code: 'ValidationError', message: 'Desired capacity:9 …' }, 'aws.wrong-input'],
    ['a quota', { kind: 'error', code: 'LimitExceeded' }, 'aws.quota'],
    ['another change under way', { kind: 'error', code: 'ScalingActivityInProgress' }, 'aws.busy'],
  ] as const)('%s has its own code and sentence', async (_name, effect, code) => {
    const one = await world();
    await prepareUp(one);
    one.fault({ match: { action: 'UpdateAutoScalingGroup' }, effect });
    const refused = await port(one)
      .resize(REF, { min: 2, desired: 2, max: 3 }, op('resize'))
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ failure: { code, message: expect.stringContaining(REF.name) } });
    expect((refused as FailureError).failure.details).toMatchObject({ operation: 'updateAutoScalingGroup' });
  });
});

describe('many at once', () => {
  it('ten deploys with every third call throttled end well, within a budget of calls', async () => {
    const one = await world();
    one.fault({ effect: { kind: 'throttle' }, probability: 0.3 });
    const names = Array.from({ length: 10 }, (_, n) => `shop-web-v00${n}`);
    await Promise.all(
      names.map(async (name) => {
        for (let tries = 0; tries < 20; tries++)
          try {
            return await port(one).create(spec({ name }), op(`create-${name}`));
          } catch (error) {
            if (!(error instanceof FailureError) || !error.failure.retry) throw error;
          }
      }),
    );
    one.clearFaults();
    const made = await port(one).list({ account: 'demo', region: 'us-east-1', cluster: 'shop-web' });
    expect(made.map((group) => group.capacity.desired)).toEqual(names.map(() => 2));
    expect(one.templates('shop-')).toHaveLength(10);
    const sent = one.cloud.calls().reduce((sum, row) => sum + row.calls, 0);
    expect(sent / names.length).toBeLessThan(25);
  });
});

describe('what is read', () => {
  it('finds server groups that other tools made, too', async () => {
    const one = await world();
    const names = (await port(one).listApplication('demo')).map((group) => group.name);
    expect([...names].sort()).toEqual(['demo-api-v000', 'demo-web-v000']);
  });

  it('shares one describe and one target health between groups asked for together', async () => {
    const one = await world();
    await prepareUp(one);
    const count = (operation: string) => one.cloud.calls().find((row) => row.operation === operation)?.calls ?? 0;
    const before = { groups: count('describeAutoScalingGroups'), health: count('describeTargetHealth') };
    await Promise.all([port(one).read(REF), port(one).read({ ...REF, name: 'demo-web-v000' }), port(one).read(REF)]);
    expect(count('describeAutoScalingGroups') - before.groups).toBe(1);
    expect(count('describeTargetHealth') - before.health).toBe(1);
  });
});

describe('waiting in vain is noticed', () => {
  const judge = async (one: SandboxWorld, minutes: number) => {
    const since = one.clock.now();
    for (let waited = 0; waited < minutes * 60; waited += 10) {
      const group = await port(one).read(REF);
      const failure = group && (await port(one).hopeless(group, since));
      if (failure) return { failure, afterSeconds: waited };
      await one.pass(10_000);
    }
    return null;
  };

  it('when the new version fails its health check', async () => {
    const one = await world();
    await port(one).create(spec({ imageId: BAD_IMAGE }), op('create'));
    const verdict = await judge(one, 6);
    expect(verdict?.failure.code).toMatch(/^aws\.(targets-failing|instances-die)$/);
    expect(verdict?.failure.message).toContain('demo-web-tg');
    expect(verdict?.afterSeconds).toBeLessThanOrEqual(180);
  });

  it('when there is no capacity', async () => {
    const one = await world();
    one.fault({ effect: { kind: 'capacity', free: 0 } });
    await port(one).create(spec(), op('create'));
    const verdict = await judge(one, 6);
    expect(verdict?.failure).toMatchObject({ code: 'aws.no-capacity' });
    expect(verdict?.failure.message).toContain('t3.micro');
    expect(verdict?.afterSeconds).toBeLessThanOrEqual(180);
  });

  it('when the quota is used up', async () => {
    const one = await world();
    one.fault({ effect: { kind: 'quota', vcpu: 0 } });
    await port(one).create(spec(), op('create'));
    expect((await judge(one, 3))?.failure.code).toBe('aws.quota');
  });

  it('never for a healthy one', async () => {
    const one = await world();
    await port(one).create(spec(), op('create'));
    expect(await judge(one, 4)).toBeNull();
  });
});
