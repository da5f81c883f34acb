import type { TrafficGuard } from '@gennaker/pipeline-dsl';

/** What an application asks for, and what holds for all of them. */
export interface GuardRules {
  readonly guards: readonly TrafficGuard[];
  /** Share of the healthy instances, at least 0 and under 0.5, more than which must stay in a guarded cluster. */
  readonly minCapacityRatio: number;
}

/** Traffic guards as applications have them now. */
export interface TrafficGuards {
  /** An application that is not known has none. Throws when they cannot be read: nothing may be taken away then. */
  of(application: string): Promise<GuardRules>;
  /** Has the user a role to go on against a guard, with a reason? */
  mayOverride(user: string): Promise<boolean>;
}
