import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { Listener, LoadBalancer, Rule, TargetGroup } from './state.ts';

export function noLoadBalancer(name: string): never {
  refuse('LoadBalancerNotFound', `Load balancers '[${name}]' not found`);
}
export function noTargetGroup(name: string): never {
  refuse('TargetGroupNotFound', `Target groups '${name}' not found`);
}
export function noListener(arn: string): never {
  refuse('ListenerNotFound', `Listeners '${arn}' not found`);
}
export function noRule(arn: string): never {
  refuse('RuleNotFound', `Rules '${arn}' not found`);
}

export const loadBalancerOf = (store: RegionStore, arn = ''): LoadBalancer =>
  store.loadBalancers[arn] ?? noLoadBalancer(arn);
export const targetGroupOf = (store: RegionStore, arn = ''): TargetGroup =>
  store.targetGroups[arn] ?? noTargetGroup(arn);
export const listenerOf = (store: RegionStore, arn = ''): Listener => store.listeners[arn] ?? noListener(arn);
export const ruleOf = (store: RegionStore, arn = ''): Rule => store.rules[arn] ?? noRule(arn);

/** Refuses a name AWS would refuse: 1–32 letters, digits and inner hyphens. */
export function checkName(kind: string, name: string): void {
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name)) {
    refuse(
      'ValidationError',
      `${kind} name '${name}' must be 1 to 32 letters, digits and hyphens, and may not begin or end with a hyphen`,
    );
  }
}

type Pairs = Array<{ Key?: string; Value?: string }> | undefined;

/** The tags of a request; keys AWS keeps for itself are refused. */
export function tagsIn(tags: Pairs): Record<string, string> {
  const read = attributesIn(tags);
  const reserved = Object.keys(read).find((key) => key.toLowerCase().startsWith('aws:'));
  if (reserved !== undefined) refuse('ValidationError', `Tag keys may not begin with aws: '${reserved}'`);
  return read;
}

/** The attributes of a request; with `known`, a key outside of it is refused. */
export function attributesIn(attributes: Pairs, known?: string[]): Record<string, string> {
  const read = Object.fromEntries((attributes ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const unknown = Object.keys(read).find((key) => known !== undefined && !known.includes(key));
  if (unknown !== undefined) refuse('ValidationError', `Attribute key '${unknown}' is not recognized`);
  return read;
}

export const pairsOut = (values: Record<string, string>): Array<{ Key: string; Value: string }> =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
