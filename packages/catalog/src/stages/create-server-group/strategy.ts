import { clusterName, FailureError } from '@gennaker/pipeline-dsl';
import { accountOf } from '../../clusters/place.ts';
import { stableSecondsOf } from '../../clusters/soak.ts';
import type { PlanView, Strategy, StrategyPlace, StrategyView, SyntheticStage } from '../../kit/index.ts';
import { type StrategyName, strategies } from '../../strategies.ts';
import { type CreateContext, partsOf, regionOf } from './spec.ts';

/** The strategy the stage asks for; none when it asks for nothing, null when there is no such strategy. */
export function strategyOf(context: CreateContext): Strategy | null {
  const name = context.strategy || 'none';
  return Object.hasOwn(strategies, name) ? strategies[name as StrategyName] : null;
}

/** Fields that every stage acting on the new group's cluster needs. */
export function clusterTarget(context: CreateContext, application: string) {
  const parts = partsOf(context, application);
  const cluster = clusterName(parts);
  const region = regionOf(context);
  const account = accountOf(context);
  return {
    cluster,
    moniker: { ...parts, cluster },
    account,
    credentials: account,
    region,
    regions: [region],
    cloudProvider: 'aws',
  };
}

/** Where the strategy acts, with its own options read; fails with `deploy.strategy-options` when they are not right. */
export function strategyPlace(strategy: Strategy, context: CreateContext, application: string): StrategyPlace<unknown> {
  const target = clusterTarget(context, application);
  const { account, region, cluster } = target;
  const options = strategy.definition.options.safeParse(context);
  if (options.success) return { options: options.data, target, account, region, cluster };
  const problems = options.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new FailureError({
    code: 'deploy.strategy-options',
    message: `The strategy "${strategy.definition.name}" cannot be followed: ${problems.join('; ')}.`,
    advice: 'Nothing was changed. Correct these fields of the deploy.',
    details: { errors: problems },
  });
}

/** What the strategy plans with; null while there is nothing to plan for. */
export function strategyView(strategy: Strategy, view: PlanView<CreateContext>): StrategyView<unknown> | null {
  const { context } = view;
  const { createdServerGroup: serverGroup, createdCapacity } = context;
  if (!serverGroup && !strategy.definition.makesNoGroup && !context.trafficShift) return null;
  const { sourceServerGroup, sourceServerGroupCapacitySnapshot: snapshot } = context;
  const capacity = createdCapacity ?? { min: 0, desired: 0, max: 0 };
  return {
    ...strategyPlace(strategy, context, view.execution.application),
    serverGroup: serverGroup ?? '',
    capacity,
    needed: context.neededInstances ?? createdCapacity?.desired ?? 1,
    health: {
      targetHealthyDeployPercentage: context.targetHealthyDeployPercentage ?? null,
      interestingHealthProviderNames: context.interestingHealthProviderNames ?? null,
      stableSeconds: stableSecondsOf(context),
    },
    source:
      sourceServerGroup && snapshot
        ? { name: sourceServerGroup, capacity: snapshot, healthyPercentage: context.sourceHealthyPercentage ?? 100 }
        : null,
    plan: view as PlanView<unknown>,
  };
}

/** What follows the new group once it is healthy. */
export function planStrategyStages(view: PlanView<CreateContext>): readonly SyntheticStage[] {
  const { context } = view;
  const strategy = strategyOf(context);
  const place = strategy && strategyView(strategy, view);
  const made = context.createdServerGroup || strategy?.definition.makesNoGroup;
  return strategy && place && made ? strategy.after(place) : [];
}
