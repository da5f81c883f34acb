import {
  minutes,
  type PortName,
  skipped,
  succeeded,
  type TaskDefinition,
  type TaskResult,
  type TaskRun,
} from '../kit/index.ts';
import type { Listener, RegionRef, ServerGroup, ServerGroupRef } from '../kit/ports/index.ts';
import type { Safety } from './fields.ts';
import { guarded } from './guarded.ts';
import { readAll } from './operations.ts';
import { FIND_SERVED, type Losing, SERVED, servedIn } from './served-locks.ts';

type ServedPorts = 'loadBalancers' | 'instances' | 'serverGroups' | 'guards';
export type ServedRun<Context, More extends PortName = never> = TaskRun<Context, ServedPorts | More>;

/** Target groups that listeners, or their rules, send requests to. */
export function sentTo(listeners: readonly Listener[]): readonly string[] {
  const actions = listeners.flatMap((each) => [...each.actions, ...each.rules.flatMap((rule) => rule.actions)]);
  const shares = actions.flatMap((action) => action.shares ?? []).filter(({ weight }) => weight > 0);
  return [...new Set(shares.map(({ targetGroup }) => targetGroup))];
}

/** Server groups whose machines are targets of these target groups. */
async function behind<Context>(
  run: ServedRun<Context>,
  place: RegionRef,
  targetGroups: readonly string[],
): Promise<readonly string[]> {
  const { loadBalancers, instances } = run.ports;
  const { account, region } = place;
  const found = await Promise.all(
    targetGroups.map((targetGroup) => loadBalancers.readTargetGroup({ account, region, targetGroup })),
  );
  const ids = found.flatMap((one) => (one?.targetType === 'instance' ? one.targets.map(({ id }) => id) : []));
  if (ids.length === 0) return [];
  return (await instances.find(place, [...new Set(ids)])).flatMap(({ serverGroup }) => serverGroup ?? []);
}

/** The first task of a stage that takes requests away by a change around server groups: finds whose. Nothing to change: skipped. */
export const findServed = <Context, More extends PortName = never>(
  losing: (run: ServedRun<Context, More>) => Promise<readonly Losing[]>,
): TaskDefinition<Context, ServedPorts | More> => ({
  name: FIND_SERVED,
  timeoutMs: minutes(2),
  async run(run) {
    const all = await losing(run);
    const refs: ServerGroupRef[] = [];
    for (const { account, region, targetGroups, serverGroups } of all) {
      const names = new Set([...serverGroups, ...(await behind(run, { account, region }, targetGroups))]);
      refs.push(...[...names].map((name) => ({ account, region, name })));
    }
    const context = { [SERVED]: { losing: [...all], behind: refs } };
    return all.length === 0 ? skipped({ context }) : succeeded(undefined, context);
  },
});

/** Target groups of the server groups that go on getting requests. */
async function stillAsked<Context>(run: ServedRun<Context>, losing: Losing, groups: readonly ServerGroup[]) {
  const others = new Set(groups.flatMap(({ targetGroups }) => targetGroups));
  for (const name of losing.targetGroups) others.delete(name);
  const asked = others.size > 0 ? await run.ports.serverGroups.requested(losing, [...others]) : [];
  return new Set([...asked, ...losing.gaining]);
}

/**
 * Makes a change that takes requests from what `findServed` has found, unless a traffic guard says no. A server group that
 * still gets requests through another target group loses nothing.
 */
export async function takingRequests<Context extends Safety>(
  run: ServedRun<Context>,
  act: string,
  change: () => Promise<TaskResult>,
): Promise<TaskResult> {
  const { losing, behind: refs } = servedIn(run.context);
  const leaving = new Set<string>();
  for (const place of losing) {
    const own = refs.filter(({ account, region }) => account === place.account && region === place.region);
    const groups = await readAll(run, own);
    const asked = await stillAsked(run, place, groups);
    for (const group of groups)
      if (place.serverGroups.includes(group.name) || !group.targetGroups.some((name) => asked.has(name)))
        leaving.add(keyOf(group));
  }
  const guardedRefs = refs.filter((ref) => leaving.has(keyOf(ref)));
  const choose = (group: ServerGroup): boolean => leaving.has(keyOf(group));
  return guarded(run, guardedRefs, run.context, { act, choose }, change);
}

const keyOf = ({ account, region, name }: ServerGroupRef): string => `${account}/${region}/${name}`;
