import { type Failure, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { again, failed, minutes, succeeded, type TaskResult, type TaskRun } from '../kit/index.ts';
import type { ClusterRef, ServerGroup, ServerGroupRef } from '../kit/ports/index.ts';
import { deployedHere } from './deployed-here.ts';
import type { Safety } from './fields.ts';
import { byCluster, type GuardedRun, guarded, lostGuarded } from './guarded.ts';
import { servingProblem } from './health.ts';
import { groupIsThere, intendGroup, settling } from './intents.ts';
import { soak, soakBroken } from './soak.ts';
import { CHOSEN, refOf } from './target.ts';
import { emptiedTargetGroups, emptyingRefusal, trafficRefusal } from './traffic-check.ts';

type Run = TaskRun<unknown, 'serverGroups'>;

/** Longest time that finishing requests hold a stage up; a target group may drain for an hour at most. */
const DRAIN_LIMIT_MS = minutes(65);

/** Next look at something that changes: often at first, for `quickMs`, then less and less. */
export function pollDelay(run: Pick<Run, 'now' | 'task'>, quickMs = 10_000): number {
  const elapsed = run.now() - run.task.startTime;
  if (elapsed < quickMs) return 2_000;
  return elapsed < minutes(2) ? 5_000 : elapsed < minutes(30) ? 10_000 : 30_000;
}

/** Between looks at what the cloud tells of by itself: an event may be lost. */
const TOLD_MS = 30_000;

/** Next look at instances that start or end. */
export const membersDelay = (run: Pick<Run, 'now' | 'task'>, group: ServerGroup, quickMs?: number): number =>
  group.changesAreTold ? TOLD_MS : pollDelay(run, quickMs);

const NOTHING = { min: 0, desired: 0, max: 0 };

const keyOf = (ref: ServerGroupRef): string => `${ref.region}:${ref.name}`;

/** Makes one change to a group: the ledger knows of it, with the group's picture and `more`, before it is made. */
export async function changeGroup(
  run: Run,
  group: ServerGroup,
  action: 'change' | 'remove',
  act: (ref: ServerGroupRef) => Promise<void>,
  more: JsonObject = {},
): Promise<void> {
  const settle = await intendGroup(run, group, action, more);
  const ref = refOf(group);
  await settling(
    settle,
    () => act(ref),
    () => groupIsThere(run, ref),
  );
}

/** Takes one group out of traffic. */
export const disableGroup = (run: Run, group: ServerGroup): Promise<void> =>
  changeGroup(run, group, 'change', (ref) =>
    run.ports.serverGroups.disable(ref, run.operation(`disable:${keyOf(ref)}`)),
  );

/** Puts one group into traffic. */
export const enableGroup = (run: Run, group: ServerGroup): Promise<void> =>
  changeGroup(run, group, 'change', (ref) => run.ports.serverGroups.enable(ref, run.operation(`enable:${keyOf(ref)}`)));

/** Scales one group to nothing. The size it had is kept with it first: a rollback would not know what to grow it to. */
export const emptyGroup = (run: Run, group: ServerGroup): Promise<void> =>
  changeGroup(run, group, 'change', async (ref) => {
    if (!group.intendedCapacity)
      await run.ports.serverGroups.setIntendedCapacity(ref, group.capacity, run.operation(`remember:${keyOf(ref)}`));
    await run.ports.serverGroups.resize(ref, NOTHING, run.operation(`resize:${keyOf(ref)}`));
  });

/**
 * Raises min to desired so that the group does not shrink while it is needed. The size from before is kept with the
 * group in the cloud first, so that it is never lost.
 */
export async function pinGroup(run: Run, group: ServerGroup): Promise<void> {
  if (group.capacity.min === group.capacity.desired) return;
  await changeGroup(run, group, 'change', async (ref) => {
    if (!group.intendedCapacity)
      await run.ports.serverGroups.setIntendedCapacity(ref, group.capacity, run.operation(`remember:${keyOf(ref)}`));
    await run.ports.serverGroups.resize(
      ref,
      { ...group.capacity, min: group.capacity.desired },
      run.operation(`pin:${keyOf(ref)}`),
    );
  });
}

/**
 * Gives back the min from before a pin, never raising it and never touching desired or max, which autoscaling may have
 * moved meanwhile. A group that was scaled to nothing keeps the remembered size: it is what a rollback grows it to.
 */
export async function unpinGroup(run: Run, group: ServerGroup, originalMin: number): Promise<void> {
  const min = Math.min(originalMin, group.capacity.min);
  const emptied = group.capacity.max === 0;
  if (min === group.capacity.min && (emptied || !group.intendedCapacity)) return;
  await changeGroup(run, group, 'change', async (ref) => {
    if (min !== group.capacity.min)
      await run.ports.serverGroups.resize(ref, { ...group.capacity, min }, run.operation(`unpin:${keyOf(ref)}`));
    if (!emptied && group.intendedCapacity)
      await run.ports.serverGroups.setIntendedCapacity(ref, null, run.operation(`forget:${keyOf(ref)}`));
  });
}

/**
 * Is it safe to take these groups out of service now? Reads the whole cluster live: the group that must serve has to be
 * healthy and in traffic, something else has to go on serving, and no target group that gets requests may be left empty.
 * With `onlyInstances`, only those of the groups'
 * instances leave. Null when safe.
 */
export async function refusalNow(
  run: Run,
  refs: readonly ServerGroupRef[],
  safety: Safety,
  act: string,
  onlyInstances?: ReadonlySet<string>,
): Promise<Failure | null> {
  for (const { cluster, names: leaving } of byCluster(refs)) {
    const groups = await run.ports.serverGroups.list(cluster);
    const { keepServing } = safety;
    const problem =
      keepServing &&
      servingProblem(groups.find((group) => group.name === keepServing.serverGroup) ?? null, keepServing);
    if (problem) return notServing(problem, leaving, act);
    if (safety.allowNoTraffic) continue;
    const refusal = trafficRefusal(groups, leaving, act, onlyInstances);
    if (refusal) return refusal;
    const emptied = emptiedTargetGroups(groups, leaving, onlyInstances);
    const requested = emptied.length > 0 ? await run.ports.serverGroups.requested(cluster, emptied) : [];
    const emptying = emptyingRefusal(requested, leaving, act);
    if (emptying) return emptying;
  }
  return null;
}

const notServing = (problem: string, serverGroups: readonly string[], act: string): Failure => ({
  code: 'cluster.replacement-not-serving',
  message: `Refused to ${act} ${serverGroups.join(', ')}: ${problem}.`,
  advice: 'The earlier server group keeps serving. Look at the health of the new one before trying again.',
  details: { serverGroups: [...serverGroups] },
});

/** Key of a stage's own context: names of the groups that the stage itself took out of traffic. */
const DISABLED_HERE = 'disabledHere';
const namesUnder = (facts: unknown, key: string): readonly string[] => {
  const value = isJsonObject(facts) ? facts[key] : undefined;
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];
};

/** Checks, then takes every group out of traffic that exists and still is in it. */
export async function disableAll(
  run: GuardedRun,
  refs: readonly ServerGroupRef[],
  safety: Safety,
): Promise<TaskResult> {
  const enabled = (await watchAll(run, refs)).filter((group) => group.traffic !== 'disabled');
  const known = namesUnder(run.memory, DISABLED_HERE);
  const disabledHere = [...new Set([...known, ...enabled.map((group) => group.name)])];
  const waiting = await keeperToCome(run, enabled, safety);
  if (waiting) return waiting;
  const refusal = enabled.length > 0 ? await refusalNow(run, enabled, safety, 'disable') : null;
  if (refusal) return failed(refusal);
  return guarded(run, enabled, safety, { act: 'disable' }, async () => {
    if (enabled.length > 0) await run.remember({ [DISABLED_HERE]: disabledHere });
    for (const group of enabled) await disableGroup(run, group);
    return succeeded(undefined, { [DISABLED_HERE]: disabledHere });
  });
}

/** Null when the group that must go on serving has done so for the time asked, or its stage is to be refused; else a wait. */
async function keeperToCome(run: Run, refs: readonly ServerGroupRef[], safety: Safety): Promise<TaskResult | null> {
  const { keepServing } = safety;
  if (refs.length === 0 || !keepServing || !(keepServing.stableSeconds || keepServing.comesBack)) return null;
  const problem = servingProblem(await keeperOf(run, refs, safety), keepServing);
  if (!problem) return soak(run, [keepServing.serverGroup], keepServing.stableSeconds ?? 0);
  if (!keepServing.comesBack) return null;
  await soakBroken(run);
  return again(pollDelay(run), `${keepServing.serverGroup} to serve again: ${problem}`);
}

/** Live pictures of those that still exist. */
export const readAll = (run: Run, refs: readonly ServerGroupRef[]): Promise<readonly ServerGroup[]> =>
  present(refs.map((ref) => run.ports.serverGroups.read(ref)));

/** The same for whoever waits, or asks the cluster again before it acts. */
const watchAll = (run: Run, refs: readonly ServerGroupRef[]): Promise<readonly ServerGroup[]> =>
  present(refs.map((ref) => run.ports.serverGroups.watch(ref)));

const present = async (pictures: ReadonlyArray<Promise<ServerGroup | null>>): Promise<readonly ServerGroup[]> =>
  (await Promise.all(pictures)).flatMap((group) => (group && !group.beingDeleted ? [group] : []));

/**
 * Waits until the groups are out of traffic and have finished their requests. When the group that must serve loses its
 * health meanwhile, or fewer instances are left than a traffic guard keeps, the groups are put back into traffic and the
 * stage fails.
 */
export async function awaitDisabled(
  run: GuardedRun,
  refs: readonly ServerGroupRef[],
  safety: Safety,
): Promise<TaskResult> {
  const [groups, keeper] = await Promise.all([watchAll(run, refs), keeperOf(run, refs, safety)]);
  const names = namesUnder(run.context, DISABLED_HERE);
  const own = groups.filter((group) => names.includes(group.name));
  const lost =
    (await lostReplacement(run, own, keeper, safety)) ??
    (await lostGuarded(run, own, async () => {
      for (const group of own) await enableGroup(run, group);
    }));
  if (lost) return lost;
  const waiting = groups.filter((group) => group.traffic !== 'disabled' || group.draining > 0);
  const acted = { serverGroups: refs.map((ref) => ref.name) };
  if (waiting.length === 0) return succeeded(acted);
  const overdue = run.now() - run.task.startTime > DRAIN_LIMIT_MS;
  if (overdue && waiting.every((group) => group.traffic === 'disabled'))
    return succeeded(acted, { warning: `${listed(waiting)} still finishes requests; it takes no new ones.` });
  return again(pollDelay(run), waiting.map(describeLeaving).join('; '));
}

const listed = (groups: readonly ServerGroupRef[]): string => groups.map((group) => group.name).join(', ');
const describeLeaving = (group: ServerGroup): string =>
  group.draining > 0
    ? `${group.draining} instance${group.draining === 1 ? '' : 's'} of ${group.name} to finish requests`
    : `${group.name} to leave traffic`;

/** The group that must go on serving, where the stage names one. */
async function keeperOf(
  run: Run,
  [first]: readonly ServerGroupRef[],
  { keepServing }: Safety,
): Promise<ServerGroup | null> {
  return keepServing && first ? run.ports.serverGroups.watch({ ...refOf(first), name: keepServing.serverGroup }) : null;
}

async function lostReplacement(
  run: Run,
  groups: readonly ServerGroup[],
  keeper: ServerGroup | null,
  { keepServing }: Safety,
): Promise<TaskResult | null> {
  if (!keepServing || groups.length === 0) return null;
  const problem = servingProblem(keeper, keepServing);
  if (!problem) return null;
  for (const group of groups) await enableGroup(run, group);
  return failed({
    code: 'cluster.replacement-lost-health',
    message: `${problem}. ${listed(groups)} was put back into traffic.`,
    advice: 'Look at why the new server group became unhealthy under traffic.',
    details: { serverGroups: groups.map((group) => group.name), replacement: keepServing.serverGroup },
  });
}

/** Checks the groups not yet being removed, then goes on removing until all are gone. */
export async function destroyAll(
  run: GuardedRun,
  refs: readonly ServerGroupRef[],
  safety: Safety,
): Promise<TaskResult> {
  const groups = await readAll(run, refs);
  const refusal = await refusalNow(run, groups, safety, 'destroy');
  if (refusal) return failed(refusal);
  return guarded(run, groups, safety, { act: 'destroy' }, () => removeRound(run, refs, groups));
}

async function removeRound(
  run: Run,
  refs: readonly ServerGroupRef[],
  groups: readonly ServerGroup[],
): Promise<TaskResult> {
  const going: string[] = [];
  for (const ref of refs) {
    const group = groups.find((each) => keyOf(each) === keyOf(ref));
    const settle = group
      ? await intendGroup(run, group, 'remove')
      : await run.intend({ kind: 'serverGroup', ...refOf(ref), action: 'remove' });
    const state = await run.ports.serverGroups.destroy(refOf(ref), run.operation(`destroy:${keyOf(ref)}`));
    if (state === 'gone') settle('done');
    else going.push(ref.name);
  }
  if (going.length === 0) return succeeded({ serverGroups: refs.map((ref) => ref.name) });
  return again(pollDelay(run), `${going.join(', ')} to be removed`);
}

/** Chosen groups as a task's result: nothing chosen skips the rest of the work. */
export const chosen = (refs: readonly ServerGroupRef[]): TaskResult =>
  succeeded({ serverGroups: refs.map((ref) => ref.name) }, { [CHOSEN]: refs.map(refOf) });

/**
 * Chooses in each region of a cluster, once. A cluster without any server group is an error unless the stage lets it
 * pass.
 */
export async function chooseInCluster(
  run: Run,
  cluster: { readonly refs: readonly ClusterRef[]; readonly mayBeMissing: boolean },
  choose: (groups: readonly ServerGroup[], deployedHere: ReadonlySet<string>) => readonly ServerGroup[],
): Promise<TaskResult> {
  const found: ServerGroup[] = [];
  for (const ref of cluster.refs) {
    const groups = await run.ports.serverGroups.list(ref);
    if (groups.length === 0 && !cluster.mayBeMissing) return failed(clusterMissing(ref));
    found.push(...choose(groups, deployedHere(run, ref.region)));
  }
  return chosen(found);
}

const clusterMissing = ({ cluster, region, account }: ClusterRef): Failure => ({
  code: 'cluster.not-found',
  message: `Cluster ${cluster} has no server groups in ${region} of account ${account}.`,
  advice: 'Check its name, or let the stage go on without a cluster.',
});
