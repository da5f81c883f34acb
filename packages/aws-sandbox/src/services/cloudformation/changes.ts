import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { evaluate, isReplaced } from './evaluate.ts';
import { scopeOf, wantedResources } from './request.ts';
import type { Change, Stack, StackSpec } from './state.ts';

/** What would become of the resources of a stack with another spec. */
export function changesBetween(world: World, store: RegionStore, stack: Stack, spec: StackSpec): Change[] {
  const scope = scopeOf(world, store, stack, spec);
  const before = scopeOf(world, store, stack).template;
  const wanted = wantedResources(scope);
  const changes = wanted.flatMap((logicalId): Change[] => {
    const resource = scope.template.resources[logicalId];
    const held = stack.resources[logicalId];
    if (resource === undefined) return [];
    const change = { logicalId, type: resource.type, physicalId: held?.physicalId ?? null };
    if (held === undefined) return [{ ...change, action: 'Add' }];
    const properties = evaluate(resource.properties, scope);
    const same =
      JSON.stringify(properties) === held.properties &&
      JSON.stringify(resource.metadata) === JSON.stringify(before.resources[logicalId]?.metadata);
    return same ? [] : [{ ...change, action: 'Modify', replaces: isReplaced(held, resource.type, properties) }];
  });
  const gone = Object.values(stack.resources).filter(({ logicalId }) => !wanted.includes(logicalId));
  const removals = gone.map(
    ({ logicalId, type, physicalId }): Change => ({ logicalId, type, physicalId, action: 'Remove' }),
  );
  return [...changes, ...removals];
}

/** True when another spec changes anything: resources, outputs or tags. */
export function changesAnything(world: World, store: RegionStore, stack: Stack, spec: StackSpec): boolean {
  const outputs = (of: StackSpec) => JSON.stringify(scopeOf(world, store, stack, of).template.outputs);
  return (
    changesBetween(world, store, stack, spec).length > 0 ||
    outputs(spec) !== outputs(stack.spec) ||
    JSON.stringify(spec.tags) !== JSON.stringify(stack.spec.tags)
  );
}
