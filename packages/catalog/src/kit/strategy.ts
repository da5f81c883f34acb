import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { PlanView, TaskRun } from './executor.ts';
import type { Capacity, ServerGroup } from './ports/index.ts';
import type { TaskResult } from './results.ts';
import type { StrategyDefinition } from './strategy-definition.ts';
import type { SyntheticSpec, SyntheticStage } from './synthetic.ts';

/** What a strategy knows of the deploy it belongs to. */
export interface StrategyPlace<Options> {
  readonly options: Options;
  /** Fields that every stage acting on the cluster needs: cluster, moniker, credentials, region(s), cloudProvider. */
  readonly target: JsonObject;
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
}

/** The group that served before, as it was before the deploy changed anything. */
export interface StrategySource {
  readonly name: string;
  readonly capacity: Capacity;
  /** Share of its wanted instances that were healthy, in whole per cents, at least 1. */
  readonly healthyPercentage: number;
}

/** What a strategy knows when it plans stages around a new server group. */
export interface StrategyView<Options> extends StrategyPlace<Options> {
  /** The group just made; empty with a strategy that makes none itself. */
  readonly serverGroup: string;
  /** Size the new group is meant to have in the end. */
  readonly capacity: Capacity;
  /** Healthy instances the new group needed to count as up; asked for again before anything is taken out of traffic. */
  readonly needed: number;
  /** How stages that wait for the new group judge its health: share, sources and time to stay healthy. */
  readonly health: JsonObject;
  /** Null when there was none. */
  readonly source: StrategySource | null;
  readonly plan: PlanView<unknown>;
}

/** What a strategy sees when it looks at the world before anything is made. */
export interface StrategyStart<Options> extends StrategyPlace<Options> {
  /** Server groups of the cluster in the region, oldest first. */
  readonly groups: readonly ServerGroup[];
  readonly source: ServerGroup | null;
  readonly run: TaskRun<unknown, 'loadBalancers' | 'monitors'>;
}

interface Planning<Options> {
  /** Runs before anything is made; may fail the deploy, or write into its context. */
  prepare?(start: StrategyStart<Options>): Promise<TaskResult>;
  /** Runs after it, and may change things around the cluster that `goBack` undoes. */
  begin?(start: StrategyStart<Options>): Promise<TaskResult>;
  /** Stages that follow a new group that is up (or, made empty, that is there). */
  after(view: StrategyView<Options>): readonly SyntheticStage[];
  /**
   * One after another: how traffic comes back to the group that served before, when the deploy fails or is canceled
   * after the new group was made, or, with an empty name for that, after `begin`. A strategy without it leaves traffic as it is then.
   */
  goBack?(view: StrategyView<Options>): readonly SyntheticSpec[];
}

export interface Strategy extends Planning<unknown> {
  readonly definition: StrategyDefinition;
}

/** Binds the planning half of a strategy to its definition. */
export function planStrategy<Options>(definition: StrategyDefinition<Options>, planning: Planning<Options>): Strategy {
  return { definition, ...planning } as unknown as Strategy;
}
