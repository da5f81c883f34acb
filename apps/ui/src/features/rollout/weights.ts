import type { LoadBalancerView } from '../clusters/server-groups-query.ts';
import type { MovedListener, Shift, ShiftStep } from './touched.ts';

/** Part of the requests of one target group, 0 to 100; `next` after the step that comes. */
export interface Weight {
  readonly targetGroup: string;
  readonly role: 'giving' | 'receiving' | 'other';
  readonly now: number;
  readonly next: number | null;
}

/** Weights at a listener as they are now and after the next step; null when it is not to be seen. */
export function weightsAt(
  balancers: readonly LoadBalancerView[],
  place: { readonly account: string; readonly region: string },
  { loadBalancer, port, rule }: MovedListener,
  { giving, receiving }: Shift,
  steps: readonly ShiftStep[],
): Weight[] | null {
  const balancer = balancers.find(
    (one) => one.name === loadBalancer && one.account === place.account && one.region === place.region,
  );
  const listener = balancer?.listeners.find((one) => one.port === port);
  const actions = rule === null ? listener?.actions : listener?.rules.find((one) => one.priority === rule)?.actions;
  if (!actions) return null;
  const shares = actions.flatMap((action) => action.shares ?? []);
  const sum = shares.reduce((total, { weight }) => total + weight, 0);
  const percent = (name: string): number => {
    const own = shares.find(({ targetGroup }) => targetGroup === name);
    if (!own) return 0;
    return shares.length === 1 ? 100 : sum === 0 ? 0 : Math.round((100 * own.weight) / sum);
  };
  const next = steps.find(({ status }) => status !== 'SUCCEEDED')?.weight ?? null;
  const named = [...(giving ? [giving] : []), receiving];
  const others = shares.map(({ targetGroup }) => targetGroup).filter((name) => !named.includes(name));
  return [...named, ...others].map((targetGroup) => {
    const role = targetGroup === receiving ? 'receiving' : targetGroup === giving ? 'giving' : 'other';
    const coming = { receiving: next, giving: next === null ? null : 100 - next, other: null }[role];
    return { targetGroup, role, now: percent(targetGroup), next: coming };
  });
}
