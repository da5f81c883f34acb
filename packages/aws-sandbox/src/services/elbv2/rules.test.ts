import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf, targetGroupArn } from '../../testing/clients.ts';

const Subnets = ['subnet-0ea0000000000000', 'subnet-0eb0000000000000'];
const VpcId = 'vpc-0e00000000000000';

describe('listeners, rules and network load balancers', () => {
  let sandbox: Sandbox;
  let aws: Clients;
  let ListenerArn: string;
  let serving: string;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 4 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
    serving = await targetGroupArn(aws);
    const { LoadBalancers } = await aws.elb.describeLoadBalancers({ Names: ['demo-alb'] });
    const { LoadBalancerArn } = LoadBalancers?.[0] ?? {};
    ListenerArn = (await aws.elb.describeListeners({ LoadBalancerArn })).Listeners?.[0]?.ListenerArn ?? '';
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const group = async (Name: string, Protocol: 'HTTP' | 'TCP' = 'HTTP') =>
    (await aws.elb.createTargetGroup({ Name, Protocol, Port: 80, VpcId })).TargetGroups?.[0]?.TargetGroupArn ?? '';
  const forward = (...pairs: Array<[string, number]>) => [
    {
      Type: 'forward' as const,
      ForwardConfig: { TargetGroups: pairs.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
    },
  ];
  const path = (value: string) => [{ Field: 'path-pattern', Values: [value] }];
  const rule = async (Priority: number, value = '/a', Actions = forward([serving, 1])) =>
    (await aws.elb.createRule({ ListenerArn, Priority, Conditions: path(value), Actions })).Rules?.[0];

  it('orders rules by priority, swaps priorities in one call, and keeps the default rule last', async () => {
    const first = await rule(10, '/a');
    const second = await rule(20, '/b');
    await expect(rule(10, '/c')).rejects.toMatchObject({ name: 'PriorityInUseException' });
    const order = async () => (await aws.elb.describeRules({ ListenerArn })).Rules?.map((each) => each.Priority);
    expect(await order()).toEqual(['10', '20', 'default']);
    await aws.elb.setRulePriorities({
      RulePriorities: [
        { RuleArn: first?.RuleArn, Priority: 20 },
        { RuleArn: second?.RuleArn, Priority: 10 },
      ],
    });
    const { Rules } = await aws.elb.describeRules({ ListenerArn });
    expect(Rules?.[0]).toMatchObject({ RuleArn: second?.RuleArn, Priority: '10' });
    expect(Rules?.[0]?.Conditions?.[0]).toMatchObject({ Values: ['/b'], PathPatternConfig: { Values: ['/b'] } });
    const byDefault = Rules?.at(-1)?.RuleArn ?? '';
    await expect(aws.elb.deleteRule({ RuleArn: byDefault })).rejects.toMatchObject({
      name: 'OperationNotPermittedException',
    });
    await aws.elb.modifyRule({ RuleArn: first?.RuleArn, Conditions: path('/z') });
    await aws.elb.deleteRule({ RuleArn: second?.RuleArn ?? '' });
    expect(await order()).toEqual(['20', 'default']);
    await expect(aws.elb.deleteRule({ RuleArn: second?.RuleArn ?? '' })).rejects.toMatchObject({
      name: 'RuleNotFoundException',
    });
  });

  it('weighs up to five target groups from 0 to 999, with stickiness, and reads back what was set', async () => {
    const others = await Promise.all(['b', 'c', 'd', 'e', 'f'].map((name) => group(name)));
    const [b = '', c = ''] = others;
    const set = (Actions: ReturnType<typeof forward>) =>
      aws.elb.modifyListener({ ListenerArn, DefaultActions: Actions });
    const sticky = forward([serving, 0], [b, 999]).map((action) => ({
      ...action,
      ForwardConfig: {
        ...action.ForwardConfig,
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
      },
    }));
    await set(sticky);
    const read = (await aws.elb.describeListeners({ ListenerArns: [ListenerArn] })).Listeners?.[0]?.DefaultActions?.[0];
    expect(read?.ForwardConfig).toMatchObject({
      TargetGroups: [
        { TargetGroupArn: serving, Weight: 0 },
        { TargetGroupArn: b, Weight: 999 },
      ],
      TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
    });
    await expect(set(forward([b, 1000]))).rejects.toThrow('not in the range 0 to 999');
    await expect(set(forward([b, 1], [b, 2]))).rejects.toThrow('only once');
    await expect(set(forward([serving, 1], ...others.map((arn): [string, number] => [arn, 1])))).rejects.toMatchObject({
      name: 'TooManyUniqueTargetGroupsPerLoadBalancerException',
    });
    await expect(set(forward([`${c}x`, 1]))).rejects.toMatchObject({ name: 'TargetGroupNotFoundException' });
    await expect(aws.elb.deleteTargetGroup({ TargetGroupArn: b })).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    await aws.elb.deleteTargetGroup({ TargetGroupArn: c });
  });

  it('makes a network load balancer, which takes TCP only and one action only', async () => {
    const made = await aws.elb.createLoadBalancer({ Name: 'edge', Type: 'network', Subnets: Subnets.slice(0, 1) });
    const { LoadBalancerArn, Type, SecurityGroups } = made.LoadBalancers?.[0] ?? {};
    expect({ Type, SecurityGroups }).toEqual({ Type: 'network', SecurityGroups: [] });
    const tcp = await group('tcp', 'TCP');
    const listen = (Protocol: 'TCP' | 'HTTP', arn: string) =>
      aws.elb.createListener({ LoadBalancerArn, Port: 443, Protocol, DefaultActions: forward([arn, 1]) });
    await expect(listen('HTTP', tcp)).rejects.toMatchObject({ name: 'UnsupportedProtocolException' });
    await expect(listen('TCP', await group('web'))).rejects.toMatchObject({ name: 'IncompatibleProtocolsException' });
    const { Listeners } = await listen('TCP', tcp);
    await expect(listen('TCP', tcp)).rejects.toMatchObject({ name: 'DuplicateListenerException' });
    await expect(
      aws.elb.createRule({
        ListenerArn: Listeners?.[0]?.ListenerArn,
        Priority: 1,
        Conditions: path('/x'),
        Actions: forward([tcp, 1]),
      }),
    ).rejects.toMatchObject({ name: 'UnsupportedProtocolException' });
    await expect(
      aws.elb.setSecurityGroups({ LoadBalancerArn, SecurityGroups: ['sg-0e0e000000000000'] }),
    ).rejects.toMatchObject({ name: 'InvalidConfigurationRequestException' });
    const { Attributes } = await aws.elb.describeTargetGroupAttributes({ TargetGroupArn: tcp });
    expect(Attributes).toContainEqual({ Key: 'proxy_protocol_v2.enabled', Value: 'false' });
  });

  it('lets one load balancer only use a target group', async () => {
    const made = await aws.elb.createLoadBalancer({ Name: 'second', Subnets });
    const { LoadBalancerArn } = made.LoadBalancers?.[0] ?? {};
    await expect(
      aws.elb.createListener({ LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions: forward([serving, 1]) }),
    ).rejects.toMatchObject({ name: 'TargetGroupAssociationLimitException' });
  });

  it('changes subnets, groups, address type and attributes, and protects from deletion', async () => {
    const made = await aws.elb.createLoadBalancer({ Name: 'second', Subnets });
    const { LoadBalancerArn, SecurityGroups } = made.LoadBalancers?.[0] ?? {};
    expect(SecurityGroups).toEqual(['sg-0e0d000000000000']);
    const third = 'subnet-0ec0000000000000';
    await aws.elb.setSubnets({ LoadBalancerArn, Subnets: [...Subnets, third] });
    await aws.elb.setSecurityGroups({ LoadBalancerArn, SecurityGroups: ['sg-0e0e000000000000'] });
    await aws.elb.setIpAddressType({ LoadBalancerArn, IpAddressType: 'dualstack' });
    const Attributes = [{ Key: 'deletion_protection.enabled', Value: 'true' }];
    await aws.elb.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes });
    await expect(
      aws.elb.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [{ Key: 'idle', Value: '1' }] }),
    ).rejects.toThrow("Attribute key 'idle' is not recognized");
    const read = (await aws.elb.describeLoadBalancers({ LoadBalancerArns: [LoadBalancerArn ?? ''] }))
      .LoadBalancers?.[0];
    expect(read).toMatchObject({ IpAddressType: 'dualstack', SecurityGroups: ['sg-0e0e000000000000'] });
    expect(read?.AvailabilityZones).toHaveLength(3);
    await expect(aws.elb.deleteLoadBalancer({ LoadBalancerArn })).rejects.toMatchObject({
      name: 'OperationNotPermittedException',
    });
    const off = [{ Key: 'deletion_protection.enabled', Value: 'false' }];
    await aws.elb.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: off });
    await aws.elb.deleteLoadBalancer({ LoadBalancerArn });
    await aws.elb.deleteLoadBalancer({ LoadBalancerArn });
  });

  it('keeps tags, attributes of listeners and target groups, and tells its limits', async () => {
    const arn = await group('tagged');
    await aws.elb.addTags({ ResourceArns: [arn, ListenerArn], Tags: [{ Key: 'a', Value: '1' }] });
    const tags = async () =>
      (await aws.elb.describeTags({ ResourceArns: [arn] })).TagDescriptions?.[0]?.Tags?.map((tag) => tag.Key);
    expect(await tags()).toEqual(['a']);
    await aws.elb.removeTags({ ResourceArns: [arn], TagKeys: ['a'] });
    expect(await tags()).toEqual([]);
    const reserved = [{ Key: 'aws:x', Value: '1' }];
    await expect(aws.elb.addTags({ ResourceArns: [arn], Tags: reserved })).rejects.toThrow('aws:');
    const idle = [{ Key: 'tcp.idle_timeout.seconds', Value: '400' }];
    await aws.elb.modifyListenerAttributes({ ListenerArn, Attributes: idle });
    expect((await aws.elb.describeListenerAttributes({ ListenerArn })).Attributes).toEqual(idle);
    const { Limits } = await aws.elb.describeAccountLimits({});
    expect(Limits?.find((limit) => limit.Name === 'target-groups')?.Max).toBe('3000');
  });

  it('refuses conditions and actions ELB refuses', async () => {
    const make = (Conditions: object[], Actions: object[] = forward([serving, 1])) =>
      aws.elb.createRule({ ListenerArn, Priority: 5, Conditions, Actions: Actions as ReturnType<typeof forward> });
    await expect(make([])).rejects.toThrow('A condition must be specified');
    await expect(make([{ Field: 'moon' }])).rejects.toThrow("Condition field 'moon'");
    await expect(make([{ Field: 'path-pattern', Values: ['1', '2', '3', '4', '5', '6'] }])).rejects.toThrow('5 cond');
    await expect(make(path('/a'), [])).rejects.toThrow('At least one action');
    await expect(make(path('/a'), [...forward([serving, 1]), ...forward([serving, 1])])).rejects.toThrow('exactly one');
    const fixed = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }];
    expect((await make(path('/a'), fixed)).Rules?.[0]?.Actions?.[0]).toMatchObject(fixed[0] ?? {});
  });
});
