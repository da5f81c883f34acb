import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { usersOfTargetGroups } from './forwarding.ts';
import type { Target, TargetGroup } from './state.ts';

export const targetKey = (id: string, port: number): string => `${id}:${port}`;

/** Registers a target, or takes a draining one back. */
export function registerTarget(world: World, group: TargetGroup, id: string, port: number, now: number): void {
  const key = targetKey(id, port);
  const held = group.targets[key];
  if (held !== undefined && held.state !== 'draining') return;
  group.targets[key] = {
    id,
    port,
    registeredAt: now,
    state: 'initial',
    reason: 'Elb.RegistrationInProgress',
    checksFrom: now + Math.round(world.random.between(world.profile.registration) * 1000),
    passing: false,
    passingSince: now,
    everHealthy: false,
    drainingUntil: null,
  };
}

/** Begins to drain a target; one that gets no traffic goes at once. Unknown targets are no error. */
export function deregisterTarget(
  store: RegionStore,
  group: TargetGroup,
  id: string,
  port: number | null,
  now: number,
): void {
  const inUse = usersOfTargetGroups(store).has(group.arn);
  for (const [key, target] of Object.entries(group.targets)) {
    if (target.id !== id || (port !== null && target.port !== port) || target.state === 'draining') continue;
    if (!inUse || target.state === 'unused') delete group.targets[key];
    else beginDrain(group, target, now);
  }
}

function beginDrain(group: TargetGroup, target: Target, now: number): void {
  const seconds = Number(group.attributes['deregistration_delay.timeout_seconds'] ?? '300');
  target.state = 'draining';
  target.reason = 'Target.DeregistrationInProgress';
  target.drainingUntil = now + seconds * 1000;
}

/** True while the target group still knows this instance, draining included. */
export const isRegistered = (group: TargetGroup, id: string): boolean =>
  Object.values(group.targets).some((target) => target.id === id);
