import { type AppBehaviour, appBehaviourOf } from '../scenario/app-behaviour.ts';
import { globMatches } from '../services/glob.ts';
import { type RegionStore, regionKey } from '../world/state.ts';
import type { World } from '../world/world.ts';
import { kept } from './timeline.ts';

const groupTag = 'aws:autoscaling:groupName';

/** How the application of an instance behaves: as its image says, unless that was overridden for its server group. */
export function appFor(
  world: World,
  store: RegionStore,
  image: string | undefined,
  tags: Record<string, string>,
): AppBehaviour {
  const overrides = world.state.traffic.overrides[regionKey(store.account, store.region)] ?? [];
  const group = tags[groupTag];
  const fitting = group === undefined ? [] : overrides.filter(({ resource }) => globMatches(resource, group));
  return Object.assign(appBehaviourOf(image), ...fitting.map(({ app }) => app)) as AppBehaviour;
}

/**
 * Changes how applications behave from now on, for the instances that a glob meets by id or by server group, and for
 * those such a group starts later. With null they do again what their image says.
 */
export function overrideApps(
  world: World,
  store: RegionStore,
  resource: string,
  app: Partial<AppBehaviour> | null,
): void {
  const overrides = kept(world.state.traffic.overrides, regionKey(store.account, store.region), () => []);
  if (app !== null) overrides.push({ resource, app });
  else overrides.splice(0, overrides.length, ...overrides.filter((held) => held.resource !== resource));
  for (const instance of Object.values(store.instances)) {
    const names = [instance.id, instance.tags[groupTag] ?? ''];
    if (!names.some((name) => globMatches(resource, name))) continue;
    const image = store.images[instance.imageId];
    instance.app =
      app === null
        ? appFor(world, store, image?.tags['sandbox:app'] ?? image?.behaviour, instance.tags)
        : { ...instance.app, ...app };
  }
}
