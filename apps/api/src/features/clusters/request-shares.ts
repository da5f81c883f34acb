import type { ListenerAction, LoadBalancer, ServerGroup, TargetGroup } from '@gennaker/catalog/kit';

/** Part of the requests of one listener, or of one of its rules, that a server group gets. */
interface RequestShare {
  readonly loadBalancer: string;
  readonly port: number;
  /** Priority of the rule; null = what no rule fits. */
  readonly rule: string | null;
  readonly targetGroup: string;
  readonly weight: number;
  /** 0 … 100 */
  readonly percent: number;
}

/**
 * What part of the requests a server group gets at each place that sends to it. Weights divide requests among target
 * groups; within one, its healthy targets get them evenly, or all its targets when none is healthy.
 */
export function requestShares(group: ServerGroup, balancers: readonly LoadBalancer[]): RequestShare[] {
  const own = new Set(group.instances.map(({ id }) => id));
  const near = balancers.filter(({ account, region }) => account === group.account && region === group.region);
  return near.flatMap((balancer) =>
    balancer.listeners.flatMap(({ port, actions, rules }) =>
      [{ rule: null, actions }, ...rules.map((rule) => ({ rule: rule.priority, actions: rule.actions }))].flatMap(
        (each) =>
          forwarded(each.actions)
            .filter(({ targetGroup }) => group.targetGroups.includes(targetGroup))
            .map(({ targetGroup, weight, part }) => ({
              ...{ loadBalancer: balancer.name, port, rule: each.rule, targetGroup, weight },
              percent: 100 * part * partWithin(targetGroup, balancer.targetGroups, own),
            })),
      ),
    ),
  );
}

function forwarded(actions: readonly ListenerAction[]) {
  const shares = actions.find(({ type }) => type === 'forward')?.shares ?? [];
  const sum = shares.reduce((total, { weight }) => total + weight, 0);
  // A lone target group gets everything, whatever its weight.
  return shares.map((share) => ({ ...share, part: shares.length === 1 ? 1 : sum === 0 ? 0 : share.weight / sum }));
}

function partWithin(name: string, targetGroups: readonly TargetGroup[], own: ReadonlySet<string>): number {
  const targets = targetGroups.find((each) => each.name === name)?.targets ?? [];
  const healthy = targets.filter(({ health }) => health === 'Up');
  const staying = targets.filter(({ health }) => health !== 'Draining' && health !== 'OutOfService');
  const taking = healthy.length > 0 ? healthy : staying;
  return taking.length === 0 ? 0 : taking.filter(({ id }) => own.has(id)).length / taking.length;
}
