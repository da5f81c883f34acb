import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RegionStore } from '../../world/state.ts';

export interface Weighted {
  arn: string;
  weight: number;
}

/** Where the forward action of an action list sends requests; empty when it does not forward. */
export function forwardTargets(actions: Action[]): Weighted[] {
  const forward = actions.find((action) => action.Type === 'forward');
  if (forward === undefined) return [];
  const groups = forward.ForwardConfig?.TargetGroups ?? [];
  if (groups.length > 0) return groups.map((group) => ({ arn: group.TargetGroupArn ?? '', weight: group.Weight ?? 1 }));
  return forward.TargetGroupArn === undefined ? [] : [{ arn: forward.TargetGroupArn, weight: 1 }];
}

/** Load balancers by target group: which target groups some listener or rule sends to. */
export function usersOfTargetGroups(store: RegionStore): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  const note = (actions: Action[], loadBalancerArn: string) => {
    for (const { arn } of forwardTargets(actions)) {
      const held = users.get(arn) ?? new Set<string>();
      users.set(arn, held.add(loadBalancerArn));
    }
  };
  for (const listener of Object.values(store.listeners)) note(listener.actions, listener.loadBalancerArn);
  for (const rule of Object.values(store.rules)) {
    const listener = store.listeners[rule.listenerArn];
    if (listener) note(rule.actions, listener.loadBalancerArn);
  }
  return users;
}
