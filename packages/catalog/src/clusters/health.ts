import type { Capacity, Instance, ServerGroup } from '../kit/ports/index.ts';
import type { KeepServing } from './fields.ts';

/** Sources of health a stage listens to: null = all that report, empty = none, `Amazon` = the machine alone. */
export type HealthSources = readonly string[] | null | undefined;

/** Is the instance healthy by the sources asked for? Anything but a clear yes is a no. */
export function isUp(instance: Instance, sources?: HealthSources): boolean {
  if (!sources) return instance.health === 'Up';
  if (sources.length === 0) return true;
  if (!sources.every((source) => source === 'Amazon')) return instance.health === 'Up';
  return !instance.reasons.some(
    (reason) => reason.source !== 'target' && ['Down', 'Starting', 'OutOfService'].includes(reason.health),
  );
}

export const upCount = (group: ServerGroup, sources?: HealthSources): number =>
  group.instances.filter((instance) => isUp(instance, sources)).length;

/** Takes traffic now: something is up and it is not out of traffic. */
export const isServing = (group: ServerGroup): boolean => group.traffic !== 'disabled' && upCount(group) > 0;

/** Not disabled, or something is up: such a group is deleted or shrunk only when the stage allows it. */
export const isActive = (group: ServerGroup): boolean => group.traffic !== 'disabled' || upCount(group) > 0;

const isFixed = (capacity: Capacity): boolean => capacity.min === capacity.max && capacity.min === capacity.desired;

/**
 * Instances that must be healthy. The configured desired counts when the size is fixed (or fixed by now), else the
 * group's own, which scaling policies may have moved. At least 1 when both percentage and size are above 0.
 */
export function neededCount(
  current: Capacity,
  options: { configured?: Capacity | null; percentage?: number | null } = {},
): number {
  const { configured, percentage } = options;
  const target = configured && (isFixed(configured) || isFixed(current)) ? configured.desired : current.desired;
  if (percentage === null || percentage === undefined) return target;
  return Math.max(percentage > 0 && target > 0 ? 1 : 0, Math.round((target * percentage) / 100));
}

/** One instance's trouble in its source's words: "i-0ab: unhealthy in web-tg (Health checks failed with these codes: [500])". */
export function describeInstance(instance: Instance): string {
  const worst =
    instance.reasons.find(
      (reason) => reason.health !== 'Up' && reason.health !== 'Unknown' && reason.source === 'target',
    ) ??
    instance.reasons.find((reason) => reason.health !== 'Up' && reason.health !== 'Unknown') ??
    instance.reasons.find((reason) => reason.health !== 'Up');
  if (!worst) return `${instance.id}: ${instance.health.toLowerCase()}`;
  const where = worst.where ? ` in ${worst.where}` : '';
  const why = worst.description ?? worst.code;
  return `${instance.id}: ${worst.state}${where}${why ? ` (${why})` : ''}`;
}

/** "instances of demo-web-v001 to be healthy: 2 of 3 are; i-0ab…: initial in demo-web-tg": completes "Waiting for …". */
export function healthToCome(group: ServerGroup, needed: number, sources?: HealthSources): string {
  const [, ...named] = healthParts(group, needed, sources);
  return [`instances of ${group.name} to be healthy: ${upCount(group, sources)} of ${needed} are`, ...named].join('; ');
}

/** "2 of 3 instances of demo-web-v001 healthy; i-0ab…: unhealthy in demo-web-tg (…)". At most three instances are named. */
export const describeHealth = (group: ServerGroup, needed: number, sources?: HealthSources): string =>
  healthParts(group, needed, sources).join('; ');

function healthParts(group: ServerGroup, needed: number, sources?: HealthSources): string[] {
  const up = upCount(group, sources);
  const ailing = group.instances.filter((instance) => !isUp(instance, sources));
  const named = ailing.slice(0, 3).map(describeInstance);
  if (ailing.length > named.length) named.push(`and ${ailing.length - named.length} more`);
  const missing = needed - group.instances.length;
  if (missing > 0) named.push(`${missing} not launched yet`);
  return [`${up} of ${needed} instances of ${group.name} healthy`, ...named];
}

/** Why the group cannot be relied on to serve now, as a sentence; null when it can. Read it live right before asking. */
export function servingProblem(group: ServerGroup | null, keep: KeepServing): string | null {
  if (!group || group.beingDeleted) return `${keep.serverGroup} no longer exists`;
  const needed = keep.needed ?? neededCount(group.capacity, { percentage: keep.percentage });
  const up = upCount(group);
  if (up < needed || up === 0) return describeHealth(group, Math.max(needed, 1));
  if (group.traffic !== 'enabled') return `${group.name} takes no traffic (${group.traffic})`;
  return null;
}
