import type { PlanView } from '../kit/index.ts';
import { namesByRegion } from './place.ts';

/** Names of the server groups that this execution's stages created in the region. */
export function deployedHere(view: Pick<PlanView<unknown>, 'stages'>, region: string): ReadonlySet<string> {
  const made = view.stages.filter(({ outputs }) => outputs['deploy.server.groups'] !== undefined);
  return new Set(made.flatMap(({ outputs }) => namesByRegion(outputs['deploy.server.groups']).get(region) ?? []));
}
