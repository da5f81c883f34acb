import type { strategyDefinitions } from './definitions.ts';
import type { Strategy } from './kit/index.ts';
import { custom } from './strategies/custom/strategy.ts';
import { highlander } from './strategies/highlander/strategy.ts';
import { monitored } from './strategies/monitored/strategy.ts';
import { none } from './strategies/none/strategy.ts';
import { redblack } from './strategies/redblack/strategy.ts';
import { rollingredblack } from './strategies/rollingredblack/strategy.ts';
import { weighted } from './strategies/weighted/strategy.ts';

export type StrategyName = keyof typeof strategyDefinitions;

/** Planning half of every deploy strategy, by name. */
export const strategies = {
  none,
  redblack,
  highlander,
  rollingredblack,
  monitored,
  custom,
  weighted,
} as const satisfies Record<StrategyName, Strategy>;
