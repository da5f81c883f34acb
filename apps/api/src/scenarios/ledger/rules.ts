import type { Names, Row, WatchedCall } from './watched-run.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** A thing that a call changes: one of the rows it may stand in, and what that row must show from before. */
interface Touched {
  readonly what: string;
  readonly fits: (row: Row) => boolean;
  /** Keys of the picture; absent: the call makes something, or its row may be that of a creation. */
  readonly before?: readonly string[];
}

type Rule = (parameters: Parameters, names: Names) => readonly Touched[];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): readonly Parameters[] => (Array.isArray(value) ? value : []);
const idsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const named =
  (kinds: readonly string[], name: string) =>
  (row: Row): boolean =>
    kinds.includes(row.kind) && row.name === name;

const touch = (kinds: readonly string[], name: string, before?: readonly string[]): Touched => ({
  what: `${kinds.join(' or ')} ${name}`,
  fits: named(kinds, name),
  ...(before ? { before } : {}),
});

const group = (name: unknown, ...before: readonly string[]): Touched =>
  touch(['serverGroup', 'scaling'], text(name), before);
const groupRule =
  (...before: readonly string[]): Rule =>
  ({ AutoScalingGroupName }) => [group(AutoScalingGroupName, ...before)];

/** Our own marks say what we do; tags of people are theirs. */
const tagRule: Rule = ({ Tags }) =>
  listOf(Tags).map(({ ResourceId, Key }) =>
    text(Key).startsWith('cd:') ? group(ResourceId, 'capacity') : group(ResourceId, 'tags'),
  );

const imageTags: Rule = ({ Resources }, { nameOf }) =>
  idsOf(Resources).map((id) => touch(['image'], nameOf.get(id) ?? '', ['tags']));

/** An instance by itself, as part of its group, or the machine that a stage bakes on. */
const machine = (id: string, names: Names, ...before: readonly string[]): Touched => ({
  what: `instance ${id}`,
  fits: (row) =>
    (row.kind === 'instance' && (row.name === id || row.name.startsWith('bake '))) ||
    (row.kind === 'serverGroup' && row.name === names.groupOf.get(id)),
  before,
});
const machinesRule: Rule = ({ InstanceIds }, names) => idsOf(InstanceIds).map((id) => machine(id, names));

const targetsRule: Rule = ({ Targets }, names) =>
  listOf(Targets).map(({ Id }) => {
    const { what, fits } = machine(text(Id), names);
    const shows = (row: Row): boolean => Boolean(row.before && ('targets' in row.before || 'traffic' in row.before));
    return { what, fits: (row) => fits(row) && (row.action === 'create' || shows(row)), before: [] };
  });

const template = (name: string): Touched => ({
  what: `launch template ${name}`,
  fits: ({ kind, name: own }) => kind === 'serverGroup' && name.startsWith(own),
});

const alarm = (name: string): Touched => ({
  what: `alarm ${name}`,
  fits: ({ kind, name: own, action, before }) =>
    (kind === 'scaling' || (kind === 'serverGroup' && (action === 'remove' || 'alarms' in (before ?? {})))) &&
    name.startsWith(own),
  before: [],
});

/** A pool goes by itself, as it was, or with its group. */
const warmPoolRule: Rule = ({ AutoScalingGroupName }) => [
  {
    what: `warm pool of ${text(AutoScalingGroupName)}`,
    fits: ({ kind, name, action, before }) =>
      kind === 'serverGroup' && name === AutoScalingGroupName && (action === 'remove' || 'warmPool' in (before ?? {})),
    before: [],
  },
];

const securityGroup: Rule = ({ GroupId }, { nameOf }) => [
  touch(['securityGroup'], nameOf.get(text(GroupId)) ?? '', ['ingress']),
];
const balancerRule =
  (...before: readonly string[]): Rule =>
  ({ LoadBalancerArn }, { nameOf }) => [touch(['loadBalancer'], nameOf.get(text(LoadBalancerArn)) ?? '', before)];
const targetGroupRule =
  (...before: readonly string[]): Rule =>
  ({ TargetGroupArn }, { nameOf }) => [touch(['targetGroup'], nameOf.get(text(TargetGroupArn)) ?? '', before)];

/** A listener by itself, or as part of its load balancer. */
function listener(arn: unknown, { listenerOf }: Names): Touched {
  const where = listenerOf.get(text(arn)) ?? '';
  return {
    what: `listener ${where}`,
    fits: ({ kind, name, action, before }) =>
      (kind === 'listener' && name.startsWith(where) && 'actions' in (before ?? {})) ||
      (kind === 'loadBalancer' &&
        name === where.split(':')[0] &&
        (action === 'create' || 'listeners' in (before ?? {}))),
    before: [],
  };
}

const permission = (id: string): Touched => ({
  what: `permission of ${id}`,
  fits: ({ kind, name }) => kind === 'imagePermission' && (id.startsWith('snap-') || name.startsWith(`${id} `)),
  before: ['sharedWith'],
});
const stack =
  (...before: readonly string[]): Rule =>
  ({ StackName }) => [touch(['stack'], text(StackName), before)];
const changeSet: Rule = ({ StackName, ChangeSetName }) => [
  touch(['changeSet'], `${text(StackName)}/${text(ChangeSetName)}`),
];

/** What each change of AWS touches. A change that is not listed here has no rule, and the test fails. */
const RULES: Readonly<Record<string, Rule>> = {
  CreateAutoScalingGroup: ({ AutoScalingGroupName }) => [touch(['serverGroup'], text(AutoScalingGroupName))],
  UpdateAutoScalingGroup: groupRule('capacity'),
  DeleteAutoScalingGroup: groupRule('capacity'),
  SuspendProcesses: groupRule('suspendedProcesses'),
  ResumeProcesses: groupRule('suspendedProcesses'),
  SetInstanceHealth: ({ InstanceId }, names) => [machine(text(InstanceId), names)],
  CreateOrUpdateTags: tagRule,
  DeleteTags: (parameters, names) =>
    parameters['Resources'] ? imageTags(parameters, names) : tagRule(parameters, names),

  EnableMetricsCollection: groupRule(),
  PutScalingPolicy: groupRule('policies'),
  PutScheduledUpdateGroupAction: groupRule('schedules'),
  DeletePolicy: groupRule('policies'),
  DeleteScheduledAction: groupRule('schedules'),
  PutWarmPool: groupRule('warmPool'),
  DeleteWarmPool: warmPoolRule,
  TerminateInstanceInAutoScalingGroup: ({ InstanceId }, names) => [
    touch(['instance'], text(InstanceId), ['state']),
    group(names.groupOf.get(text(InstanceId)), 'capacity'),
  ],
  DetachInstances: ({ InstanceIds, AutoScalingGroupName }) => [
    ...idsOf(InstanceIds).map((id) => touch(['instance'], id, ['state'])),
    group(AutoScalingGroupName, 'capacity'),
  ],
  CreateLaunchTemplate: ({ LaunchTemplateName }) => [template(text(LaunchTemplateName))],
  DeleteLaunchTemplate: ({ LaunchTemplateId }, { nameOf }) => [template(nameOf.get(text(LaunchTemplateId)) ?? '')],
  RunInstances: () => [
    { what: 'a machine', fits: ({ kind, name }) => kind === 'instance' && name.startsWith('bake ') },
  ],
  StopInstances: machinesRule,
  TerminateInstances: machinesRule,
  RebootInstances: ({ InstanceIds }) => idsOf(InstanceIds).map((id) => touch(['instance'], id, ['state'])),
  CreateImage: ({ Name }) => [touch(['image'], text(Name))],
  CopyImage: ({ Name }) => [touch(['image'], text(Name))],
  DeregisterImage: ({ ImageId }, { nameOf }) => [touch(['image'], nameOf.get(text(ImageId)) ?? '', ['tags'])],
  ModifyImageAttribute: ({ ImageId }) => [permission(text(ImageId))],
  ModifySnapshotAttribute: ({ SnapshotId }) => [permission(text(SnapshotId))],
  CreateTags: imageTags,
  DeleteSnapshot: ({ SnapshotId }) => [touch(['snapshot'], text(SnapshotId), ['madeFor'])],
  CreateSecurityGroup: ({ GroupName }) => [touch(['securityGroup'], text(GroupName))],
  AuthorizeSecurityGroupIngress: securityGroup,
  RevokeSecurityGroupIngress: securityGroup,
  UpdateSecurityGroupRuleDescriptionsIngress: securityGroup,
  DeleteSecurityGroup: securityGroup,
  RegisterTargets: targetsRule,
  DeregisterTargets: targetsRule,
  CreateLoadBalancer: ({ Name }) => [touch(['loadBalancer'], text(Name))],
  CreateTargetGroup: ({ Name }) => [touch(['targetGroup'], text(Name))],
  CreateListener: balancerRule('listeners'),
  ModifyListener: ({ ListenerArn }, names) => [listener(ListenerArn, names)],
  DeleteListener: ({ ListenerArn }, names) => [listener(ListenerArn, names)],
  CreateRule: ({ ListenerArn }, names) => [listener(ListenerArn, names)],
  ModifyRule: ({ RuleArn }, names) => [listener(RuleArn, names)],
  DeleteRule: ({ RuleArn }, names) => [listener(RuleArn, names)],
  SetRulePriorities: ({ RulePriorities }, names) =>
    listOf(RulePriorities).map(({ RuleArn }) => listener(RuleArn, names)),
  ModifyLoadBalancerAttributes: balancerRule('attributes'),
  SetSecurityGroups: balancerRule('securityGroups'),
  SetSubnets: balancerRule('subnetIds'),
  SetIpAddressType: balancerRule('ipAddressType'),
  DeleteLoadBalancer: balancerRule('targetGroups'),
  ModifyTargetGroup: targetGroupRule('healthCheck'),
  ModifyTargetGroupAttributes: targetGroupRule('attributes'),
  DeleteTargetGroup: targetGroupRule('healthCheck'),
  PutMetricAlarm: ({ AlarmName }) => [alarm(text(AlarmName))],
  DeleteAlarms: ({ AlarmNames }) => idsOf(AlarmNames).map(alarm),
  CreateStack: stack(),
  UpdateStack: stack('parameters'),
  DeleteStack: stack('status'),
  CreateChangeSet: changeSet,
  DeleteChangeSet: changeSet,
  ExecuteChangeSet: stack(),
};

const isSettled = (row: Row, before: readonly string[]): boolean =>
  row.action === 'create' || (row.before != null && before.every((key) => key in (row.before ?? {})));

/** What is wrong with one change: no rule, no row that is older, or one without the picture from before. */
export function problemsOf({ call, rows }: WatchedCall, names: Names): readonly string[] {
  const rule = RULES[call.action];
  if (!rule) return [`${call.action} has no rule: say in RULES what it touches`];
  return rule(call.parameters as Parameters, names).flatMap(({ what, fits, before }) => {
    const own = rows.filter(fits);
    if (own.length === 0) return [`${call.action}: no older row of the ledger speaks of ${what}`];
    if (before === undefined || own.some((row) => isSettled(row, before))) return [];
    return [`${call.action}: ${what} has no picture from before (${before.join(', ') || 'any'}) in an older row`];
  });
}
