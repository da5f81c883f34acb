import type { ListenerRule } from '@gennaker/catalog/kit';
import { conditionsKey } from './conditions.ts';

/** A rule that is there; `key` is that of its conditions. */
export interface PresentRule {
  readonly arn: string;
  readonly priority: number;
  readonly key: string;
}

export interface RulePlan {
  /** New priorities, all to be set in one call so that no two rules ever have the same. */
  readonly move: ReadonlyArray<{ readonly arn: string; readonly priority: number }>;
  /** Rules that stay or take over the place of one that goes; their actions are compared by the caller. */
  readonly keep: ReadonlyArray<{ readonly arn: string; readonly rule: ListenerRule; readonly takesOver: boolean }>;
  readonly create: readonly ListenerRule[];
  /** ARNs that no rule needs any more, to be deleted last. */
  readonly remove: readonly string[];
}

const LAST_PRIORITY = 50_000;

/** A priority that nobody has, from the end. */
function freePriority(taken: Set<number>): number {
  let priority = LAST_PRIORITY;
  while (taken.has(priority)) priority--;
  taken.add(priority);
  return priority;
}

/**
 * How the rules of a listener become those wanted without a moment at which a request meets neither the old rule nor
 * the new one. Rules are the same when the same requests fit; a new rule takes over, in place, the one that goes from
 * its priority.
 */
export function planRules(present: readonly PresentRule[], wanted: readonly ListenerRule[]): RulePlan {
  const left = [...present];
  const take = (fits: (rule: PresentRule) => boolean): PresentRule | undefined => {
    const at = left.findIndex(fits);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const same = wanted.map((rule) => {
    const key = conditionsKey(rule.conditions);
    return take((one) => one.key === key && one.priority === Number(rule.priority)) ?? take((one) => one.key === key);
  });
  const over = wanted.map((rule, at) => (same[at] ? undefined : take((one) => one.priority === Number(rule.priority))));
  const wantedPriorities = new Set(wanted.map((rule) => Number(rule.priority)));
  const taken = new Set([...wantedPriorities, ...present.map((rule) => rule.priority)]);
  const aside = left
    .filter((rule) => wantedPriorities.has(rule.priority))
    .map(({ arn }) => ({ arn, priority: freePriority(taken) }));
  const moved = wanted.flatMap((rule, at) => {
    const found = same[at];
    const priority = Number(rule.priority);
    return found && found.priority !== priority ? [{ arn: found.arn, priority }] : [];
  });
  return {
    move: [...aside, ...moved],
    keep: wanted.flatMap((rule, at) => {
      const found = same[at] ?? over[at];
      return found ? [{ arn: found.arn, rule, takesOver: !same[at] }] : [];
    }),
    create: wanted.filter((_, at) => !same[at] && !over[at]),
    remove: left.map((rule) => rule.arn),
  };
}
