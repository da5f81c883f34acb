import type { Failure } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { guarded } from '../../clusters/guarded.ts';
import { healthToCome, neededCount, upCount } from '../../clusters/health.ts';
import { changeGroup, membersDelay, pollDelay, readAll, refusalNow, unpinGroup } from '../../clusters/operations.ts';
import { clusterOfServerGroup } from '../../clusters/place.ts';
import { soak, soakBroken } from '../../clusters/soak.ts';
import { chosenOf, determineTargets, refOf } from '../../clusters/target.ts';
import { again, executeStage, failed, minutes, succeeded, type TaskResult, type TaskRun } from '../../kit/index.ts';
import type { Capacity, ServerGroup, ServerGroupRef } from '../../kit/ports/index.ts';
import { resizeServerGroupStage } from './definition.ts';
import { onlyUnpins, targetCapacity } from './target-capacity.ts';

type Context = z.output<typeof resizeServerGroupStage.context>;
type Run = TaskRun<Context, 'serverGroups' | 'guards'>;

async function capacityFor(run: Run, group: ServerGroup): Promise<Capacity | null> {
  const { context } = run;
  const { account, region, name } = group;
  const compares = context.action === 'scale_to_cluster' || context.action === 'scale_to_server_group';
  const cluster = { account, region, cluster: clusterOfServerGroup(name) };
  const groups = compares ? await run.ports.serverGroups.list(cluster) : [];
  const like = context.source?.serverGroupName || context.source?.asgName;
  const source = groups.find((candidate) => candidate.name === like);
  const sizes = {
    current: group.capacity,
    cluster: groups.map(({ capacity }) => capacity),
    source: source ? (source.intendedCapacity ?? source.capacity) : null,
  };
  return targetCapacity(context, sizes);
}

/** Sizes are worked out once and written down: a second round must not add the step a second time. */
async function resize(run: Run): Promise<TaskResult> {
  const groups = await readAll(run, chosenOf(run.context));
  const planned: Record<string, Capacity> = { ...(run.memory['capacities'] as Record<string, Capacity> | undefined) };
  for (const group of groups) {
    const key = `${group.region}:${group.name}`;
    const changed = planned[key] ? null : changedMeanwhile(run.context, group);
    if (changed) return failed(changed);
    const capacity = planned[key] ?? (await capacityFor(run, group));
    if (!capacity) return failed(noSource(run.context));
    planned[key] = capacity;
  }
  const emptied = groups.filter((group) => planned[`${group.region}:${group.name}`]?.desired === 0);
  const refusal = emptied.length > 0 ? await refusalNow(run, emptied, run.context, 'scale to nothing') : null;
  if (refusal) return failed(refusal);
  const fewer = (group: ServerGroup): number =>
    group.instances.length - (planned[`${group.region}:${group.name}`]?.desired ?? 0);
  const shrinking = groups.filter((group) => fewer(group) > 0);
  return guarded(run, shrinking, run.context, { act: 'scale down', atMost: fewer }, async () => {
    await run.remember({ capacities: planned });
    for (const group of groups) await apply(run, group, planned[`${group.region}:${group.name}`]!);
    return succeeded({ serverGroups: groups.map((group) => group.name) }, { resizedTo: planned });
  });
}

async function apply(run: Run, group: ServerGroup, capacity: Capacity): Promise<void> {
  if (onlyUnpins(run.context)) return unpinGroup(run, group, capacity.min);
  const keep = capacity.max === 0 && group.capacity.max > 0 && !group.intendedCapacity;
  const meant = meantOf(run.context);
  const reached = meant !== null && same(meant, capacity);
  const { serverGroups } = run.ports;
  const change = async (ref: ServerGroupRef): Promise<void> => {
    // The size it had is kept with the group, so that a rollback knows what to grow it to.
    if (keep) await serverGroups.setIntendedCapacity(ref, group.capacity, run.operation(`remember:${group.region}`));
    // Kept before it is needed, and taken away only once the group has its size.
    if (meant && !reached) await serverGroups.setIntendedCapacity(ref, meant, run.operation(`mean:${group.region}`));
    await serverGroups.resize(ref, capacity, run.operation(`resize:${ref.region}:${ref.name}`));
    if (reached && group.intendedCapacity)
      await serverGroups.setIntendedCapacity(ref, null, run.operation(`forget:${group.region}`));
  };
  await changeGroup(run, group, 'change', change, { wanted: { capacity } });
}

const same = (a: Capacity, b: Capacity): boolean => a.min === b.min && a.desired === b.desired && a.max === b.max;

function meantOf({ meantCapacity }: Context): Capacity | null {
  const { min, desired, max } = meantCapacity ?? {};
  const known = typeof min === 'number' && typeof desired === 'number' && typeof max === 'number';
  return known ? { min, desired, max } : null;
}

/** Somebody else changed the size that the stage was told to start from. */
function changedMeanwhile({ constraints }: Context, { name, capacity }: ServerGroup): Failure | null {
  const expected = constraints?.capacity;
  const differs = (['min', 'desired', 'max'] as const).some(
    (key) => typeof expected?.[key] === 'number' && expected[key] !== capacity[key],
  );
  if (!differs) return null;
  const words = (size: { min?: number | null; desired?: number | null; max?: number | null } | null | undefined) =>
    `min ${size?.min ?? 'any'}, desired ${size?.desired ?? 'any'}, max ${size?.max ?? 'any'}`;
  return {
    code: 'resize.capacity-changed',
    message: `Server group ${name} was expected to have ${words(expected)}, but has ${words(capacity)}: somebody or something else changed it meanwhile.`,
    advice: 'Nothing was changed. Look at the size it has now and run the stage again.',
    details: { expected, actual: { ...capacity } },
  };
}

const noSource = (context: Context) => ({
  code: 'resize.no-source',
  message: `The server group to take the size of (${context.source?.serverGroupName ?? context.source?.asgName ?? 'none named'}) does not exist.`,
  advice: 'Name a server group of the same cluster and region.',
});

async function waitForCapacityMatch(run: Run): Promise<TaskResult> {
  const { context } = run;
  const sources = context.interestingHealthProviderNames;
  const serving: string[] = [];
  for (const group of await readAll(run, chosenOf(context))) {
    const { desired } = group.capacity;
    const members = group.instances.length;
    if (members !== desired) {
      await soakBroken(run);
      return notMatching(run, group);
    }
    const needed = neededCount(group.capacity, { percentage: context.targetHealthyDeployPercentage });
    if (group.traffic === 'disabled') continue;
    if (upCount(group, sources) >= needed) {
      if (needed > 0) serving.push(group.name);
      continue;
    }
    await soakBroken(run);
    const hopeless = await run.ports.serverGroups.hopeless(group, run.task.startTime);
    return hopeless ? failed(hopeless) : again(pollDelay(run), healthToCome(group, needed, sources));
  }
  return (await soak(run, serving, context.stableSeconds ?? 0)) ?? succeeded();
}

/** Tells what holds instances back, and ends early when the size can never be reached. */
async function notMatching(run: Run, group: ServerGroup): Promise<TaskResult> {
  const { desired } = group.capacity;
  const hopeless = await run.ports.serverGroups.hopeless(group, run.task.startTime);
  if (hopeless) return failed(hopeless);
  const held = await run.ports.serverGroups.heldBy(refOf(group));
  return again(
    membersDelay(run, group),
    [`${group.name} to have ${desired} instances, ${group.instances.length} now`, ...held].join('; '),
  );
}

export const resizeServerGroup = executeStage(resizeServerGroupStage, {
  needs: ['serverGroups', 'guards'],
  choose: ({ context }) => [
    'determineTargetServerGroups',
    'resizeServerGroup',
    ...(onlyUnpins(context) ? [] : ['waitForCapacityMatch']),
  ],
  tasks: [
    determineTargets<Context>({ whenAbsent: ({ mustExist }) => (mustExist ? 'fail' : 'skip') }),
    { name: 'resizeServerGroup', timeoutMs: minutes(10), run: resize },
    { name: 'waitForCapacityMatch', timeoutMs: minutes(30), run: waitForCapacityMatch },
  ],
});
