import type {
  CreateListenerInput,
  CreateRuleInput,
  DeleteListenerInput,
  DeleteRuleInput,
  DescribeListenerAttributesInput,
  DescribeListenersInput,
  DescribeRulesInput,
  ModifyListenerAttributesInput,
  ModifyListenerInput,
  ModifyRuleInput,
  SetRulePrioritiesInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { checkActions, checkConditions, checkProtocol } from './actions.ts';
import { attributesIn, listenerOf, loadBalancerOf, noListener, noRule, pairsOut, ruleOf, tagsIn } from './find.ts';
import type { Listener, Rule } from './state.ts';

function listenerOut(listener: Listener) {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.loadBalancerArn,
    Port: listener.port,
    Protocol: listener.protocol,
    SslPolicy: listener.sslPolicy ?? undefined,
    Certificates: listener.certificates.map((CertificateArn) => ({ CertificateArn })),
    DefaultActions: listener.actions,
  };
}

function ruleOut(rule: Rule) {
  return {
    RuleArn: rule.arn,
    Priority: String(rule.priority),
    Conditions: rule.conditions,
    Actions: rule.actions,
    IsDefault: false,
  };
}

function defaultRuleOut(listener: Listener) {
  return {
    RuleArn: `${listener.arn.replace(':listener/', ':listener-rule/')}/default`,
    Priority: 'default',
    Conditions: [],
    Actions: listener.actions,
    IsDefault: true,
  };
}

const rulesOf = (store: RegionStore, listenerArn: string): Rule[] =>
  Object.values(store.rules)
    .filter((rule) => rule.listenerArn === listenerArn)
    .sort((a, b) => a.priority - b.priority);

function checkPriority(store: RegionStore, listenerArn: string, priority: number, except: string[]): void {
  if (priority < 1 || priority > 50000) refuse('ValidationError', `Priority '${priority}' must be between 1 and 50000`);
  const held = rulesOf(store, listenerArn).find((rule) => rule.priority === priority && !except.includes(rule.arn));
  if (held) refuse('PriorityInUse', `Priority '${priority}' is currently in use`);
}

export const listenerHandlers = {
  CreateListener(call: Call, input: CreateListenerInput) {
    const balancer = loadBalancerOf(call.view, input.LoadBalancerArn);
    const port = input.Port ?? 80;
    const taken = Object.values(call.store.listeners).some(
      (each) => each.loadBalancerArn === balancer.arn && each.port === port,
    );
    const certificates = (input.Certificates ?? []).map((certificate) => certificate.CertificateArn ?? '');
    const protocol = input.Protocol ?? (balancer.type === 'application' ? 'HTTP' : 'TCP');
    checkProtocol(balancer, protocol, certificates);
    const actions = checkActions(call, input.DefaultActions, balancer.arn);
    if (taken) refuse('DuplicateListener', 'A listener already exists on this port for this load balancer');
    const listener: Listener = {
      arn: `${balancer.arn.replace(':loadbalancer/', ':listener/')}/${call.world.random.hex(16)}`,
      loadBalancerArn: balancer.arn,
      port,
      protocol,
      certificates,
      sslPolicy: input.SslPolicy ?? (certificates.length > 0 ? 'ELBSecurityPolicy-TLS13-1-2-2021-06' : null),
      actions,
      attributes: {},
      tags: tagsIn(input.Tags),
    };
    call.store.listeners[listener.arn] = listener;
    return { Listeners: [listenerOut(listener)] };
  },

  DescribeListeners(call: Call, input: DescribeListenersInput) {
    if (input.LoadBalancerArn !== undefined) loadBalancerOf(call.view, input.LoadBalancerArn);
    for (const arn of input.ListenerArns ?? []) if (!call.view.listeners[arn]) noListener(arn);
    const kept = Object.values(call.view.listeners).filter(
      (listener) =>
        (input.LoadBalancerArn === undefined || listener.loadBalancerArn === input.LoadBalancerArn) &&
        (!input.ListenerArns?.length || input.ListenerArns.includes(listener.arn)),
    );
    const { items, next } = page(kept, input.Marker, input.PageSize, 400);
    return { Listeners: items.map(listenerOut), NextMarker: next };
  },

  ModifyListener(call: Call, input: ModifyListenerInput) {
    const listener = listenerOf(call.store, input.ListenerArn);
    const actions =
      input.DefaultActions === undefined
        ? listener.actions
        : checkActions(call, input.DefaultActions, listener.loadBalancerArn);
    const certificates = input.Certificates?.map((each) => each.CertificateArn ?? '') ?? listener.certificates;
    const protocol = input.Protocol ?? listener.protocol;
    checkProtocol(loadBalancerOf(call.store, listener.loadBalancerArn), protocol, certificates);
    const taken = Object.values(call.store.listeners).some(
      (each) => each !== listener && each.loadBalancerArn === listener.loadBalancerArn && each.port === input.Port,
    );
    if (taken) refuse('DuplicateListener', 'A listener already exists on this port for this load balancer');
    Object.assign(listener, { actions, certificates, protocol, port: input.Port ?? listener.port });
    listener.sslPolicy = input.SslPolicy ?? listener.sslPolicy;
    return { Listeners: [listenerOut(listener)] };
  },

  DescribeListenerAttributes(call: Call, input: DescribeListenerAttributesInput) {
    return { Attributes: pairsOut(listenerOf(call.view, input.ListenerArn).attributes) };
  },

  ModifyListenerAttributes(call: Call, input: ModifyListenerAttributesInput) {
    const listener = listenerOf(call.store, input.ListenerArn);
    Object.assign(listener.attributes, attributesIn(input.Attributes));
    return { Attributes: pairsOut(listener.attributes) };
  },

  DeleteListener(call: Call, input: DeleteListenerInput) {
    const listener = listenerOf(call.store, input.ListenerArn);
    for (const rule of rulesOf(call.store, listener.arn)) delete call.store.rules[rule.arn];
    delete call.store.listeners[listener.arn];
    return {};
  },

  CreateRule(call: Call, input: CreateRuleInput) {
    const listener = listenerOf(call.view, input.ListenerArn);
    if (loadBalancerOf(call.view, listener.loadBalancerArn).type !== 'application')
      refuse('UnsupportedProtocol', 'Rules are supported on listeners of application load balancers only');
    const conditions = checkConditions(input.Conditions);
    const actions = checkActions(call, input.Actions, listener.loadBalancerArn);
    checkPriority(call.store, listener.arn, input.Priority ?? 0, []);
    const rule: Rule = {
      arn: `${listener.arn.replace(':listener/', ':listener-rule/')}/${call.world.random.hex(16)}`,
      listenerArn: listener.arn,
      priority: input.Priority ?? 0,
      conditions,
      actions,
      tags: tagsIn(input.Tags),
    };
    call.store.rules[rule.arn] = rule;
    return { Rules: [ruleOut(rule)] };
  },

  DescribeRules(call: Call, input: DescribeRulesInput) {
    if ((input.ListenerArn === undefined) === (input.RuleArns === undefined))
      refuse('ValidationError', 'You must specify either a listener or one or more rules');
    for (const arn of input.RuleArns ?? []) if (!call.view.rules[arn]) noRule(arn);
    const found =
      input.ListenerArn === undefined
        ? Object.values(call.view.rules)
            .filter((rule) => input.RuleArns?.includes(rule.arn))
            .map(ruleOut)
        : [
            ...rulesOf(call.view, listenerOf(call.view, input.ListenerArn).arn).map(ruleOut),
            defaultRuleOut(listenerOf(call.view, input.ListenerArn)),
          ];
    const { items, next } = page<ReturnType<typeof ruleOut>>(found, input.Marker, input.PageSize, 400);
    return { Rules: items, NextMarker: next };
  },

  ModifyRule(call: Call, input: ModifyRuleInput) {
    if (input.RuleArn?.endsWith('/default'))
      refuse('OperationNotPermitted', `Default rule '${input.RuleArn}' cannot be modified`);
    const rule = ruleOf(call.store, input.RuleArn);
    const listener = listenerOf(call.store, rule.listenerArn);
    const conditions = input.Conditions === undefined ? rule.conditions : checkConditions(input.Conditions);
    if (input.Actions !== undefined) rule.actions = checkActions(call, input.Actions, listener.loadBalancerArn);
    rule.conditions = conditions;
    return { Rules: [ruleOut(rule)] };
  },

  DeleteRule(call: Call, input: DeleteRuleInput) {
    if (input.RuleArn?.endsWith('/default'))
      refuse('OperationNotPermitted', `Default rule '${input.RuleArn}' cannot be deleted`);
    delete call.store.rules[ruleOf(call.store, input.RuleArn).arn];
    return {};
  },

  SetRulePriorities(call: Call, input: SetRulePrioritiesInput) {
    const pairs = (input.RulePriorities ?? []).map(({ RuleArn, Priority = 0 }) => ({
      rule: ruleOf(call.store, RuleArn),
      priority: Priority,
    }));
    const moved = pairs.map(({ rule }) => rule.arn);
    for (const { rule, priority } of pairs) checkPriority(call.store, rule.listenerArn, priority, moved);
    if (new Set(pairs.map(({ priority }) => priority)).size < pairs.length)
      refuse('PriorityInUse', 'A priority is given twice');
    for (const { rule, priority } of pairs) rule.priority = priority;
    return { Rules: pairs.map(({ rule }) => ruleOut(rule)) };
  },
};
