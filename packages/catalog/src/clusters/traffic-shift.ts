import { isJsonObject } from '@gennaker/pipeline-dsl';
import type { ListenerRef, ListenerShares, TrafficShare } from '../kit/ports/index.ts';
import { type ShiftedListener, type TrafficShift, trafficShiftSchema } from './traffic-shift-schema.ts';

export { type ShiftedListener, type TrafficShift, trafficShiftSchema } from './traffic-shift-schema.ts';

/** The shift that a deploy has written into its context; null when it has none. */
export function trafficShiftOf(context: unknown): TrafficShift | null {
  const parsed = trafficShiftSchema.safeParse(isJsonObject(context) ? context['trafficShift'] : undefined);
  return parsed.success ? parsed.data : null;
}

export const listenerRefOf = (
  { loadBalancer, port, rule }: ShiftedListener,
  place: { readonly account: string; readonly region: string },
): ListenerRef => ({ account: place.account, region: place.region, loadBalancer, port, ...(rule ? { rule } : {}) });

/** "web-alb:443", "web-alb:443 rule 10". */
export const listenerInWords = ({ loadBalancer, port, rule }: Omit<ShiftedListener, 'actions'>): string =>
  `${loadBalancer}:${port}${rule ? ` rule ${rule}` : ''}`;

/** Shares that give the receiving target group `weight` of 100, and the giving one the rest; others get nothing. */
export function sharesAt(shift: TrafficShift, current: ListenerShares, weight: number): readonly TrafficShare[] {
  const weightOf = (name: string): number =>
    name === shift.receiving ? weight : name === shift.giving ? 100 - weight : 0;
  const named = [...current.shares.map(({ targetGroup }) => targetGroup), shift.giving, shift.receiving];
  const names = [...new Set(named.filter((name): name is string => name !== null))];
  return names.map((targetGroup) => ({ targetGroup, weight: weightOf(targetGroup) }));
}

/** Do the requests go where they should? Equal weights of one target group alone are all the same. */
export function sameShares(a: readonly TrafficShare[], b: readonly TrafficShare[]): boolean {
  const parts = (shares: readonly TrafficShare[]): ReadonlyMap<string, number> => {
    const sum = shares.reduce((total, { weight }) => total + weight, 0);
    return new Map(shares.map(({ targetGroup, weight }) => [targetGroup, sum === 0 ? 0 : weight / sum]));
  };
  const [left, right] = [parts(a), parts(b)];
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names].every((name) => Math.abs((left.get(name) ?? 0) - (right.get(name) ?? 0)) < 1e-9);
}
