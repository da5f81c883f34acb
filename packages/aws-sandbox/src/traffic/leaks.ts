import type { RegionStore } from '../world/state.ts';
import type { World } from '../world/world.ts';

export interface Leak {
  account: string;
  region: string;
  kind: 'launch-template' | 'group' | 'instance' | 'target';
  id: string;
  why: string;
}

/** Finds what nobody owns any more: templates, groups, instances and registrations without a live owner. */
export function findLeaks(world: World): Leak[] {
  world.settle();
  return Object.values(world.state.regions).flatMap((store) => [
    ...templateLeaks(store),
    ...groupLeaks(store),
    ...instanceLeaks(store),
    ...targetLeaks(store),
  ]);
}

const leak = (store: RegionStore, kind: Leak['kind'], id: string, why: string): Leak => ({
  account: store.account,
  region: store.region,
  kind,
  id,
  why,
});

function templateLeaks(store: RegionStore): Leak[] {
  const used = new Set<string>();
  for (const group of Object.values(store.groups)) {
    const mixed = group.mixedInstances?.LaunchTemplate?.LaunchTemplateSpecification;
    for (const ref of [group.template?.id, group.template?.name, mixed?.LaunchTemplateId, mixed?.LaunchTemplateName])
      if (ref) used.add(ref);
  }
  return Object.values(store.launchTemplates)
    .filter((template) => !used.has(template.id) && !used.has(template.name))
    .map((template) => leak(store, 'launch-template', template.id, `no group uses ${template.name}`));
}

function groupLeaks(store: RegionStore): Leak[] {
  return Object.values(store.groups)
    .filter(
      (group) =>
        group.maxSize === 0 && group.tags['cd:op-key'] !== undefined && Object.keys(group.members).length === 0,
    )
    .map((group) => leak(store, 'group', group.name, 'empty at 0/0/0'));
}

function instanceLeaks(store: RegionStore): Leak[] {
  return Object.values(store.instances).flatMap((instance) => {
    if (instance.shuttingDownAt !== null) return [];
    const owner = instance.tags['aws:autoscaling:groupName'];
    if (owner === undefined) return [leak(store, 'instance', instance.id, 'belongs to no group')];
    const group = store.groups[owner];
    return group?.members[instance.id] || group?.warmPool?.members[instance.id]
      ? []
      : [leak(store, 'instance', instance.id, `its group ${owner} does not hold it`)];
  });
}

function targetLeaks(store: RegionStore): Leak[] {
  return Object.values(store.targetGroups).flatMap((group) =>
    Object.values(group.targets).flatMap((target) => {
      if (target.state === 'draining') return [];
      const instance = store.instances[target.id];
      if (instance !== undefined && instance.terminatedAt === null) return [];
      return [leak(store, 'target', `${group.name}/${target.id}`, 'registered, but its instance is gone')];
    }),
  );
}
