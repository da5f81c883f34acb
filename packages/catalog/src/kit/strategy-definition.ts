import type * as z from 'zod';

/** Pure half of a deploy strategy. */
export interface StrategyDefinition<Options = unknown> {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly options: z.ZodType<Options>;
  /** Keeps the serving group from shrinking while the new one comes up: its min is raised to desired, and given back. */
  readonly pinsSource?: boolean;
  /** The new group is made without instances: the strategy's stages grow it. */
  readonly startsEmpty?: boolean;
  /** The deploy makes no group itself: the strategy's stages do all. */
  readonly makesNoGroup?: boolean;
}

/** Declares a deploy strategy. */
export const defineStrategy = <Options>(definition: StrategyDefinition<Options>): StrategyDefinition<Options> =>
  definition;
