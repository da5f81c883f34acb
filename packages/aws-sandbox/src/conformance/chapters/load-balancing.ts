import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeAccountLimitsCommand,
  DescribeListenerAttributesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerAttributesCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RemoveTagsCommand,
  SetIpAddressTypeCommand,
  SetRulePrioritiesCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';
import type { Place } from '../place.ts';

export interface Balancing {
  /** Two target groups on one listener, weights 1 and 0. */
  targetGroupArns: [string, string];
}

/** A load balancer with a listener over two target groups; it stays until the end for the groups. */
export async function loadBalancing(lab: Lab, clients: Clients, place: Place, groupId: string): Promise<Balancing> {
  const { elb } = clients;
  await lab.send(elb, new DescribeAccountLimitsCommand({}));
  const blue = await makeTargetGroup(lab, clients, place, 'blue');
  const green = await makeTargetGroup(lab, clients, place, 'green');
  const LoadBalancerArn = await makeLoadBalancer(lab, clients, place, groupId);
  const ListenerArn = await makeListener(lab, clients, place, LoadBalancerArn, [blue, green]);
  await playRules(lab, clients, place, ListenerArn, blue);
  await playLoadBalancer(lab, clients, place, LoadBalancerArn, groupId);
  await playTargetGroup(lab, clients, place, blue);
  return { targetGroupArns: [blue, green] };
}

async function makeTargetGroup(lab: Lab, { elb }: Clients, place: Place, colour: string): Promise<string> {
  const create = {
    Name: `${place.name}-${colour}`.slice(0, 32),
    Protocol: 'HTTP' as const,
    Port: 80,
    VpcId: place.vpcId,
    HealthCheckPath: '/health',
    Tags: [place.tag],
  };
  const { TargetGroups } = await lab.send(elb, new CreateTargetGroupCommand(create));
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  lab.later(`target group ${TargetGroupArn}`, () => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn })));
  await lab.refused(elb, new CreateTargetGroupCommand({ ...create, Port: 81 }), 'DuplicateTargetGroupNameException');
  return TargetGroupArn;
}

async function makeLoadBalancer(lab: Lab, { elb }: Clients, place: Place, groupId: string): Promise<string> {
  const create = new CreateLoadBalancerCommand({
    Name: place.name,
    Type: 'application',
    Scheme: 'internal',
    Subnets: place.subnetIds,
    SecurityGroups: [groupId],
    Tags: [place.tag],
  });
  const { LoadBalancers } = await lab.send(elb, create);
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  lab.later(`load balancer ${LoadBalancerArn}`, () => elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })));
  const again = await lab.send(elb, create);
  if (again.LoadBalancers?.[0]?.LoadBalancerArn !== LoadBalancerArn)
    throw new Error('Equal settings made another load balancer');
  await lab.until('active load balancer', 600, async () => {
    const read = await lab.send(elb, new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }));
    return read.LoadBalancers?.[0]?.State?.Code === 'active';
  });
  return LoadBalancerArn;
}

const forward = (weights: Array<[string, number]>) => ({
  Type: 'forward' as const,
  ForwardConfig: {
    TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
    TargetGroupStickinessConfig: { Enabled: false },
  },
});

async function makeListener(
  lab: Lab,
  { elb }: Clients,
  place: Place,
  LoadBalancerArn: string,
  [blue, green]: [string, string],
): Promise<string> {
  const create = new CreateListenerCommand({
    LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [forward([[blue, 1]])],
    Tags: [place.tag],
  });
  const { Listeners } = await lab.send(elb, create);
  const ListenerArn = Listeners?.[0]?.ListenerArn ?? '';
  await lab.refused(elb, create, 'DuplicateListenerException');
  await lab.refused(elb, new DeleteTargetGroupCommand({ TargetGroupArn: blue }), 'ResourceInUseException');
  const shifted: Array<[string, number]> = [
    [blue, 999],
    [green, 0],
  ];
  await lab.send(elb, new ModifyListenerCommand({ ListenerArn, DefaultActions: [forward(shifted)] }));
  const read = await lab.send(elb, new DescribeListenersCommand({ ListenerArns: [ListenerArn] }));
  const weights = read.Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups?.map((each) => each.Weight);
  if (weights?.sort().join() !== '0,999') throw new Error(`The weights read back are ${weights?.join()}`);
  const { Attributes } = await lab.send(elb, new DescribeListenerAttributesCommand({ ListenerArn }));
  const header = { Key: 'routing.http.response.server.enabled', Value: 'true' };
  await lab.send(elb, new ModifyListenerAttributesCommand({ ListenerArn, Attributes: [Attributes?.[0] ?? header] }));
  const spare = await lab.send(
    elb,
    new CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 81,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
    }),
  );
  await lab.send(elb, new DeleteListenerCommand({ ListenerArn: spare.Listeners?.[0]?.ListenerArn }));
  return ListenerArn;
}

async function playRules(lab: Lab, { elb }: Clients, place: Place, ListenerArn: string, arn: string): Promise<void> {
  const rule = (Priority: number, path: string) =>
    new CreateRuleCommand({
      ListenerArn,
      Priority,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: [path] } }],
      Actions: [forward([[arn, 1]])],
      Tags: [place.tag],
    });
  const first = (await lab.send(elb, rule(10, '/a/*'))).Rules?.[0]?.RuleArn;
  const second = (await lab.send(elb, rule(20, '/b/*'))).Rules?.[0]?.RuleArn;
  await lab.refused(elb, rule(10, '/c/*'), 'PriorityInUseException');
  await lab.send(
    elb,
    new SetRulePrioritiesCommand({
      RulePriorities: [
        { RuleArn: first, Priority: 20 },
        { RuleArn: second, Priority: 10 },
      ],
    }),
  );
  await lab.send(elb, new ModifyRuleCommand({ RuleArn: first, Actions: [forward([[arn, 5]])] }));
  const { Rules } = await lab.send(elb, new DescribeRulesCommand({ ListenerArn }));
  const order = Rules?.map((each) => each.Priority).join();
  if (order !== '10,20,default') throw new Error(`The rules' priorities read ${order}`);
  await lab.send(elb, new DeleteRuleCommand({ RuleArn: first }));
  await lab.send(elb, new DeleteRuleCommand({ RuleArn: second }));
}

async function playLoadBalancer(
  lab: Lab,
  { elb }: Clients,
  place: Place,
  LoadBalancerArn: string,
  groupId: string,
): Promise<void> {
  await lab.send(elb, new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  const Attributes = [{ Key: 'idle_timeout.timeout_seconds', Value: '61' }];
  await lab.send(elb, new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
  await lab.send(elb, new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: [groupId] }));
  await lab.send(elb, new SetSubnetsCommand({ LoadBalancerArn, Subnets: place.subnetIds }));
  await lab.send(elb, new SetIpAddressTypeCommand({ LoadBalancerArn, IpAddressType: 'ipv4' }));
  const ResourceArns = [LoadBalancerArn];
  await lab.send(elb, new AddTagsCommand({ ResourceArns, Tags: [{ Key: 'gennaker:note', Value: 'passing' }] }));
  await lab.send(elb, new DescribeTagsCommand({ ResourceArns }));
  await lab.send(elb, new RemoveTagsCommand({ ResourceArns, TagKeys: ['gennaker:note'] }));
  await lab.refused(
    elb,
    new DescribeLoadBalancersCommand({ Names: [`${place.name}-none`] }),
    'LoadBalancerNotFoundException',
  );
}

async function playTargetGroup(lab: Lab, { elb }: Clients, place: Place, TargetGroupArn: string): Promise<void> {
  await lab.send(elb, new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] }));
  await lab.send(elb, new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckIntervalSeconds: 10 }));
  await lab.send(elb, new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }];
  await lab.send(elb, new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
  await lab.send(elb, new DescribeTargetHealthCommand({ TargetGroupArn }));
  const spare = await lab.send(
    elb,
    new CreateTargetGroupCommand({
      Name: `${place.name}-t`.slice(0, 32),
      Protocol: 'TCP',
      Port: 80,
      VpcId: place.vpcId,
      Tags: [place.tag],
    }),
  );
  await lab.send(elb, new DeleteTargetGroupCommand({ TargetGroupArn: spare.TargetGroups?.[0]?.TargetGroupArn }));
}

/** Deletes the load balancer while it is still looked at; the clean-up would do it unseen. */
export async function deleteLoadBalancer(lab: Lab, { elb }: Clients, place: Place): Promise<void> {
  const { LoadBalancers } = await lab.send(elb, new DescribeLoadBalancersCommand({ Names: [place.name] }));
  await lab.send(elb, new DeleteLoadBalancerCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }));
}
