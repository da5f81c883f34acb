import { type TrafficGuard, trafficGuardFor } from '@gennaker/pipeline-dsl';
import { clusterOf, type ServerGroupView } from '../clusters/server-group.ts';

/** A guard as it is edited: every field a text, so that nothing typed is lost. */
export interface GuardRow {
  readonly account: string;
  readonly location: string;
  readonly stack: string;
  readonly detail: string;
  readonly enabled: boolean;
  readonly minUp: string;
}

/** A guard of every cluster: what most people want first. */
export const NEW_GUARD: GuardRow = { account: '*', location: '*', stack: '*', detail: '*', enabled: true, minUp: '' };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Guards as an application keeps them; what is not a list of objects is none. */
export function rowsOf(stored: unknown): GuardRow[] {
  if (!Array.isArray(stored)) return [];
  return stored
    .filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null)
    .map((one) => ({
      ...{ account: textOf(one['account']), location: textOf(one['location']) },
      ...{ stack: textOf(one['stack']), detail: textOf(one['detail']), enabled: one['enabled'] !== false },
      minUp: typeof one['minUp'] === 'number' ? String(one['minUp']) : '',
    }));
}

/** Guards as an application keeps them. */
export const guardsOf = (rows: readonly GuardRow[]): TrafficGuard[] =>
  rows.map(({ account, location, stack, detail, enabled, minUp }) => ({
    ...{ account: account.trim(), location: location.trim(), stack: stack.trim(), detail: detail.trim(), enabled },
    ...(minUp.trim() === '' ? {} : { minUp: Number(minUp) }),
  }));

/** What is wrong with a guard, or null. */
export function guardProblem({ account, location, minUp }: GuardRow): string | null {
  if (account.trim() === '') return 'Choose an account, or any.';
  if (location.trim() === '') return 'Choose a region, or any.';
  const least = minUp.trim() === '' ? 1 : Number(minUp);
  return Number.isInteger(least) && least >= 1 ? null : 'At least 1 healthy instance, as a whole number.';
}

/** Clusters there are, with the guard that holds for each: its number from 1, or null. */
export function coverageOf(
  rows: readonly GuardRow[],
  groups: readonly ServerGroupView[],
): Array<{
  readonly cluster: string;
  readonly account: string;
  readonly region: string;
  readonly guard: number | null;
}> {
  const guards = guardsOf(rows);
  const clusters = new Map(
    groups.map((group) => [`${group.account} ${group.region} ${clusterOf(group)}`, group] as const),
  );
  return [...clusters.values()]
    .map((group) => {
      const { account, region, moniker } = group;
      const part = (key: 'stack' | 'detail') => (typeof moniker?.[key] === 'string' ? moniker[key] : null);
      const found = trafficGuardFor(guards, {
        account,
        location: region,
        stack: part('stack'),
        detail: part('detail'),
      });
      return { cluster: clusterOf(group), account, region, guard: found ? guards.indexOf(found) + 1 : null };
    })
    .sort((a, b) => a.cluster.localeCompare(b.cluster) || a.region.localeCompare(b.region));
}
