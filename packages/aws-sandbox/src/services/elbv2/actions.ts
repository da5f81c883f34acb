import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { refuse } from '../../wire/service-error.ts';
import type { Call } from '../service.ts';
import { loadBalancerOf, targetGroupOf } from './find.ts';
import { forwardTargets, usersOfTargetGroups } from './forwarding.ts';
import type { LoadBalancer } from './state.ts';

const actionTypes = [
  'forward',
  'authenticate-oidc',
  'authenticate-cognito',
  'redirect',
  'fixed-response',
  'jwt-validation',
];
const finalTypes = ['forward', 'redirect', 'fixed-response'];

/** Refuses an action list ELB would refuse, and gives it back in the form ELB answers with. */
export function checkActions(call: Call, actions: Action[] | undefined, loadBalancerArn: string): Action[] {
  const list = actions ?? [];
  if (list.length === 0) refuse('ValidationError', 'At least one action must be specified');
  const balancer = loadBalancerOf(call.view, loadBalancerArn);
  checkTypes(list, balancer);
  const targets = forwardTargets(list);
  if (targets.length > 5)
    refuse('TooManyUniqueTargetGroupsPerLoadBalancer', 'A forward action can have at most five target groups');
  if (new Set(targets.map(({ arn }) => arn)).size < targets.length)
    refuse('ValidationError', 'A target group can be named only once in a forward action');
  for (const { arn, weight } of targets) {
    if (!Number.isInteger(weight) || weight < 0 || weight > 999)
      refuse('ValidationError', `Weight '${weight}' is not in the range 0 to 999`);
    checkTarget(call, arn, balancer);
  }
  checkStickiness(list);
  return list.map(withForwardConfig);
}

function checkTypes(list: Action[], balancer: LoadBalancer): void {
  const unknown = list.find((action) => !actionTypes.includes(action.Type ?? ''));
  if (unknown) refuse('ValidationError', `Action type '${unknown.Type ?? ''}' is not valid`);
  if (list.filter((action) => finalTypes.includes(action.Type ?? '')).length !== 1)
    refuse('InvalidLoadBalancerAction', 'There must be exactly one forward, redirect or fixed-response action');
  if (balancer.type !== 'application' && list.some((action) => action.Type !== 'forward'))
    refuse('InvalidLoadBalancerAction', `Only forward actions are supported on ${balancer.type} load balancers`);
  const orders = list.map((action) => action.Order).filter((order) => order !== undefined);
  if (list.length > 1 && new Set(orders).size < list.length)
    refuse('ValidationError', 'Each action must have its own order when there are several');
}

const protocolsOf: Record<LoadBalancer['type'], string[]> = {
  application: ['HTTP', 'HTTPS'],
  network: ['TCP', 'TLS', 'UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC'],
  gateway: ['GENEVE'],
};

function checkTarget(call: Call, arn: string, balancer: LoadBalancer): void {
  const group = targetGroupOf(call.view, arn);
  if (group.vpcId !== null && group.vpcId !== balancer.vpcId) {
    refuse(
      'InvalidConfigurationRequest',
      `Target group '${arn}' is not in the same VPC as load balancer '${balancer.arn}'`,
    );
  }
  if (group.targetType !== 'lambda' && !protocolsOf[balancer.type].includes(group.protocol))
    refuse(
      'IncompatibleProtocols',
      `The protocol ${group.protocol} of target group '${arn}' is not valid for a load balancer of type ${balancer.type}`,
    );
  const users = usersOfTargetGroups(call.store).get(arn) ?? new Set();
  if ([...users].some((user) => user !== balancer.arn))
    refuse(
      'TargetGroupAssociationLimit',
      `The following target groups cannot be associated with more than one load balancer: ${arn}`,
    );
}

function checkStickiness(list: Action[]): void {
  for (const { ForwardConfig } of list) {
    const { Enabled, DurationSeconds } = ForwardConfig?.TargetGroupStickinessConfig ?? {};
    if (!Enabled) continue;
    if (DurationSeconds === undefined || DurationSeconds < 1 || DurationSeconds > 604_800)
      refuse('ValidationError', 'Target group stickiness duration must be between 1 and 604800 seconds');
  }
}

/** A simple forward is answered with its long form too, as ELB does. */
function withForwardConfig(action: Action): Action {
  if (action.Type !== 'forward') return action;
  const groups = action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn, Weight: 1 }];
  const TargetGroups = groups.map((group) => ({ TargetGroupArn: group.TargetGroupArn, Weight: group.Weight ?? 1 }));
  const ForwardConfig = {
    TargetGroups,
    TargetGroupStickinessConfig: action.ForwardConfig?.TargetGroupStickinessConfig ?? { Enabled: false },
  };
  const only = TargetGroups.length === 1 ? TargetGroups[0]?.TargetGroupArn : undefined;
  return { ...action, TargetGroupArn: only, ForwardConfig };
}

/** Refuses a listener protocol its load balancer cannot have, and HTTPS or TLS without a certificate. */
export function checkProtocol(balancer: LoadBalancer, protocol: string, certificates: string[]): void {
  if (!protocolsOf[balancer.type].includes(protocol))
    refuse('UnsupportedProtocol', `Protocol ${protocol} is not supported on ${balancer.type} load balancers`);
  if (['HTTPS', 'TLS'].includes(protocol) && certificates.length === 0)
    refuse('ValidationError', `A certificate must be specified for ${protocol} listeners`);
}

const configs = {
  'host-header': 'HostHeaderConfig',
  'path-pattern': 'PathPatternConfig',
  'http-request-method': 'HttpRequestMethodConfig',
  'source-ip': 'SourceIpConfig',
  'http-header': 'HttpHeaderConfig',
  'query-string': 'QueryStringConfig',
} as const;

const oldForms = ['host-header', 'path-pattern'];

/** Refuses conditions ELB would refuse; values are answered in the old and the new form. */
export function checkConditions(conditions: RuleCondition[] | undefined): RuleCondition[] {
  const list = conditions ?? [];
  if (list.length === 0) refuse('ValidationError', 'A condition must be specified');
  const read = list.map((condition) => {
    const field = condition.Field ?? '';
    const member = configs[field as keyof typeof configs];
    if (member === undefined)
      refuse('ValidationError', `Condition field '${field}' must be one of '[${Object.keys(configs).join(', ')}]'`);
    const config = condition[member] as { Values?: unknown[] } | undefined;
    const values = config?.Values ?? condition.Values ?? [];
    if (values.length === 0 && !regexValues(config)) refuse('ValidationError', 'A condition value must be specified');
    if (!oldForms.includes(field)) return condition;
    return { ...condition, Values: values as string[], [member]: { ...config, Values: values } };
  });
  const values = read.flatMap((condition) => condition.Values ?? []);
  if (values.length > 5) refuse('TooManyConditionValues', 'A rule can only have 5 condition values');
  return read;
}

const regexValues = (config: object | undefined): boolean =>
  config !== undefined && 'RegexValues' in config && Array.isArray(config.RegexValues) && config.RegexValues.length > 0;
