import { type Failure, FailureError } from '@gennaker/pipeline-dsl';
import { listenerInWords, type ShiftedListener, type TrafficShift } from '../../clusters/traffic-shift.ts';
import type { Ports, ServerGroup } from '../../kit/ports/index.ts';

/** How requests move back to a group that is in another target group than the one that serves. */
export interface ShiftBack {
  readonly trafficShift: TrafficShift;
  /** The target group that is to get the requests is on no listener yet: it must join before its targets are checked. */
  readonly joins: boolean;
}

const unclear = (from: ServerGroup, to: ServerGroup, listeners: readonly ShiftedListener[]): Failure => ({
  code: 'rollback.target-groups',
  message: `${from.name} gets the requests of ${listeners.map(listenerInWords).join(', ')} through ${from.targetGroups.join(', ')}, and ${to.name} is in ${to.targetGroups.join(', ') || 'no target group'}: where they should go is not clear. Nothing was changed.`,
  advice: 'Set the weights of the listener by hand, or deploy the earlier version anew.',
});

/**
 * Requests that reach the current group through a target group which the restored one does not share: a listener has to
 * send them elsewhere before the current group leaves. Null when there are none. Throws `rollback.target-groups` when it
 * is not clear where they should go.
 */
export async function shiftBackOf(
  { loadBalancers }: Pick<Ports, 'loadBalancers'>,
  from: ServerGroup,
  to: ServerGroup,
): Promise<ShiftBack | null> {
  const { account, region } = from;
  const own = from.targetGroups.filter((name) => !to.targetGroups.includes(name));
  const listeners: ShiftedListener[] = [];
  const known = new Set<string>();
  let giving: string | null = null;
  for (const targetGroup of own) {
    for (const ref of await loadBalancers.listenersOf({ account, region, targetGroup })) {
      const current = await loadBalancers.readShares(ref);
      if (!current?.shares.some((share) => share.targetGroup === targetGroup && share.weight > 0)) continue;
      const { loadBalancer, port, rule } = ref;
      listeners.push({ loadBalancer, port, rule: rule ?? null, actions: current.actions });
      for (const share of current.shares) known.add(share.targetGroup);
      if (giving !== null && giving !== targetGroup) throw new FailureError(unclear(from, to, listeners));
      giving = targetGroup;
    }
  }
  if (giving === null) return null;
  const [receiving, ...more] = to.targetGroups.filter((name) => !from.targetGroups.includes(name));
  if (!receiving || more.length > 0) throw new FailureError(unclear(from, to, listeners));
  return { trafficShift: { listeners, giving, receiving }, joins: !known.has(receiving) };
}
