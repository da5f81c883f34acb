import type { ServerGroup, ServerGroups } from '@gennaker/catalog/kit';
import type { AwsAccount } from '../accounts.ts';
import { requestedTargetGroups } from '../load-balancers/requested.ts';
import type { Place, PlaceAt } from '../place.ts';
import { abandonCreation } from './abandon.ts';
import { activitiesOf } from './activities.ts';
import { createServerGroup } from './create.ts';
import { destroyServerGroup } from './destroy.ts';
import { disableServerGroup, disableSomeInstances } from './disable.ts';
import { enableServerGroup, enableSomeInstances } from './enable.ts';
import { heldByHooks } from './held-by.ts';
import { nextServerGroupName } from './next-name.ts';
import { preflight } from './preflight.ts';
import { hopelessNow } from './prospects.ts';
import { findCluster, findGroups, readServerGroup } from './read.ts';
import { readHooks, readRecipe } from './recipe.ts';
import { resizeServerGroup, writeIntendedCapacity } from './resize.ts';
import { copyScaling } from './scaling/copy-scaling.ts';
import { settleScaling } from './scaling/settle-scaling.ts';
import { TAG } from './tags.ts';

const readAll = (place: Place, groups: Awaited<ReturnType<typeof findCluster>>): Promise<readonly ServerGroup[]> =>
  Promise.all(groups.map((group) => readServerGroup(place, group)));

async function applicationIn(place: Place, application: string): Promise<readonly ServerGroup[]> {
  const wanted = application.toLowerCase();
  const tag = { key: TAG.application, value: application };
  return readAll(place, await findGroups(place, tag, (moniker) => moniker.app.toLowerCase() === wanted));
}

/** Server groups on Auto Scaling: each is one Auto Scaling group and the launch template made for it. */
export function createServerGroups(placeAt: PlaceAt, accounts: readonly AwsAccount[]): ServerGroups {
  const at = (ref: { readonly account: string; readonly region: string }) => placeAt(ref.account, ref.region);
  return {
    async list(ref) {
      const place = at(ref);
      return readAll(place, await findCluster(place, ref.cluster));
    },
    async read(ref) {
      const place = at(ref);
      const group = await place.group(ref.name);
      return group ? readServerGroup(place, group) : null;
    },
    async watch(ref) {
      const place = at(ref);
      const group = await place.group(ref.name);
      return group ? readServerGroup(place, group, true) : null;
    },
    async listApplication(application) {
      const places = accounts.flatMap(({ name, regions }) => regions.map((region) => placeAt(name, region)));
      return (await Promise.all(places.map((place) => applicationIn(place, application)))).flat();
    },
    nextName: async (ref, moniker) => nextServerGroupName(at(ref), ref, moniker),
    async recipe(ref) {
      const place = at(ref);
      const group = await place.group(ref.name);
      return group ? readRecipe(place, group) : null;
    },
    readHooks: async (ref) => readHooks(at(ref), ref.name),
    preflight: async (spec) => preflight(at(spec), spec),
    create: async (spec, operation) => createServerGroup(at(spec), spec, operation),
    abandon: async (ref, operation) => abandonCreation(at(ref), ref.name, operation),
    copyScaling: async (from, to, operation) =>
      copyScaling(at(from), at(to), { from: from.name, to: to.name }, operation),
    settleScaling: async (ref, operation) => settleScaling(at(ref), ref.name, operation),
    resize: async (ref, capacity, operation) => resizeServerGroup(at(ref), ref.name, capacity, operation),
    enable: async (ref, operation) => enableServerGroup(at(ref), ref.name, operation),
    disable: async (ref, operation) => disableServerGroup(at(ref), ref.name, operation),
    disableInstances: async (ref, ids, operation) => disableSomeInstances(at(ref), ref.name, ids, operation),
    enableInstances: async (ref, ids, operation) => enableSomeInstances(at(ref), ref.name, ids, operation),
    destroy: async (ref, operation) => destroyServerGroup(at(ref), ref.name, operation),
    setIntendedCapacity: async (ref, capacity, operation) =>
      writeIntendedCapacity(at(ref), ref.name, capacity, operation),
    requested: async (ref, targetGroups) => requestedTargetGroups(at(ref), targetGroups),
    heldBy: async (ref) => heldByHooks(at(ref), ref.name),
    activities: async (ref) => activitiesOf(at(ref), ref.name),
    hopeless: async (group, sinceMs) => hopelessNow(at(group), group, sinceMs),
  };
}
