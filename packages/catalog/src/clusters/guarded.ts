import { type Failure, FailureError, isJsonObject, type JsonObject, refusalOf } from '@gennaker/pipeline-dsl';
import { failed, type TaskResult, type TaskRun } from '../kit/index.ts';
import type { ClusterRef, GuardRules, ServerGroup, ServerGroupRef } from '../kit/ports/index.ts';
import { GUARDED, OVERRIDDEN, type Safety } from './fields.ts';
import { clusterOfServerGroup } from './place.ts';
import {
  applicationOfCluster,
  guardBroken,
  guardOf,
  guardRefusal,
  judgeLoss,
  type Leaving,
  servingUp,
} from './traffic-guard.ts';

export type GuardedRun = TaskRun<unknown, 'serverGroups' | 'guards'>;

interface Kept {
  readonly now: number;
  readonly least: number;
}

/** Server groups by cluster, account and region. */
export function byCluster(
  refs: readonly ServerGroupRef[],
): ReadonlyArray<{ readonly cluster: ClusterRef; readonly names: readonly string[] }> {
  const found = new Map<string, { cluster: ClusterRef; names: string[] }>();
  for (const { account, region, name } of refs) {
    const cluster = { account, region, cluster: clusterOfServerGroup(name) };
    const known = found.get(keyOf(cluster)) ?? { cluster, names: [] };
    found.set(keyOf(cluster), { cluster, names: [...known.names, name] });
  }
  return [...found.values()];
}

const keyOf = ({ account, region, cluster }: ClusterRef): string => `${account}:${region}:${cluster}`;

function keptIn(facts: unknown): Readonly<Record<string, Kept>> {
  const kept = isJsonObject(facts) ? facts[GUARDED] : undefined;
  return isJsonObject(kept) ? (kept as unknown as Record<string, Kept>) : {};
}

const listIn = (facts: unknown, key: string): readonly unknown[] => {
  const list = isJsonObject(facts) ? facts[key] : undefined;
  return Array.isArray(list) ? list : [];
};

/** What applications ask for; when it cannot be read, nothing is taken away. */
async function rulesOf(run: GuardedRun, { cluster }: ClusterRef): Promise<GuardRules> {
  const application = applicationOfCluster(cluster);
  try {
    return await run.ports.guards.of(application);
  } catch (error) {
    if (error instanceof FailureError && error.failure.retry !== true) throw error;
    throw new FailureError({
      code: 'guards.unreadable',
      message: `Nothing was taken away: the traffic guards of ${application} cannot be read now.`,
      advice: 'It is tried again by itself.',
      retry: true,
    });
  }
}

/**
 * Makes a change that takes traffic away, unless a traffic guard of the cluster's application says no. All of `refs` are
 * judged together, live, right before; with `choose` those of their clusters that it picks. What must stay is written
 * down first, for `lostGuarded` to compare with.
 */
export async function guarded(
  run: GuardedRun,
  refs: readonly ServerGroupRef[],
  safety: Safety,
  how: Omit<Leaving, 'names'> & { readonly choose?: (group: ServerGroup) => boolean },
  change: () => Promise<TaskResult>,
): Promise<TaskResult> {
  const kept: Record<string, Kept> = { ...keptIn(run.memory) };
  const overridden = [...listIn(run.memory, OVERRIDDEN)];
  for (const { cluster, names } of byCluster(refs)) {
    const rules = await rulesOf(run, cluster);
    const guard = guardOf(rules, cluster);
    if (!guard) continue;
    const groups = await run.ports.serverGroups.list(cluster);
    const leaving = { ...how, names: how.choose ? groups.filter(how.choose).map(({ name }) => name) : names };
    const verdict = judgeLoss(guard, rules.minCapacityRatio, groups, leaving, kept[keyOf(cluster)]?.least);
    if (!verdict) continue;
    const { now, after, least } = verdict;
    if (after >= least) {
      kept[keyOf(cluster)] ??= { now, least };
      continue;
    }
    const refusal = guardRefusal(guard, cluster, verdict, leaving);
    if (!safety.overrideTrafficGuards) return failed(refusal);
    if (!(await run.ports.guards.mayOverride(run.execution.user))) return failed(notOverridden(refusal, run));
    if (!overridden.some((each) => isJsonObject(each) && each['refusal'] === refusal.message))
      overridden.push(overrideOf(run, refusal, safety.overrideTrafficGuards));
  }
  const facts = {
    ...(Object.keys(kept).length > 0 ? { [GUARDED]: kept } : {}),
    ...(overridden.length > 0 ? { [OVERRIDDEN]: overridden } : {}),
  };
  if (Object.keys(facts).length > 0) await run.remember(facts);
  const result = await change();
  return { ...result, context: { ...facts, ...result.context } };
}

/** The refusal stands: whoever gave a reason has no role to override it. */
const notOverridden = (refusal: Failure, { execution: { user } }: GuardedRun): Failure => ({
  ...refusal,
  message: `${refusal.message} The reason to override the guard does not count: ${refusalOf(user, 'overrideTrafficGuards')}`,
});

/** Who went on against which guard, and why: kept with the stage. */
const overrideOf = (run: GuardedRun, { message, details }: Failure, reason: string): JsonObject => ({
  user: run.execution.user,
  reason,
  at: run.now(),
  refusal: message,
  ...details,
});

/**
 * Compares the healthy instances of guarded clusters with what had to stay when `guarded` began. When too few are left,
 * `bringBack` undoes what this stage took away, and the answer is the failure; else null.
 */
export async function lostGuarded(
  run: GuardedRun,
  refs: readonly ServerGroupRef[],
  bringBack: () => Promise<void>,
): Promise<TaskResult | null> {
  const kept = keptIn(run.context);
  for (const { cluster, names } of byCluster(refs)) {
    const known = kept[keyOf(cluster)];
    if (!known) continue;
    const up = servingUp(await run.ports.serverGroups.list(cluster));
    if (up >= known.least) continue;
    await bringBack();
    const guard = guardOf(await rulesOf(run, cluster), cluster);
    return failed(guardBroken(guard, cluster, { ...known, up, broughtBack: names }));
  }
  return null;
}
