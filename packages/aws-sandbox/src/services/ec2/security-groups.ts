import type {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupIngressRequest,
  CreateSecurityGroupRequest,
  DeleteSecurityGroupRequest,
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupsRequest,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupIngressRequest,
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
} from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { byIds, filtered, tagList } from './filters.ts';
import {
  type PermissionInput,
  peerOf,
  permissionsOut,
  type RuleDirection,
  ruleOut,
  rulesIn,
  sameRule,
} from './permission-rules.ts';
import type { PermissionRule, SecurityGroup } from './state.ts';
import { tagsFor } from './tags.ts';

const maxRules = 60;

function noGroup(id: string): never {
  refuse('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
}

/** The group to change, by id or, in the default VPC, by name; it must be visible to the caller. */
function groupOf(call: Call, input: { GroupId?: string; GroupName?: string }): SecurityGroup {
  const home = Object.values(call.store.vpcs).find((vpc) => vpc.isDefault)?.id;
  const byName = Object.values(call.store.securityGroups).find(
    (group) => group.name === input.GroupName && group.vpcId === home,
  );
  const found = input.GroupId === undefined ? byName : call.store.securityGroups[input.GroupId];
  if (found === undefined || call.view.securityGroups[found.id] === undefined)
    noGroup(input.GroupId ?? input.GroupName ?? '');
  return found;
}

function authorize(call: Call, input: PermissionInput, direction: RuleDirection) {
  const group = groupOf(call, input);
  const rules = rulesIn(call, group, input);
  for (const rule of rules) {
    if (!group[direction].some((held) => sameRule(held, rule))) continue;
    refuse(
      'InvalidPermission.Duplicate',
      `the specified rule "peer: ${peerOf(rule)}, ${rule.protocol.toUpperCase()}, from port: ${rule.fromPort}, to port: ${rule.toPort}, ALLOW" already exists`,
    );
  }
  if (group[direction].length + rules.length > maxRules)
    refuse('RulesPerSecurityGroupLimitExceeded', 'The maximum number of rules per security group has been reached.');
  const made = rules.map((rule) => ({ ...rule, id: `sgr-${call.world.random.hex(17)}` }));
  group[direction].push(...made);
  return { Return: true, SecurityGroupRules: made.map((rule) => ruleOut(group, rule, direction, call.view.account)) };
}

function revoke(call: Call, input: PermissionInput & { SecurityGroupRuleIds?: string[] }, direction: RuleDirection) {
  const group = groupOf(call, input);
  for (const id of input.SecurityGroupRuleIds ?? []) {
    if (!group[direction].some((held) => held.id === id))
      refuse('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${id}' does not exist`);
  }
  const wanted = rulesIn(call, group, input);
  if (wanted.some((rule) => !group[direction].some((held) => sameRule(held, rule))))
    refuse('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
  const doomed = (held: PermissionRule) =>
    wanted.some((rule) => sameRule(held, rule)) || input.SecurityGroupRuleIds?.includes(held.id ?? '');
  group[direction] = group[direction].filter((held) => !doomed(held));
  return { Return: true };
}

function groupOut(call: Call, group: SecurityGroup) {
  const { account } = call.view;
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: account,
    SecurityGroupArn: `arn:aws:ec2:${call.view.region}:${account}:security-group/${group.id}`,
    IpPermissions: permissionsOut(group.ingress, account),
    IpPermissionsEgress: permissionsOut(group.egress, account),
    Tags: tagList(group.tags),
  };
}

function isUsed(call: Call, group: SecurityGroup): boolean {
  return (
    Object.values(call.store.instances).some(
      (instance) => instance.terminatedAt === null && instance.securityGroupIds.includes(group.id),
    ) ||
    Object.values(call.store.loadBalancers).some((balancer) => balancer.securityGroups.includes(group.id)) ||
    Object.values(call.store.securityGroups).some(
      (other) => other !== group && [...other.ingress, ...other.egress].some((rule) => rule.groups.includes(group.id)),
    )
  );
}

const allOut: PermissionRule = {
  protocol: '-1',
  fromPort: null,
  toPort: null,
  cidrs: ['0.0.0.0/0'],
  cidrs6: [],
  groups: [],
};

export const securityGroupHandlers = {
  DescribeSecurityGroups(call: Call, input: DescribeSecurityGroupsRequest) {
    const named = Object.values(call.view.securityGroups);
    for (const name of input.GroupNames ?? []) if (!named.some((group) => group.name === name)) noGroup(name);
    const all = byIds(call.view.securityGroups, input.GroupIds, noGroup).filter(
      (group) => !input.GroupNames?.length || input.GroupNames.includes(group.name),
    );
    const kept = filtered(all, input.Filters, {
      'group-id': (group) => group.id,
      'group-name': (group) => group.name,
      'vpc-id': (group) => group.vpcId,
      description: (group) => group.description,
      'owner-id': () => call.view.account,
      'ip-permission.cidr': (group) => group.ingress.flatMap((rule) => rule.cidrs),
      'ip-permission.group-id': (group) => group.ingress.flatMap((rule) => rule.groups),
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    return { SecurityGroups: items.map((group) => groupOut(call, group)), NextToken: next };
  },

  DescribeSecurityGroupRules(call: Call, input: DescribeSecurityGroupRulesRequest) {
    const all = Object.values(call.view.securityGroups).flatMap((group) => [
      ...group.ingress.map((rule) => ruleOut(group, rule, 'ingress', call.view.account)),
      ...group.egress.map((rule) => ruleOut(group, rule, 'egress', call.view.account)),
    ]);
    const ids = input.SecurityGroupRuleIds;
    const named = all.filter((rule) => !ids?.length || ids.includes(rule.SecurityGroupRuleId));
    type Row = (typeof all)[number] & { tags?: Record<string, string> };
    const kept = filtered(named as Row[], input.Filters, {
      'group-id': (rule) => rule.GroupId,
      'security-group-rule-id': (rule) => rule.SecurityGroupRuleId,
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    return { SecurityGroupRules: items, NextToken: next };
  },

  CreateSecurityGroup(call: Call, input: CreateSecurityGroupRequest) {
    const { GroupName: name = '', Description: description = '' } = input;
    const vpcId = input.VpcId ?? Object.values(call.store.vpcs).find((vpc) => vpc.isDefault)?.id ?? '';
    if (call.view.vpcs[vpcId] === undefined) refuse('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`);
    if (name.startsWith('sg-')) refuse('InvalidParameterValue', 'Invalid group name: names may not begin with sg-');
    if (!/^[\w .\-:/()#,@[\]+=&;{}!$*]{1,255}$/.test(name))
      refuse('InvalidParameterValue', `Value (${name}) for parameter GroupName is invalid.`);
    if (description === '') refuse('MissingParameter', 'The request must contain the parameter GroupDescription');
    const taken = Object.values(call.store.securityGroups).some(
      (group) => group.name === name && group.vpcId === vpcId,
    );
    if (taken) refuse('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpcId}'`);
    const id = `sg-${call.world.random.hex(17)}`;
    const tags = tagsFor(input.TagSpecifications, 'security-group');
    const open = { ...allOut, id: `sgr-${call.world.random.hex(17)}` };
    call.store.securityGroups[id] = { id, name, description, vpcId, ingress: [], egress: [open], tags };
    return {
      GroupId: id,
      SecurityGroupArn: `arn:aws:ec2:${call.store.region}:${call.store.account}:security-group/${id}`,
      Tags: tagList(tags),
    };
  },

  AuthorizeSecurityGroupIngress: (call: Call, input: AuthorizeSecurityGroupIngressRequest) =>
    authorize(call, input, 'ingress'),

  AuthorizeSecurityGroupEgress: (call: Call, input: AuthorizeSecurityGroupEgressRequest) =>
    authorize(call, input, 'egress'),

  RevokeSecurityGroupIngress: (call: Call, input: RevokeSecurityGroupIngressRequest) => revoke(call, input, 'ingress'),

  RevokeSecurityGroupEgress: (call: Call, input: RevokeSecurityGroupEgressRequest) => revoke(call, input, 'egress'),

  UpdateSecurityGroupRuleDescriptionsIngress(call: Call, input: UpdateSecurityGroupRuleDescriptionsIngressRequest) {
    const group = groupOf(call, input);
    const pairs = rulesIn(call, group, input).map((rule) => ({
      rule,
      held:
        group.ingress.find((each) => sameRule(each, rule)) ??
        refuse('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.'),
    }));
    for (const { rule, held } of pairs) held.description = rule.description ?? null;
    for (const { SecurityGroupRuleId, Description } of input.SecurityGroupRuleDescriptions ?? []) {
      const held =
        group.ingress.find((each) => each.id === SecurityGroupRuleId) ??
        refuse(
          'InvalidSecurityGroupRuleId.NotFound',
          `The security group rule ID '${SecurityGroupRuleId}' does not exist`,
        );
      held.description = Description ?? null;
    }
    return { Return: true };
  },

  DeleteSecurityGroup(call: Call, input: DeleteSecurityGroupRequest) {
    const group = groupOf(call, input);
    if (group.name === 'default')
      refuse('CannotDelete', `the specified group: "${group.id}" name: "default" cannot be deleted by a user`);
    if (isUsed(call, group)) refuse('DependencyViolation', `resource ${group.id} has a dependent object`);
    delete call.store.securityGroups[group.id];
    return { Return: true, GroupId: group.id };
  },
};
