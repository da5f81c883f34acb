import type { Failure } from '@gennaker/pipeline-dsl';
import type { ServerGroup } from '../kit/ports/index.ts';
import { isServing, isUp, upCount } from './health.ts';

const count = (groups: readonly ServerGroup[]): number => groups.reduce((sum, group) => sum + upCount(group), 0);

/**
 * Refuses to take away the last traffic of a cluster. `groups` are all server groups of one cluster and region, read
 * live just now; `leaving` are the names about to stop serving, judged together. Null when something else goes on
 * serving, or when nothing serves anyway. With `onlyInstances` the groups lose those instances alone.
 */
export function trafficRefusal(
  groups: readonly ServerGroup[],
  leaving: readonly string[],
  act: string,
  onlyInstances?: ReadonlySet<string>,
): Failure | null {
  const serving = groups.filter(isServing);
  const going = serving.filter((group) => leaving.includes(group.name));
  const staysPartly = (group: ServerGroup): boolean =>
    onlyInstances !== undefined && group.instances.some((each) => isUp(each) && !onlyInstances.has(each.id));
  const staying = serving.filter(
    (group) => !group.beingDeleted && (!leaving.includes(group.name) || staysPartly(group)),
  );
  const first = going[0];
  if (!first || staying.length > 0) return null;
  const names = going.map((group) => group.name).join(', ');
  return {
    code: 'cluster.would-lose-traffic',
    message: `Refused to ${act} ${names}: no other server group of ${first.moniker.cluster} in ${first.region} serves traffic (${count(going)} healthy instances now, 0 afterwards).`,
    advice:
      'Bring another server group of the cluster into traffic first, or allow the stage to leave it without traffic.',
    details: {
      cluster: first.moniker.cluster,
      region: first.region,
      serverGroups: going.map((group) => group.name),
      up: count(going),
      after: 0,
    },
  };
}
