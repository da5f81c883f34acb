import { isJsonObject } from '@gennaker/pipeline-dsl';
import { again, failed, succeeded, type TaskResult, type TaskRun } from '../kit/index.ts';
import type { Instance, ServerGroup, ServerGroupRef } from '../kit/ports/index.ts';
import type { Safety } from './fields.ts';
import { type GuardedRun, guarded, lostGuarded } from './guarded.ts';
import { isUp, servingProblem } from './health.ts';
import { changeGroup, pollDelay, readAll, refusalNow } from './operations.ts';
import { refOf } from './target.ts';

type Run = TaskRun<unknown, 'serverGroups'>;

const isOut = ({ health }: Instance): boolean =>
  health === 'Down' || health === 'OutOfService' || health === 'Draining';

/** Takes one of each zone in turn, the oldest of a zone first. */
function spreadOverZones(instances: readonly Instance[]): readonly Instance[] {
  const oldestFirst = [...instances].sort(
    (a, b) => (a.launchTime ?? 0) - (b.launchTime ?? 0) || (a.id < b.id ? -1 : 1),
  );
  const turns = new Map<string, number>();
  const placed = oldestFirst.map((instance) => {
    const turn = turns.get(instance.zone) ?? 0;
    turns.set(instance.zone, turn + 1);
    return { instance, turn };
  });
  return placed.sort((a, b) => a.turn - b.turn).map(({ instance }) => instance);
}

/**
 * Ids of the instances that leave traffic so that `percentage` (0 to 100) of the group's instances are out of it: only
 * healthy ones are chosen, spread over zones, oldest first; those out already count. Remember the answer before the
 * first change: a later look chooses others.
 */
export function chooseInstancesToDisable(group: ServerGroup, percentage: number): readonly string[] {
  const wanted = Math.ceil((group.instances.length * percentage) / 100);
  const count = Math.max(0, wanted - group.instances.filter(isOut).length);
  const eligible = group.instances.filter((instance) => isUp(instance));
  return spreadOverZones(eligible)
    .slice(0, count)
    .map(({ id }) => id);
}

/** Key of a stage's own context: ids of the instances that the stage took out of traffic, by "region:server group". */
const DISABLED_INSTANCES = 'disabledInstances';
const keyOf = (ref: ServerGroupRef): string => `${ref.region}:${ref.name}`;

function instancesOf(facts: unknown, ref: ServerGroupRef): readonly string[] | null {
  const all = isJsonObject(facts) ? facts[DISABLED_INSTANCES] : undefined;
  const ids = isJsonObject(all) ? all[keyOf(ref)] : undefined;
  return Array.isArray(ids) ? ids.map(String) : null;
}

/**
 * Takes `percentage` (under 100) of each group's instances out of traffic; the groups stay in it. Which instances is
 * decided once and remembered. Groups out of traffic, or gone, are left alone.
 */
export async function disableShare(
  run: GuardedRun,
  refs: readonly ServerGroupRef[],
  percentage: number,
  safety: Safety,
): Promise<TaskResult> {
  const groups = (await readAll(run, refs)).filter((group) => group.traffic !== 'disabled');
  const chosen = Object.fromEntries(
    groups.map((group) => [
      keyOf(group),
      [...(instancesOf(run.memory, group) ?? chooseInstancesToDisable(group, percentage))],
    ]),
  );
  const leaving = groups.filter((group) => chosen[keyOf(group)]!.length > 0);
  const result = succeeded(undefined, { [DISABLED_INSTANCES]: chosen });
  if (leaving.length === 0) return result;
  const onlyInstances = new Set(Object.values(chosen).flat());
  const act = `disable ${percentage} % of`;
  const refusal = await refusalNow(run, leaving, safety, act, onlyInstances);
  if (refusal) return failed(refusal);
  return guarded(run, leaving, safety, { act, onlyInstances }, async () => {
    await run.remember({ [DISABLED_INSTANCES]: chosen });
    for (const group of leaving)
      await changeGroup(run, group, 'change', (ref) =>
        run.ports.serverGroups.disableInstances(
          ref,
          chosen[keyOf(group)]!,
          run.operation(`disable-some:${keyOf(ref)}`),
        ),
      );
    return result;
  });
}

/**
 * Waits until the instances that `disableShare` took out have finished their requests. When the group that must serve
 * loses its health meanwhile, or fewer are left than a traffic guard keeps, they are put back into traffic and the stage
 * fails.
 */
export async function awaitShareDisabled(
  run: GuardedRun,
  refs: readonly ServerGroupRef[],
  safety: Safety,
): Promise<TaskResult> {
  const groups = await readAll(run, refs);
  const lost =
    (await lostReplacement(run, groups, safety)) ?? (await lostGuarded(run, groups, () => bringBack(run, groups)));
  if (lost) return lost;
  const leaving = groups.flatMap((group) => {
    const ids = instancesOf(run.context, group) ?? [];
    const count = group.instances.filter(
      ({ id, health }) => ids.includes(id) && (health === 'Up' || health === 'Draining'),
    );
    return count.length > 0
      ? [`${count.length} instance${count.length === 1 ? '' : 's'} of ${group.name} to finish requests`]
      : [];
  });
  return leaving.length > 0
    ? again(pollDelay(run), leaving.join('; '))
    : succeeded({ serverGroups: refs.map((ref) => ref.name) });
}

async function bringBack(run: Run, groups: readonly ServerGroup[]): Promise<void> {
  for (const group of groups)
    await changeGroup(run, group, 'change', (ref) =>
      run.ports.serverGroups.enableInstances(
        ref,
        instancesOf(run.context, group) ?? [],
        run.operation(`enable-some:${keyOf(ref)}`),
      ),
    );
}

async function lostReplacement(run: Run, groups: readonly ServerGroup[], safety: Safety): Promise<TaskResult | null> {
  const { keepServing } = safety;
  const first = groups[0];
  if (!keepServing || !first) return null;
  const problem = servingProblem(
    await run.ports.serverGroups.read({ ...refOf(first), name: keepServing.serverGroup }),
    keepServing,
  );
  if (!problem) return null;
  await bringBack(run, groups);
  return failed({
    code: 'cluster.replacement-lost-health',
    message: `${problem}. The instances of ${groups.map((group) => group.name).join(', ')} were put back into traffic.`,
    advice: 'Look at why the new server group became unhealthy under traffic.',
    details: { serverGroups: groups.map((group) => group.name), replacement: keepServing.serverGroup },
  });
}
