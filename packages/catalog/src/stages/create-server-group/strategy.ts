import { clusterName } from '@gennaker/pipeline-dsl';
import { accountOf } from '../../clusters/place.ts';
import type { PlanView, Strategy, SyntheticStage } from '../../kit/index.ts';
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

/** What follows the new group once it is healthy. */
export function planStrategyStages(view: PlanView<CreateContext>): readonly SyntheticStage[] {
  const { context } = view;
  const strategy = strategyOf(context);
  const serverGroup = context.createdServerGroup;
  if (!strategy || !serverGroup) return [];
  const target = clusterTarget(context, view.execution.application);
  const { sourceServerGroup, sourceServerGroupCapacitySnapshot: snapshot } = context;
  return strategy.after({
    options: strategy.definition.options.parse(context),
    target,
    account: target.account,
    region: target.region,
    cluster: target.cluster,
    serverGroup,
    needed: context.neededInstances ?? context.createdCapacity?.desired ?? 1,
    source: sourceServerGroup && snapshot ? { name: sourceServerGroup, capacity: snapshot } : null,
    plan: view as PlanView<unknown>,
  });
}
