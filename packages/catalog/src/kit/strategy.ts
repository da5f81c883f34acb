import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { PlanView } from './executor.ts';
import type { StrategyDefinition } from './strategy-definition.ts';
import type { SyntheticStage } from './synthetic.ts';

/** What a strategy knows when it plans what follows a new server group that is up. */
export interface StrategyView<Options> {
  readonly options: Options;
  /** Fields that every stage acting on the cluster needs: cluster, moniker, credentials, region(s), cloudProvider. */
  readonly target: JsonObject;
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  /** The group just made. */
  readonly serverGroup: string;
  /** Healthy instances the new group needed to count as up; asked for again before anything is taken out of traffic. */
  readonly needed: number;
  /** The group that served before, and its size from before the deploy; null when there was none. */
  readonly source: { readonly name: string; readonly capacity: { min: number; desired: number; max: number } } | null;
  readonly plan: PlanView<unknown>;
}

export interface Strategy {
  readonly definition: StrategyDefinition;
  after(view: StrategyView<unknown>): readonly SyntheticStage[];
}

/** Binds the planning half of a strategy to its definition. */
export function planStrategy<Options>(
  definition: StrategyDefinition<Options>,
  plan: { after(view: StrategyView<Options>): readonly SyntheticStage[] },
): Strategy {
  return { definition, after: plan.after as Strategy['after'] } as Strategy;
}
