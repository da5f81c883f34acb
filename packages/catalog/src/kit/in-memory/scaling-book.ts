import type { CopiedScaling, ScalingPolicy, ScheduledAction, ServerGroupRef, WarmPool } from '../ports/index.ts';

/** What each server group in memory is scaled by, and what of its scaling is stopped. */
interface Row {
  readonly policies: Map<string, ScalingPolicy>;
  readonly schedules: Map<string, ScheduledAction>;
  readonly suspended: Set<string>;
  readonly tags: Map<string, string>;
  unsettled: boolean;
  /** `goneAt`: epoch ms at which its deletion is over; null: it is not being deleted. */
  warmPool: { readonly settings: WarmPool; readonly goneAt: number | null } | null;
}

const HELD = ['AlarmNotification', 'ScheduledActions'];

const keyOf = ({ account, region, name }: ServerGroupRef): string => `${account}/${region}/${name}`;

export class ScalingBook {
  private readonly rows = new Map<string, Row>();

  of(ref: ServerGroupRef): Row {
    const known = this.rows.get(keyOf(ref));
    if (known) return known;
    const row: Row = {
      policies: new Map(),
      schedules: new Map(),
      suspended: new Set(),
      tags: new Map(),
      unsettled: false,
      warmPool: null,
    };
    this.rows.set(keyOf(ref), row);
    return row;
  }

  suspendedIn(ref: ServerGroupRef): readonly string[] {
    const { suspended, unsettled } = this.of(ref);
    return [...new Set([...suspended, ...(unsettled ? HELD : [])])];
  }

  /** Copies under names that follow from the source's; answers whether anything was new. */
  copy(from: ServerGroupRef, to: ServerGroupRef): { readonly copied: CopiedScaling; readonly isNew: boolean } {
    const [source, target] = [this.of(from), this.of(to)];
    const renamed = (name: string): string =>
      name.includes(from.name) ? name.replaceAll(from.name, to.name) : `${to.name}-${name}`;
    const policies = [...source.policies.values()].map((policy) => ({ ...policy, name: renamed(policy.name) }));
    const schedules = [...source.schedules.values()].map((action) => ({ ...action, name: renamed(action.name) }));
    const isNew =
      policies.some(({ name }) => !target.policies.has(name)) ||
      schedules.some(({ name }) => !target.schedules.has(name));
    if (isNew) target.unsettled = true;
    for (const policy of policies) target.policies.set(policy.name, policy);
    for (const action of schedules) target.schedules.set(action.name, action);
    const named = { policies: policies.map(({ name }) => name), schedules: schedules.map(({ name }) => name) };
    return { copied: { ...named, alarms: [], warnings: [] }, isNew };
  }

  forget(ref: ServerGroupRef): void {
    this.rows.delete(keyOf(ref));
  }
}
