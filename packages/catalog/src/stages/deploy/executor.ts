import { clusterName, FailureError, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import type { DeployContext } from '../../clusters/deploy-fields.ts';
import { accountOf, regionsOfCluster } from '../../clusters/place.ts';
import { type ExecutionFacts, executeStage, inParallel, type SyntheticSpec } from '../../kit/index.ts';
import { deployStage } from './definition.ts';

type Context = z.output<typeof deployStage.context>;

/** Keys of the deploy stage itself that a cluster written straight into it must not carry along. */
const FRAME_KEYS: ReadonlySet<string> = new Set([
  'clusters',
  'cluster',
  'stageEnabled',
  'failPipeline',
  'continuePipeline',
  'completeOtherBranchesThenFail',
  'restrictExecutionDuringTimeWindow',
  'restrictedExecutionWindow',
  'notifications',
  'sendNotifications',
  'comments',
]);

/** Clusters of the stage: the list, or the single one that older pipelines keep in `cluster` or in the stage itself. */
export function clustersOf(context: Context): readonly DeployContext[] {
  if (context.clusters?.length) return context.clusters;
  if (isJsonObject(context.cluster)) return [context.cluster as DeployContext];
  const inline = Object.fromEntries(Object.entries(context).filter(([key]) => !FRAME_KEYS.has(key)));
  return inline['account'] || inline['credentials'] ? [inline as DeployContext] : [];
}

/**
 * The cluster that a strategy pipeline was started to deploy, without a strategy of its own; an image among the
 * parameters takes the place of its own. Null in every other pipeline.
 */
function handedIn({ trigger }: ExecutionFacts): DeployContext | null {
  const parameters = isJsonObject(trigger['parameters']) ? trigger['parameters'] : {};
  const { strategy, deployCluster, imageId, amiName } = parameters;
  if ((strategy !== true && strategy !== 'true') || !isJsonObject(deployCluster)) return null;
  const { imageId: _id, amiName: _name, ...rest } = deployCluster;
  const image = imageId ? { imageId } : amiName ? { amiName } : null;
  return { ...(image ? { ...rest, ...image } : deployCluster), strategy: 'none' } as DeployContext;
}

function childrenOf(
  cluster: DeployContext,
  { application, several, override }: { application: string; several: boolean; override: string | null },
): readonly SyntheticSpec[] {
  const account = accountOf(cluster);
  const app = cluster.application || application;
  const name = clusterName({ app, stack: cluster.stack, detail: cluster.freeFormDetails });
  const regions = regionsOfCluster(cluster);
  if (regions.length === 0)
    throw new FailureError({
      code: 'deploy.no-region',
      message: `Cluster ${name} of the stage names no region.`,
      advice: 'Choose a region or zones in the stage.',
    });
  return regions.map((region) => ({
    type: 'createServerGroup',
    name: several ? `Deploy ${name} in ${region}` : `Deploy in ${region}`,
    context: {
      ...(override ? { overrideTrafficGuards: override } : {}),
      ...(cluster as JsonObject),
      application: app,
      account,
      credentials: account,
      region,
      cluster: name,
    },
  }));
}

export const deploy = executeStage(deployStage, {
  needs: [],
  tasks: [],
  before({ context, execution }) {
    const given = handedIn(execution);
    const clusters = given ? [given] : clustersOf(context);
    if (clusters.length === 0)
      throw new FailureError({
        code: 'deploy.no-cluster',
        message: 'The stage names no cluster to deploy.',
        advice: 'Add a cluster to the stage.',
      });
    const { application } = execution;
    const how = { application, several: clusters.length > 1, override: context.overrideTrafficGuards || null };
    return inParallel(clusters.flatMap((cluster) => childrenOf(cluster, how)));
  },
});
