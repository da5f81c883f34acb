import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { Group, Member } from './state.ts';

/** Auto Scaling has no not-found error: every problem with a name or a value is a ValidationError. */
export function invalid(message: string): never {
  refuse('ValidationError', message);
}

export function groupOf(store: RegionStore, name: string | undefined): Group {
  return (
    store.groups[name ?? ''] ?? invalid(`AutoScalingGroup name not found - AutoScalingGroup '${name ?? ''}' not found`)
  );
}

/** A group that may be changed: one being deleted may not. */
export function liveGroupOf(store: RegionStore, name: string | undefined): Group {
  const group = groupOf(store, name);
  if (group.deletingSince !== null)
    invalid(`AutoScalingGroup name not found - AutoScalingGroup '${group.name}' is pending delete`);
  return group;
}

export function memberOf(store: RegionStore, id: string | undefined): { group: Group; member: Member } {
  for (const group of Object.values(store.groups)) {
    const member = group.members[id ?? ''] ?? group.warmPool?.members[id ?? ''];
    if (member !== undefined) return { group, member };
  }
  return invalid(`Instance Id not found - No managed instance found for instance ID: ${id ?? ''}`);
}

/** One group by name, or all of them. */
export function groupsNamed(store: RegionStore, name: string | undefined): Group[] {
  return name === undefined ? Object.values(store.groups) : [groupOf(store, name)];
}
