import type { Failure } from '@gennaker/pipeline-dsl';
import type { ServerGroup } from '../kit/ports/index.ts';
import { isServing, isUp, upCount } from './health.ts';

const count = (groups: readonly ServerGroup[]): number => groups.reduce((sum, group) => sum + upCount(group), 0);

/**
 * Target groups that would be left without any healthy instance of the cluster. One that gets no requests, as after a
 * shift to another, may be.
 */
export function emptiedTargetGroups(
  groups: readonly ServerGroup[],
  leaving: readonly string[],
  onlyInstances?: ReadonlySet<string>,
): readonly string[] {
  const serving = groups.filter(isServing);
  const going = serving.filter((group) => leaving.includes(group.name));
  const kept = serving
    .filter((group) => !group.beingDeleted && (!leaving.includes(group.name) || staysPartly(group, onlyInstances)))
    .flatMap((group) => group.targetGroups);
  return [...new Set(going.flatMap((group) => group.targetGroups))].filter((name) => !kept.includes(name));
}

/** Refuses to empty target groups that listeners send requests to. */
export function emptyingRefusal(requested: readonly string[], leaving: readonly string[], act: string): Failure | null {
  if (requested.length === 0) return null;
  return {
    code: 'cluster.would-empty-target-group',
    message: `Refused to ${act} ${leaving.join(', ')}: a listener sends requests to ${requested.join(', ')}, where no healthy instance would be left.`,
    advice:
      'Let the listener send its requests to another target group first, as a rollback or a weighted deploy does.',
    details: { serverGroups: [...leaving], targetGroups: [...requested] },
  };
}

const staysPartly = (group: ServerGroup, onlyInstances: ReadonlySet<string> | undefined): boolean =>
  onlyInstances !== undefined && group.instances.some((each) => isUp(each) && !onlyInstances.has(each.id));

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
  const staying = serving.filter(
    (group) => !group.beingDeleted && (!leaving.includes(group.name) || staysPartly(group, onlyInstances)),
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
