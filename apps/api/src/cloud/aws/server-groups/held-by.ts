import type { LifecycleHook } from '@aws-sdk/client-auto-scaling';
import type { Place } from '../place.ts';

const DEFAULT_HEARTBEAT_SECONDS = 3_600;

/** The states in which a hook holds an instance, and the hooks that may be the one. */
const HELD = [
  { state: 'Pending:Wait', transition: /LAUNCHING$/, doing: 'to come into service' },
  { state: 'Terminating:Wait', transition: /TERMINATING$/, doing: 'to go' },
] as const;

const hookWords = (hooks: readonly LifecycleHook[]): string =>
  hooks
    .map(
      ({ LifecycleHookName, HeartbeatTimeout = DEFAULT_HEARTBEAT_SECONDS }) =>
        `${LifecycleHookName} (up to ${HeartbeatTimeout} s)`,
    )
    .join(', ');

/** Instances that wait for a lifecycle hook, and for which: nobody but who answers the hook can hurry them. */
export async function heldByHooks(place: Place, name: string): Promise<readonly string[]> {
  const group = await place.group(name);
  const waiting = HELD.map(({ state, ...rest }) => ({
    ...rest,
    ids: (group?.Instances ?? []).flatMap((one) => (one.LifecycleState === state ? (one.InstanceId ?? []) : [])),
  })).filter(({ ids }) => ids.length > 0);
  if (waiting.length === 0) return [];
  const { LifecycleHooks = [] } = await place.autoScaling.describeLifecycleHooks({ AutoScalingGroupName: name });
  return waiting.map(({ ids, transition, doing }) => {
    const hooks = LifecycleHooks.filter((hook) => transition.test(hook.LifecycleTransition ?? ''));
    return `${ids.join(', ')} ${doing}, held by lifecycle hook ${hookWords(hooks)}`;
  });
}
