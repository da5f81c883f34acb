import type { Place } from '../place.ts';
import { sharesOf } from './actions.ts';
import { findActions } from './listeners.ts';
import { listenersOf } from './listeners-of.ts';

/** Those of the target groups, by name, that a listener or a rule sends requests to now. */
export async function requestedTargetGroups(place: Place, names: readonly string[]): Promise<readonly string[]> {
  const requested: string[] = [];
  for (const targetGroup of names) {
    const ref = { account: place.account.name, region: place.region, targetGroup };
    const actions = await Promise.all((await listenersOf(place, ref)).map((listener) => findActions(place, listener)));
    const shares = actions.flatMap((found) => (found ? sharesOf(found.actions) : []));
    if (shares.some((share) => share.targetGroup === targetGroup && share.weight > 0)) requested.push(targetGroup);
  }
  return requested;
}
