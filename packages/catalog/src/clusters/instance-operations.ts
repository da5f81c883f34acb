import { FailureError, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { again, failed, succeeded, type TaskResult, type TaskRun } from '../kit/index.ts';
import type { Machine, RegionRef, ServerGroup, ServerGroupRef } from '../kit/ports/index.ts';
import type { Safety } from './fields.ts';
import { guarded, lostGuarded } from './guarded.ts';
import { groupIsThere, intendGroup, settling } from './intents.ts';
import { GROUPS_OF_INSTANCES } from './locks.ts';
import { pollDelay, readAll, refusalNow } from './operations.ts';
import { accountOf, regionsOf } from './place.ts';

export type InstanceRun<Context> = TaskRun<Context, 'instances' | 'serverGroups'>;
/** One that takes instances out of traffic. */
export type TakingRun<Context> = TaskRun<Context, 'instances' | 'serverGroups' | 'guards'>;

interface InstanceContext extends Safety {
  readonly credentials?: string | null;
  readonly account?: string | null;
  readonly regions?: readonly string[] | null;
  readonly region?: string | null;
  readonly location?: string | null;
  readonly serverGroupName?: string | null;
  readonly asgName?: string | null;
  readonly instanceIds?: readonly string[] | null;
  readonly targetGroupNames?: readonly string[] | null;
  readonly loadBalancerNames?: readonly string[] | null;
}

export const placeOf = (context: InstanceContext): RegionRef => ({
  account: accountOf(context),
  region: regionsOf(context)[0]!,
});

/** Ids that the stage names; throws `instances.none` when it names none. */
export function idsOf(context: { readonly instanceIds?: readonly string[] | null }): readonly string[] {
  const ids = [...new Set(context.instanceIds ?? [])];
  if (ids.length > 0) return ids;
  throw new FailureError({
    code: 'instances.none',
    message: 'The stage names no instance.',
    advice: 'Name the instances in the stage.',
  });
}

/**
 * Server group of each instance, by its id: the one it is a member of, else as the stage says. Looked up once: one that
 * has ended says it no more.
 */
export async function groupsOfInstances(run: InstanceRun<InstanceContext>): Promise<Readonly<Record<string, string>>> {
  const known = (run.context as JsonObject)[GROUPS_OF_INSTANCES] ?? run.memory[GROUPS_OF_INSTANCES];
  if (isJsonObject(known)) return known as Record<string, string>;
  const ids = idsOf(run.context);
  const named = run.context.serverGroupName || run.context.asgName;
  const found = await run.ports.instances.find(placeOf(run.context), ids);
  const groups = Object.fromEntries(
    ids.flatMap((id) => {
      const group = found.find((machine) => machine.id === id)?.serverGroup || named;
      return group ? [[id, group] as const] : [];
    }),
  );
  await run.remember({ [GROUPS_OF_INSTANCES]: groups });
  return groups;
}

/** Name of the task that finds the server groups of the instances, whose clusters the stage then has to itself. */
export const FIND_GROUPS = 'findServerGroups';

/** A member of another server group than the stage names would leave traffic that nobody looked at. */
export async function findServerGroups(run: InstanceRun<InstanceContext>): Promise<TaskResult> {
  const groups = await groupsOfInstances(run);
  const named = run.context.serverGroupName || run.context.asgName;
  const elsewhere = Object.entries(groups).find(([, group]) => named && group !== named);
  if (elsewhere)
    return failed({
      code: 'instances.other-server-group',
      message: `Instance ${elsewhere[0]} is a member of ${elsewhere[1]}, not of ${named}.`,
      advice: 'Nothing was changed. Name the instances of one server group, or leave the server group out.',
    });
  return succeeded(undefined, { [GROUPS_OF_INSTANCES]: groups });
}

/** Server groups of the instances, each once. */
export async function refsOfInstances(run: InstanceRun<InstanceContext>): Promise<readonly ServerGroupRef[]> {
  const names = [...new Set(Object.values(await groupsOfInstances(run)))];
  return names.map((name) => ({ ...placeOf(run.context), name }));
}

/**
 * Takes the instances out of traffic, unless nothing else would serve, or a traffic guard says no; read live right before.
 * `replaced`: their server groups start others in their places.
 */
export async function takeInstances(
  run: TakingRun<InstanceContext>,
  how: { readonly verb: string; readonly replaced?: boolean },
  change: () => Promise<TaskResult>,
): Promise<TaskResult> {
  const onlyInstances = new Set(idsOf(run.context));
  const refs = await refsOfInstances(run);
  const act = `${how.verb} instances of`;
  const refusal = await refusalNow(run, refs, run.context, act, onlyInstances);
  if (refusal) return failed(refusal);
  return guarded(run, refs, run.context, { act, onlyInstances, replaced: how.replaced }, change);
}

/** As `lostGuarded`, for the instances that the stage took out of traffic. */
export const lostGuardedOf = async (
  run: TakingRun<InstanceContext>,
  bringBack: () => Promise<void>,
): Promise<TaskResult | null> => lostGuarded(run, await refsOfInstances(run), bringBack);

/**
 * Writes the change of each instance into the ledger with what the instance is now, makes it, and notes that it is made.
 * `targetGroups`: those that it joins or leaves.
 */
export async function changeInstances(
  run: InstanceRun<InstanceContext>,
  ids: readonly string[],
  action: 'change' | 'remove',
  act: () => Promise<void>,
  targetGroups: readonly string[] = [],
): Promise<void> {
  const place = placeOf(run.context);
  const machines = await run.ports.instances.find(place, ids);
  const targets = targetGroups.length > 0 ? await run.ports.instances.targets(place, targetGroups, ids) : [];
  const settles: Array<(outcome: 'done' | 'absent') => void> = [];
  for (const name of ids) {
    const machine = machines.find(({ id }) => id === name);
    const own = targets.filter(({ instanceId }) => instanceId === name);
    const before = {
      state: machine?.state ?? null,
      serverGroup: machine?.serverGroup ?? null,
      ...(own.length > 0 ? { targets: Object.fromEntries(own.map((one) => [one.targetGroup, one.health])) } : {}),
    };
    settles.push(await run.intend({ kind: 'instance', ...place, name, action, before }));
  }
  await settling(
    (outcome) => {
      for (const settle of settles) settle(outcome);
    },
    act,
    async () => (await run.ports.instances.find(place, ids)).some((machine) => !isEnding(machine)),
  );
}

/** The same for members whose group becomes smaller with it: the ledger knows the size it had. */
export async function shrinkByInstances(
  run: InstanceRun<InstanceContext>,
  ref: ServerGroupRef,
  ids: readonly string[],
  action: 'change' | 'remove',
  act: () => Promise<void>,
): Promise<void> {
  const [group] = await readAll(run, [ref]);
  if (!group) return changeInstances(run, ids, action, act);
  await settling(
    await intendGroup(run, group, 'change'),
    () => changeInstances(run, ids, action, act),
    () => groupIsThere(run, ref),
  );
}

const hasEnded = ({ state }: Machine): boolean => state === 'terminated';
const isEnding = ({ state }: Machine): boolean => ['shutting-down', 'terminated'].includes(state);

/** Waits until the instances are gone. */
export async function awaitEnded(run: InstanceRun<InstanceContext>): Promise<TaskResult> {
  const ids = idsOf(run.context);
  const left = (await run.ports.instances.find(placeOf(run.context), ids)).filter((machine) => !hasEnded(machine));
  if (left.length === 0) return succeeded({ instanceIds: [...ids] });
  return again(pollDelay(run), `${left.map(({ id, state }) => `${id} (${state})`).join(', ')} to end`);
}

/** Names of the target groups to act on; throws when there is none, or when classic load balancers are named. */
export async function targetGroupsOf(run: InstanceRun<InstanceContext>): Promise<readonly string[]> {
  const { context } = run;
  if (context.loadBalancerNames?.length)
    throw new FailureError({
      code: 'instances.classic-load-balancers',
      message: `Classic load balancers (${context.loadBalancerNames.join(', ')}) are not served.`,
      advice: 'Name target groups instead.',
    });
  if (context.targetGroupNames?.length) return [...new Set(context.targetGroupNames)];
  const groups = await Promise.all((await refsOfInstances(run)).map((ref) => run.ports.serverGroups.read(ref)));
  const names = groups.flatMap((group: ServerGroup | null) => group?.targetGroups ?? []);
  if (names.length > 0) return [...new Set(names)];
  throw new FailureError({
    code: 'instances.no-target-group',
    message: 'The stage names no target group, and the instances’ server group is in none.',
    advice: 'Name the target groups in the stage.',
  });
}
