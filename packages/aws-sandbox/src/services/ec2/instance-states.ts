import type { World } from '../../world/world.ts';
import type { Instance } from './state.ts';

export type InstanceStateName = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

const codes: Record<InstanceStateName, number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function instanceState(instance: Instance, now: number): InstanceStateName {
  if (instance.terminatedAt !== null && now >= instance.terminatedAt) return 'terminated';
  if (instance.shuttingDownAt !== null && now >= instance.shuttingDownAt) return 'shutting-down';
  if (instance.stoppedAt !== null && now >= instance.stoppedAt) return 'stopped';
  if (instance.stoppingAt !== null && now >= instance.stoppingAt) return 'stopping';
  return now >= instance.runningAt ? 'running' : 'pending';
}

export const stateOut = (name: InstanceStateName): { Code: number; Name: InstanceStateName } => ({
  Code: codes[name],
  Name: name,
});

/** Status checks: `initializing` for a while after running, then `ok`, or `impaired` from the moment it broke. */
export function checkStatus(world: World, instance: Instance, now: number): 'initializing' | 'ok' | 'impaired' {
  if (isImpaired(instance, now)) return 'impaired';
  return now < instance.runningAt + world.profile.statusChecks * 1000 ? 'initializing' : 'ok';
}

/** From when on it fails its status checks: by its image, or since something broke it; null when it never does. */
function impairedFrom(instance: Instance): number | null {
  const { impairedAfter } = instance.app;
  const byImage = impairedAfter === null || impairedAfter === undefined ? null : impairedAfter * 1000;
  const started = Math.max(instance.runningAt, instance.rebootedAt ?? 0);
  if (byImage === null) return instance.impairedAt;
  return Math.min(instance.impairedAt ?? Number.POSITIVE_INFINITY, started + byImage);
}

function isImpaired(instance: Instance, now: number): boolean {
  const from = impairedFrom(instance);
  return from !== null && now >= from;
}

/** When a flapping application changes its mind next; null when it does not flap. */
export function nextFlap(instance: Instance, now: number): number | null {
  const { flap } = instance.app;
  if (!flap) return null;
  const from = appReadyAt(instance);
  return now < from ? from : from + (Math.floor((now - from) / (flap * 1000)) + 1) * flap * 1000;
}

const inBadSpell = (instance: Instance, now: number): boolean =>
  Boolean(instance.app.flap) && Math.floor((now - appReadyAt(instance)) / ((instance.app.flap ?? 1) * 1000)) % 2 === 1;

/** When the application starts to answer, in virtual milliseconds. */
export const appReadyAt = (instance: Instance): number =>
  Math.max(instance.runningAt, instance.rebootedAt ?? 0) + instance.app.boot * 1000;

const appFailsAt = (instance: Instance): number | null =>
  instance.app.failAfter === null ? null : appReadyAt(instance) + instance.app.failAfter * 1000;

/** True when the application would answer a health check well at this moment. */
export function appAnswers(world: World, instance: Instance, now: number): boolean {
  const { app } = instance;
  if (instanceState(instance, now) !== 'running' || now < appReadyAt(instance)) return false;
  if (!app.healthy || app.crash || isImpaired(instance, now) || inBadSpell(instance, now)) return false;
  const failsAt = appFailsAt(instance);
  if (failsAt !== null && now >= failsAt) return false;
  return !world.faults.failsHealthChecks(instance, now);
}

/** Why its health checks fail, in the words of the load balancer. */
export function appFailure(instance: Instance, now: number): 'Target.ResponseCodeMismatch' | 'Target.Timeout' {
  const silent = instance.app.crash || now < appReadyAt(instance) || isImpaired(instance, now);
  return silent ? 'Target.Timeout' : 'Target.ResponseCodeMismatch';
}

/** The moments at which something about this instance changes by itself. */
export function instanceMoments(world: World, instance: Instance): Array<number | null> {
  const { runningAt, terminatedAt } = instance;
  return [
    runningAt,
    runningAt + world.profile.statusChecks * 1000,
    appReadyAt(instance),
    appFailsAt(instance),
    instance.stoppedAt,
    impairedFrom(instance),
    instance.shuttingDownAt,
    terminatedAt,
    terminatedAt === null ? null : terminatedAt + world.profile.terminatedVisible * 1000,
  ];
}

/** Begins a termination; harmless when it has begun already. */
export function beginTermination(
  world: World,
  instance: Instance,
  now: number,
  reason: { code: string; message: string },
): void {
  if (instance.shuttingDownAt !== null) return;
  instance.shuttingDownAt = now;
  instance.terminatedAt = now + world.profile.shuttingDown * 1000;
  instance.stateReason = reason;
}

/** Starts a stopped instance again; any other is left as it is. */
export function beginStart(world: World, instance: Instance, now: number): void {
  if (instanceState(instance, now) !== 'stopped') return;
  instance.stoppingAt = null;
  instance.stoppedAt = null;
  instance.impairedAt = null;
  instance.runningAt = now + Math.round(world.random.between(world.profile.pending) * 1000);
}

/** Begins a stop of a running instance. */
export function beginStop(
  world: World,
  instance: Instance,
  now: number,
  reason: { code: string; message: string },
): void {
  instance.stoppingAt = now;
  instance.stoppedAt = now + world.profile.stopping * 1000;
  instance.stateReason = reason;
}
