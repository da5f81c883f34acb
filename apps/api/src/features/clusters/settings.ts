import type { Ports, ServerGroupRef, ServerGroupSpec } from '@gennaker/catalog/kit';

/** What it is launched with. User data may hold secrets: only its size is told. */
function launchOf({ base64UserData, ...spec }: ServerGroupSpec) {
  const { account: _account, region: _region, name: _name, moniker: _moniker, startDisabled: _start, ...launch } = spec;
  return { ...launch, userDataBytes: Buffer.byteLength(base64UserData ?? '', 'base64') };
}

/** What a server group is made of and scaled by, and what was done to its size lately; null when it is not there. */
export async function readSettings(
  ports: Pick<Ports, 'serverGroups' | 'scaling'>,
  application: string,
  ref: ServerGroupRef,
) {
  const recipe = await ports.serverGroups.recipe(ref);
  if (recipe?.moniker.app.toLowerCase() !== application.toLowerCase()) return null;
  const [scaling, warmPool, hooks, activities] = await Promise.all([
    ports.scaling.read(ref),
    ports.scaling.readWarmPool(ref),
    ports.serverGroups.readHooks(ref),
    ports.serverGroups.activities(ref),
  ]);
  return {
    launch: launchOf(recipe),
    policies: scaling?.policies ?? [],
    schedules: scaling?.schedules ?? [],
    warmPool,
    lifecycleHooks: hooks.map((hook) => ({ ...hook })),
    activities,
  };
}
