import type {
  Action,
  AddTagsInput,
  CreateListenerInput,
  CreateRuleInput,
  DeleteListenerInput,
  DeleteRuleInput,
  DescribeListenersInput,
  DescribeRulesInput,
  DescribeTagsInput,
  ModifyListenerInput,
  ModifyRuleInput,
  RemoveTagsInput,
  SetRulePrioritiesInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { listenerOf, loadBalancerOf, noListener, noRule, pairsOut, ruleOf, tagsIn, targetGroupOf } from './find.ts';
import { forwardTargets } from './forwarding.ts';
import type { Listener, Rule } from './state.ts';

function checkActions(call: Call, actions: Action[] | undefined, loadBalancerArn: string): Action[] {
  const list = actions ?? [];
  if (list.length === 0) refuse('ValidationError', 'At least one action must be specified');
  const targets = forwardTargets(list);
  if (targets.length > 5)
    refuse('TooManyUniqueTargetGroupsPerLoadBalancer', 'A forward action can have at most five target groups');
  const balancer = loadBalancerOf(call.view, loadBalancerArn);
  for (const { arn, weight } of targets) {
    if (weight < 0 || weight > 999) refuse('ValidationError', `Weight '${weight}' is not in the range 0 to 999`);
    const group = targetGroupOf(call.view, arn);
    if (group.vpcId !== null && group.vpcId !== balancer.vpcId) {
      refuse(
        'InvalidConfigurationRequest',
        `Target group '${arn}' is not in the same VPC as load balancer '${loadBalancerArn}'`,
      );
    }
  }
  return list.map(withForwardConfig);
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
    const actions = checkActions(call, input.DefaultActions, balancer.arn);
    if (taken) refuse('DuplicateListener', 'A listener already exists on this port for this load balancer');
    const listener: Listener = {
      arn: `${balancer.arn.replace(':loadbalancer/', ':listener/')}/${call.world.random.hex(16)}`,
      loadBalancerArn: balancer.arn,
      port,
      protocol: input.Protocol ?? 'HTTP',
      certificates: (input.Certificates ?? []).map((certificate) => certificate.CertificateArn ?? ''),
      sslPolicy: input.SslPolicy ?? null,
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
    listener.actions = actions;
    listener.port = input.Port ?? listener.port;
    listener.protocol = input.Protocol ?? listener.protocol;
    listener.sslPolicy = input.SslPolicy ?? listener.sslPolicy;
    if (input.Certificates !== undefined)
      listener.certificates = input.Certificates.map((each) => each.CertificateArn ?? '');
    return { Listeners: [listenerOut(listener)] };
  },

  DeleteListener(call: Call, input: DeleteListenerInput) {
    const listener = listenerOf(call.store, input.ListenerArn);
    for (const rule of rulesOf(call.store, listener.arn)) delete call.store.rules[rule.arn];
    delete call.store.listeners[listener.arn];
    return {};
  },

  CreateRule(call: Call, input: CreateRuleInput) {
    const listener = listenerOf(call.view, input.ListenerArn);
    const actions = checkActions(call, input.Actions, listener.loadBalancerArn);
    checkPriority(call.store, listener.arn, input.Priority ?? 0, []);
    const rule: Rule = {
      arn: `${listener.arn.replace(':listener/', ':listener-rule/')}/${call.world.random.hex(16)}`,
      listenerArn: listener.arn,
      priority: input.Priority ?? 0,
      conditions: input.Conditions ?? [],
      actions,
      tags: tagsIn(input.Tags),
    };
    call.store.rules[rule.arn] = rule;
    return { Rules: [ruleOut(rule)] };
  },

  DescribeRules(call: Call, input: DescribeRulesInput) {
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
    const rule = ruleOf(call.store, input.RuleArn);
    const listener = listenerOf(call.store, rule.listenerArn);
    if (input.Actions !== undefined) rule.actions = checkActions(call, input.Actions, listener.loadBalancerArn);
    if (input.Conditions !== undefined) rule.conditions = input.Conditions;
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

  AddTags(call: Call, input: AddTagsInput) {
    const resources = (input.ResourceArns ?? []).map((arn) => tagged(call.store, arn));
    for (const resource of resources) Object.assign(resource.tags, tagsIn(input.Tags));
    return {};
  },

  RemoveTags(call: Call, input: RemoveTagsInput) {
    const resources = (input.ResourceArns ?? []).map((arn) => tagged(call.store, arn));
    for (const resource of resources) for (const key of input.TagKeys ?? []) delete resource.tags[key];
    return {};
  },

  DescribeTags(call: Call, input: DescribeTagsInput) {
    const TagDescriptions = (input.ResourceArns ?? []).map((ResourceArn) => ({
      ResourceArn,
      Tags: pairsOut(tagged(call.view, ResourceArn).tags),
    }));
    return { TagDescriptions };
  },
};

function tagged(store: RegionStore, arn: string): { tags: Record<string, string> } {
  if (arn.includes(':loadbalancer/')) return loadBalancerOf(store, arn);
  if (arn.includes(':targetgroup/')) return targetGroupOf(store, arn);
  if (arn.includes(':listener-rule/')) return ruleOf(store, arn);
  return listenerOf(store, arn);
}
