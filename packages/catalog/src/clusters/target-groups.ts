import type { TaskRun } from '../kit/index.ts';
import type { TargetGroupRef } from '../kit/ports/index.ts';

/**
 * Records that target groups go if nothing needs them, each with what it is. Answers what notes which of them are gone, by
 * the sentences about those that were left: AWS may show a deleted one for some seconds.
 */
export async function intendRemovals(
  run: TaskRun<unknown, 'loadBalancers'>,
  { account, region }: Omit<TargetGroupRef, 'targetGroup'>,
  names: readonly string[],
): Promise<(left: readonly string[]) => void> {
  const { loadBalancers } = run.ports;
  const settles = new Map<string, Awaited<ReturnType<typeof run.intend>>>();
  for (const targetGroup of names) {
    const found = await loadBalancers.readTargetGroup({ account, region, targetGroup });
    if (!found) continue;
    const { protocol, port, targetType, healthCheck, attributes } = found;
    const before = { protocol, port, targetType, healthCheck, attributes };
    const what = { kind: 'targetGroup', account, region, name: targetGroup, action: 'remove', before } as const;
    settles.set(targetGroup, await run.intend(what));
  }
  return (left) => {
    for (const [targetGroup, settle] of settles)
      settle(left.some((sentence) => sentence.startsWith(`Target group ${targetGroup} was left`)) ? 'absent' : 'done');
  };
}
